"""``ingest load`` of table rows: what all feeds share."""

from __future__ import annotations

import csv
import json
from dataclasses import fields
from typing import get_args

import pytest

from ingest.feeds.options import FeedOptions
from ingest.postgres.connection import Connection
from ingest.workflows.feeds import FEEDS, Saying
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
    load_feed,
    loaded,
)
from tests.support.ingesting import ingest, rows


def test_nul_is_taken_out_and_counted(db: Connection, write: Write) -> None:
    loaded(FIRMS, write("name,domain\nA\x00cme,acme.example\n"))
    assert rows(db, "select name from raw.vc_firms") == [("Acme",)]
    assert rows(db, "select cleaned from raw.loads") == [(1,)]


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        pytest.param(["--workflow", FIRMS, "--notes", "n"], "salesnav-export", id="notes"),
        pytest.param(["--export-title", "t"], "salesnav-export", id="no workflow"),
        pytest.param(["--workflow", LEADS, "--vc-firm", "v"], "vc-portfolio", id="firm"),
        pytest.param(["--workflow", PORTFOLIO], "--vc-firm", id="firm missing"),
        pytest.param(["--workflow", LEADS, "--timezone", "Mars"], "Mars", id="zone"),
        pytest.param(["--workflow", LEADS, "--export-timestamp", "now"], "12/26/2025", id="time"),
        pytest.param(["--workflow", LEADS, "--notes", " "], "blank", id="blank"),
        pytest.param(
            [
                *("--workflow", LEADS, "--timezone", "Europe/Oslo"),
                *("--export-timestamp", "2025-01-01T00:00Z"),
            ],
            "own zone",
            id="two zones",
        ),
    ],
)
def test_an_option_without_meaning_is_refused(words: list[str], fault: str) -> None:
    result = ingest("load", *words, DATA / "vc-firms.csv")
    assert result.exit_code == 2
    assert fault in str(result.exception) + result.stderr


def test_a_zone_for_no_time_is_refused(db: Connection) -> None:
    result = load_feed(LEADS, DATA / "salesnav-export.tsv", "--timezone", "Europe/Oslo")
    assert result.exit_code == 1
    assert "--timezone has no meaning" in result.stderr
    assert count(db, LEADS) == 0


@pytest.mark.usefixtures("db")
def test_a_table_without_a_workflow_is_told_which_take_tables() -> None:
    result = ingest("load", DATA / "vc-firms.csv")
    assert result.exit_code == 1
    assert "--workflow" in result.stderr
    assert FIRMS in result.stderr


def test_a_dry_run_says_what_a_load_would_do_and_keeps_nothing(db: Connection) -> None:
    result = load_feed(MANUAL, DATA / "manual-company-customers.csv", "--dry-run", "--json")
    assert result.exit_code == 0
    (summary,) = json.loads(result.stdout)["files"]
    assert (summary["status"], summary["landed"], summary["changes"]["new"]) == ("dry run", 3, 3)
    assert count(db, MANUAL) == 0


@pytest.mark.parametrize("workflow", [FIRMS, MANUAL, CRUNCHBASE])
def test_the_same_content_loads_once(db: Connection, workflow: str) -> None:
    path = next(DATA.glob(f"{workflow}.csv"))
    for _ in range(2):
        assert load_feed(workflow, path).exit_code in {0, 3}
    assert "already loaded" in load_feed(workflow, path).stderr
    assert rows(db, "select count(*) from raw.loads") == [(1,)]


def test_rows_of_a_table_need_their_file_to_be_tried_again(db: Connection) -> None:
    load_feed(CRUNCHBASE, DATA / "crunchbase-vc-portfolio.csv")
    (entry,) = json.loads(ingest("rejects", "--json").stdout)
    assert entry["can_retry"] is False
    retried = ingest("rejects", "retry", "--json")
    assert retried.exit_code == 3, retried.output
    assert count(db, CRUNCHBASE) == 2


def test_ids_sort_as_the_rows_stand_in_the_file(db: Connection, write: Write) -> None:
    names = [f"Firm {n}" for n in (3, 1, 2)]
    table = as_csv(("name", "domain"), *((name, f"{name[-1]}.example") for name in names))
    loaded(FIRMS, write(table))
    assert rows(db, "select name from raw.vc_firms order by id") == [(name,) for name in names]


def test_a_column_the_loader_sets_itself_is_said_not_to_be_read(
    db: Connection, write: Write
) -> None:
    table = as_csv(("id", "name", "domain", "created_at"), (7, "A", "a.example", "2001-01-01"))
    result = load_feed(FIRMS, write(table))
    assert (result.exit_code, count(db, FIRMS)) == (0, 1)
    assert "not read, the loader sets them itself: id, created_at" in result.stderr


def test_the_headers_of_a_whole_table_fit_its_feed() -> None:
    tables = list(DATA.glob("*.csv"))
    assert len(tables) == 4
    for path in tables:
        with path.open(encoding="utf-8", newline="") as file:
            header = next(csv.reader(file))
        known = FEEDS[path.stem].by_header
        assert [title for title in header if title.lower() not in known] == []


def test_workflows_list_the_columns_of_a_table() -> None:
    listed = json.loads(ingest("workflows", "--json").stdout)
    by_slug = {entry["workflow_slug"]: entry for entry in listed}
    assert by_slug[FIRMS]["columns"] == ["name*", "domain*"]
    assert by_slug[MANUAL]["feeds"] == ["core.companies", "reference.company_customers"]
    assert "is updated" in by_slug[MANUAL]["key"]


def test_every_feed_takes_and_needs_what_can_be_said() -> None:
    said = {field.name for field in fields(FeedOptions)} - {"vc_firm_id"}
    assert set(get_args(Saying)) == said
    assert {name for feed in FEEDS.values() for name in feed.takes} == said
    assert all(not feed.needs or feed.needs in feed.takes for feed in FEEDS.values())


CASES = {
    "name,domain\nBirch,birch.example\nname,domain\nOak,oak.example\n": [(3, "repeated_header")],
    "Name,Domain\nBirch,birch.example\n name,DOMAIN \nOak,oak.example\n": [(3, "repeated_header")],
    "name,domain\nBirch,birch.example\nOak,oak.example\nTotal,\n": [(4, "totals")],
    "name,domain\nBirch,birch.example\nGrand total: 24,\nOak,oak.example": [(3, "totals")],
    "name,domain\nBirch,birch.example\nOak,oak.example\n,Count: 24": [(4, "totals")],
    # a line of one cell, and the last, is no row that was cut off
    "name,domain\nBirch,birch.example\nOak,oak.example\nTotal": [(4, "totals")],
    "sep=;\nname;domain\nBirch;birch.example\nOak;oak.example\n": [],
    "\ufeffsep=,\r\nname,domain\r\nBirch,birch.example\r\nOak,oak.example\r\n": [],
    "sep=\t\nname\tdomain\nBirch\tbirch.example\nOak\toak.example\n": [],
    "sep=\\t\nname\tdomain\nBirch\tbirch.example\nOak\toak.example\n": [],
    'name, domain\n"Birch", "birch.example"\n "Oak","oak.example"\n': [],
    'name, "domain"\n "Birch", "birch.example"\n"Oak",\u00a0"oak.example"\n': [],
    "na\u200bme\u00a0,\u00a0 Domain\nBirch,birch.example\nOak,oak.example\n": [],
    "name,domain\nBirch,birch.example\nOak,oak.example\x1a": [],
    "name,domain\r\nBirch,birch.example\r\nOak,oak.example\r\n\x1a\x1a": [],
}


@pytest.mark.parametrize("text", CASES)
def test_what_spreadsheets_add_to_a_table_is_read_or_refused_with_a_reason(
    db: Connection, write: Write, text: str
) -> None:
    refused = CASES[text]
    assert load_feed(FIRMS, write(text.encode())).exit_code == (3 if refused else 0)
    assert rows(db, "select name, domain from raw.vc_firms order by id") == [
        ("Birch", "birch.example"),
        ("Oak", "oak.example"),
    ]
    assert rows(db, "select line, reason from raw.rejects") == refused


def test_a_firm_that_is_called_total_lands(db: Connection, write: Write) -> None:
    loaded(FIRMS, write("name,domain\nTotal,total.example\n"))
    assert count(db, FIRMS) == 1


def test_quotes_behind_blanks_hold_delimiters_and_line_breaks(db: Connection, write: Write) -> None:
    text = 'name, domain\n "Birch, ""the"" \n Firm", "birch.example"\n Oak , oak.example\n'
    loaded(FIRMS, write(text))
    assert rows(db, "select name, domain from raw.vc_firms order by id") == [
        ('Birch, "the" \n Firm', "birch.example"),
        (" Oak ", " oak.example"),
    ]


def test_quotes_behind_blanks_hold_what_could_not_be_read_without_them(
    db: Connection, write: Write
) -> None:
    loaded(FIRMS, write('name,domain\n "A"",""b""", "o.example"\n'))
    assert rows(db, "select name, domain from raw.vc_firms") == [('A","b"', "o.example")]


def test_a_value_that_begins_with_a_quoted_word_stays_as_it_is(
    db: Connection, write: Write
) -> None:
    loaded(FIRMS, write('name,domain\n "The" Firm,firm.example\nOak,oak.example\n'))
    assert rows(db, "select name from raw.vc_firms order by id") == [(' "The" Firm',), ("Oak",)]


def test_a_header_in_another_order_ends_the_file(db: Connection, write: Write) -> None:
    result = load_feed(FIRMS, write("name,domain\nA,a.example\ndomain,name\nb.example,B\n"))
    assert result.exit_code == 1
    assert ":3: the header stands here once more" in result.stderr
    assert count(db, FIRMS) == 0


def test_an_encoding_that_cannot_be_told_can_be_said(db: Connection, write: Write) -> None:
    table = "name,domain\nŁódź Ventures,lodz.example\n"
    loaded(FIRMS, write(table.encode("cp1250")), "--encoding", "Windows-1250")
    assert rows(db, "select name from raw.vc_firms") == [("Łódź Ventures",)]
    # said, though it could have been told
    loaded(FIRMS, write(table.replace("lodz", "l").encode("utf-16")), "--encoding", "utf-16")
    loaded(FIRMS, write(table.replace("lodz", "o").encode("utf-8-sig")), "--encoding", "UTF-8")
    assert rows(db, "select distinct name from raw.vc_firms") == [("Łódź Ventures",)]


@pytest.mark.parametrize(
    ("content", "encoding", "fault"),
    [
        pytest.param("ä".encode("cp1252"), "ascii", "not ascii, as --encoding says", id="byte"),
        pytest.param("ä".encode("utf-8-sig"), "cp1250", "say utf-8, and --encoding", id="mark"),
        pytest.param(b'{"name": "A"}', "cp1250", "this is JSON", id="json"),
    ],
)
def test_an_encoding_that_the_bytes_contradict_is_refused(
    db: Connection, write: Write, content: bytes, encoding: str, fault: str
) -> None:
    path = write(content + b",a.example\nname,domain\n")
    result = load_feed(FIRMS, path, "--encoding", encoding)
    assert result.exit_code == 1
    assert fault in result.stderr
    assert count(db, FIRMS) == 0


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        (["--workflow", FIRMS, "--encoding", "cp12500"], "no known encoding"),
        (["--workflow", FIRMS, "--encoding", "hex"], "no known encoding"),
        (["--workflow", "clay-person-profile", "--encoding", "cp1250"], "has a meaning for"),
    ],
)
def test_an_encoding_that_cannot_be_meant_is_wrong_usage(words: list[str], fault: str) -> None:
    result = ingest("load", *words, DATA / "vc-firms.csv")
    assert result.exit_code == 2
    assert fault in str(result.exception) + result.stderr
