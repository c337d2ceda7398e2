"""Payloads that mean harm or make no sense: no model fails, and no neighbour is lost."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from typing import Any

import pytest
from psycopg.types.json import Jsonb

from tests.support.scenario import issues_of, row, rows, scenario
from tests.support.scratch import Parameters
from tests.support.warehouse import Warehouse, dbt

CASE_STUDY: dict[str, Any] = {
    "origin_company_domain": "publisher.example",
    "company_customer_name": "Acme",
    "has_case_study_url": True,
}
# raw table -> (key of a case, further columns)
TABLES: dict[str, tuple[str, dict[str, Any]]] = {
    "company_payloads": ("{}.example", {}),
    "company_discovery": ("{}.example", {}),
    "person_payloads": ("https://www.linkedin.com/in/{}", {}),
    "person_discovery": ("https://www.linkedin.com/in/{}", {}),
    "company_customer_claygent_payloads": ("{}.example", {}),
    "case_study_extraction_payloads": ("https://studies.example/{}", CASE_STUDY),
    "icp_payloads": ("{}.example", {}),
}

# Every field that any model reads.
FIELDS = [
    *["url", "org_id", "company_id", "clay_company_id", "name", "description", "website"],
    *["logo_url", "type", "industry", "founded", "size", "employee_count", "follower_count"],
    *["country", "locality", "locations", "specialties", "last_refresh", "linkedin_url"],
    *["linkedin_company_id", "location", "industries", "annual_revenue", "resolved_domain"],
    *["total_funding_amount_range_usd", "derived_datapoints", "first_name", "last_name"],
    *["headline", "summary", "location_name", "profile_id", "connections", "num_followers"],
    *["jobs_count", "picture_url_orig", "picture_url_copy", "latest_experience", "experience"],
    *["education", "certifications", "languages", "courses", "patents", "projects"],
    *["publications", "volunteering", "awards", "domain", "latest_experience_title"],
    *["latest_experience_company", "latest_experience_start_date", "company_table_id"],
    *["company_record_id", "customers", "result", "champions", "article_title", "confidence"],
    *[
        "customer_company_domain",
        "reasoning",
        "company_criteria",
        "person_criteria",
        "size_buckets",
    ],
]
ITEM_FIELDS = [
    *["title", "company", "company_domain", "url", "org_id", "locality", "summary", "start_date"],
    *["end_date", "is_current", "school_name", "degree", "field_of_study", "grade", "activities"],
    *["companyName", "hasCaseStudy", "full_name", "job_title", "company_name", "is_primary"],
    *["is_hq", "is_headquarters"],
]


def noise(length: int) -> str:
    """Text that no compression makes shorter."""
    letters = "abcdefghijklmnopqrstuvwxyz0123456789"
    return "".join(random.Random(length).choices(letters, k=length))


def everywhere(value: Any) -> dict[str, Any]:
    """The value in every field, and in every field of every list and object."""
    item = dict.fromkeys(ITEM_FIELDS, value)
    lists = ["locations", "experience", "education", "customers", "champions"]
    nested = {name: [item] for name in lists}
    criteria = {name: {"size": value} for name in ("company_criteria", "person_criteria")}
    return {**dict.fromkeys(FIELDS, value), **nested, **criteria, "latest_experience": item}


def nested(levels: int) -> Any:
    value: Any = []
    for _ in range(levels):
        value = [value]
    return value


# Payloads that are objects: each makes a row of its entity, if it says anything of one.
OBJECTS: dict[str, Any] = {
    "nulls": everywhere(None),
    "true": everywhere(True),
    "number": everywhere(7),
    "fraction": everywhere(0.1),
    "huge": everywhere(10**300),
    "negative": everywhere(-(2**63)),
    "text": everywhere("x"),
    "empty-text": everywhere(""),
    "blank-text": everywhere(" \t\n\u00a0\u200b\ufeff"),
    "list": everywhere([1, None, "x", [], {}]),
    "list-in-list": everywhere([[{"name": "x"}]]),
    "object": everywhere({"a": {"b": [None]}}),
    "empty-object": everywhere({}),
    "quotes": everywhere("'; drop table x; -- \" \\ $$ %s {{ 1 }} {% raw %}"),
    "patterns": everywhere("((((((a+)+)+)+)+)+)$[[[\\d+*?{1,99}"),
    "controls": everywhere("\u0001\u001f\u007f\ufffe\uffff\U0010ffff"),
    "emoji": everywhere("👩‍👩‍👧‍👦🏳️‍🌈"),
    "long-text": everywhere(noise(5_000)),
    "long-name": {"name": noise(1_000_000), "article_title": noise(1_000_000)},
    "long-blank": everywhere(f"a{' ' * 20_000}b"),
    "long-date": everywhere("2025-" * 2_000),
    "long-digits": everywhere("9" * 20_000),
    "long-zeros": everywhere("0" * 20_000 + "1"),
    "long-exponent": everywhere("1e999999999"),
    "long-dots": everywhere("a." * 20_000 + "example"),
    "long-slug": everywhere(f"https://www.linkedin.com/company/{noise(3_000)}"),
    "long-escapes": everywhere(f"https://www.linkedin.com/company/{'%C3%A9' * 3_000}"),
    "long-commas": everywhere(", " * 20_000),
    "long-dashes": everywhere("-" * 20_000),
    "many-items": {
        "experience": [{"title": "x"}] * 3_000,
        "customers": [{"companyName": "x"}] * 3_000,
    },
    "nested": everywhere(nested(500)),
    "strange-keys": {"": 1, "'": 2, '"': 3, "{{ x }}": 4, "$1": 5, "name\n": 6, "NAME": "upper"},
    "early-date": everywhere("0001-01-01T00:00:00+15:59"),
    "late-date": everywhere("9999-12-31T23:59:59.999999999-15:59"),
    "odd-offset": everywhere("2025-01-01T00:00:00+99:99"),
    "leap-second": everywhere("2016-12-31T23:59:60Z"),
}

# Payloads that are none: each is reported.
NO_OBJECTS: dict[str, Any] = {
    "json-null": None,
    "json-true": True,
    "json-number": 1,
    "json-text": "x",
    "json-empty-text": "",
    "json-list": [{"name": "x"}],
    "encoded-list": "[]",
    "encoded-null": "null",
    "encoded-thrice": json.dumps(json.dumps("{}")),
    "encoded-nested": f'{{"a": {"[" * 10_000}{"]" * 10_000}}}',
    "encoded-half": '{"name": "x"',
    "encoded-fence": "```json\n```",
}

# Payloads as text that are objects in the end.
ENCODED: dict[str, str] = {
    "encoded-once": '{"name": "x"}',
    "encoded-twice": json.dumps('{"name": "x"}'),
    "encoded-fenced": '```\n{"name": "x"}\n```',
    "encoded-with-nul": '{"name": "x\\u0000"}',
    "encoded-with-half-a-pair": '{"name": "x\\ud83d"}',
}

# Says something of every kind of entity.
STATED: dict[str, Any] = {"name": "x", "customers": [], "champions": [], "company_criteria": {}}

# raw table -> objects in which no field that marks its payloads has a value
_SILENT = {"nulls", "empty-text", "blank-text", "many-items", "strange-keys"}
SILENT = {
    "company_payloads": {"many-items", "strange-keys"},
    "company_discovery": {*_SILENT, "empty-object"},
    "person_payloads": {"strange-keys"},
    # nothing but texts and a domain are read of it
    "person_discovery": {*_SILENT, "empty-object", "object", "nested", "list-in-list", "list"},
    "company_customer_claygent_payloads": {"long-name", "strange-keys", *ENCODED},
    "case_study_extraction_payloads": {"many-items", "strange-keys", *ENCODED},
    "icp_payloads": {"long-name", "many-items", "strange-keys", *ENCODED},
}

BAD_KEYS = {
    "quotes": "'; drop table x; --",
    "long": noise(100_000),
    "long-slug": f"https://www.linkedin.com/in/{noise(3_900)}",
    "braces": "{{ 1 / 0 }}",
    "percent": "%s%",
    "empty": "",
    "blank": "\u00a0",
}


def may_be_key(table: str, key: str) -> bool:
    """Whether raw takes it: the index on an ICP's domain holds a third of a page at most."""
    return table != "icp_payloads" or len(key) < 2_000


@pytest.fixture(scope="module")
def built(_built: Parameters) -> Iterator[Warehouse]:
    with scenario() as warehouse:
        for table, (key, columns) in TABLES.items():
            for name, payload in {**OBJECTS, **NO_OBJECTS, **ENCODED}.items():
                warehouse.payload(table, key.format(name), payload, **columns)
            warehouse.payload(table, key.format("neighbour"), STATED, **columns)
            for bad in BAD_KEYS.values():
                if may_be_key(table, bad):
                    warehouse.payload(table, bad, STATED, **columns)
        for length in (100, 3_000, 100_000):
            warehouse.payload(
                "case_study_extraction_payloads",
                f"https://studies.example/{noise(length)}",
                {"champions": [{"full_name": noise(length)}]},
                **{**CASE_STUDY, "company_customer_name": noise(length)},
            )
        warehouse.row(
            "company_payloads",
            company_domain="numeric.example",
            workflow_slug="clay-company-firmographics",
            provider="clay",
            platform="clay",
            payload_type="firmographics",
            # larger than any number of Python's json
            raw_payload=(
                f'{{"org_id": 1e4000, "founded": -1e-4000, "employee_count": {"9" * 9_000}}}'
            ),
        )
        warehouse.build()
        yield warehouse


ROW_OF = {
    "company_payloads": ("extracted.company_firmographics", "company_domain"),
    "company_discovery": ("extracted.company_discovery", "domain"),
    "person_payloads": ("extracted.person_profile", "linkedin_url"),
    "person_discovery": ("extracted.person_discovery", "linkedin_url"),
    "company_customer_claygent_payloads": ("extracted.claygent_origins", "origin_company_domain"),
    "case_study_extraction_payloads": ("extracted.case_study_details", "case_study_url"),
    "icp_payloads": ("reference.company_icp", "domain"),
}


@pytest.mark.parametrize("table", TABLES)
def test_every_object_makes_its_row_or_is_reported_as_stating_nothing(
    built: Warehouse, table: str
) -> None:
    relation, key = ROW_OF[table]
    found = {each[key] for each in rows(built, f"select {key} from {relation}")}
    names = {*OBJECTS, *ENCODED, "neighbour"}
    assert {n for n in names if TABLES[table][0].format(n) not in found} == SILENT[table]
    reported = rows(
        built,
        "select raw_payload_id from extracted.extraction_issues"
        " where raw_table = %s and field = 'raw_payload' and reason = 'states nothing'",
        table,
    )
    assert len(reported) == len(SILENT[table])


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("name", NO_OBJECTS)
def test_what_is_no_object_is_reported(built: Warehouse, table: str, name: str) -> None:
    raw_id = row(
        built,
        f"select id from raw.{table} where raw_payload = %s::jsonb",
        Jsonb(NO_OBJECTS[name]),
    )["id"]
    assert [(field, reason) for field, _, reason in issues_of(built, raw_id)] == [
        ("raw_payload", "not a JSON object")
    ]


@pytest.mark.parametrize("table", ["company_payloads", "company_discovery"])
@pytest.mark.parametrize("name", ENCODED)
def test_a_payload_as_text_is_read(built: Warehouse, table: str, name: str) -> None:
    relation, key = ROW_OF[table]
    query = f"select name from {relation} where {key} = %s"
    assert row(built, query, f"{name}.example")["name"] == "x"


@pytest.mark.parametrize("table", [t for t in TABLES if t != "case_study_extraction_payloads"])
@pytest.mark.parametrize("name", [name for name in BAD_KEYS if name != "long-slug"])
def test_a_key_without_a_normal_form_is_reported(built: Warehouse, table: str, name: str) -> None:
    expected = 1 if may_be_key(table, BAD_KEYS[name]) else 0
    found = rows(
        built,
        "select field, value from extracted.extraction_issues where raw_table = %s and value = %s",
        table,
        BAD_KEYS[name][:1000],
    )
    assert len(found) == expected


def test_numbers_beyond_every_type_are_reported(built: Warehouse) -> None:
    query = "select * from extracted.company_firmographics where company_domain = 'numeric.example'"
    found = row(built, query)
    assert (found["linkedin_org_id"], found["founded_year"], found["employee_count"]) == (None,) * 3
    fields = [field for field, _, _ in issues_of(built, found["raw_payload_id"])]
    assert fields == ["employee_count", "founded", "org_id"]


def test_reported_values_are_cut_to_a_readable_length(built: Warehouse) -> None:
    query = "select max(length(value)) as longest from extracted.extraction_issues"
    assert row(built, query)["longest"] == 1000


@pytest.mark.usefixtures("built")
def test_the_invariants_across_tables_hold() -> None:
    dbt("test", "--select", "test_type:singular")
