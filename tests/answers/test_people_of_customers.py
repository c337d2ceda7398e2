"""Who worked at a customer, who left, who is a customer, and which companies may be one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.scenario import Row, row, rows, scenario
from tests.support.scratch import Parameters
from tests.support.sources import COMPANY, PROFILE, discovery, firmographics, moment
from tests.support.warehouse import Warehouse

OWNER = "owner.example"
CUSTOMER = "customer.example"
ALIASED = "acme-widgets.example"  # careers-at-acme.example leads there
NAMED_ONLY = "Nameless Works"  # no company bears it

WORKS_HERE = {"title": "Buyer", "company_domain": "here.example", "is_current": True}


def past(title: str, **role: Any) -> Row:
    return {"title": title, "is_current": False, **role}


# person -> (roles, customers they worked at, as (domain, name, title))
CAREERS: dict[str, tuple[list[Row], list[tuple[str | None, str, str]]]] = {
    "by-domain": (
        [WORKS_HERE, past("Planner", company="Whatever", company_domain=f"www.{CUSTOMER}")],
        [(CUSTOMER, "Customer Inc.", "Planner")],
    ),
    "by-a-merged-domain": (
        [WORKS_HERE, past("Recruiter", company_domain="careers-at-acme.example")],
        [(ALIASED, "Acme", "Recruiter")],
    ),
    "by-name": (
        [WORKS_HERE, past("Packer", company="Customer Inc.")],
        [(CUSTOMER, "Customer Inc.", "Packer")],
    ),
    "by-the-name-of-an-unknown-company": (
        [WORKS_HERE, past("Clerk", company=NAMED_ONLY)],
        [(None, NAMED_ONLY, "Clerk")],
    ),
    "name-of-another-domain": (
        [WORKS_HERE, past("Packer", company="Customer Inc.", company_domain="other.example")],
        [],
    ),
    "not-the-very-name": ([WORKS_HERE, past("Packer", company="Customer Inc. East")], []),
    "still-there": ([{**WORKS_HERE, "company_domain": CUSTOMER}], []),
    "elsewhere": ([WORKS_HERE, past("Planner", company_domain="elsewhere.example")], []),
    "at-two-customers": (
        [
            WORKS_HERE,
            past("First", company_domain=CUSTOMER, start_date="2015", end_date="2017"),
            past("Second", company_domain=ALIASED, start_date="2018", end_date="2020-01"),
        ],
        [(CUSTOMER, "Customer Inc.", "First"), (ALIASED, "Acme", "Second")],
    ),
    "ended-says-nothing-else": (
        [
            WORKS_HERE,
            {"title": "Temp", "company_domain": CUSTOMER, "end_date": "2020"},
            {"title": "Open", "company_domain": CUSTOMER},
        ],
        [(CUSTOMER, "Customer Inc.", "Temp")],
    ),
    "no-role-at-all": ([], []),
}

# people whom Apollo or People Data Labs alone know -> (workflow, payload, customers as above)
KNOWN_TO_PROVIDERS: dict[str, tuple[str, Row, list[tuple[str | None, str, str]]]] = {
    "known-to-pdl": (
        "pdl-person",
        {
            "experience": [
                {
                    "company": {"name": "here", "website": "here.example"},
                    "title": {"name": "buyer"},
                },
                {
                    "company": {"name": "whatever", "website": f"www.{CUSTOMER}"},
                    "title": {"name": "planner"},
                    "start_date": "2015-03",
                    "end_date": "2019-02",
                },
            ]
        },
        [(CUSTOMER, "Customer Inc.", "planner")],
    ),
    "still-there-says-pdl": (
        "pdl-person",
        {"experience": [{"company": {"website": CUSTOMER}, "title": {"name": "planner"}}]},
        [],
    ),
    "known-to-apollo": (
        "apollo-people-match",
        {
            "person": {
                "employment_history": [
                    {"organization_name": "Customer Inc.", "title": "Packer", "current": False},
                    {"organization_name": "Customer Inc.", "title": "Head", "current": "true"},
                ]
            }
        },
        [(CUSTOMER, "Customer Inc.", "Packer")],
    ),
}

LEFT = "left.example"

# person -> (roles, latest experience, (last title, left on) or None)
LEAVERS: dict[str, tuple[list[Row], Row | None, tuple[str, str | None] | None]] = {
    "left": ([past("Buyer", end_date="2024-03-31")], None, ("Buyer", "2024-03-31")),
    "left-nobody-knows-when": ([past("Buyer")], None, ("Buyer", None)),
    "left-twice": (
        [past("First", end_date="2019"), past("Last", end_date="2023"), past("Undated")],
        None,
        ("Last", "2023-01-01"),
    ),
    "promoted": ([{"title": "Head", "is_current": True}, past("Buyer")], None, None),
    "came-back": (
        [past("Buyer", end_date="2019"), {"title": "Buyer again", "is_current": None}],
        None,
        None,
    ),
    "still-by-the-latest": ([past("Buyer")], {"title": "Head", "is_current": True}, None),
    "ended-nobody-says-more": (
        *([{"title": "Buyer", "end_date": "2024-03-31"}], None, ("Buyer", "2024-03-31")),
    ),
    "back-says-pdl": ([past("Buyer", start_date="2020", end_date="2024-03-31")], None, None),
    "never-left": ([{"title": "Buyer", "is_current": True}], None, None),
}


@pytest.fixture(scope="module")
def built(_built: Parameters) -> Iterator[Warehouse]:
    with scenario() as warehouse:
        _customers(warehouse)
        for person, (roles, _) in CAREERS.items():
            profile(warehouse, person, roles)
        for person, (roles, latest, _) in LEAVERS.items():
            there = {"company_domain": f"https://{LEFT}/"}
            found = [{**role, **there} for role in roles]
            profile(warehouse, person, found, latest and {**latest, **there})
        for person, (workflow, payload, _) in KNOWN_TO_PROVIDERS.items():
            warehouse.payload(
                *("person_payloads", PROFILE.format(person), payload), workflow_slug=workflow
            )
        _left_by_providers(warehouse)
        _competing(warehouse)
        warehouse.build()
        yield warehouse


def profile(w: Warehouse, person: str, roles: list[Row], latest: Row | None = None) -> None:
    payload: Row = {"name": person, "experience": roles}
    if latest:
        payload["latest_experience"] = latest
    w.payload("person_payloads", PROFILE.format(person), payload)


def _left_by_providers(w: Warehouse) -> None:
    """Two who left, one is there still, though not by the list of roles, and one came back."""
    left = {
        "company": {"website": "left-pdl.example"},
        "title": {"name": "buyer"},
        "end_date": 2020,
    }
    there = {"job_title": "head", "job_company_website": "left-pdl.example"}
    people: dict[str, Row] = {  # in front stands the newest role, which the list says is over
        "front-says-pdl": there | {"job_title": "Buyer"},
        "left-says-pdl": {},
        "there-says-pdl": there,
        "back-says-pdl": there | {"job_company_website": LEFT, "job_start_date": "2025-01"},
    }
    for person, more in people.items():
        payload = {"full_name": person, "experience": [left], **more}
        w.payload(*("person_payloads", PROFILE.format(person), payload), workflow_slug="pdl-person")


def _customers(w: Warehouse) -> None:
    firmographics(w, CUSTOMER, "Customer", None, moment(0))
    firmographics(w, "here.example", "Here", None, moment(0))
    stated = {
        "Customer Inc.": CUSTOMER,
        "Acme": ALIASED,
        "Settled Works": "settled-a.example",
        NAMED_ONLY: None,
    }
    for name, domain in stated.items():
        w.row(
            "manual_company_customers",
            origin_company_domain=OWNER,
            company_customer_name=name,
            company_customer_domain=domain,
        )
    # another company's customers are nobody else's
    w.row(
        "manual_company_customers",
        origin_company_domain="somebody-else.example",
        company_customer_name="Elsewhere",
        company_customer_domain="elsewhere.example",
    )
    # whoever works at here.example is a lead of the owner
    w.payload("icp_payloads", OWNER, {"person_criteria": {"title_contains_any": ["Buyer"]}})
    # two companies bear one name; of another such pair somebody knows which one is meant
    for domain in ("settled-a.example", "settled-b.example"):
        discovery(w, domain, "Settled Works", None, moment(1))
    for domain in ("twin-a.example", "twin-b.example"):
        discovery(w, domain, "Twin Works", COMPANY.format("twins"), moment(1))
    w.payload(
        "company_customer_claygent_payloads",
        OWNER,
        {"customers": [{"companyName": "Twin Works"}, {"companyName": "settled works"}]},
        origin_company_domain=OWNER,
    )


def _competing(w: Warehouse) -> None:
    domain = "competing.example"
    discovery(w, domain, "By Discovery", COMPANY.format("competing"), moment(0))
    firmographics(w, domain, "By Firmographics", None, moment(1))
    employer = {"company": "By Profile", "company_domain": domain, "is_current": True}
    profile(w, "who-works-at-competing", [employer])


@pytest.mark.parametrize("person", KNOWN_TO_PROVIDERS)
def test_who_is_known_to_a_provider_alone_worked_at_a_customer_too(
    built: Warehouse, person: str
) -> None:
    found = rows(
        built,
        "select customer_domain, customer_name, title from api.worked_at_customer"
        " where origin_domain = %s and linkedin_url = %s",
        OWNER,
        PROFILE.format(person),
    )
    assert [tuple(each.values()) for each in found] == KNOWN_TO_PROVIDERS[person][2]


def test_who_left_a_company_by_a_provider_is_a_past_employee_of_it(built: Warehouse) -> None:
    query = "select linkedin_url, last_title, left_on::text from api.past_employees"
    found = rows(built, f"{query} where company_domain = 'left-pdl.example'")
    assert [tuple(each.values()) for each in found] == [
        (PROFILE.format("front-says-pdl"), "buyer", "2020-01-01"),
        (PROFILE.format("left-says-pdl"), "buyer", "2020-01-01"),
    ]


@pytest.mark.parametrize("person", CAREERS)
def test_where_a_person_worked_at_a_customer(built: Warehouse, person: str) -> None:
    found = rows(
        built,
        "select customer_domain, customer_name, title from api.worked_at_customer"
        " where origin_domain = %s and linkedin_url = %s",
        OWNER,
        PROFILE.format(person),
    )
    expected = CAREERS[person][1]
    assert {tuple(each.values()) for each in found} == set(expected)
    assert len(found) == len(expected)


@pytest.mark.parametrize(
    ("person", "expected"),
    {
        "by-domain": (True, "Customer Inc.", CUSTOMER, False),
        "by-the-name-of-an-unknown-company": (True, NAMED_ONLY, None, False),
        "elsewhere": (False, None, None, False),
        "at-two-customers": (True, "Acme", ALIASED, False),
        "still-there": (False, None, None, True),
    }.items(),
)
def test_a_lead_shows_where_they_worked_last(
    built: Warehouse, person: str, expected: tuple[Any, ...]
) -> None:
    found = row(
        built,
        "select worked_at_customer, worked_at_customer_name, worked_at_customer_domain,"
        " company_is_customer from api.leads where icp_domain = %s and linkedin_url = %s",
        OWNER,
        PROFILE.format(person),
    )
    assert tuple(found.values()) == expected


def test_a_role_has_a_length_where_both_ends_are_known(built: Warehouse) -> None:
    found = rows(
        built,
        "select title, years::text from api.worked_at_customer where linkedin_url = %s",
        PROFILE.format("at-two-customers"),
    )
    # 2015-01-01 to 2017-01-01, and 2018-01-01 to 2020-01-01
    assert {tuple(each.values()) for each in found} == {("First", "2.0"), ("Second", "2.0")}


@pytest.mark.parametrize("person", LEAVERS)
def test_who_left_a_company(built: Warehouse, person: str) -> None:
    found = rows(
        built,
        "select last_title, left_on::text from api.past_employees"
        " where company_domain = %s and linkedin_url = %s",
        LEFT,
        PROFILE.format(person),
    )
    expected = LEAVERS[person][2]
    assert [tuple(each.values()) for each in found] == ([] if expected is None else [expected])


def test_who_left_a_merged_company(built: Warehouse) -> None:
    query = "select full_name from api.past_employees where company_domain = %s"
    found = rows(built, query, ALIASED)
    assert {each["full_name"] for each in found} == {"by-a-merged-domain", "at-two-customers"}


def test_customers_and_who_says_so(built: Warehouse) -> None:
    found = rows(
        built,
        "select customer_domain, customer_name, name_as_stated, source from api.customers"
        " where origin_domain = %s order by 1",
        OWNER,
    )
    assert [tuple(each.values()) for each in found] == [
        (ALIASED, "Acme", "Acme", "manual"),
        (CUSTOMER, "Customer", "Customer Inc.", "manual"),
        ("settled-a.example", "Settled Works", "Settled Works", "manual"),
    ]


def test_customers_that_nobody_could_place(built: Warehouse) -> None:
    """The research names `settled works` too, whose domain another statement knows."""
    found = rows(
        built,
        "select customer_name, candidates, sources from api.customers_unresolved"
        " where origin_domain = %s order by 1",
        OWNER,
    )
    assert [tuple(each.values()) for each in found] == [
        (NAMED_ONLY, [], ["manual"]),
        ("Twin Works", ["twin-a.example", "twin-b.example"], ["claygent"]),
    ]


def test_companies_on_one_linkedin_page_are_listed(built: Warehouse) -> None:
    found = rows(built, "select linkedin_url, companies, domains from api.company_duplicates")
    assert [tuple(each.values()) for each in found] == [
        (COMPANY.format("twins"), 2, ["twin-a.example", "twin-b.example"])
    ]


def test_a_value_says_where_it_comes_from(built: Warehouse) -> None:
    found = rows(
        built,
        "select attribute, value, source, raw_table, provider from api.provenance"
        " where entity = 'company' and entity_key = 'competing.example' order by attribute",
    )
    assert [tuple(each.values()) for each in found] == [
        ("industry", "Retail", "firmographics", "company_payloads", "clay"),
        (
            *("linkedin_url", COMPANY.format("competing"), "discovery"),
            *("company_discovery", "clay"),
        ),
        ("name", "By Firmographics", "firmographics", "company_payloads", "clay"),
    ]


def test_since_when_a_value_is_known(built: Warehouse) -> None:
    found = built.one(
        "select observed_since from api.provenance"
        " where entity_key = 'competing.example' and attribute = 'name'"
    )
    assert found[0].isoformat() == moment(1)


def test_competing_values_stand_side_by_side(built: Warehouse) -> None:
    found = rows(
        built,
        "select value, source, rank, is_chosen from api.evidence"
        " where entity_key = 'competing.example' and attribute = 'name' order by rank",
    )
    assert [tuple(each.values()) for each in found] == [
        ("By Firmographics", "firmographics", 1, True),
        ("By Discovery", "discovery", 2, False),
        ("By Profile", "profiles", 8, False),
    ]


def test_every_source_of_a_canonical_value_has_a_raw_row(built: Warehouse) -> None:
    found = built.one(
        "select (select count(*) from api.provenance where provider is null),"
        " (select sum(num_nonnulls(name, linkedin_url, _industry, _size_bucket, _employee_count,"
        " _country)) from core.companies) - (select count(*) from api.provenance"
        " where entity = 'company' and attribute in ('name', 'linkedin_url', 'industry',"
        " 'size_bucket', 'employee_count', 'country')),"
        " (select sum(num_nonnulls(full_name, _first_name, _headline)) from core.people)"
        " + (select count(*) from core.person_positions) - (select count(*) from api.provenance"
        " where attribute in ('full_name', 'first_name', 'headline', 'position'))"
    )
    assert found == (0, 0, 0)
