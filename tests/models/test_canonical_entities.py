"""What core says of companies and people: by which source, since when, and for how long."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from datetime import datetime
from uuid import UUID

import pytest

from tests.support.scenario import Row, company, count, part, person, row, rows, scenario
from tests.support.scratch import Parameters
from tests.support.sources import (
    COMPANY,
    DOMAIN_ONLY,
    LINKING,
    NAMING,
    PROFILE,
    REPEATING,
    SOURCES,
    discovery,
    firmographics,
    manual_customers,
    moment,
    slug,
    upload,
)
from tests.support.warehouse import Warehouse

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


# named twice by one payload: who speaks
NAMED_TWICE = {
    "twice-latest.example": "Latest",
    "twice-employed.example": "First Role",
    "twice-employed-once.example": "First Role",
    "twice-studied.example": "Publisher",
    "twice-studied-once.example": "Publisher",
    "twice-by-hand.example": "Origin",
}


def _fill_named_twice(w: Warehouse) -> None:
    """Each payload but the one by hand is received once with other domains behind it."""

    def role(name: str, domain: str) -> Row:
        return {"company": name, "company_domain": domain}

    def profile(domain: str, at: str) -> None:
        payload = {
            "latest_experience": role("Latest", "twice-latest.example"),
            "experience": [
                role("First Role", domain),
                role("Second Role", domain),
                role("As Listed", "twice-latest.example"),
            ],
        }
        w.payload("person_payloads", PROFILE.format("twice"), payload, received=at)

    def study(domain: str, at: str) -> None:
        w.payload(
            "case_study_extraction_payloads",
            "https://studies.example/twice",
            {"customer_company_domain": domain},
            received=at,
            origin_company_domain=domain,
            origin_company_name="Publisher",
            company_customer_name="Reader",
            has_case_study_url=True,
        )

    for once, at in (("-once", moment(1)), ("", moment(2))):
        profile(f"twice-employed{once}.example", at)
        study(f"twice-studied{once}.example", at)
    w.row(
        "manual_company_customers",
        origin_company_domain="twice-by-hand.example",
        origin_company_name="Origin",
        company_customer_name="Reader",
        company_customer_domain="twice-by-hand.example",
    )


def _fill_people(w: Warehouse) -> None:
    """People named by several sources; the better source is the older one."""
    ranking = PROFILE.format("ranked")
    w.payload("person_payloads", ranking, {"name": "By Profile"}, received=moment(1))
    w.payload("person_discovery", ranking, {"name": "By Discovery"}, received=moment(2))
    silent = PROFILE.format("silent")
    w.payload("person_payloads", silent, {"headline": "Buyer"}, received=moment(3))
    w.payload("person_discovery", silent, {"name": "By Discovery"}, received=moment(2))
    for n, first in ((1, "Old"), (3, "New"), (2, "Between")):
        for url in (ranking, silent, PROFILE.format("exported")):
            w.row(
                "salesnav_scrapes",
                upload_id=upload(w),
                linkedin_url_user_profile=url,
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
        _fill_named_twice(warehouse)
        _fill_people(warehouse)
        _fill_aliases(warehouse)
        _fill_history(warehouse, "once", moment(1))
        _fill_history(warehouse, "then", moment(2))
        warehouse.build()
        _fill_history(warehouse, "now", moment(3))
        warehouse.build()
        yield warehouse


def hashed(*parts: str) -> UUID:
    """The documented id: netstrings, SHA-256, 16 bytes, version 8, variant digit 8."""
    content = b"".join(b"%d:%s," % (len(p.encode()), p.encode()) for p in parts)
    digits = hashlib.sha256(content).hexdigest()[:32]
    return UUID(f"{digits[:12]}8{digits[13:16]}8{digits[17:]}")


def spoken(warehouse: Warehouse, key: str, attribute: str) -> Row:
    """Where a value of the golden record comes from."""
    query = "select * from api.provenance where entity_key = %s and attribute = %s"
    return row(warehouse, query, key, attribute)


@pytest.mark.parametrize("source", NAMING)
def test_the_best_source_names_a_company(built: Warehouse, source: str) -> None:
    found = company(built, f"best-{slug(source)}.example")
    assert found["name"] == f"by {source}"
    assert spoken(built, found["domain"], "name")["source"] == source


@pytest.mark.parametrize("source", LINKING)
def test_the_best_source_gives_the_linkedin_page(built: Warehouse, source: str) -> None:
    found = company(built, f"best-{slug(source)}.example")
    assert found["linkedin_url"] == COMPANY.format(slug(source))
    assert spoken(built, found["domain"], "linkedin_url")["source"] == source


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
    raw = "select id as raw_payload_id from raw.{} where company_domain = 'split.example'"
    name, page = (spoken(built, "split.example", each) for each in ("name", "linkedin_url"))
    expected = row(built, raw.format("company_payloads"))
    expected["observed_since"] = datetime.fromisoformat(moment(1))
    assert part(name, expected) == expected
    expected = row(built, raw.format("company_discovery"))
    expected["observed_since"] = datetime.fromisoformat(moment(0))
    assert part(page, expected) == expected


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
def test_updated_at_is_the_receipt_that_last_changed_a_value(built: Warehouse, source: str) -> None:
    # without a name these two say in what the company trades, which the export did not
    last = 2 if source in ("firmographics", "discovery") else 1
    found = company(built, f"silent-{slug(source)}.example")["updated_at"]
    assert found.isoformat() == moment(last)


@pytest.mark.parametrize("domain", SIDES)
def test_both_sides_and_every_employer_are_companies(built: Warehouse, domain: str) -> None:
    assert company(built, domain)["name"] == SIDES[domain][1]


@pytest.mark.parametrize("domain", NAMED_TWICE)
def test_of_several_mentions_in_one_payload_the_first_speaks(built: Warehouse, domain: str) -> None:
    assert company(built, domain)["name"] == NAMED_TWICE[domain]


# name: (full name, source, receipt of the first mention, last change: an export knows first names,
# and the silent profile a headline)
RANKED = {
    "ranked": ("By Profile", "profile", 0, 2),
    "silent": ("By Discovery", "discovery", 0, 3),
    "exported": ("New Example", "salesnav", 0, 2),
}


@pytest.mark.parametrize("name", RANKED)
def test_a_person_bears_the_name_of_the_best_source(built: Warehouse, name: str) -> None:
    full_name, source, created, updated = RANKED[name]
    expected = {
        "full_name": full_name,
        "created_at": datetime.fromisoformat(moment(created)),
        "updated_at": datetime.fromisoformat(moment(updated)),
    }
    found = person(built, name)
    assert part(found, expected) == expected
    assert spoken(built, found["linkedin_url"], "full_name")["source"] == source


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
