"""Which firm holds which company: once per pair, whatever the list and the spelling."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest

from tests.support.scenario import Row, rows, scenario
from tests.support.scratch import Parameters
from tests.support.sources import firmographics, moment, upload
from tests.support.warehouse import Warehouse

COLUMNS = "firm_name, firm_domain, company_domain, company_name, status, source"


@pytest.fixture(scope="module")
def built(_built: Parameters) -> Iterator[Warehouse]:
    with scenario() as w:
        firmographics(w, "known.example", "Known Ltd", None, moment(0))
        harbour = w.row("vc_firms", name="Harbour Ventures", domain="harbour.example")
        acme = w.row("vc_firms", name="Acme Capital", domain="https://careers-at-acme.example/vc")
        lists: list[tuple[str, str, str | None, str | None, int]] = [
            (harbour, "Both", "both.example", "Operating", 1),
            (harbour, "Known", "known.example", None, 1),
            (harbour, "Acme", "jobs-at-acme.example", None, 2),
            (harbour, "Acme Widgets", "acme-widgets.example", "Closed", 1),
            (harbour, "No Website", None, None, 1),
            (harbour, "No Domain", "coming soon", None, 1),
            (harbour, "Shortened", "bit.ly/3xYz", None, 1),
            (acme, "Both", "both.example", None, 1),
        ]
        for firm, name, website, status, day in lists:
            row(w, "vc_portfolio_companies", day, vc_firm_id=firm, company_name=name,
                website_domain=website, status=status)  # fmt: skip
        exports: list[tuple[str | None, str | None, str, str, str, int]] = [
            ("Harbour", "www.Harbour.example", "Both GmbH", "https://both.example", "active", 3),
            ("Nameless Fund", None, "Both", "both.example", "active", 1),
            ("NAMELESS  fund", None, "Both", "www.both.example", "closed", 2),
            ("Posted", "gmail.com", "Both", "both.example", "active", 1),
            (None, None, "Both", "both.example", "active", 1),
        ]
        for firm_name, firm_domain, company, website, status, day in exports:
            row(w, "vc_crunchbase_portfolios", day, vc_name=firm_name, vc_domain=firm_domain,
                name=company, website=website, operating_status=status)  # fmt: skip
        w.build()
        yield w


def row(w: Warehouse, table: str, day: int, **columns: Any) -> None:
    w.row(table, upload_id=upload(w), created_at=datetime.fromisoformat(moment(day)), **columns)


def pairs(w: Warehouse, firm: str, column: str = "firm_domain") -> list[Row]:
    query = f"select {COLUMNS} from api.vc_portfolio where {column} = %s order by company_domain"
    return rows(w, query, firm)


def test_a_company_stands_once_under_a_firm_with_what_came_last(built: Warehouse) -> None:
    assert [tuple(line.values()) for line in pairs(built, "harbour.example")] == [
        # an alias of the company, of which the closer one to its name came earlier
        ("Harbour Ventures", "harbour.example", "acme-widgets.example", "Acme", None,
         "vc_portfolios"),
        ("Harbour", "harbour.example", "both.example", "Both", "active", "crunchbase_portfolios"),
        # the chosen name, not that of the list
        ("Harbour Ventures", "harbour.example", "known.example", "Known Ltd", None,
         "vc_portfolios"),
    ]  # fmt: skip


def test_a_pair_is_known_since_its_first_receipt(built: Warehouse) -> None:
    found = built.one(
        "select known_since, received_at from api.vc_portfolio"
        " where firm_domain = 'harbour.example' and company_domain = 'both.example'"
    )
    assert found == (datetime.fromisoformat(moment(1)), datetime.fromisoformat(moment(3)))


def test_the_alias_of_a_firm_is_followed(built: Warehouse) -> None:
    (found,) = pairs(built, "acme-widgets.example")
    assert (found["firm_name"], found["company_domain"]) == ("Acme Capital", "both.example")


def test_a_firm_without_a_domain_goes_by_its_name(built: Warehouse) -> None:
    (found,) = pairs(built, "NAMELESS  fund", "firm_name")
    assert (found["firm_domain"], found["status"]) == (None, "closed")


def test_a_mailbox_is_no_firms_domain(built: Warehouse) -> None:
    (found,) = pairs(built, "Posted", "firm_name")
    assert found["firm_domain"] is None


def test_rows_without_a_firm_or_a_website_are_left_out(built: Warehouse) -> None:
    assert built.one("select count(*) from api.vc_portfolio") == (6,)
