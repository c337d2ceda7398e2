"""``ingest load`` of venture capital firms and their portfolios."""

from __future__ import annotations

import pytest

from ingest.postgres.connection import Connection
from ingest.workflows.feeds import FEEDS
from tests.support.feed_loads import (
    CRUNCHBASE,
    DATA,
    FIRMS,
    PORTFOLIO,
    Write,
    as_csv,
    changes,
    count,
    load_feed,
    loaded,
)
from tests.support.ingesting import rows


def test_firms_are_kept_once_by_name_and_domain(db: Connection, write: Write) -> None:
    loaded(FIRMS, DATA / "vc-firms.csv")
    before = rows(db, "select * from raw.vc_firms order by id")
    assert [row[1:3] for row in before] == [
        ("Harbour Ventures", "harbour-ventures.example"),
        ("Fjord Capital", "https://www.fjord.example/about"),
    ]
    again = as_csv(
        ("domain", "name"),
        ("fjord.example", "FJORD capital"),
        ("fjord-two.example", "Fjord Capital"),
    )
    result = load_feed(FIRMS, write(again), "--json")
    assert changes(result) == {"new": 1, "updated": 0, "unchanged": 1, "repeated": 0}
    now = rows(db, "select * from raw.vc_firms order by id")
    assert now[:2] == before
    assert now[2][1:3] == ("Fjord Capital", "fjord-two.example")


@pytest.mark.parametrize(
    "named", ["Harbour Ventures", " harbour ventures", "https://www.Harbour-Ventures.example/team"]
)
def test_a_portfolio_belongs_to_the_firm_named_by_name_or_domain(
    db: Connection, named: str
) -> None:
    loaded(FIRMS, DATA / "vc-firms.csv")
    loaded(PORTFOLIO, DATA / "vc-portfolio.csv", "--vc-firm", named)
    assert rows(
        db,
        """
        select p.company_name, f.name, p.categories, p.investors, p.linkedin_url, p.city
        from raw.vc_portfolio_companies as p inner join raw.vc_firms as f on p.vc_firm_id = f.id
        order by p.id
        """,
    ) == [
        (
            "Alpha Works",
            "Harbour Ventures",
            ["Hardware", "Design"],
            ["Harbour Ventures", "Fjord Capital"],
            "https://www.linkedin.com/company/alpha-works",
            "Austin",
        ),
        ("Beta", "Harbour Ventures", ["Fisheries", "Software"], None, "N/A", "Bergen"),
    ]


def test_an_unknown_firm_is_answered_with_how_to_add_it(db: Connection) -> None:
    loaded(FIRMS, DATA / "vc-firms.csv")
    result = load_feed(PORTFOLIO, DATA / "vc-portfolio.csv", "--vc-firm", "Harbor Ventures")
    assert result.exit_code == 2
    said = str(result.exception) + result.stderr
    assert "did you mean Harbour Ventures?" in said
    assert "ingest load --workflow vc-firms" in said
    assert count(db, PORTFOLIO) == 0


def test_a_name_that_firms_of_several_domains_bear_is_not_guessed(
    db: Connection, write: Write
) -> None:
    table = as_csv(("name", "domain"), ("Summit", "summit-a.example"), ("Summit", "b.example"))
    loaded(FIRMS, write(table))
    # a duplicate of one firm makes it no second one
    db.execute("insert into raw.vc_firms (name, domain) values ('Summit', 'www.b.example')")
    db.commit()
    result = load_feed(PORTFOLIO, DATA / "vc-portfolio.csv", "--vc-firm", "summit")
    assert result.exit_code == 2
    assert "b.example, summit-a.example" in result.stderr + str(result.exception)
    loaded(PORTFOLIO, DATA / "vc-portfolio.csv", "--vc-firm", "b.example")


def test_a_crunchbase_row_whose_cells_moved_is_refused(db: Connection) -> None:
    result = load_feed(CRUNCHBASE, DATA / "crunchbase-vc-portfolio.csv")
    assert result.exit_code == 3
    assert rows(db, "select name, vc_name from raw.vc_crunchbase_portfolios order by id") == [
        ("Alpha Works", "Harbour Ventures"),
        ("Epsilon", "Fjord Capital"),
    ]
    ((line, reason, detail, record),) = rows(
        db, "select line, reason, detail, record from raw.rejects"
    )
    assert (line, reason) == (3, "implausible")
    assert "city holds a web address" in detail
    assert record.startswith("Harbour Ventures,harbour-ventures.example,delta.example,")
    assert rows(
        db, "select distinct c.upload_id = l.id from raw.vc_crunchbase_portfolios c, raw.loads l"
    ) == [(True,)]


def portfolio(good: int, moved: int) -> str:
    header = tuple(column.name for column in FEEDS[CRUNCHBASE].columns)
    start = ("V", "v.example", "c.example", "C", "active", "2014", "", "")
    right = (*start, "Oslo", "", "Norway", "51-200", "https://www.linkedin.com/company/c")
    wrong = (*start, "", "Oslo", "", "Norway", "51-200")
    return as_csv(header, *[right] * good, *[wrong] * moved)


def test_a_file_most_of_whose_cells_moved_is_refused_whole(db: Connection, write: Write) -> None:
    result = load_feed(CRUNCHBASE, write(portfolio(good=4, moved=5)), "--on-reject", "ignore")
    assert result.exit_code == 1
    assert "5 of 9 rows" in result.stderr
    assert (
        "on line 6 number_employees holds no number, linkedin_url holds an amount or a range"
        in result.stderr
    )
    assert rows(db, "select count(*) from raw.loads") == [(0,)]
    assert load_feed(CRUNCHBASE, write(portfolio(good=4, moved=4))).exit_code == 3
    assert count(db, CRUNCHBASE) == 4
