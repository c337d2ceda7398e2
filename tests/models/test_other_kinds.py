"""No text from objects and no list from maps, in every model: NULL, and reported."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest

from tests.support.scenario import Row, issues_of, row, rows, scenario
from tests.support.scratch import Parameters
from tests.support.warehouse import PAYLOAD_TABLES, Warehouse

NO_TEXT, NO_LIST = "not text", "not a list"
NO_TEXTS, NO_OBJECTS = "not a list of texts", "not a list of objects"
STUDY: Row = {
    "origin_company_domain": "publisher.example",
    "company_customer_name": "Acme",
    "has_case_study_url": True,
}


class Source(NamedTuple):
    """Where payloads of a kind lie, and where their rows are.

    Attributes:
        raw: The raw table.
        key: The key of an entity, of its name.
        table: The extracted table.
        column: Its column with the key.
        columns: Further columns of raw rows.
    """

    raw: str
    key: str
    table: str
    column: str
    columns: Row = {}  # noqa: RUF012 - nobody changes it


class ListField(NamedTuple):
    """A field that holds a list.

    Attributes:
        source: Whose field it is.
        name: The field.
        item: What is reported of anything else; of a set, the member that names its items.
        column: The column that shows the list, or the names of the items.
    """

    source: Source
    name: str
    item: str
    column: str


PERSON = "https://www.linkedin.com/in/{}"
COMPANY = Source("company_payloads", "{}.example", "company_firmographics", "company_domain")
FOUND_COMPANY = Source("company_discovery", "{}.example", "company_discovery", "domain")
PROFILE = Source("person_payloads", PERSON, "person_profile", "linkedin_url")
FOUND_PERSON = Source("person_discovery", PERSON, "person_discovery", "linkedin_url")
CASE_STUDY = Source(
    *("case_study_extraction_payloads", "https://studies.example/{}"),
    *("case_study_details", "case_study_url"),
    columns=STUDY,
)
ROLES = PROFILE._replace(table="person_experience")
SCHOOLS = PROFILE._replace(table="person_education")
CHAMPIONS = CASE_STUDY._replace(table="case_study_champions", column="_case_study_url")
CUSTOMERS = Source(
    *("company_customer_claygent_payloads", "{}.example"),
    *("company_customer_claygent", "origin_company_domain"),
)

# (source, path of a text in the payload, column that it fills)
TEXTS: list[tuple[Source, str, str]] = [
    *((COMPANY, name, name) for name in ("name", "description", "website", "logo_url")),
    *((COMPANY, name, name) for name in ("industry", "country", "locality")),
    (COMPANY, "type", "company_type"),
    (COMPANY, "size", "size_range"),
    *((FOUND_COMPANY, name, name) for name in ("name", "type", "country", "location", "size")),
    *((FOUND_COMPANY, name, name) for name in ("industry", "description", "annual_revenue")),
    (FOUND_COMPANY, "total_funding_amount_range_usd", "total_funding_amount_range_usd"),
    (PROFILE, "name", "full_name"),
    *((PROFILE, name, name) for name in ("first_name", "last_name", "headline", "summary")),
    *((PROFILE, name, name) for name in ("country", "location_name")),
    (PROFILE, "picture_url_orig", "picture_url"),
    (PROFILE, "picture_url_copy", "picture_url"),
    *((PROFILE, f"latest_experience.{n}", f"latest_{n}") for n in ("title", "company", "locality")),
    *((ROLES, f"experience[0].{n}", n) for n in ("title", "company", "locality", "summary")),
    *((SCHOOLS, f"education[0].{n}", n) for n in ("school_name", "degree", "field_of_study")),
    *((SCHOOLS, f"education[0].{n}", n) for n in ("grade", "activities")),
    (FOUND_PERSON, "name", "full_name"),
    *((FOUND_PERSON, name, name) for name in ("first_name", "last_name", "location_name")),
    (FOUND_PERSON, "latest_experience_title", "latest_title"),
    (FOUND_PERSON, "latest_experience_company", "latest_company"),
    (FOUND_PERSON, "company_table_id", "clay_company_table_id"),
    (FOUND_PERSON, "company_record_id", "clay_company_record_id"),
    *((CASE_STUDY, name, name) for name in ("article_title", "confidence", "reasoning")),
    *((CHAMPIONS, f"champions[0].{name}", name) for name in ("job_title", "company_name")),
    (CUSTOMERS, "customers[0].url", "case_study_url"),
]
NO_COLUMN = "latest_experience.summary"
# What stands where a text belongs, and what is reported of it.
NO_TEXT_AT_ALL: dict[str, tuple[Any, str]] = {
    "object": ({"en": "Acme", "de": 7}, '{"de": 7, "en": "Acme"}'),
    "empty-object": ({}, "{}"),
    "list": (["Acme", None], '["Acme", null]'),
    "empty-list": ([], "[]"),
    "object-as-text": ('{"en":"Acme"}', '{"en":"Acme"}'),
    "list-as-text": ('["Acme"]', '["Acme"]'),
}
# What begins like JSON and is a text.
TEXT_AFTER_ALL = {
    "in-brackets": "[Acme] Widgets",
    "in-braces": "{acme}",
    "half-an-object": '{"name": "Acme"',
    "a-number": 7,
    "true": True,
}

# Says something of every kind of entity, and names its items.
BESIDE: Row = {
    "founded": 2014,
    "clay_company_id": 7,
    "connections": 5,
    "domain": "employer.example",
    "customer_company_domain": "customer.example",
}
ITEMS: dict[str, Row] = {
    "customers": {"companyName": "Acme"},
    "champions": {"full_name": "Ana"},
    "experience": {"start_date": "2020"},
    "education": {"start_date": "2020"},
}


def payload_of(path: str, value: Any) -> Row:
    """A payload with a value at a path, and something to state beside it."""
    first, _, last = path.rpartition(".")
    if not first:
        return {**BESIDE, last: value}
    if first == "latest_experience":
        return {**BESIDE, first: {"start_date": "2020", last: value}}
    field = first.removesuffix("[0]")
    return {**BESIDE, field: [{**ITEMS[field], last: value}]}


LISTS = [
    ListField(COMPANY, "locations", NO_OBJECTS, "all_locations"),
    ListField(COMPANY, "specialties", NO_TEXTS, "specialties"),
    ListField(FOUND_COMPANY, "industries", NO_TEXTS, "industries"),
    *(
        ListField(PROFILE, name, NO_LIST, name)
        for name in (
            *("certifications", "languages", "courses", "patents"),
            *("projects", "publications", "volunteering", "awards"),
        )
    ),
]
# lists whose items are rows
SETS = [
    ListField(ROLES, "experience", "title", "title"),
    ListField(SCHOOLS, "education", "school_name", "school_name"),
    ListField(CHAMPIONS, "champions", "full_name", "full_name"),
    ListField(CUSTOMERS, "customers", "companyName", "company_customer_name"),
]
OBJECT_LISTS = [{"city": "Austin"}, {"city": "Bern"}]
TEXT_LISTS = ["ERP", "CRM"]


def items_for(reason: str) -> list[Any]:
    return TEXT_LISTS if reason == NO_TEXTS else OBJECT_LISTS


def not_lists(items: list[Any]) -> dict[str, Any]:
    """What stands where a list belongs."""
    return {
        "map": {str(n): item for n, item in enumerate(items)},
        "single": items[0],
        "map-as-text": json.dumps({"0": items[0]}),
        "number": 7,
        "half-a-list": json.dumps(items)[:-1],
    }


NAMED = [each for each in SETS if each.name in ("customers", "champions")]


def nameless(member: str) -> dict[str, tuple[list[Row], list[str], dict[int, str]]]:
    """Items, the names among them, and the names that are reported, by the item's place."""
    return {
        "object": ([{member: {"en": "Acme"}}, {member: "Two"}], ["Two"], {0: '{"en": "Acme"}'}),
        "several": (
            [{member: {"a": 1}}, {member: ["b"]}, {member: {"c": 2}}, {member: "Two"}],
            ["Two"],
            {0: '{"a": 1}', 1: '["b"]', 2: '{"c": 2}'},
        ),
        "object-behind-a-nameless-one": (
            [{"other": 1}, {member: None}, {member: ["Acme"]}, {member: "Two"}],
            ["Two"],
            {2: '["Acme"]'},
        ),
        "object-as-text": ([{member: '{"en":"Acme"}'}], [], {0: '{"en":"Acme"}'}),
        "in-brackets": ([{member: "[Acme]"}], ["[Acme]"], {}),
        "null": ([{member: None}, {}], [], {}),
    }


def json_text(value: Any) -> str:
    """As PostgreSQL writes it; the keys of these values are in its order."""
    return json.dumps(value, ensure_ascii=False)


def slug(*words: str) -> str:
    found = "-".join(words)
    for character in "[]._":
        found = found.replace(character, "-")
    return found.strip("-").replace("--", "-").lower()


def insert(w: Warehouse, source: Source, name: str, payload: Any) -> None:
    w.payload(source.raw, source.key.format(name), payload, **source.columns)


@pytest.fixture(scope="module")
def built(_built: Parameters) -> Iterator[Warehouse]:
    with scenario() as warehouse:
        for source, path, _ in TEXTS:
            for name, (value, _) in NO_TEXT_AT_ALL.items():
                of = slug("no-text", source.table, path, name)
                insert(warehouse, source, of, payload_of(path, value))
            for name, text in TEXT_AFTER_ALL.items():
                of = slug("text", source.table, path, name)
                insert(warehouse, source, of, payload_of(path, text))
        for listed in LISTS:
            items = items_for(listed.item)
            as_text = {**BESIDE, listed.name: json.dumps(items)}
            insert(warehouse, listed.source, slug("list", listed.name), as_text)
            for name, value in not_lists(items).items():
                of = slug("no-list", listed.name, name)
                insert(warehouse, listed.source, of, {**BESIDE, listed.name: value})
        for listed in SETS:
            items = [{listed.item: "One"}, {listed.item: "Two"}]
            as_text = {**BESIDE, listed.name: json.dumps(items)}
            insert(warehouse, listed.source, slug("set", listed.name), as_text)
            for name, value in not_lists(items).items():
                of = slug("no-set", listed.name, name)
                insert(warehouse, listed.source, of, {**BESIDE, listed.name: value})
        for listed in NAMED:
            for name, (people, _, _) in nameless(listed.item).items():
                of = slug("nameless", listed.name, name)
                insert(warehouse, listed.source, of, {listed.name: people})
        warehouse.build()
        yield warehouse


def extracted(warehouse: Warehouse, source: Source, name: str) -> list[Row]:
    query = f"select * from extracted.{source.table} where {source.column} = %s order by 1"
    return rows(warehouse, query, source.key.format(name))


def reported(warehouse: Warehouse, source: Source, name: str) -> list[tuple[str, str, str]]:
    key = PAYLOAD_TABLES[source.raw].key
    query = f"select id from raw.{source.raw} where {key} = %s"
    return issues_of(warehouse, row(warehouse, query, source.key.format(name))["id"])


each_text = pytest.mark.parametrize(
    ("source", "path", "column"), [pytest.param(*t, id=f"{t[0].table}-{t[1]}") for t in TEXTS]
)


@each_text
@pytest.mark.parametrize("name", NO_TEXT_AT_ALL)
def test_an_object_is_no_text(
    built: Warehouse, source: Source, path: str, column: str, name: str
) -> None:
    of = slug("no-text", source.table, path, name)
    (found,) = extracted(built, source, of)
    assert found[column] is None
    # the only role is the latest one, too, and says so there as well
    paths = {path, path.replace("experience[0]", "latest_experience")} - {NO_COLUMN}
    expected = [(each, NO_TEXT_AT_ALL[name][1], NO_TEXT) for each in sorted(paths)]
    assert reported(built, source, of) == expected


@each_text
@pytest.mark.parametrize("name", TEXT_AFTER_ALL)
def test_what_begins_like_json_may_be_a_text(
    built: Warehouse, source: Source, path: str, column: str, name: str
) -> None:
    of = slug("text", source.table, path, name)
    (found,) = extracted(built, source, of)
    said = TEXT_AFTER_ALL[name]
    assert found[column] == (said if isinstance(said, str) else json.dumps(said))
    assert reported(built, source, of) == []


each_list = pytest.mark.parametrize("field", LISTS, ids=lambda each: each.name)
each_set = pytest.mark.parametrize("field", SETS, ids=lambda each: each.name)
# items without a name are no rows
each_named = pytest.mark.parametrize("field", NAMED, ids=lambda each: each.name)


@each_list
def test_a_list_may_come_as_json_text(built: Warehouse, field: ListField) -> None:
    of = slug("list", field.name)
    (found,) = extracted(built, field.source, of)
    assert found[field.column] == items_for(field.item)
    assert reported(built, field.source, of) == []


@each_list
@pytest.mark.parametrize("name", not_lists([""]))
def test_a_map_is_no_list(built: Warehouse, field: ListField, name: str) -> None:
    of = slug("no-list", field.name, name)
    (found,) = extracted(built, field.source, of)
    assert found[field.column] is None
    value = json_text(not_lists(items_for(field.item))[name])
    assert reported(built, field.source, of) == [(field.name, value, field.item)]


@each_set
def test_a_set_may_come_as_json_text(built: Warehouse, field: ListField) -> None:
    of = slug("set", field.name)
    found = extracted(built, field.source, of)
    assert {each[field.column] for each in found} == {"One", "Two"}
    assert reported(built, field.source, of) == []


@each_set
@pytest.mark.parametrize("name", not_lists([""]))
def test_a_map_is_no_set(built: Warehouse, field: ListField, name: str) -> None:
    of = slug("no-set", field.name, name)
    assert extracted(built, field.source, of) == []
    value = json_text(not_lists([{field.item: "One"}, {field.item: "Two"}])[name])
    first, *others = reported(built, field.source, of)
    assert first == (field.name, value, NO_OBJECTS)
    # nothing else is read in an answer about customers; half a list may have been one
    is_silent = field.name == "customers" and name != "half-a-list"
    assert [reason for _, _, reason in others] == ["states nothing"] * is_silent


@each_named
@pytest.mark.parametrize("name", nameless(""))
def test_a_name_that_is_no_text_is_reported_with_the_set(
    built: Warehouse, field: ListField, name: str
) -> None:
    of = slug("nameless", field.name, name)
    _, names, values = nameless(field.item)[name]
    assert [each[field.column] for each in extracted(built, field.source, of)] == names
    issues = [(f"{field.name}[{n}].{field.item}", value, NO_TEXT) for n, value in values.items()]
    assert reported(built, field.source, of) == issues
