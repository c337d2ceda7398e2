"""Companies and people: who is one, what is said of them, and by whom."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from scenario import Parameters, Row, issues_of, part, row, rows, scenario
from warehouse import Warehouse

START = datetime(2026, 3, 1, 8, tzinfo=UTC)
PROFILE = "https://www.linkedin.com/in/{}"
COMPANY = "https://www.linkedin.com/company/{}"


def moment(n: int) -> str:
    """Receipt of the n-th delivery of an entity."""
    return (START + timedelta(days=n)).isoformat()


def slug(text: str) -> str:
    return text.replace(".", "-").replace("_", "-")


# --- How each source names a company: (warehouse, domain, name, LinkedIn URL, receipt) -> raw id

Say = Callable[[Warehouse, str, str | None, str | None, str], str]


def upload(warehouse: Warehouse) -> str:
    return warehouse.row(
        "loads",
        file_name="export.csv",
        file_sha256=uuid4().hex,
        bytes=0,
        records=0,
        landed=0,
        rejected=0,
        tool_version="test",
    )


def firmographics(w: Warehouse, domain: str, name: str | None, url: str | None, at: str) -> str:
    return w.payload("company_payloads", domain, {"name": name, "url": url}, received=at)


def discovery(w: Warehouse, domain: str, name: str | None, url: str | None, at: str) -> str:
    payload = {"name": name, "linkedin_url": url}
    return w.payload("company_discovery", domain, payload, received=at)


def manual_customers(w: Warehouse, domain: str, name: str | None, url: str | None, at: str) -> str:
    return w.row(
        "manual_company_customers",
        origin_company_domain=domain,
        origin_company_name=name,
        origin_company_linkedin_url=url,
        company_customer_name="Nobody",
        created_at=datetime.fromisoformat(at),
    )


def case_studies(w: Warehouse, domain: str, name: str | None, _: str | None, at: str) -> str:
    return w.payload(
        "case_study_extraction_payloads",
        f"https://studies.example/{slug(domain)}/{uuid4()}",
        {},
        received=at,
        origin_company_domain=domain,
        origin_company_name=name,
        company_customer_name="Nobody",
        has_case_study_url=True,
    )


def claygent_origins(w: Warehouse, domain: str, name: str | None, url: str | None, at: str) -> str:
    return w.payload(
        "company_customer_claygent_payloads",
        domain,
        {},
        received=at,
        origin_company_name=name,
        origin_company_linkedin_url=url,
    )


def vc_portfolios(w: Warehouse, domain: str, name: str | None, url: str | None, at: str) -> str:
    return w.row(
        "vc_portfolio_companies",
        upload_id=upload(w),
        vc_firm_id=w.row("vc_firms", name="Firm", domain="firm.example"),
        website_domain=domain,
        company_name=name,
        linkedin_url=url,
        created_at=datetime.fromisoformat(at),
    )


def crunchbase(w: Warehouse, domain: str, name: str | None, url: str | None, at: str) -> str:
    return w.row(
        "vc_crunchbase_portfolios",
        website=domain,
        name=name,
        linkedin_url=url,
        created_at=datetime.fromisoformat(at),
    )


def icp_owners(w: Warehouse, domain: str, _name: str | None, _url: str | None, at: str) -> str:
    return w.payload("icp_payloads", domain, {}, received=at)


def profiles(w: Warehouse, domain: str, name: str | None, url: str | None, at: str) -> str:
    role = {"company": name, "company_domain": domain, "url": url, "is_current": False}
    person = PROFILE.format(f"employed-{uuid4()}")
    return w.payload("person_payloads", person, {"experience": [role]}, received=at)


def people_discovery(w: Warehouse, domain: str, name: str | None, _: str | None, at: str) -> str:
    payload = {"domain": domain, "latest_experience_company": name}
    person = PROFILE.format(f"found-{uuid4()}")
    return w.payload("person_discovery", person, payload, received=at)


def salesnav(w: Warehouse, domain: str, name: str | None, url: str | None, at: str) -> str:
    return w.row(
        "salesnav_scrapes",
        upload_id=upload(w),
        company_website=domain,
        company=name,
        linkedin_url_company=url,
        created_at=datetime.fromisoformat(at),
    )


def other_payloads(w: Warehouse, domain: str, _name: str | None, _url: str | None, at: str) -> str:
    return w.payload("company_payloads", domain, {}, received=at, payload_type="technographics")


# Best first.
SOURCES: dict[str, Say] = {
    "firmographics": firmographics,
    "discovery": discovery,
    "manual_customers": manual_customers,
    "case_studies": case_studies,
    "claygent_origins": claygent_origins,
    "vc_portfolios": vc_portfolios,
    "crunchbase_portfolios": crunchbase,
    "icp_owners": icp_owners,
    "profiles": profiles,
    "people_discovery": people_discovery,
    "salesnav": salesnav,
    "other_payloads": other_payloads,
}
DOMAIN_ONLY = {"icp_owners", "other_payloads"}
NAMING = [source for source in SOURCES if source not in DOMAIN_ONLY]
LINKING = [s for s in NAMING if s not in {"case_studies", "people_discovery"}]
# Sources of which several rows or entities may name one company.
REPEATING = [s for s in NAMING if s not in {"firmographics", "discovery", "claygent_origins"}]

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

SIDES = {
    "manual-origin.example": ("manual_company_customers", "Origin"),
    "manual-customer.example": ("manual_company_customers", "Customer"),
    "study-publisher.example": ("case_study_extraction_payloads", "Publisher"),
    "study-customer.example": ("case_study_extraction_payloads", "Study Customer"),
    "employer-latest.example": ("person_payloads", "Latest"),
    "employer-current.example": ("person_payloads", "Current"),
    "employer-past.example": ("person_payloads", "Past"),
}


def _fill_ranking(w: Warehouse) -> None:
    for n, source in enumerate(SOURCES):
        for place, worse in enumerate(list(SOURCES)[n:]):
            domain = f"best-{slug(source)}.example"
            SOURCES[worse](w, domain, f"by {worse}", COMPANY.format(slug(worse)), moment(place))
        silent = f"silent-{slug(source)}.example"
        SOURCES[source](w, silent, None, None, moment(2))
        SOURCES["salesnav"](w, silent, "by salesnav", COMPANY.format("salesnav"), moment(1))
        alone = f"alone-{slug(source)}.example"
        SOURCES[source](w, alone, "Alone", COMPANY.format("alone"), moment(3))
    for source in REPEATING:
        domain = f"newest-{slug(source)}.example"
        for n in (1, 3, 2):
            SOURCES[source](w, domain, f"name {n}", COMPANY.format(f"page-{n}"), moment(n))
    firmographics(w, "split.example", "Split", None, moment(1))
    discovery(w, "split.example", "No", COMPANY.format("split"), moment(0))


def _fill_sides(w: Warehouse) -> None:
    w.row(
        "manual_company_customers",
        origin_company_domain="manual-origin.example",
        origin_company_name="Origin",
        company_customer_name="Customer",
        company_customer_domain="http://www.manual-customer.example",
    )
    w.payload(
        "case_study_extraction_payloads",
        "https://studies.example/sides",
        {"customer_company_domain": "study-customer.example"},
        origin_company_domain="study-publisher.example",
        origin_company_name="Publisher",
        company_customer_name="Study Customer",
        has_case_study_url=True,
    )
    w.payload(
        "person_payloads",
        PROFILE.format("sides"),
        {
            "latest_experience": {"company": "Latest", "company_domain": "employer-latest.example"},
            "experience": [
                {
                    "company": "Current",
                    "company_domain": "employer-current.example",
                    "is_current": True,
                },
                {"company": "Past", "company_domain": "employer-past.example", "is_current": False},
            ],
        },
    )


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
    w.payload("person_payloads", PROFILE.format("waiting"), {"name": "W"}, payload_type="email")
    for kind in ("profile", "person_profile", "enrichment"):
        w.payload("person_payloads", PROFILE.format(f"kind-{slug(kind)}"), {}, payload_type=kind)
    for kind in ("firmographics", "company_firmographics"):
        domain = f"kind-{slug(kind)}.example"
        w.payload("company_payloads", domain, {}, payload_type=kind)


def _fill_people(w: Warehouse) -> None:
    """People named by several sources; the better source is the older one."""
    ranking = PROFILE.format("ranked")
    w.payload("person_payloads", ranking, {"name": "By Profile"}, received=moment(1))
    w.payload("person_discovery", ranking, {"name": "By Discovery"}, received=moment(2))
    silent = PROFILE.format("silent")
    w.payload("person_payloads", silent, {"name": None}, received=moment(3))
    w.payload("person_discovery", silent, {"name": "By Discovery"}, received=moment(2))
    for n, first in ((1, "Old"), (3, "New"), (2, "Between")):
        for person in (ranking, silent, PROFILE.format("exported")):
            w.row(
                "salesnav_scrapes",
                upload_id=upload(w),
                linkedin_url_user_profile=person,
                first_name=first,
                last_name="Example",
                created_at=datetime.fromisoformat(moment(n - 1)),
            )


def _fill_aliases(w: Warehouse) -> None:
    discovery(w, "jobs-at-acme.example", "Jobs at Acme", COMPANY.format("acme-jobs"), moment(0))
    discovery(w, "careers-at-acme.example", "Acme Careers", None, moment(3))
    manual_customers(w, "acme-widgets.example", "Acme Widgets", None, moment(2))


def _fill_history(w: Warehouse, employer: str, at: str) -> None:
    """What one person, one found person and one case study say of their companies, twice."""
    role = {"company": f"{employer} Ltd", "company_domain": f"{employer}-profile.example"}
    w.payload("person_payloads", PROFILE.format("mover"), {"experience": [role]}, received=at)
    w.payload(
        "person_discovery",
        PROFILE.format("mover"),
        {"domain": f"{employer}-found.example", "latest_experience_company": f"{employer} Ltd"},
        received=at,
    )
    w.payload(
        "case_study_extraction_payloads",
        "https://studies.example/moving",
        {"customer_company_domain": f"{employer}-customer.example"},
        received=at,
        origin_company_domain=f"{employer}-publisher.example",
        origin_company_name=f"{employer} Ltd",
        company_customer_name=f"{employer} Ltd",
        has_case_study_url=True,
    )
    spoken = {"company": f"{employer} name", "company_domain": "spoken-twice.example"}
    w.payload("person_payloads", PROFILE.format("speaker"), {"experience": [spoken]}, received=at)


@pytest.fixture(scope="module")
def built(_built: Parameters) -> Iterator[Warehouse]:
    with scenario() as warehouse:
        _fill_ranking(warehouse)
        _fill_sides(warehouse)
        _fill_identities(warehouse)
        _fill_people(warehouse)
        _fill_aliases(warehouse)
        _fill_history(warehouse, "once", moment(1))
        _fill_history(warehouse, "then", moment(2))
        warehouse.build()
        _fill_history(warehouse, "now", moment(3))
        warehouse.build()
        yield warehouse


def company(warehouse: Warehouse, domain: str) -> Row:
    return row(warehouse, "select * from core.companies where domain = %s", domain)


def person(warehouse: Warehouse, name: str) -> Row:
    return row(warehouse, "select * from core.people where linkedin_slug = %s", name)


def count(warehouse: Warehouse, query: str, *parameters: Any) -> int:
    return int(warehouse.one(query, *parameters)[0])


def hashed(*parts: str) -> UUID:
    """The documented id: netstrings, SHA-256, 16 bytes, version 8, variant digit 8."""
    content = b"".join(b"%d:%s," % (len(p.encode()), p.encode()) for p in parts)
    digits = hashlib.sha256(content).hexdigest()[:32]
    return UUID(f"{digits[:12]}8{digits[13:16]}8{digits[17:]}")


@pytest.mark.parametrize("source", NAMING)
def test_the_best_source_names_a_company(built: Warehouse, source: str) -> None:
    found = company(built, f"best-{slug(source)}.example")
    assert (found["name"], found["_name_source"]) == (f"by {source}", source)


@pytest.mark.parametrize("source", LINKING)
def test_the_best_source_gives_the_linkedin_page(built: Warehouse, source: str) -> None:
    found = company(built, f"best-{slug(source)}.example")
    assert found["linkedin_url"] == COMPANY.format(slug(source))
    assert found["_linkedin_url_source"] == source


@pytest.mark.parametrize("source", [s for s in SOURCES if s != "salesnav"])
def test_a_source_that_knows_nothing_leaves_the_word_to_the_next(
    built: Warehouse, source: str
) -> None:
    expected = {"name": "by salesnav", "linkedin_url": COMPANY.format("salesnav")}
    assert part(company(built, f"silent-{slug(source)}.example"), expected) == expected


@pytest.mark.parametrize("source", SOURCES)
def test_every_source_makes_a_company(built: Warehouse, source: str) -> None:
    found = company(built, f"alone-{slug(source)}.example")
    assert found["name"] == (None if source in DOMAIN_ONLY else "Alone")


@pytest.mark.parametrize("source", REPEATING)
def test_the_newest_of_one_source_speaks(built: Warehouse, source: str) -> None:
    found = company(built, f"newest-{slug(source)}.example")
    assert found["name"] == "name 3"
    assert found["linkedin_url"] == (COMPANY.format("page-3") if source in LINKING else None)


def test_each_attribute_is_chosen_on_its_own(built: Warehouse) -> None:
    found = company(built, "split.example")
    assert (found["name"], found["linkedin_url"]) == ("Split", COMPANY.format("split"))
    assert found["updated_at"] == datetime.fromisoformat(moment(1))


def test_a_value_leads_to_the_raw_row_it_came_from(built: Warehouse) -> None:
    found = company(built, "split.example")
    raw = "select id from raw.{} where company_domain = 'split.example'"
    expected = {
        "_name_raw_payload_id": row(built, raw.format("company_payloads"))["id"],
        "_name_received_at": datetime.fromisoformat(moment(1)),
        "_linkedin_url_raw_payload_id": row(built, raw.format("company_discovery"))["id"],
        "_linkedin_url_received_at": datetime.fromisoformat(moment(0)),
    }
    assert part(found, expected) == expected


@pytest.mark.parametrize("source", SOURCES)
def test_a_company_is_as_old_as_its_first_mention(built: Warehouse, source: str) -> None:
    expected = {
        # the best source spoke first, the silent one after the export
        f"best-{slug(source)}.example": moment(0),
        f"silent-{slug(source)}.example": moment(1),
        f"alone-{slug(source)}.example": moment(3),
    }
    found = {domain: company(built, domain)["created_at"].isoformat() for domain in expected}
    assert found == expected


@pytest.mark.parametrize("source", SOURCES)
def test_updated_at_is_the_latest_receipt_behind_the_values(built: Warehouse, source: str) -> None:
    found = company(built, f"silent-{slug(source)}.example")["updated_at"]
    assert found.isoformat() == moment(1)


@pytest.mark.parametrize("domain", SIDES)
def test_both_sides_and_every_employer_are_companies(built: Warehouse, domain: str) -> None:
    assert company(built, domain)["name"] == SIDES[domain][1]


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
    assert issues_of(built, raw_id) == [(key, word, "no domain")]


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


def test_a_type_that_nothing_extracts_waits_unreported(built: Warehouse) -> None:
    raw_id = row(built, "select id from raw.person_payloads where payload_type = 'email'")["id"]
    assert issues_of(built, raw_id) == []
    query = "select count(*) from extracted.person_profile where linkedin_slug = 'waiting'"
    assert count(built, query) == 0
    assert count(built, "select count(*) from core.people where linkedin_slug = 'waiting'") == 0


@pytest.mark.parametrize("kind", ["profile", "person_profile", "enrichment"])
def test_every_name_of_the_profile_feed_is_extracted(built: Warehouse, kind: str) -> None:
    assert person(built, f"kind-{slug(kind)}")["full_name"] is None


@pytest.mark.parametrize("kind", ["firmographics", "company_firmographics"])
def test_every_name_of_the_firmographics_feed_is_extracted(built: Warehouse, kind: str) -> None:
    query = "select count(*) from extracted.company_firmographics where company_domain = %s"
    assert count(built, query, f"kind-{slug(kind)}.example") == 1


@pytest.mark.parametrize(
    ("name", "full_name", "source", "created", "updated"),
    [
        ("ranked", "By Profile", "profile", 0, 1),
        ("silent", "By Discovery", "discovery", 0, 2),
        ("exported", "New Example", "salesnav", 0, 2),
    ],
)
def test_a_person_bears_the_name_of_the_best_source(
    built: Warehouse, name: str, full_name: str, source: str, created: int, updated: int
) -> None:
    expected = {
        "full_name": full_name,
        "_full_name_source": source,
        "created_at": datetime.fromisoformat(moment(created)),
        "updated_at": datetime.fromisoformat(moment(updated)),
    }
    assert part(person(built, name), expected) == expected


def test_aliases_are_one_company_under_the_canonical_domain(built: Warehouse) -> None:
    found = company(built, "acme-widgets.example")
    # of two rows of the best source the newer speaks, and the page is known from the other alone
    expected = {
        "name": "Acme Careers",
        "linkedin_url": COMPANY.format("acme-jobs"),
        "created_at": datetime.fromisoformat(moment(0)),
        "updated_at": datetime.fromisoformat(moment(3)),
    }
    assert part(found, expected) == expected


@pytest.mark.parametrize("alias", ["jobs-at-acme.example", "careers-at-acme.example"])
def test_an_alias_leads_to_the_canonical_company(built: Warehouse, alias: str) -> None:
    found = row(built, "select * from core.company_aliases where domain = %s", alias)
    expected = {
        "id": hashed("core.companies", alias),
        "canonical_domain": "acme-widgets.example",
        "canonical_id": company(built, "acme-widgets.example")["id"],
    }
    assert part(found, expected) == expected
    assert count(built, "select count(*) from core.companies where domain = %s", alias) == 0


@pytest.mark.parametrize("side", ["profile", "found", "publisher", "customer"])
@pytest.mark.parametrize("when", ["once", "then", "now"])
def test_a_company_stays_when_its_payload_is_superseded(
    built: Warehouse, when: str, side: str
) -> None:
    assert company(built, f"{when}-{side}.example")["name"] == f"{when} Ltd"


def test_a_superseded_payload_has_no_say_where_a_current_one_speaks(built: Warehouse) -> None:
    found = company(built, "spoken-twice.example")
    assert found["name"] == "now name"
    assert (found["created_at"].isoformat(), found["updated_at"].isoformat()) == (
        moment(1),
        moment(3),
    )


IDS: dict[str, Callable[[Row], tuple[str, ...]]] = {
    "core.companies": lambda r: (r["domain"],),
    "core.people": lambda r: (r["linkedin_url"],),
    "extracted.company_firmographics": lambda r: (r["company_domain"],),
    "extracted.company_discovery": lambda r: (r["domain"],),
    "extracted.person_profile": lambda r: (r["linkedin_url"],),
    "extracted.person_discovery": lambda r: (r["linkedin_url"],),
    "extracted.person_experience": lambda r: (r["linkedin_url"], str(r["experience_order"])),
    "extracted.case_study_details": lambda r: (r["case_study_url"],),
    "reference.company_icp": lambda r: (r["domain"],),
    "reference.company_customers": lambda r: (r["domain"], r["customer_domain"]),
    "reference.enrichment_workflow_registry": lambda r: (r["workflow_slug"],),
}


@pytest.mark.parametrize("table", IDS)
def test_an_id_is_the_documented_hash_of_the_natural_key(built: Warehouse, table: str) -> None:
    found = rows(built, f"select * from {table}")
    assert found
    assert [r for r in found if r["id"] != hashed(table, *IDS[table](r))] == []


def test_the_invariants_hold(built: Warehouse) -> None:
    built.check()
