"""Customers: which claim counts, and whose name belongs to whom."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

import pytest

from tests.support.scenario import Row, part, rows, scenario
from tests.support.scratch import Parameters
from tests.support.warehouse import Warehouse

LONG_AGO = "2020-01-01T00:00:00+00:00"
MONDAY = "2026-03-02T08:00:00+00:00"
TUESDAY = "2026-03-03T08:00:00+00:00"


@dataclass(frozen=True)
class Naming:
    """A customer known by name only, and the companies that bear names like it.

    Args:
        customer: Name of the customer.
        companies: Names of companies, by the first label of their domain.
        resolved: First label of the customer's domain, or None.
        reason: Why there is none.
        candidates: First labels of the companies that bear the name.
    """

    customer: str
    companies: dict[str, str] = field(default_factory=dict)
    resolved: str | None = None
    reason: str | None = None
    candidates: tuple[str, ...] = ()


TWINS = {"twin-east": "Twin Traders", "twin-west": "TWIN TRADERS"}
NAMES = {
    "exactly-one": Naming(
        "unique traders", {"unique": "Unique Traders"}, "unique", None, ("unique",)
    ),
    "two": Naming(
        "Twin Traders", TWINS, None, "several companies bear the name", ("twin-east", "twin-west")
    ),
    "nobody": Naming("Nowhere Traders", {}, None, "no company bears the name"),
    "other-suffix": Naming(
        "Suffixed Traders GmbH",
        {"suffixed": "Suffixed Traders, Inc."},
        "suffixed",
        None,
        ("suffixed",),
    ),
    "dotted-suffix": Naming(
        "Dotted Traders S.A.", {"dotted": "Dotted Traders"}, "dotted", None, ("dotted",)
    ),
    "exact-before-suffix": Naming(
        "Plain Traders",
        {"plain": "Plain Traders", "plain-llc": "Plain Traders LLC"},
        "plain",
        None,
        ("plain",),
    ),
    "two-without-suffix": Naming(
        "Both Traders Ltd.",
        {"both": "Both Traders", "both-inc": "Both Traders Inc"},
        None,
        "several companies bear the name",
        ("both-inc", "both"),
    ),
    "three-letters": Naming("QXZ", {"qxz": "QXZ"}, None, "name too short", ("qxz",)),
    "three-letters-and-a-digit": Naming(
        "QXW 7", {"qxw": "QXW 7"}, None, "name too short", ("qxw",)
    ),
    "four-letters": Naming("QXZW", {"qxzw": "QXZW"}, "qxzw", None, ("qxzw",)),
    "three-letters-and-suffix": Naming(
        "Jqv Company", {"jqv": "Jqv Inc"}, None, "name too short", ("jqv",)
    ),
    "part-of-a-name": Naming(
        "Partial", {"partial": "Partial Traders"}, None, "no company bears the name"
    ),
}


def company(warehouse: Warehouse, domain: str, name: str | None) -> None:
    warehouse.payload("company_discovery", domain, {"name": name})


def research(warehouse: Warehouse, origin: str, *customers: str) -> None:
    payload = {"customers": [{"companyName": name} for name in customers]}
    warehouse.payload("company_customer_claygent_payloads", origin, payload)


def study(warehouse: Warehouse, origin: str, customer: str, domain: str | None) -> None:
    warehouse.payload(
        "case_study_extraction_payloads",
        f"https://studies.example/{origin}/{customer}",
        {"customer_company_domain": domain},
        origin_company_domain=origin,
        company_customer_name=customer,
        has_case_study_url=True,
    )


def manual(
    warehouse: Warehouse, origin: str, customer: str, domain: str | None, at: str = MONDAY
) -> None:
    warehouse.row(
        "manual_company_customers",
        origin_company_domain=origin,
        company_customer_name=customer,
        company_customer_domain=domain,
        source_notes=f"noted {at[:10]}",
        created_at=datetime.fromisoformat(at),
    )


def _fill_customers(w: Warehouse) -> None:
    for name, naming in NAMES.items():
        for label, bears in naming.companies.items():
            company(w, f"{label}.example", bears)
        research(w, f"of-{name}.example", naming.customer)
    company(w, "of-itself.example", "Itself Traders")
    research(w, "of-itself.example", "Itself Traders Inc.")
    manual(w, "www.of-itself.example", "Someone Else", "http://of-itself.example/")
    company(w, "shared-customer.example", "Shared Traders")
    for origin, says in {
        "manual-first.example": (manual, study, research),
        "study-first.example": (study, research),
    }.items():
        for say in says:
            if say is research:
                research(w, origin, "Shared Traders")
            else:
                say(w, origin, f"By {say.__name__}", "WWW.Shared-Customer.example")
    manual(w, "northwind-tools.example", "Widgets by hand", "jobs-at-acme.example", at=LONG_AGO)
    manual(w, "www.Of-Alias.example", "Acme Careers", "https://careers-at-acme.example/jobs")
    manual(w, "careers-at-acme.example", "Alias Customer", "alias-customer.example")
    company(w, "behind-a-link.example", "Behind Traders")
    manual(w, "of-link.example", "Behind Traders", "https://bit.ly/abc")
    manual(w, "of-dirty.example", "Dirty Traders", "jane doe")
    manual(w, "of-short.example", "QX", "qx.example")
    manual(w, "of-update.example", "Beta Traders", "beta-old.example", at=MONDAY)
    manual(w, "https://of-update.example", "BETA traders", "beta-new.example", at=TUESDAY)


@pytest.fixture(scope="module")
def built(_built: Parameters) -> Iterator[Warehouse]:
    with scenario() as warehouse:
        _fill_customers(warehouse)
        company(warehouse, "later-two-a.example", "Later Two Traders")
        research(warehouse, "of-later.example", "Later Two Traders", "Later One Traders")
        warehouse.build()
        company(warehouse, "later-two-b.example", "Later Two Traders")
        company(warehouse, "later-one.example", "Later One Traders")
        warehouse.build()
        yield warehouse


def customers(warehouse: Warehouse, domain: str) -> list[Row]:
    query = "select * from reference.company_customers where domain = %s order by customer_domain"
    return rows(warehouse, query, domain)


def domains(warehouse: Warehouse, domain: str) -> list[str]:
    return [found["customer_domain"] for found in customers(warehouse, domain)]


def claims(warehouse: Warehouse, domain: str) -> list[Row]:
    query = "select * from reference.customer_claims where domain = %s order by customer_name"
    return rows(warehouse, query, domain)


def claim(warehouse: Warehouse, domain: str) -> Row:
    (found,) = claims(warehouse, domain)
    return found


@pytest.mark.parametrize("name", NAMES)
def test_a_name_leads_to_a_domain_when_one_company_bears_it(built: Warehouse, name: str) -> None:
    resolved = NAMES[name].resolved
    assert domains(built, f"of-{name}.example") == ([f"{resolved}.example"] if resolved else [])


@pytest.mark.parametrize("name", NAMES)
def test_a_name_that_leads_nowhere_is_listed_with_the_candidates(
    built: Warehouse, name: str
) -> None:
    naming = NAMES[name]
    expected = {
        "customer_name": naming.customer,
        "customer_domain": f"{naming.resolved}.example" if naming.resolved else None,
        "unresolved_reason": naming.reason,
        "candidates": [f"{label}.example" for label in naming.candidates],
    }
    assert part(claim(built, f"of-{name}.example"), expected) == expected


def test_no_company_is_its_own_customer(built: Warehouse) -> None:
    assert domains(built, "of-itself.example") == []
    reasons = {found["unresolved_reason"] for found in claims(built, "of-itself.example")}
    assert reasons == {"names itself"}


@pytest.mark.parametrize(
    ("origin", "source", "name"),
    [
        ("manual-first.example", "manual", "By manual"),
        ("study-first.example", "case_study", "By study"),
    ],
)
def test_a_customer_stands_once_from_the_best_source(
    built: Warehouse, origin: str, source: str, name: str
) -> None:
    (found,) = customers(built, origin)
    expected = {
        "customer_domain": "shared-customer.example",
        "customer_name": name,
        "source": source,
    }
    assert part(found, expected) == expected


def test_a_curated_customer_wins_and_is_as_old_as_the_first_word_of_it(built: Warehouse) -> None:
    found = customers(built, "northwind-tools.example")
    assert [(c["customer_domain"], c["customer_name"], c["source"]) for c in found] == [
        ("acme-widgets.example", "Acme Widgets", "curated"),
        ("pinecrest-hardware.example", "Pinecrest Hardware", "curated"),
    ]
    assert found[0]["created_at"] == datetime.fromisoformat("2020-01-01T00:00:00+00:00")


def test_both_sides_are_canonical_domains(built: Warehouse) -> None:
    assert domains(built, "of-alias.example") == ["acme-widgets.example"]
    assert "alias-customer.example" in domains(built, "acme-widgets.example")
    assert domains(built, "careers-at-acme.example") == []


def test_a_link_of_nobody_leaves_the_name_to_say_who_it_is(built: Warehouse) -> None:
    assert domains(built, "of-link.example") == ["behind-a-link.example"]


def test_a_domain_that_is_none_leaves_the_customer_unresolved(built: Warehouse) -> None:
    expected = {"customer_domain": None, "unresolved_reason": "no company bears the name"}
    assert part(claim(built, "of-dirty.example"), expected) == expected


def test_a_short_name_with_a_domain_is_a_customer(built: Warehouse) -> None:
    assert domains(built, "of-short.example") == ["qx.example"]


def test_a_later_manual_row_updates_the_customer(built: Warehouse) -> None:
    (found,) = customers(built, "of-update.example")
    expected = {"customer_domain": "beta-new.example", "notes": "noted 2026-03-03"}
    assert part(found, expected) == expected


def test_a_new_company_resolves_a_name_or_makes_it_ambiguous(built: Warehouse) -> None:
    assert domains(built, "of-later.example") == ["later-one.example"]
    one, two = claims(built, "of-later.example")
    assert (one["customer_name"], one["unresolved_reason"]) == ("Later One Traders", None)
    assert two["candidates"] == ["later-two-a.example", "later-two-b.example"]
