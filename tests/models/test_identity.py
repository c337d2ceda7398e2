"""Who is one company or one person, who is none, and what becomes of rows that name nobody."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.scenario import company, count, issues_of, person, row, rows, scenario
from tests.support.scratch import Parameters
from tests.support.sources import PROFILE, SOURCES, discovery, moment, slug, upload
from tests.support.warehouse import Warehouse

DOMAINS_OF_NOBODY = ["jane doe", "CRM", "n/a", "10.0.0.1", "localhost", "bit.ly", "GMAIL.com"]

# Ways to write one company, as payloads name it.
ONE_COMPANY = [
    "www.Acme-Single.example",
    "HTTP://WWW.acme-single.example:443/?x=1",
    "acme-single.example.",
    "https://user@www2.acme-single.example/about#team",
]

# Ways to write one person.
ONE_PERSON = [
    "https://www.linkedin.com/in/Ana-Single/",
    "https://www.linkedin.com/in/ana-single?trk=x",
    "https://uk.linkedin.com/in/ana-single",
    "https://m.linkedin.com/in/ana-single/details/",
    "http://linkedin.com/in/ana-single#about",
]
ACCENTED = ["https://www.linkedin.com/in/chlo%C3%A9-single", "linkedin.com/in/Chloé-single"]
MEMBER_ID = "https://www.linkedin.com/in/ACwAAAexample"
PUBLIC_LIKE_MEMBER_ID = "https://www.linkedin.com/in/acwaaaexample"


def _fill_identities(w: Warehouse) -> None:
    for n, domain in enumerate(ONE_COMPANY):
        discovery(w, domain, f"Single {n}", None, moment(n))
    for domain in DOMAINS_OF_NOBODY:
        for say in SOURCES.values():
            say(w, domain, "Nobody", None, moment(0))
    for n, url in enumerate(ONE_PERSON):
        w.payload("person_discovery", url, {"name": f"Ana {n}"}, received=moment(n))
    for url in [*ACCENTED, MEMBER_ID, PUBLIC_LIKE_MEMBER_ID]:
        role = {"company": "Hidden", "company_domain": f"of-{slug(url[-12:].lower())}.example"}
        role["company_domain"] = "employer-of-member.example" if url == MEMBER_ID else ""
        w.payload("person_payloads", url, {"name": "Chloé", "experience": [role]})
    for form in (MEMBER_ID, "https://www.linkedin.com/sales/lead/ACwAAAexample,NAME_SEARCH,x1"):
        w.row(
            "salesnav_scrapes",
            upload_id=upload(w),
            linkedin_url_user_profile=form,
            first_name="Rhea",
        )
    w.row("salesnav_scrapes", upload_id=upload(w), linkedin_url_user_profile="jane doe")
    w.row("vc_firms", name="Firm", domain="Firm")
    w.row(
        "manual_company_customers",
        origin_company_domain="origin.example",
        company_customer_name="Nobody",
        company_customer_domain="10.0.0.1",
    )
    w.payload(
        *("person_payloads", PROFILE.format("waiting"), {"name": "W"}),
        workflow_slug="leadmagic-email",
        payload_type="email",
    )
    for kind in ("profile", "person_profile", "enrichment"):
        url = PROFILE.format(f"kind-{slug(kind)}")
        w.payload("person_payloads", url, {"name": kind}, payload_type=kind)
    for kind in ("firmographics", "company_firmographics"):
        domain = f"kind-{slug(kind)}.example"
        w.payload("company_payloads", domain, {"name": kind}, payload_type=kind)


@pytest.fixture(scope="module")
def built(_built: Parameters) -> Iterator[Warehouse]:
    with scenario() as warehouse:
        _fill_identities(warehouse)
        warehouse.build()
        yield warehouse


def test_every_spelling_of_a_domain_is_one_company(built: Warehouse) -> None:
    query = "select count(*) from core.companies where domain like '%%acme-single%%'"
    assert count(built, query) == 1
    assert company(built, "acme-single.example")["name"] == "Single 3"


@pytest.mark.parametrize("word", DOMAINS_OF_NOBODY)
def test_what_is_no_company_never_becomes_one(built: Warehouse, word: str) -> None:
    query = "select count(*) from core.companies where domain = lower(%s) or name = 'Nobody'"
    assert count(built, query, word) == 0


@pytest.mark.parametrize("word", DOMAINS_OF_NOBODY[:5])
@pytest.mark.parametrize(
    ("table", "key"),
    {
        "company_payloads": "company_domain",
        "company_discovery": "company_domain",
        "company_customer_claygent_payloads": "origin_company_domain",
        "case_study_extraction_payloads": "origin_company_domain",
        "icp_payloads": "domain",
    }.items(),
)
def test_a_row_whose_key_is_no_domain_is_reported(
    built: Warehouse, table: str, key: str, word: str
) -> None:
    waiting = " and payload_type <> 'technographics'" if table == "company_payloads" else ""
    raw_id = row(built, f"select id from raw.{table} where {key} = %s{waiting}", word)["id"]
    assert issues_of(built, raw_id) == [(key, word, "not a domain")]


# raw table without payloads -> (column of a domain or profile, word that is none)
VALUES = [
    ("manual_company_customers", "origin_company_domain", "jane doe", "not a domain"),
    ("manual_company_customers", "company_customer_domain", "10.0.0.1", "not a domain"),
    ("vc_portfolio_companies", "website_domain", "jane doe", "not a domain"),
    ("vc_crunchbase_portfolios", "website", "jane doe", "not a domain"),
    ("vc_firms", "domain", "Firm", "not a domain"),
    ("salesnav_scrapes", "company_website", "jane doe", "not a domain"),
    ("salesnav_scrapes", "linkedin_url_user_profile", "jane doe", "not a LinkedIn profile URL"),
]


@pytest.mark.parametrize(("table", "column", "word", "reason"), VALUES)
def test_a_row_without_payload_is_reported_too(
    built: Warehouse, table: str, column: str, word: str, reason: str
) -> None:
    raw_id = row(built, f"select id from raw.{table} where {column} = %s", word)["id"]
    assert (column, word, reason) in issues_of(built, raw_id)


def test_a_member_id_is_nothing_to_report(built: Warehouse) -> None:
    query = "select id from raw.salesnav_scrapes where linkedin_url_user_profile = %s"
    assert issues_of(built, row(built, query, MEMBER_ID)["id"]) == []


def test_every_spelling_of_a_profile_is_one_person(built: Warehouse) -> None:
    query = "select count(*) from core.people where linkedin_url ilike '%%ana-single%%'"
    assert count(built, query) == 1
    assert person(built, "ana-single")["full_name"] == "Ana 4"


def test_an_accent_and_its_escape_are_one_person(built: Warehouse) -> None:
    assert person(built, "chloé-single")["linkedin_url"] == PROFILE.format("chloé-single")


def test_a_member_id_is_extracted_but_no_person(built: Warehouse) -> None:
    extracted = {
        found["linkedin_slug"]
        for found in rows(built, "select linkedin_slug from extracted.person_profile")
    }
    people = {
        found["linkedin_slug"] for found in rows(built, "select linkedin_slug from core.people")
    }
    assert {"ACwAAAexample", "acwaaaexample"} <= extracted
    assert {name for name in people if name.lower().startswith("acwaa")} == {"acwaaaexample"}


def test_the_employer_of_a_member_id_is_a_company(built: Warehouse) -> None:
    assert company(built, "employer-of-member.example")["name"] == "Hidden"


def test_a_workflow_that_nothing_reads_waits_unreported(built: Warehouse) -> None:
    raw_id = row(built, "select id from raw.person_payloads where payload_type = 'email'")["id"]
    assert issues_of(built, raw_id) == []
    query = "select count(*) from extracted.person_profile where linkedin_slug = 'waiting'"
    assert count(built, query) == 0
    assert count(built, "select count(*) from core.people where linkedin_slug = 'waiting'") == 0


@pytest.mark.parametrize("kind", ["profile", "person_profile", "enrichment"])
def test_every_name_of_the_profile_feed_is_extracted(built: Warehouse, kind: str) -> None:
    assert person(built, f"kind-{slug(kind)}")["full_name"] == kind


@pytest.mark.parametrize("kind", ["firmographics", "company_firmographics"])
def test_every_name_of_the_firmographics_feed_is_extracted(built: Warehouse, kind: str) -> None:
    query = "select name from extracted.company_firmographics where company_domain = %s"
    assert row(built, query, f"kind-{slug(kind)}.example")["name"] == kind
