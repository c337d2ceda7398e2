"""``ingest load`` of Sales Navigator exports."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from ingest.postgres.connection import Connection
from tests.support.feed_loads import DATA, LEADS, Write, count, load_feed, loaded
from tests.support.ingesting import rows

LEAD_OPTIONS = (
    *("--export-title", "Care leaders"),
    *("--export-timestamp", "12/26/2025, 5:55 PM"),
    *("--timezone", "America/New_York"),
    *("--notes", "from Clay"),
)


@pytest.mark.parametrize(
    ("name", "options"),
    [
        pytest.param("salesnav-export.tsv", LEAD_OPTIONS, id="export"),
        pytest.param(
            "salesnav-export.relayed.json",
            ("--timezone", "America/New_York"),
            id="the same as JSON",
        ),
    ],
)
def test_a_lead_export_lands_with_what_is_said_about_it(
    db: Connection, name: str, options: tuple[str, ...]
) -> None:
    loaded(LEADS, DATA / name, *options)
    assert rows(
        db,
        """
        select export_title, export_timestamp, notes, matching_filters, first_name, phone_number,
            email, profile_summary, job_started_on, linkedin_url_user_profile,
            linkedin_url_company, company_headcount
        from raw.salesnav_scrapes order by id
        """,
    ) == [
        (
            "Care leaders",
            datetime(2025, 12, 26, 22, 55, tzinfo=UTC),
            "from Clay",
            True,
            "Ana",
            None,
            "ana@formhealth.example",
            r"Builds care teams.\nLikes maps.",
            "08-2024",
            "https://www.linkedin.com/in/ACwAAAexampleAna",
            "/company/123456",
            "206",
        ),
        (
            "Care leaders",
            datetime(2025, 12, 26, 22, 55, tzinfo=UTC),
            "from Clay",
            False,
            "Bo",
            None,
            None,
            "two lines,\nthe second",
            "2024",
            "https://www.linkedin.com/in/bo-muster",
            "/company/654321",
            "10001+",
        ),
    ]
    assert rows(
        db,
        "select distinct s.upload_id = l.id, s._load_id = l.id, l.records"
        " from raw.salesnav_scrapes as s, raw.loads as l",
    ) == [(True, True, 2)]


def test_a_time_without_a_zone_is_utc_unless_one_is_given(db: Connection) -> None:
    loaded(LEADS, DATA / "salesnav-export.tsv", "--export-timestamp", "12/26/2025, 5:55 PM")
    assert rows(db, "select distinct export_timestamp from raw.salesnav_scrapes") == [
        (datetime(2025, 12, 26, 17, 55, tzinfo=UTC),)
    ]


def test_headers_fit_trimmed_and_in_any_case(db: Connection, write: Write) -> None:
    text = (DATA / "salesnav-export.tsv").read_text(encoding="utf-8")
    header, rest = text.split("\n", 1)
    odd = "\t".join(f" {title.swapcase()} " for title in header.split("\t"))
    loaded(LEADS, write(f"{odd}\n{rest}"))
    assert count(db, LEADS) == 2


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_spreadsheets_of_any_encoding_land_alike(
    db: Connection, write: Write, encoding: str
) -> None:
    text = (DATA / "salesnav-export.tsv").read_bytes().decode()
    loaded(LEADS, write(text.encode(encoding)))
    assert rows(db, "select location from raw.salesnav_scrapes where first_name = 'Bo'") == [
        ("Zürich",)
    ]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        pytest.param(
            "First name",
            "Frist name",
            ["unknown: 'Frist name' (did you mean First name?)", "missing: First name"],
            id="mistyped",
        ),
        pytest.param("\tEmail\t", "\t", ["missing: Email"], id="missing"),
        pytest.param("\tEmail\t", "\tEmail\tFax\t", ["unknown: 'Fax'"], id="unknown"),
        pytest.param("\tEmail\t", "\tEmail\tEMAIL \t", ["'EMAIL' stands twice"], id="twice"),
        pytest.param("\tEmail\t", "\t\t", ["missing: Email"], id="no name"),
    ],
)
def test_a_header_that_does_not_fit_stops_the_file(
    db: Connection, write: Write, old: str, new: str, words: list[str]
) -> None:
    text = (DATA / "salesnav-export.tsv").read_bytes().decode()
    path = write(text.replace(old, new, 1))
    result = load_feed(LEADS, path)
    assert result.exit_code == 1
    assert f"{path}:1: " in result.stderr
    for word in words:
        assert word in result.stderr
    assert rows(db, "select count(*) from raw.loads") == [(0,)]


def test_relayed_records_are_refused_one_by_one(db: Connection, write: Write) -> None:
    good = {"First name": "Ana", "workflow_slug": LEADS, "_row_index": 3}
    records = [
        good,
        {"Frist name": "Ana"},
        {"First name": "Ana", "first name ": "Bo"},
        {"First name": ["Ana"]},
        {"First name": "Ana", "workflow_slug": "vc-firms"},
        {"First name": 7},
    ]
    result = load_feed(LEADS, write("\n".join(map(json.dumps, records)), "leads.ndjson"))
    assert result.exit_code == 3
    assert rows(db, "select first_name, _unstored from raw.salesnav_scrapes order by id") == [
        ("Ana", None),
        (None, {"first_name": '["Ana"]'}),
        ("7", None),
    ]
    rejects = rows(db, "select line, reason, detail, _offset from raw.rejects order by line")
    assert [reject[:2] for reject in rejects] == [
        (2, "unknown_field"),
        (3, "bad_value"),
        (5, "workflow_mismatch"),
    ]
    assert "did you mean First name?" in rejects[0][2]
    # what was said about the file is not kept: there is no retry without it
    assert {reject[3] for reject in rejects} == {None}
