"""Rows whose cells have moved, and rows with one odd cell."""

from __future__ import annotations

import csv
from uuid import uuid4

import pytest

from ingest.feeds.options import FeedOptions
from ingest.feeds.rows import FeedRows
from ingest.formats.delimited import TableRow
from ingest.postgres.connection import Connection
from ingest.rejects import Origin, Reason, RefusedError
from ingest.workflows.feeds import FEEDS
from ingest.workflows.registry import load_registry
from tests.support.feed_loads import (
    CRUNCHBASE,
    DATA,
    FIRMS,
    LEADS,
    MANUAL,
    PORTFOLIO,
    Write,
    as_csv,
    count,
    loaded,
)
from tests.support.ingesting import rows
from tests.support.warehouse import Warehouse

# one row of each feed with a value in every column
FULL = {
    LEADS: (
        *("true", "urn:li:fsd_profile:ACwAAAx", "Ana", "Example", "ana@acme.example", "555 0100"),
        *("Head of Care", "Builds teams", "Head of Care", "Leads", "08-2024"),
        *("https://www.linkedin.com/in/ACwAAAx", "Boston, Massachusetts", "Acme"),
        *("urn:li:fsd_company:1", "/company/1", "http://acme.example"),
        *("Acme makes things for people who make things", "206", "Retail", "1 Example Street"),
    ),
    MANUAL: (
        *("north.example", "North Tools", "https://www.linkedin.com/company/north"),
        *("Alpha Works", "alpha.example", "https://www.linkedin.com/company/alpha"),
        *("https://north.example/stories/alpha", "yes", "said on a call"),
    ),
    FIRMS: ("Harbour Ventures", "harbour.example"),
    PORTFOLIO: (
        *("Alpha", "alpha.example", "https://www.crunchbase.com/organization/alpha"),
        *("https://alpha.example/logo.png", "Operating", "2014-01-01", "Makes things, well"),
        *("Makes things", "Austin", "Texas", "United States", "51-200"),
        *("https://www.linkedin.com/company/alpha", "$1M to $10M", "$12M", "$12M"),
        *("Hardware; Design", "Harbour Ventures; Fjord Capital"),
    ),
    CRUNCHBASE: (
        *("Harbour Ventures", "harbour.example", "alpha.example", "Alpha", "active", "2014"),
        *("Makes things, well", "Makes things", "Austin", "Texas", "United States", "51-200"),
        "https://www.linkedin.com/company/alpha",
    ),
}
# From these columns on the cells to the right hold like things, or only one is left to be odd: a
# row that moved there cannot be told from one with an odd cell. First of an inserted cell, second
# of one left out.
TOLD_UP_TO = {
    LEADS: ("Company headcount", "Company description"),
    MANUAL: ("case_study_url", "has_case_study"),
    PORTFOLIO: ("revenue_range", "revenue_range"),
    CRUNCHBASE: ("number_employees", "number_employees"),
}


def refusal(workflow: str, cells: list[str]) -> RefusedError | None:
    """Why a row of all columns is refused; None if it lands."""
    registry = load_registry()
    feed = FEEDS[workflow]
    maker = FeedRows(registry.resolve(workflow), feed, registry, FeedOptions(), uuid4())
    titles = [c.title for c in feed.columns if not c.title.startswith("_")]
    maker.read_header(titles, "file:1")
    try:
        maker.row(TableRow(Origin(2, 0, b""), cells))
    except RefusedError as fault:
        return fault
    return None


def moved(row: tuple[str, ...], place: int, *, inserted: bool) -> list[str]:
    """The row with an empty cell too many, its last one pushed out, or with one cell left out."""
    if inserted:
        return [*row[:place], "", *row[place:-1]]
    return [*row[:place], *row[place + 1 :], ""]


@pytest.mark.parametrize("workflow", FEEDS)
def test_a_full_row_lands(workflow: str) -> None:
    assert refusal(workflow, list(FULL[workflow])) is None


@pytest.mark.parametrize("inserted", [True, False])
@pytest.mark.parametrize("workflow", TOLD_UP_TO)
def test_a_shifted_row_gives_itself_away_wherever_it_moved(workflow: str, inserted: bool) -> None:
    titles = [c.title for c in FEEDS[workflow].columns]
    end = titles.index(TOLD_UP_TO[workflow][0 if inserted else 1])
    for place in range(end):
        fault = refusal(workflow, moved(FULL[workflow], place, inserted=inserted))
        assert fault is not None, titles[place]
        # an empty cell in front of a needed column is named as that
        assert fault.reason in {Reason.IMPLAUSIBLE, Reason.NO_KEY}, titles[place]


@pytest.mark.parametrize("inserted", [True, False])
@pytest.mark.parametrize("place", [0, 1])
def test_a_moved_row_of_two_needed_columns_lacks_one_of_them(place: int, inserted: bool) -> None:
    fault = refusal(FIRMS, moved(FULL[FIRMS], place, inserted=inserted))
    assert fault is not None
    assert fault.reason is Reason.NO_KEY


def test_the_real_batch_a_url_in_city_and_a_revenue_band_in_linkedin_url() -> None:
    row = list(FULL[CRUNCHBASE])
    row[8], row[12] = "https://alpha.example", "$1M to $10M"
    fault = refusal(CRUNCHBASE, row)
    assert fault is not None
    assert fault.reason is Reason.IMPLAUSIBLE
    assert fault.detail == (
        "city holds a web address, linkedin_url holds an amount or a range: "
        "the cells seem to have moved"
    )


@pytest.mark.parametrize(
    ("title", "odd"),
    [
        ("Matching filters", "\u2713"),
        ("Email", "No email"),
        ("LinkedIn URL (company)", "https://www.xing.com/companies/acme"),
        ("Company website", "3M"),
        ("Location", "$1M to $10M"),
        ("Job title", "https://acme.example"),
        ("LinkedIn URL (user profile)", "Out of network"),
    ],
)
def test_one_odd_cell_does_not_cost_the_row(title: str, odd: str) -> None:
    row = list(FULL[LEADS])
    row[[c.title for c in FEEDS[LEADS].columns].index(title)] = odd
    assert refusal(LEADS, row) is None


@pytest.mark.parametrize(
    ("page", "is_moved"),
    [
        ("https://www.xing.com/companies/acme", False),
        ("facebook.com/acme", False),
        # the company's own address is what stands in the column beside it
        ("https://acme.example", True),
        ("https://acme.example/team", True),
    ],
)
def test_a_page_on_another_network_is_no_sign_beside_an_odd_number(
    page: str, is_moved: bool
) -> None:
    row = list(FULL[PORTFOLIO])
    titles = [column.title for column in FEEDS[PORTFOLIO].columns]
    row[titles.index("employee_count")] = "many"
    row[titles.index("linkedin_url")] = page
    assert (refusal(PORTFOLIO, row) is not None) is is_moved


@pytest.mark.parametrize("nothing", ["Not found", "#N/A", "#REF!", "#DIV/0!", "########"])
def test_words_for_nothing_in_many_cells_do_not_cost_the_row(nothing: str) -> None:
    row = list(FULL[LEADS])
    for place in (4, 11, 15, 16, 18):
        row[place] = nothing
    assert refusal(LEADS, row) is None


def test_what_a_typed_column_cannot_store_is_kept_and_reported(
    warehouse: Warehouse, db: Connection, write: Write
) -> None:
    loaded(FIRMS, DATA / "vc-firms.csv")
    with (DATA / "vc-portfolio.csv").open(encoding="utf-8", newline="") as file:
        header = next(csv.reader(file))
    cells = dict(zip(header, FULL[PORTFOLIO], strict=True))
    cells |= {"categories": "{Hardware}", "website_domain": "jane doe"}
    listed = cells | {"company_name": "Beta", "website_domain": "beta.example"}
    listed |= {"categories": '[""Hardware"", {""name"": ""Design""}]'}
    lines = [tuple(f'"{cell}"' for cell in row.values()) for row in (cells, listed)]
    path = write(as_csv(tuple(header), *lines))
    loaded(PORTFOLIO, path, "--vc-firm", "Harbour Ventures")
    query = "select categories, _unstored from raw.vc_portfolio_companies order by company_name"
    assert rows(db, query) == [
        (None, {"categories": "{Hardware}"}),
        (["Hardware", {"name": "Design"}], None),
    ]
    assert count(db, PORTFOLIO) == 2
    warehouse.build("--select", "+extraction_issues")
    assert warehouse.all(
        "select field, value, reason from extracted.extraction_issues"
        " where raw_table = 'vc_portfolio_companies' order by field, reason"
    ) == [
        ("categories", '["Hardware", {"name": "Design"}]', "not a list of texts"),
        ("categories", "{Hardware}", "not storable"),
        ("website_domain", "jane doe", "not a domain"),
    ]
