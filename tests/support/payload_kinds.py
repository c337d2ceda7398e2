"""The kinds of payloads: a good one of each, where it lies, and what is shown of it.

Whatever is said of payloads as such can be tried with each kind. An entity is known by a name, from
which its key is made, so that many fit into one build.
"""

from __future__ import annotations

from itertools import count
from typing import Any, NamedTuple

from tests.support.scenario import Row, rows
from tests.support.warehouse import PAYLOAD_TABLES, Warehouse


class Kind(NamedTuple):
    """A kind of payload.

    Attributes:
        raw: Its raw table.
        table: The extracted table that keeps its winners.
        key: The key of an entity, of its name.
        good: A payload that states something.
        echo: Fields of an error answer that repeat what was asked for.
        shown: Query of what the warehouse says of an entity, of its normal key.
        expected: What that is, while the good payload counts.
        columns: Further columns of its raw rows.
    """

    raw: str
    table: str
    key: str
    good: Row
    echo: Row
    shown: str
    expected: list[tuple[Any, ...]]
    columns: Row = {}  # noqa: RUF012 - nobody changes it


KINDS = {
    "firmographics": Kind(
        "company_payloads",
        "company_firmographics",
        "{}.example",
        {"name": "Acme", "industry": "Retail", "url": None},
        {"domain": "acme.example", "website": "https://acme.example", "slug": "acme"},
        "select name, industry from extracted.company_firmographics where company_domain = %s",
        [("Acme", "Retail")],
    ),
    "discovery": Kind(
        "company_discovery",
        "company_discovery",
        "{}.example",
        {"name": "Acme", "size": "2-10", "country": "US"},
        {
            "domain": "acme.example",
            "resolved_domain": {"resolved_domain": "acme.example", "is_live": True},
            "derived_datapoints": {"industry": None},
        },
        "select name, size, country from extracted.company_discovery where domain = %s",
        [("Acme", "2-10", "US")],
    ),
    "profile": Kind(
        "person_payloads",
        "person_profile",
        "https://www.linkedin.com/in/{}",
        {
            "name": "Ana",
            "experience": [{"title": "Buyer", "company": "Acme"}],
            "education": [{"school_name": "One"}],
        },
        {
            "url": "https://www.linkedin.com/in/ana",
            "slug": "ana",
            "latest_experience": {"title": None, "company": None},
        },
        "select p.full_name, p.latest_title, e.title, s.school_name"
        " from extracted.person_profile as p"
        " left join extracted.person_experience as e using (linkedin_url)"
        " left join extracted.person_education as s using (linkedin_url)"
        " where p.linkedin_url = %s",
        [("Ana", "Buyer", "Buyer", "One")],
    ),
    "found-person": Kind(
        "person_discovery",
        "person_discovery",
        "https://www.linkedin.com/in/{}",
        {"name": "Ana", "latest_experience_title": "Buyer"},
        {"url": "https://www.linkedin.com/in/ana", "company_record_id": "r_1"},
        "select full_name, latest_title from extracted.person_discovery where linkedin_url = %s",
        [("Ana", "Buyer")],
    ),
    "research": Kind(
        "company_customer_claygent_payloads",
        "claygent_origins",
        "{}.example",
        {"customers": [{"companyName": "Acme"}]},
        {"response": "I could not open the page.", "confidence": "low", "stepsTaken": []},
        "select o.origin_company_name, c.company_customer_name"
        " from extracted.claygent_origins as o"
        " left join extracted.company_customer_claygent as c using (origin_company_domain)"
        " where o.origin_company_domain = %s",
        [("Origin", "Acme")],
        {"origin_company_name": "Origin"},
    ),
    "case-study": Kind(
        "case_study_extraction_payloads",
        "case_study_details",
        "https://studies.example/{}",
        {"article_title": "How it went", "champions": [{"full_name": "Ana"}]},
        {"confidence": "low", "reasoning": "The page is gone."},
        "select d.article_title, c.full_name from extracted.case_study_details as d"
        " left join extracted.case_study_champions as c on d.id = c.case_study_id"
        " where d.case_study_url = %s",
        [("How it went", "Ana")],
        {
            "origin_company_domain": "publisher.example",
            "company_customer_name": "Acme",
            "has_case_study_url": True,
        },
    ),
    "icp": Kind(
        "icp_payloads",
        "company_icp_criteria",
        "{}.example",
        {"company_criteria": {"industries": ["Retail"]}, "person_criteria": {"seniority": ["VP"]}},
        {"domain": "acme.example"},
        "select company_criteria ->> 'industries', person_criteria ->> 'seniority'"
        " from reference.company_icp where domain = %s",
        [('["Retail"]', '["VP"]')],
    ),
}

_ids = (f"01900000-0000-7000-8000-{n:012x}" for n in count(1))


def entity(*words: str) -> str:
    """The name of an entity."""
    return "-".join(words)


def key_of(kind: str, name: str) -> str:
    """The key of an entity, of its name."""
    return KINDS[kind].key.format(name)


def insert(w: Warehouse, kind: str, name: str, payload: Any, at: str, **columns: Any) -> str:
    """A payload in its raw table; its id, ids sort as they were made."""
    table = KINDS[kind]
    columns = {**table.columns, "id": next(_ids), **columns}
    return w.payload(table.raw, key_of(kind, name), payload, received=at, **columns)


def shown(warehouse: Warehouse, kind: str, name: str) -> list[tuple[Any, ...]]:
    """What the warehouse says of an entity."""
    return warehouse.all(KINDS[kind].shown, key_of(kind, name))


def raw_rows(warehouse: Warehouse, kind: str, name: str) -> list[Row]:
    """The raw rows of an entity, as they were received."""
    raw = KINDS[kind].raw
    query = f"select * from raw.{raw} where {PAYLOAD_TABLES[raw].key} = %s order by created_at, id"
    return rows(warehouse, query, key_of(kind, name))


def winners(warehouse: Warehouse, kind: str) -> dict[Any, Any]:
    """Raw row of each winner -> its last_refresh."""
    query = f"select raw_payload_id, _refreshed_at from extracted.{KINDS[kind].table}"
    return dict(warehouse.all(query))
