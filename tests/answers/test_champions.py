"""People of case studies and who they are, and where people went to school."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.scenario import Row, row, rows, scenario
from tests.support.scratch import Parameters
from tests.support.sources import PROFILE, firmographics, moment
from tests.support.warehouse import Warehouse

CUSTOMER = "customer.example"

# champion, company said of them -> who they are
CHAMPIONS: dict[tuple[str, str | None], str | None] = {
    ("Works There", None): "works-there",
    ("Was There", None): "was-there",
    ("found there", None): "found-there",
    ("J.R. ÉLOÏSE Sample", None): "eloise",
    ("Same Name", None): None,
    ("Other Place", None): None,
    ("Nobody Known", None): None,
    # the customer under its own or its legal name
    ("Works There Too", "Quillon"): "works-there-too",
    ("Works Legally", "QUILLON Incorporated"): "works-legally",
    # a partner of the customer; somebody of that name works at the customer as well
    ("Lent Out", "Partner Works"): "lent-out-by-partner",
    ("Lent Twice", "Twin Works"): None,
    ("Works There As Well", "A company nobody knows"): None,
}

# person -> (name, roles)
PEOPLE: dict[str, tuple[str, list[Row]]] = {
    "works-there": ("Works There", [{"company_domain": CUSTOMER, "is_current": True}]),
    "was-there": (
        "Was There",
        [
            {"title": "Owner", "company_domain": "later.example", "is_current": True},
            {"title": "Buyer", "company_domain": f"www.{CUSTOMER}", "is_current": False},
        ],
    ),
    "eloise": ("JR Éloïse  sample", [{"company_domain": CUSTOMER, "is_current": True}]),
    "same-name-1": ("Same Name", [{"company_domain": CUSTOMER, "is_current": True}]),
    "same-name-2": ("SAME name", [{"company_domain": CUSTOMER, "is_current": False}]),
    "other-place": ("Other Place", [{"company_domain": "later.example", "is_current": True}]),
    "works-there-too": ("Works There Too", [{"company_domain": CUSTOMER, "is_current": True}]),
    "works-legally": ("Works Legally", [{"company_domain": CUSTOMER, "is_current": True}]),
    "lent-out-by-partner": (
        "Lent Out",
        [{"company_domain": "partner.example", "is_current": True}],
    ),
    "lent-out-namesake": ("Lent Out", [{"company_domain": CUSTOMER, "is_current": True}]),
    "lent-twice": ("Lent Twice", [{"company_domain": "twin-1.example", "is_current": True}]),
    "as-well": ("Works There As Well", [{"company_domain": CUSTOMER, "is_current": True}]),
    "by-name": ("By Name", [{"company_domain": "only.example", "is_current": True}]),
}

SCHOOLS = [
    {"school_name": "State University", "degree": "BSc", "start_date": "2001", "end_date": "2004"},
    {"school_name": "Business School", "degree": "MBA", "grade": "1.0", "activities": "Rowing"},
]


@pytest.fixture(scope="module")
def built(_built: Parameters) -> Iterator[Warehouse]:
    with scenario() as w:
        companies = {
            CUSTOMER: "Quillon Inc.",
            "later.example": "Later",
            "partner.example": "Partner Works Ltd",
            "twin-1.example": "Twin Works",
            "twin-2.example": "Twin Works",
            "only.example": "The Only One",
        }
        for domain, name in companies.items():
            firmographics(w, domain, name, None, moment(0))
        for slug, (name, roles) in PEOPLE.items():
            w.payload("person_payloads", PROFILE.format(slug), {"name": name, "experience": roles})
        # known from a search alone
        found = {"name": "Found There", "domain": CUSTOMER, "latest_experience_title": "Planner"}
        w.payload("person_discovery", PROFILE.format("found-there"), found)
        named = [{"full_name": name, "company_name": company} for name, company in CHAMPIONS]
        study(w, "all", "Quillon", named, customer_company_domain=f"https://{CUSTOMER}/")
        study(w, "by-name", "The Only One", [{"full_name": "By Name", "job_title": "Head"}])
        study(w, "unknown", "Nobody Ltd", [{"full_name": "Works There"}])
        w.payload("person_payloads", PROFILE.format("scholar"), {"education": SCHOOLS})
        w.build()
        yield w


def study(w: Warehouse, key: str, customer: str, champions: list[Row], **fields: Any) -> None:
    w.payload(
        "case_study_extraction_payloads",
        f"https://publisher.example/{key}",
        {"article_title": f"About {key}", "champions": champions, **fields},
        origin_company_domain="publisher.example",
        company_customer_name=customer,
        has_case_study_url=True,
    )


@pytest.mark.parametrize("champion", CHAMPIONS, ids=lambda champion: champion[0])
def test_a_champion_is_the_only_one_of_the_name_at_the_employer(
    built: Warehouse, champion: tuple[str, str | None]
) -> None:
    found = row(
        built,
        "select * from api.champions where customer_domain = %s and full_name = %s",
        *(CUSTOMER, champion[0]),
    )
    expected = CHAMPIONS[champion]
    assert found["linkedin_url"] == (PROFILE.format(expected) if expected else None)
    assert (found["person_id"] is None) is (expected is None)


def test_who_left_is_shown_where_they_are_now(built: Warehouse) -> None:
    found = row(built, "select * from api.champions where full_name = 'Was There'")
    assert (found["employer_domain"], found["title_now"], found["company_domain_now"]) == (
        CUSTOMER,
        "Owner",
        "later.example",
    )
    assert found["company_name_now"] == "Later"


def test_the_study_and_its_two_companies_are_named(built: Warehouse) -> None:
    found = row(built, "select * from api.champions where full_name = 'By Name'")
    assert (found["case_study_url"], found["article_title"], found["job_title"]) == (
        "https://publisher.example/by-name",
        "About by-name",
        "Head",
    )
    # the customer is known by name only, and exactly one company bears it
    assert (found["origin_domain"], found["customer_domain"]) == (
        "publisher.example",
        "only.example",
    )
    assert found["linkedin_url"] == PROFILE.format("by-name")


def test_at_an_unknown_customer_nobody_is_found(built: Warehouse) -> None:
    found = row(built, "select * from api.champions where customer_name = 'Nobody Ltd'")
    assert (found["customer_domain"], found["employer_domain"]) == (None, None)
    assert found["person_id"] is None


def test_no_champion_is_left_out(built: Warehouse) -> None:
    champions = "select count(*) from extracted.case_study_champions"
    assert built.one("select count(*) from api.champions") == built.one(champions)


def test_schools_are_listed_in_the_order_of_the_profile(built: Warehouse) -> None:
    found = rows(
        built,
        "select * from api.education where linkedin_url = %s order by education_order",
        PROFILE.format("scholar"),
    )
    columns = ("school_name", "degree", "grade", "activities")
    assert [tuple(line[column] for column in columns) for line in found] == [
        ("State University", "BSc", None, None),
        ("Business School", "MBA", "1.0", "Rowing"),
    ]
    assert [(str(line["started_on"]), str(line["ended_on"])) for line in found] == [
        ("2001-01-01", "2004-01-01"),
        ("None", "None"),
    ]
