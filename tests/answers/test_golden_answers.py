"""What the views of the golden record answer: contacts, job changes, history, disagreements."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import pytest

from tests.support.scenario import Row, row, rows, scenario
from tests.support.scratch import Parameters
from tests.support.sources import PROFILE, firmographics, moment, upload
from tests.support.warehouse import Warehouse

MEMBER = PROFILE.format("ACwAAAmember")


def export(w: Warehouse, url: str, n: int, **cells: str | None) -> str:
    """A row of an export, received and exported on the n-th day."""
    at = datetime.fromisoformat(moment(n))
    return w.row(
        "salesnav_scrapes",
        upload_id=upload(w),
        linkedin_url_user_profile=url,
        created_at=at,
        export_timestamp=at,
        **cells,
    )


def profile(w: Warehouse, name: str, n: int, role: Row, **values: str) -> str:
    """A profile with one role, refreshed and received on the n-th day."""
    payload = {"name": name.title(), "last_refresh": moment(n), "latest_experience": role, **values}
    return w.payload("person_payloads", PROFILE.format(name), payload, received=moment(n))


def role(company: str, title: str, start: str, **values: object) -> Row:
    domain = f"{company.lower()}.example"
    return {"company": company, "company_domain": domain, "title": title, "start_date": start} | (
        values
    )


def _fill(w: Warehouse) -> None:
    reach = {"email": " Ana@Acme.example", "phone_number": "+1 555 0111", "first_name": "Ana"}
    for n in (1, 3):
        export(w, PROFILE.format("reached"), n, **reach)
    export(w, PROFILE.format("reached"), 2, email="ana@home.example", phone_number="12")
    export(w, MEMBER, 1, email="hidden@acme.example", first_name="Hid", last_name="Den")
    export(w, MEMBER, 2, first_name="Hid")

    profile(w, "mover", 1, role("Oldco", "Planner", "2020-01"))
    profile(w, "mover", 2, role("Oldco", "Senior Planner", "2022-01"))
    profile(w, "mover", 3, role("Oldco", "senior planner", "2022-01"))
    export(
        w,
        PROFILE.format("mover"),
        4,
        company="Newco",
        company_website="newco.example",
        job_title="COO",
        job_started_on="10-2025",
    )
    profile(w, "leaver", 1, role("Oldco", "Buyer", "2020-01", is_current=True))
    profile(w, "leaver", 2, role("Oldco", "Buyer", "2020-01", is_current=False, end_date="2026-01"))
    # an older start does not overtake, however late it was seen
    profile(w, "stayer", 1, role("Oldco", "Buyer", "2020-01", is_current=True))
    export(
        w,
        PROFILE.format("stayer"),
        2,
        company="Formerco",
        job_title="Clerk",
        job_started_on="01-2015",
    )
    # another spelling of both, no other title, a job that is over, no word of an employer
    profile(w, "agreed", 1, role("Oldco", "Buyer", "2020-01"))
    export(w, PROFILE.format("agreed"), 2, company="OldCo, Inc.", job_title="BUYER")
    profile(w, "returned", 1, role("Oldco", "Buyer", "2020-01", end_date="2026-01"))
    export(w, PROFILE.format("returned"), 2, company="Formerco", job_title="Clerk")
    profile(w, "titled", 1, role("Oldco", "Buyer", "2020-01"))
    export(w, PROFILE.format("titled"), 2, job_title="Head of Buying")
    bare = {"company_domain": "oldco.example", "title": "Buyer", "start_date": "2020-01"}
    profile(w, "placed", 1, bare)
    export(w, PROFILE.format("placed"), 2, company="Formerco", job_title="Buyer")

    w.payload(
        "company_payloads",
        "grown.example",
        {"name": "Grown", "industry": "Retail", "employee_count": 100, "last_refresh": moment(1)},
        received=moment(1),
    )
    w.payload(
        "company_payloads",
        "grown.example",
        {"name": "Grown", "employee_count": 150, "description": "Big", "last_refresh": moment(2)},
        received=moment(2),
    )
    w.payload(
        "company_discovery",
        "grown.example",
        {"name": "GROWN", "industry": "Wholesale", "size": "51-200"},
        received=moment(3),
    )
    firmographics(w, "agreed.example", "Agreed", None, moment(1))


def _fill_leads(w: Warehouse) -> None:
    for n, employees in ((1, 100), (2, 150), (4, 160)):
        w.payload(
            "company_payloads",
            "target.example",
            {"name": "Target", "industry": "Toys", "employee_count": employees},
            received=moment(n),
        )
    for slug, asked in (("any", {}), ("vps", {"title_contains_any": ["VP"]})):
        w.payload(
            "icp_payloads",
            f"{slug}-owner.example",
            {
                "company_criteria": {"industries": ["Toys"], "employee_count_min": 120},
                "person_criteria": asked,
            },
            received=moment(6),
        )
    for name, titles in (("old-hand", ("VP Toys", "VP Games")), ("promoted", ("Buyer", "VP Toys"))):
        profile(w, name, 1, role("Target", titles[0], "2020-01"))
        profile(w, name, 3, role("Target", titles[1], "2025-01"))
    profile(w, "arrival", 5, role("Target", "VP Dolls", "2025-01"))
    export(w, PROFILE.format("arrival"), 4, email="old@target.example", first_name="A")
    export(w, PROFILE.format("arrival"), 5, email="new@target.example", first_name="A")


@pytest.fixture(scope="module")
def built(_built: Parameters) -> Iterator[Warehouse]:
    with scenario() as warehouse:
        _fill(warehouse)
        _fill_leads(warehouse)
        warehouse.build()
        yield warehouse


def listed(warehouse: Warehouse, query: str) -> list[tuple[object, ...]]:
    return [tuple(each.values()) for each in rows(warehouse, query)]


def on_day(n: int) -> datetime:
    return datetime.fromisoformat(moment(n))


def test_a_contact_stands_once_since_its_first_receipt(built: Warehouse) -> None:
    found = listed(
        built,
        "select email, phone, email_verdict, known_since, confirmed_at from api.contacts"
        f" where linkedin_url = '{PROFILE.format('reached')}' order by known_since",
    )
    assert found == [
        ("ana@acme.example", "+1 555 0111", "unknown", on_day(1), on_day(3)),
        # two digits are no number
        ("ana@home.example", None, "unknown", on_day(2), on_day(2)),
    ]


def test_a_member_id_keeps_its_contact_and_is_nobody(built: Warehouse) -> None:
    found = row(
        built, f"select person_id, email, full_name from api.contacts where linkedin_url='{MEMBER}'"
    )
    assert found == {"person_id": None, "email": "hidden@acme.example", "full_name": "Hid Den"}
    assert rows(built, f"select from core.people where linkedin_url = '{MEMBER}'") == []


def test_a_number_that_is_none_is_reported(built: Warehouse) -> None:
    found = row(built, "select value, reason from extracted.extraction_issues")
    assert found == {"value": "12", "reason": "not a phone number"}


def test_job_changes_are_another_employer_or_title(built: Warehouse) -> None:
    found = listed(
        built,
        "select from_company_name, from_title, to_company_name, to_title, is_promotion, source,"
        f" seen_at from api.job_changes where linkedin_url = '{PROFILE.format('mover')}'"
        " order by seen_at",
    )
    assert found == [
        ("Oldco", "Planner", "Oldco", "Senior Planner", True, "profile", on_day(2)),
        # on day 3 the title is only written otherwise
        ("Oldco", "senior planner", "Newco", "COO", False, "salesnav", on_day(4)),
    ]


@pytest.mark.parametrize("name", ["leaver", "stayer"])
def test_the_end_of_a_job_and_an_older_one_are_no_change_of_job(
    built: Warehouse, name: str
) -> None:
    query = f"select from api.job_changes where linkedin_url = '{PROFILE.format(name)}'"
    assert rows(built, query) == []


def test_a_newer_job_in_an_export_overtakes_the_profile(built: Warehouse) -> None:
    found = listed(
        built,
        "select value, source, is_chosen, observed_since, reason from api.evidence"
        f" where entity_key = '{PROFILE.format('mover')}' and attribute = 'position'"
        " order by received_at",
    )
    assert found == [
        ("Planner / oldco.example", "profile", False, None, "overtaken"),
        ("Senior Planner / oldco.example", "profile", False, None, "overtaken"),
        ("senior planner / oldco.example", "profile", False, None, "overtaken"),
        ("COO / newco.example", "salesnav", True, on_day(4), "later start"),
    ]


def test_the_history_of_a_person_tells_titles_and_employers(built: Warehouse) -> None:
    found = listed(
        built,
        "select attribute, old_value, new_value, observed_at from api.person_history"
        f" where entity_key = '{PROFILE.format('mover')}' order by observed_at, attribute",
    )
    assert found == [
        ("title", "Planner", "Senior Planner", on_day(2)),
        ("title", "Senior Planner", "senior planner", on_day(3)),
        ("employer", "oldco.example", "newco.example", on_day(4)),
        ("title", "senior planner", "COO", on_day(4)),
    ]


def test_growth_is_in_the_history_and_a_description_is_not(built: Warehouse) -> None:
    found = listed(
        built,
        "select attribute, old_value, new_value, source, observed_at from api.company_history"
        " where entity_key = 'grown.example' order by observed_at, attribute",
    )
    assert found == [
        ("employee_count", "100", "150", "firmographics", on_day(2)),
        ("size_bucket", None, "51-200", "discovery", on_day(3)),
    ]
    kept = listed(built, "select attribute, new_value from core.company_history order by 1")
    assert ("description", None) in kept


def test_a_value_says_since_when_and_who_confirmed_it(built: Warehouse) -> None:
    found = row(
        built,
        "select value, observed_since, confirmed_at from api.provenance"
        " where entity_key = 'grown.example' and attribute = 'name'",
    )
    # discovery spells it otherwise
    assert found == {"value": "Grown", "observed_since": on_day(1), "confirmed_at": on_day(2)}


def test_why_a_value_was_chosen(built: Warehouse) -> None:
    found = listed(
        built,
        "select attribute, value, reason from api.evidence where entity_key = 'grown.example'"
        " and attribute in ('employee_count', 'industry', 'description')"
        " order by attribute, reason",
    )
    assert found == [
        ("description", "Big", "only one"),
        ("employee_count", "150", "newer"),
        ("employee_count", "100", "older"),
        ("industry", "Retail", "rank"),
        ("industry", "Wholesale", "rank"),
    ]


def test_sources_that_differ_by_more_than_spelling(built: Warehouse) -> None:
    found = listed(
        built, "select entity_key, attribute, said_values, sources from api.disagreements"
    )
    expected = (
        "grown.example",
        "industry",
        ["Retail", "Wholesale"],
        ["firmographics", "discovery"],
    )
    assert [each for each in found if each[0] == "grown.example"] == [expected]
    assert not any(each[0] == "agreed.example" for each in found)


def test_sources_that_differ_on_a_position(built: Warehouse) -> None:
    found = listed(
        built,
        "select replace(entity_key, 'https://www.linkedin.com/in/', ''), attribute, said_values,"
        " different_values, sources from api.disagreements"
        " where attribute in ('title', 'employer') order by 1, 2",
    )
    sources = ["profile", "salesnav"]
    assert found == [
        ("mover", "employer", ["oldco.example", "newco.example"], 2, sources),
        ("mover", "title", ["senior planner", "COO"], 2, sources),
        # one names the domain alone, the other the name
        ("placed", "employer", ["oldco.example", "Formerco"], 2, sources),
        ("stayer", "employer", ["oldco.example", "Formerco"], 2, sources),
        ("stayer", "title", ["Buyer", "Clerk"], 2, sources),
        ("titled", "title", ["Buyer", "Head of Buying"], 2, sources),
    ]


def test_since_when_somebody_is_a_lead(built: Warehouse) -> None:
    found = listed(
        built,
        "select icp_slug, replace(linkedin_url, 'https://www.linkedin.com/in/', ''), first_seen_at"
        " from api.leads where company_domain = 'target.example' order by 1, 2",
    )
    # the company is large enough since day 2, whatever it grew later
    assert found == [
        ("any-owner-example", "arrival", on_day(5)),
        ("any-owner-example", "old-hand", on_day(2)),
        ("any-owner-example", "promoted", on_day(2)),
        ("vps-owner-example", "arrival", on_day(5)),
        # the one title was as good as the other
        ("vps-owner-example", "old-hand", on_day(2)),
        ("vps-owner-example", "promoted", on_day(3)),
    ]


def test_a_lead_has_its_newest_address_and_an_account_counts_its_contacts(
    built: Warehouse,
) -> None:
    found = row(
        built,
        "select email, email_verdict from api.leads"
        f" where linkedin_url = '{PROFILE.format('arrival')}' and icp_slug = 'vps-owner-example'",
    )
    assert found == {"email": "new@target.example", "email_verdict": "unknown"}
    found = row(
        built,
        "select leads, contacts from api.target_accounts"
        " where icp_slug = 'vps-owner-example' and company_domain = 'target.example'",
    )
    assert found == {"leads": 3, "contacts": 1}


def test_how_much_is_known(built: Warehouse) -> None:
    found = listed(
        built,
        "select source, known, entities from api.coverage"
        " where entity = 'company' and attribute = 'industry' order by source",
    )
    # of grown, agreed and target; oldco, newco and two owners of profiles are only named
    assert found == [("any", 3, 7), ("discovery", 1, 1), ("firmographics", 3, 3)]


def test_how_many_people_can_be_placed_and_reached(built: Warehouse) -> None:
    found = listed(
        built,
        "select attribute, source, known, entities from api.coverage"
        " where entity = 'person' and attribute in ('position', 'email', 'phone') order by 1, 2",
    )
    # Eleven people, ten of them with a profile, which names a position each; exports name eight of
    # them, six with a position, two with an address, one with a number. A member id with an
    # address is nobody, but the export tells of it.
    assert found == [
        ("email", "any", 2, 11),
        ("email", "salesnav", 3, 9),
        ("phone", "any", 1, 11),
        ("phone", "salesnav", 1, 9),
        ("position", "any", 10, 11),
        ("position", "profile", 10, 10),
        ("position", "salesnav", 6, 9),
    ]


def test_changes_since_a_cursor_are_what_changed(built: Warehouse) -> None:
    cursor = row(built, "select cursor from api.changes limit 1")["cursor"]
    since = (
        "select key, kind from api.changes"
        f" where reference.is_unseen(changed_in, '{cursor}') order by key"
    )
    assert rows(built, since) == []
    firmographics(built, "agreed.example", "Agreed Ltd", None, moment(5))
    firmographics(built, "grown.example", "Grown", None, moment(5))
    firmographics(built, "arrived.example", "Arrived", None, moment(5))
    built.build()
    # what is received again and says nothing new changes nothing
    assert listed(built, since) == [
        ("agreed.example", "changed"),
        ("arrived.example", "new"),
    ]
