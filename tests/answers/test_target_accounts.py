"""Ideal customer profiles as they are read, which company meets which, and why one does not."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.scenario import Row, rows, scenario
from tests.support.scratch import Parameters
from tests.support.sources import PROFILE
from tests.support.warehouse import Warehouse

ASKS = {
    "industries": ["Retail", "Wholesale"],
    "size": ["201-500 employees", "51-200 employees"],
    "employee_count_min": 50,
    "employee_count_max": 500,
    "countries": ["US", "ca"],
    "founded_min": 1980,
}
WANTED = {
    "industry": "Retail, Wholesale",
    "size": "201-500, 51-200",
    "employee_count": "from 50 to 500",
    "country": "Canada, United States",
    "founded": "from 1980",
}
FITS = {
    "name": "Fits",
    "industry": "Online retail",
    "size": "51-200",
    "employee_count": 50,
    "country": "USA",
    "founded": 1980,
    "locality": "Boise, Idaho",
    "url": "http://linkedin.com/company/Fits/",
}
KNOWN = {
    "industry": "Online retail",
    "size": "51-200",
    "employee_count": "50",
    "country": "United States",
    "founded": "1980",
}

# company -> (what firmographics say, criteria that it fails, what is found instead of KNOWN)
COMPANIES: dict[str, tuple[Row, set[str], dict[str, str | None]]] = {
    "fits": (FITS, set(), {}),
    "deserted": (FITS, set(), {}),
    "sold-to": (FITS, set(), {}),
    "of-another-industry": (
        {**FITS, "industry": "Hospitals"},
        {"industry"},
        {"industry": "Hospitals"},
    ),
    "too-small": (
        {**FITS, "size": "2-10", "employee_count": 49},
        {"size", "employee_count"},
        {"size": "2-10", "employee_count": "49"},
    ),
    "elsewhere": ({**FITS, "country": "fr"}, {"country"}, {"country": "France"}),
    "too-old": ({**FITS, "founded": 1979}, {"founded"}, {"founded": "1979"}),
    "unknown": ({"name": "Unknown"}, set(WANTED), dict.fromkeys(WANTED)),
}
OWNER, OPEN = "owner.example", "open.example"


@pytest.fixture(scope="module")
def built(_built: Parameters) -> Iterator[Warehouse]:
    with scenario() as w:
        for name, (payload, _, _) in COMPANIES.items():
            w.payload("company_payloads", f"{name}.example", payload)
        of_person = {"title_contains_any": ["VP"], "seniority": ["vice president"]}
        asked = {"company_criteria": ASKS, "person_criteria": of_person}
        w.payload("icp_payloads", OWNER, asked)
        open_to_all = {"company_criteria": {"founded_max": None}, "person_criteria": of_person}
        w.payload("icp_payloads", OPEN, open_to_all)
        for place, title in [("fits", "VP Sales"), ("fits", "Sales VP"), ("fits", "Buyer")]:
            employ(w, title, f"{place}.example")
        employ(w, "Buyer", "deserted.example")
        employ(w, "VP Sales", "too-small.example")
        w.row(
            "manual_company_customers",
            origin_company_domain=OWNER,
            company_customer_name="Sold To",
            company_customer_domain="sold-to.example",
        )
        w.build()
        yield w


def employ(w: Warehouse, title: str, domain: str) -> None:
    slug = f"{title}-{domain}".lower().replace(" ", "-").replace(".", "-")
    role = {"title": title, "company_domain": domain, "is_current": True}
    w.payload("person_payloads", PROFILE.format(slug), {"name": "P", "experience": [role]})


def test_a_profile_is_read_in_columns(built: Warehouse) -> None:
    (found,) = rows(built, "select * from api.icps where slug = 'owner-example'")
    expected = {
        "domain": OWNER,
        "industries": ["Retail", "Wholesale"],
        "size_buckets": ["201-500", "51-200"],
        "employee_count_min": 50,
        "employee_count_max": 500,
        "countries": ["Canada", "United States"],
        "founded_min": 1980,
        "founded_max": None,
        "title_contains_any": ["VP"],
        "title_contains_all": None,
        "seniority": ["VP"],
        "is_curated": False,
        "notes": None,
    }
    assert {name: found[name] for name in expected} == expected
    assert (
        found["company_id"]
        == built.one("select id from core.companies where domain = %s", OWNER)[0]
    )


@pytest.mark.parametrize("name", COMPANIES)
def test_each_criterion_says_what_is_asked_for_and_what_is_known(
    built: Warehouse, name: str
) -> None:
    _, failed, different = COMPANIES[name]
    found = rows(
        built,
        "select criterion, wanted, found, is_met from api.icp_match"
        " where icp_slug = 'owner-example' and company_domain = %s",
        f"{name}.example",
    )
    known = KNOWN | different
    assert {line.pop("criterion"): line for line in found} == {
        criterion: {
            "wanted": WANTED[criterion],
            "found": known[criterion],
            "is_met": criterion not in failed,
        }
        for criterion in WANTED
    }


def test_a_profile_without_criteria_is_met_by_what_is_unknown(built: Warehouse) -> None:
    found = built.all(
        "select distinct wanted, found, is_met from api.icp_match"
        " where icp_slug = 'open-example' and company_domain = 'unknown.example'"
    )
    assert found == [(None, None, True)]


def test_targets_are_counted_with_their_leads_and_without(built: Warehouse) -> None:
    found = built.all(
        "select company_domain, leads, company_is_customer from api.target_accounts"
        " where icp_slug = 'owner-example' order by company_domain"
    )
    assert found == [
        ("deserted.example", 0, False),
        ("fits.example", 2, False),
        ("sold-to.example", 0, True),
    ]


def test_a_target_is_described(built: Warehouse) -> None:
    (found,) = rows(
        built,
        "select * from api.target_accounts"
        " where icp_slug = 'owner-example' and company_domain = 'fits.example'",
    )
    described = {name: value for name, value in found.items() if name != "company_id"}
    assert described == {
        "icp_slug": "owner-example",
        "icp_domain": OWNER,
        "company_domain": "fits.example",
        "company_name": "Fits",
        "company_linkedin_url": "https://www.linkedin.com/company/fits",
        "company_industry": "Online retail",
        "company_size_bucket": "51-200",
        "company_employee_count": 50,
        "company_country": "United States",
        "company_location": "Boise, Idaho",
        "contacts": 0,
        "company_is_customer": False,
        "leads": 2,
    }


def test_every_company_is_a_target_of_a_profile_that_asks_for_none(built: Warehouse) -> None:
    targets = "select count(*) from api.target_accounts where icp_slug = 'open-example'"
    assert built.one(targets) == built.one("select count(*) from core.companies")
    assert built.all(
        "select company_domain, leads from api.target_accounts"
        " where icp_slug = 'open-example' and leads > 0 order by 1"
    ) == [("fits.example", 2), ("too-small.example", 1)]


def test_a_lead_shows_where_company_and_person_are(built: Warehouse) -> None:
    w = built
    found = rows(w, "select * from api.leads where icp_slug = 'owner-example' order by title")
    assert [line["title"] for line in found] == ["Sales VP", "VP Sales"]
    assert {line["company_linkedin_url"] for line in found} == {
        "https://www.linkedin.com/company/fits"
    }
    assert {line["company_location"] for line in found} == {"Boise, Idaho"}
    assert {(line["location"], line["function"]) for line in found} == {(None, "Sales")}
