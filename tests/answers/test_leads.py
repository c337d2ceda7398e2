"""The leads of an ideal customer profile: one case for every rule, and one that flips the answer.

Every case has an owner, a company and a person of its own. Its profile asks for an industry that
only its company has, so no case sees another, and for what the case is about.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.support.scenario import Row, rows, scenario
from tests.support.scratch import Parameters
from tests.support.sources import PROFILE, slug, upload
from tests.support.warehouse import Warehouse

CROWD = 700  # more than any page


@dataclass(frozen=True)
class Case:
    """A company, a person there, what is asked for, and whether the person is a lead."""

    name: str
    lead: bool
    company: Row = field(default_factory=dict)
    person: Row = field(default_factory=dict)
    asked_of_company: Row = field(default_factory=dict)
    asked_of_person: Row = field(default_factory=dict)

    @property
    def key(self) -> str:
        """The case in domains and addresses."""
        return slug(self.name.lower().replace(" ", "-").replace(",", ""))


def company_case(name: str, asked: Row, *, meets: Row, fails: Row) -> list[Case]:
    return [
        Case(f"{name}, met", lead=True, company=meets, asked_of_company=asked),
        Case(f"{name}, failed", lead=False, company=fails, asked_of_company=asked),
    ]


def title_case(name: str, asked: Row, *, meets: str, fails: str | None) -> list[Case]:
    return [
        Case(f"{name}, met", lead=True, person={"title": meets}, asked_of_person=asked),
        Case(f"{name}, failed", lead=False, person={"title": fails}, asked_of_person=asked),
    ]


def bounds(field_name: str, payload_field: str, low: int, high: int) -> list[Case]:
    """Inclusive at both ends; unknown fails a bound that is given."""
    at_least, at_most = {f"{field_name}_min": low}, {f"{field_name}_max": high}
    values: list[tuple[str, Row, Any, bool]] = [
        ("at its minimum", at_least, low, True),
        ("below its minimum", at_least, low - 1, False),
        ("unknown with a minimum", at_least, None, False),
        ("at its maximum", at_most, high, True),
        ("above its maximum", at_most, high + 1, False),
        ("unknown with a maximum", at_most, None, False),
        ("unknown without bounds", {f"{field_name}_min": None}, None, True),
    ]
    return [
        Case(
            f"{field_name} {what}".replace("_", " "),
            lead=lead,
            company={payload_field: value},
            asked_of_company=asked,
        )
        for what, asked, value, lead in values
    ]


CASES = [
    *bounds("employee_count", "employee_count", 50, 500),
    *bounds("founded", "founded", 1980, 2015),
    *company_case(
        "size as the provider spells it",
        {"size": ["51-200 employees", "201-500 employees"]},
        meets={"size": "51\u2013200"},
        fails={"size": "1,001-5,000 employees"},
    ),
    *company_case(
        "size under its other name",
        {"size_buckets": ["51-200"]},
        meets={"size": "51-200"},
        fails={},
    ),
    *company_case(
        "country by code", {"countries": ["US"]}, meets={"country": "usa"}, fails={"country": "AU"}
    ),
    *company_case(
        "country by name",
        {"countries": ["Canada", "United States"]},
        meets={"country": "US"},
        # `us` is in Australia, but countries are equal or they are not
        fails={"country": "Australia"},
    ),
    *company_case(
        "unknown country", {"countries": ["Atlantis"]}, meets={"country": "Atlantis"}, fails={}
    ),
    Case(
        "criteria without content restrict nothing",
        lead=True,
        person={"title": None},
        asked_of_company={
            "size": [],
            "countries": None,
            "employee_count_min": None,
            "employee_count_max": "",
            "founded_min": None,
        },
        asked_of_person={"title_contains_any": [], "title_contains_all": None, "seniority": [""]},
    ),
    Case(
        "industry of another company",
        lead=False,
        company={"industry": "Something else"},
    ),
    Case("industry unknown", lead=False, company={"industry": None}),
    Case(
        "industry in wide letters and odd blanks",
        lead=True,
        company={"industry": "\uff23atering\u00a0 and B.B.Q."},
        asked_of_company={"industries": ["catering and bbq"]},
    ),
    Case(
        "industry with combining accents",
        lead=True,
        company={"industry": "Cafe\u0301s"},
        asked_of_company={"industries": ["CAFÉS"]},
    ),
    Case(
        "industry criterion with a sign of patterns",
        lead=False,
        company={"industry": "Retail"},
        asked_of_company={"industries": ["Ret%"]},
    ),
    *title_case(
        "title on word boundaries",
        {"title_contains_any": ["CTO", "VP"]},
        meets="Sales VP, Europe",
        fails="Director",
    ),
    *title_case(
        "VP is not in SVP", {"title_contains_any": ["VP"]}, meets="vp of sales", fails="SVP Sales"
    ),
    *title_case(
        "title of several words",
        {"title_contains_any": ["Head of"]},
        meets="Global Head  of Logistics",
        fails="Headhunter of the year",
    ),
    *title_case(
        "one term of each list",
        {
            "title_contains_any": ["VP", "Director"],
            "title_contains_all": ["Marketing", "Demand Gen"],
        },
        meets="Director, Demand Gen",
        fails="Director of Sales",
    ),
    *title_case(
        "functional area alone",
        {"title_contains_any": [], "title_contains_all": ["R&D"]},
        meets="R & D Engineer",
        fails="Research Engineer",
    ),
    *title_case("no title at all", {"title_contains_any": ["Owner"]}, meets="Owner", fails=None),
    *title_case(
        "percent signs are no wildcards",
        {"title_contains_any": ["100% Sales"]},
        meets="100% sales person",
        fails="100 tons of sales",
    ),
    *title_case(
        "seniority", {"seniority": ["VP", "C-Suite"]}, meets="Chief Buyer", fails="Chief of Staff"
    ),
    *title_case(
        "seniority in other words",
        {"seniority": ["Vice President", "C-Level"]},
        meets="SVP Sales",
        fails="Sales Director",
    ),
    *title_case(
        "exceptions of seniority",
        {"seniority": ["C-Suite"]},
        meets="President",
        fails="Assistant to the CEO",
    ),
    *title_case(
        "a level nobody knows", {"seniority": ["VP", "Grand Vizier"]}, meets="VP", fails="Vizier"
    ),
    Case("a level nobody has", lead=False, asked_of_person={"seniority": ["Grand Vizier"]}),
    Case("who left", lead=False, person={"is_current": False, "end_date": "2026-01"}),
    Case("who has an end", lead=False, person={"is_current": None, "end_date": "2026-01"}),
    Case("of whom nobody says it", lead=True, person={"is_current": None}),
]

UNREADABLE = "unreadable-bound"


def build(w: Warehouse, case: Case) -> None:
    domain = f"{case.key}.example"
    w.payload(
        "company_payloads",
        domain,
        {"name": case.name, "industry": f"Wholesale of {case.key} etc.", **case.company},
    )
    role = {
        "title": "VP Operations",
        "company_domain": f"www.{domain}",
        "start_date": "2024",
        "is_current": True,
        **case.person,
    }
    w.payload("person_payloads", PROFILE.format(case.key), {"name": "P", "experience": [role]})
    ask(w, case.key, case.asked_of_company, case.asked_of_person)


def ask(w: Warehouse, key: str, of_company: Row, of_person: Row) -> None:
    criteria = {"industries": [f"OF {key.upper()}"], **of_company}
    w.payload(
        "icp_payloads",
        f"owner-of-{key}.example",
        {"company_criteria": criteria, "person_criteria": of_person},
    )


def company(w: Warehouse, key: str, domain: str) -> None:
    w.payload("company_payloads", domain, {"industry": f"of {key}"})


@pytest.fixture(scope="module")
def built(_built: Parameters) -> Iterator[Warehouse]:
    with scenario() as warehouse:
        for case in CASES:
            build(warehouse, case)
        _other_sources(warehouse)
        _crowd(warehouse)
        ask(warehouse, UNREADABLE, {"employee_count_min": "fifty"}, {})
        warehouse.build()
        yield warehouse


def _other_sources(w: Warehouse) -> None:
    """People known without a profile, and one whose profile knows better."""
    key = "other-sources"
    ask(w, key, {}, {})
    company(w, key, "other-sources.example")
    here = {"domain": "other-sources.example", "latest_experience_title": "Buyer"}
    for person in ("found", "moved"):
        w.payload("person_discovery", PROFILE.format(person), here)
    elsewhere = {"company_domain": "elsewhere.example", "is_current": True}
    w.payload("person_payloads", PROFILE.format("moved"), {"experience": [elsewhere]})
    w.payload("person_discovery", PROFILE.format("ACwAAhiddenX1"), here)
    for person in ("exported", "ACwAAhiddenX2"):
        w.row(
            "salesnav_scrapes",
            upload_id=upload(w),
            linkedin_url_user_profile=PROFILE.format(person),
            job_title="Planner",
            company_website="http://www.other-sources.example/about",
        )


def _crowd(w: Warehouse) -> None:
    ask(w, "crowd", {}, {})
    company(w, "crowd", "crowd.example")
    w.conn.execute(
        "insert into raw.person_discovery (linkedin_url, workflow_slug, provider, platform,"
        " payload_type, raw_payload)"
        " select 'https://www.linkedin.com/in/crowd-' || n, 'clay-find-people', 'clay', 'clay',"
        " 'discovery', '{\"domain\": \"crowd.example\"}' from generate_series(1, %s) as n",
        [CROWD],
    )
    w.conn.commit()


def leads(w: Warehouse, key: str) -> list[Row]:
    return rows(w, "select * from api.leads where icp_domain = %s", f"owner-of-{key}.example")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_rule(built: Warehouse, case: Case) -> None:
    found = [(lead["linkedin_url"], lead["company_domain"]) for lead in leads(built, case.key)]
    expected = [(PROFILE.format(case.key), f"{case.key}.example")] if case.lead else []
    assert found == expected


def test_targets_are_the_companies_that_meet_every_criterion(built: Warehouse) -> None:
    """One definition of the criteria: for the leads, for the targets, and for why it is none."""
    met = built.all(
        "select icp_slug, company_domain from api.icp_match"
        " group by icp_slug, company_domain having bool_and(is_met) order by 1, 2"
    )
    targets = built.all("select icp_slug, company_domain, leads from api.target_accounts")
    assert sorted((profile, domain) for profile, domain, _ in targets) == sorted(met)
    counted = built.all(
        "select icp_slug, company_domain, count(*) from api.leads group by icp_slug, company_domain"
    )
    assert {target for target in targets if target[2]} == set(counted)
    assert any(leads == 0 for _, _, leads in targets)


def test_the_cases_are_told_apart() -> None:
    assert len({case.key for case in CASES}) == len(CASES)


def test_people_without_a_profile_are_leads_and_hidden_ones_are_not(built: Warehouse) -> None:
    found = {(lead["linkedin_url"], lead["title"]) for lead in leads(built, "other-sources")}
    assert found == {
        (PROFILE.format("found"), "Buyer"),
        (PROFILE.format("exported"), "Planner"),
    }


def test_all_of_them_are_there_and_in_order(built: Warehouse) -> None:
    found = [lead["linkedin_url"] for lead in leads(built, "crowd")]
    in_order = rows(built, "select linkedin_url from core.people order by linkedin_url")
    assert len(set(found)) == CROWD
    assert found == [each["linkedin_url"] for each in in_order if "crowd" in each["linkedin_url"]]


def test_a_bound_that_is_no_number_is_reported(built: Warehouse) -> None:
    found = built.one(
        "select field, value, reason from extracted.extraction_issues where raw_table = %s",
        "icp_payloads",
    )
    assert found == ("company_criteria.employee_count_min", "fifty", "not a whole number")
