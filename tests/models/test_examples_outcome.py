"""The example files, loaded and built: everything that tests/expected/examples.yml says of them."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

import pytest

from ingest.load.load import LoadSummary
from tests.support.example_files import EXAMPLES, EXPECTED, FILES, load_examples
from tests.support.scenario import Row, part, row, rows, scenario
from tests.support.scratch import Parameters
from tests.support.warehouse import Warehouse, dbt

# extracted table -> (key column, raw table)
ENTITIES = {
    "company_firmographics": ("company_domain", "company_payloads"),
    "company_discovery": ("domain", "company_discovery"),
    "person_profile": ("linkedin_url", "person_payloads"),
    "person_discovery": ("linkedin_url", "person_discovery"),
}
WINNERS = {
    **{raw: (f"extracted.{table}", "raw_payload_id") for table, (_, raw) in ENTITIES.items()},
    "company_customer_claygent_payloads": ("extracted.claygent_origins", "raw_payload_id"),
    "case_study_extraction_payloads": ("extracted.case_study_details", "raw_payload_id"),
}
ROWS = [
    pytest.param(table, expected, id=f"{table}-{expected[key]}")
    for table, (key, _) in ENTITIES.items()
    for expected in EXPECTED[table]
]

ITEMS = "select * from extracted.person_{0} where linkedin_url = %s order by {0}_order"


class Loaded(NamedTuple):
    """The warehouse, and what the loader said of each file."""

    warehouse: Warehouse
    summaries: dict[str, LoadSummary]


@pytest.fixture(scope="module")
def loaded(_built: Parameters) -> Iterator[Loaded]:
    with scenario() as warehouse:
        summaries = load_examples(warehouse.conn)
        warehouse.build()
        yield Loaded(warehouse, summaries)


@pytest.fixture(scope="module")
def built(loaded: Loaded) -> Warehouse:
    return loaded.warehouse


def plain(value: Any) -> Any:
    """A value as YAML holds it: dates, moments and ids as text."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return str(value) if isinstance(value, date | UUID) else value


def claimed(found: Row, expected: Row) -> Row:
    return {name: plain(value) for name, value in part(found, expected).items()}


def record_of(warehouse: Warehouse, raw_table: str, raw_id: UUID) -> Row:
    """Workflow of the file and line in it of a raw row, whose id holds the record's byte offset."""
    name = row(
        warehouse,
        f"select l.file_name from raw.{raw_table} as r"
        " inner join raw.loads as l on r._load_id = l.id where r.id = %s",
        raw_id,
    )["file_name"]
    # 48 bits of time, 4 of version, then the offset: 12 bits, 2 of variant between, 32 bits
    high, low = raw_id.int >> 64 & 0xFFF, raw_id.int >> 30 & 0xFFFFFFFF
    content = (EXAMPLES / Path(name).name).read_bytes()
    if name.endswith(".gz"):
        content = gzip.decompress(content)
    before = content[: high << 32 | low]
    return {"file": Path(name).name.split(".")[0], "line": before.count(b"\n") + 1}


def count(warehouse: Warehouse, table: str) -> int:
    return int(warehouse.one(f"select count(*) from {table}")[0])


@pytest.mark.parametrize("name", FILES)
def test_a_file_lands_as_expected(loaded: Loaded, name: str) -> None:
    summary, file = loaded.summaries[name], FILES[name]
    assert (summary.records, summary.landed, summary.rejected, summary.cleaned) == (
        file["records"],
        file["landed"],
        len(file["rejected"]),
        file["cleaned"],
    )


@pytest.mark.parametrize("name", FILES)
def test_rejects_name_the_line(loaded: Loaded, name: str) -> None:
    found = rows(
        loaded.warehouse,
        "select line from raw.rejects where load_id = %s order by line",
        loaded.summaries[name].load_id,
    )
    assert [each["line"] for each in found] == [r["line"] for r in FILES[name]["rejected"]]


@pytest.mark.parametrize("table", EXPECTED["raw"])
def test_every_raw_row_has_landed(built: Warehouse, table: str) -> None:
    assert count(built, f"raw.{table}") == EXPECTED["raw"][table]["rows"]


@pytest.mark.parametrize("table", EXPECTED["feed_rows"])
def test_every_row_of_a_feed_has_landed(built: Warehouse, table: str) -> None:
    assert count(built, f"raw.{table}") == EXPECTED["feed_rows"][table]


@pytest.mark.parametrize("table", WINNERS)
def test_raw_rows_are_winners_or_reported_as_expected(built: Warehouse, table: str) -> None:
    relation, column = WINNERS[table]
    found = row(
        built,
        "select count(*) filter (where r.id in"
        f" (select {column} from {relation})) as winners,"
        " count(*) filter (where m.model is not null and r.id in"
        " (select raw_payload_id from extracted.extraction_issues"
        f" where _entity like '{table}#%%')) as reported,"
        f" count(*) filter (where m.model is null) as elsewhere from raw.{table} as r"
        " left join reference.workflow_readers as m"
        " on m.workflow_slug = r.workflow_slug and m.model = %s",
        relation.split(".")[1],
    )
    assert found == part({"elsewhere": 0, **EXPECTED["raw"][table]}, found)


@pytest.mark.parametrize("table", EXPECTED["extracted_rows"])
def test_a_table_holds_as_many_rows_as_expected(built: Warehouse, table: str) -> None:
    assert count(built, f"extracted.{table}") == EXPECTED["extracted_rows"][table]


@pytest.mark.parametrize(("table", "expected"), ROWS)
def test_an_entity_shows_its_winning_payload(built: Warehouse, table: str, expected: Row) -> None:
    key, raw_table = ENTITIES[table]
    found = row(built, f"select * from extracted.{table} where {key} = %s", expected[key])
    columns = {name: value for name, value in expected.items() if name != "from"}
    assert claimed(found, columns) == columns
    assert record_of(built, raw_table, found["raw_payload_id"]) == expected["from"]


@pytest.mark.parametrize("person", EXPECTED["person_experience"])
def test_roles_of_a_person(built: Warehouse, person: str) -> None:
    query = ITEMS.format("experience")
    _assert_items(rows(built, query, person), EXPECTED["person_experience"][person])


@pytest.mark.parametrize("person", EXPECTED["person_education"])
def test_schools_of_a_person(built: Warehouse, person: str) -> None:
    query = (
        "select * from extracted.person_education where linkedin_url = %s order by education_order"
    )
    _assert_items(rows(built, query, person), EXPECTED["person_education"][person])


@pytest.mark.parametrize("origin", EXPECTED["company_customer_claygent"])
def test_customers_found_by_research(built: Warehouse, origin: str) -> None:
    query = "select * from extracted.company_customer_claygent where origin_company_domain = %s"
    expected = EXPECTED["company_customer_claygent"][origin]
    found = rows(built, query, origin)
    by_name = {each["company_customer_name"]: each for each in found}
    _assert_items([by_name.get(e["company_customer_name"], {}) for e in expected], expected)
    assert len(found) == len(expected)


@pytest.mark.parametrize(
    "expected", EXPECTED["case_study_details"], ids=lambda e: e["case_study_url"]
)
def test_a_case_study_and_its_champions(built: Warehouse, expected: Row) -> None:
    query = "select * from extracted.case_study_details where case_study_url = %s"
    found = row(built, query, expected["case_study_url"])
    columns = {name: value for name, value in expected.items() if name != "champions"}
    assert claimed(found, columns) == columns
    champions = rows(
        built,
        "select * from extracted.case_study_champions where case_study_id = %s order by full_name",
        found["id"],
    )
    _assert_items(champions, sorted(expected["champions"], key=lambda c: c["full_name"]))


def _assert_items(found: list[Row], expected: list[Row]) -> None:
    assert [claimed(a, b) for a, b in zip(found, expected, strict=True)] == expected


def test_what_could_not_be_used_is_reported(built: Warehouse) -> None:
    found = rows(built, "select raw_table, field, value from extracted.extraction_issues")
    expected = [
        (issue["raw_table"], issue["payload_field"], issue["value"])
        for issue in EXPECTED["extraction_issues"]
    ]
    assert sorted(tuple(each.values()) for each in found) == sorted(expected)


def test_the_companies_and_who_named_them(built: Warehouse) -> None:
    found = rows(
        built,
        """select c.domain, c.name, p.source from core.companies as c left join api.provenance as p
        on p.entity = 'company' and p.entity_key = c.domain and p.attribute = 'name'""",
    )
    assert sorted(found, key=lambda c: c["domain"]) == sorted(
        EXPECTED["core_companies"], key=lambda c: c["domain"]
    )


@pytest.mark.parametrize("domain", EXPECTED["no_companies"])
def test_what_is_named_and_yet_no_company(built: Warehouse, domain: str) -> None:
    query = "select count(*) from core.companies where domain = lower(%s)"
    assert built.one(query, domain) == (0,)


@pytest.mark.parametrize("expected", EXPECTED["golden_companies"], ids=lambda e: e["domain"])
def test_what_is_known_of_a_company_of_the_feeds(built: Warehouse, expected: Row) -> None:
    query = "select * from api.companies where domain = %s"
    assert claimed(row(built, query, expected["domain"]), expected) == expected


def test_the_people_and_who_named_them(built: Warehouse) -> None:
    query = """select c.linkedin_slug, c.full_name, p.source from core.people as c
        left join api.provenance as p
        on p.entity = 'person' and p.entity_key = c.linkedin_url and p.attribute = 'full_name'"""
    found = rows(built, query)
    assert sorted(found, key=lambda p: p["linkedin_slug"]) == sorted(
        EXPECTED["core_people"], key=lambda p: p["linkedin_slug"]
    )


@pytest.mark.parametrize("expected", EXPECTED["golden_people"], ids=lambda e: e["linkedin_slug"])
def test_what_is_known_of_a_person_of_other_providers(built: Warehouse, expected: Row) -> None:
    query = "select * from api.people where linkedin_slug = %s"
    assert claimed(row(built, query, expected["linkedin_slug"]), expected) == expected


@pytest.mark.parametrize("expected", EXPECTED["company_icp"], ids=lambda e: e["domain"])
def test_an_ideal_customer_profile(built: Warehouse, expected: Row) -> None:
    query = "select * from reference.company_icp where domain = %s"
    assert claimed(row(built, query, expected["domain"]), expected) == expected
    assert count(built, "reference.company_icp") == len(EXPECTED["company_icp"])


def test_the_customers_and_their_source(built: Warehouse) -> None:
    query = "select domain, customer_domain, customer_name, source from reference.company_customers"
    found = {tuple(each.values()) for each in rows(built, query)}
    assert found == {tuple(expected.values()) for expected in EXPECTED["company_customers"]}


def test_the_customers_whose_domain_is_unknown(built: Warehouse) -> None:
    found = rows(
        built,
        "select origin_domain as domain, customer_name, candidates from api.customers_unresolved"
        " order by origin_domain, customer_name",
    )
    assert found == EXPECTED["unresolved_customers"]


def test_the_companies_to_review(built: Warehouse) -> None:
    found = rows(
        built,
        "select linkedin_url, array(select unnest(domains) order by 1) as domains"
        " from api.company_duplicates",
    )
    assert found == EXPECTED["companies_to_review"]


@pytest.mark.parametrize("owner", EXPECTED["leads"])
def test_the_leads_of_an_ideal_customer_profile(built: Warehouse, owner: str) -> None:
    found = rows(
        built,
        "select p.linkedin_slug, l.company_domain as company,"
        " array(select w.customer_name from api.worked_at_customer as w"
        " where w.origin_domain = l.icp_domain and w.linkedin_url = l.linkedin_url)"
        " as worked_at_customers, l.company_is_customer as current_company_is_customer"
        " from api.leads as l inner join core.people as p on l.person_id = p.id"
        " where l.icp_domain = %s order by p.linkedin_slug",
        owner,
    )
    assert found == EXPECTED["leads"][owner]


@pytest.mark.parametrize("owner", EXPECTED["targets"])
def test_the_companies_that_meet_an_ideal_customer_profile(built: Warehouse, owner: str) -> None:
    query = "select company_domain, leads from api.target_accounts where icp_domain = %s"
    found = {each["company_domain"]: each["leads"] for each in rows(built, query, owner)}
    assert found == EXPECTED["targets"][owner]


# what is listed in full, by the name of its expectation
LISTED = {
    "contacts": 'select * from api.contacts order by full_name collate "C",'
    ' email collate "C", source collate "C"',
    "lead_contacts": "select * from api.leads where icp_domain = 'northwind-tools.example'"
    ' order by full_name collate "C"',
    "waiting": 'select * from api.status where waiting > 0 order by workflow_slug collate "C"',
    "job_changes": "select * from api.job_changes order by full_name",
    "provider_roles": "select * from api.roles where source <> 'profile'"
    ' order by full_name collate "C", experience_order',
    "provider_schools": "select * from api.education where source <> 'profile'"
    ' order by full_name collate "C", education_order',
    "vc_portfolio": "select * from api.vc_portfolio order by firm_name, company_domain",
    "company_history": "select * from api.company_history where old_value is not null"
    " order by entity_key, attribute",
    "industry_disagreements": "select * from api.disagreements where attribute = 'industry'",
}


@pytest.mark.parametrize("listing", LISTED)
def test_an_answer_that_is_listed_in_full(built: Warehouse, listing: str) -> None:
    _assert_items(rows(built, LISTED[listing]), EXPECTED[listing])


def test_who_left_a_company(built: Warehouse) -> None:
    found = rows(
        built,
        "select e.company_domain, array_agg(p.linkedin_slug order by p.linkedin_slug) as people"
        " from api.past_employees as e inner join core.people as p on e.person_id = p.id"
        " group by e.company_domain",
    )
    assert {each["company_domain"]: each["people"] for each in found} == EXPECTED["past_employees"]


def test_a_second_load_of_the_files_changes_nothing(loaded: Loaded) -> None:
    before = loaded.warehouse.snapshot()
    load_examples(loaded.warehouse.conn)
    loaded.warehouse.build()
    assert loaded.warehouse.snapshot() == before


@pytest.mark.usefixtures("built")
def test_the_invariants_across_tables_hold() -> None:
    dbt("test", "--select", "test_type:singular")


def test_every_field_of_the_examples_is_read_or_has_a_reason(built: Warehouse) -> None:
    found = rows(built, "select distinct status, drift from api.payload_fields order by status")
    statuses = ("ignored", "mapped", "waiting")
    assert found == [{"status": status, "drift": None} for status in statuses]
