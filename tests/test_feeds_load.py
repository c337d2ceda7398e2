"""``ingest load`` of the feeds whose records are rows of a table."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from warehouse import Warehouse

from ingest.cli import cli
from ingest.connection import Connection
from ingest.feeds import FEEDS

DATA = Path(__file__).resolve().parent / "data" / "feeds"
LEADS, MANUAL, FIRMS = "salesnav-export", "manual-company-customers", "vc-firms"
PORTFOLIO, CRUNCHBASE = "vc-portfolio", "crunchbase-vc-portfolio"

Write = Callable[..., Path]


def load(workflow: str, path: Path | str, *options: str) -> Result:
    return CliRunner().invoke(cli, ["load", "--workflow", workflow, str(path), *options])


def loaded(workflow: str, path: Path | str, *options: str) -> None:
    result = load(workflow, path, *options)
    assert result.exit_code == 0, result.output


def rows(db: Connection, query: str) -> list[Any]:
    found = db.execute(query.encode()).fetchall()
    db.commit()
    return found


def count(db: Connection, workflow: str) -> int:
    (number,) = rows(db, f"select count(*) from raw.{FEEDS[workflow].table}")[0]
    return int(number)


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def make(text: str | bytes, name: str = "file.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return make


def as_csv(*table: tuple[object, ...]) -> str:
    return "".join(",".join(map(str, row)) + "\n" for row in table)


FIRMS_TABLE = as_csv(("name", "domain"), ("Harbour Ventures", "harbour.example"))


# Sales Navigator


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
    result = load(LEADS, path)
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
    result = load(LEADS, write("\n".join(map(json.dumps, records)), "leads.ndjson"))
    assert result.exit_code == 3
    assert rows(db, "select first_name from raw.salesnav_scrapes order by id") == [("Ana",), ("7",)]
    rejects = rows(db, "select line, reason, detail, _offset from raw.rejects order by line")
    assert [reject[:2] for reject in rejects] == [
        (2, "unknown_field"),
        (3, "bad_value"),
        (4, "bad_value"),
        (5, "workflow_mismatch"),
    ]
    assert "did you mean First name?" in rejects[0][2]
    # what was said about the file is not kept: there is no retry without it
    assert {reject[3] for reject in rejects} == {None}


def test_nul_is_taken_out_and_counted(db: Connection, write: Write) -> None:
    loaded(FIRMS, write("name,domain\nA\x00cme,acme.example\n"))
    assert rows(db, "select name from raw.vc_firms") == [("Acme",)]
    assert rows(db, "select cleaned from raw.loads") == [(1,)]


# Manual customers

MANUAL_HEADER = ("origin_company_domain", "company_customer_name", "company_customer_domain")


def customers(db: Connection) -> list[Any]:
    return rows(
        db,
        """
        select origin_company_domain, company_customer_name, company_customer_domain,
            updated_at > created_at
        from raw.manual_company_customers order by id
        """,
    )


def changes(result: Result) -> dict[str, int]:
    found = json.loads(result.stdout)["files"][0]["changes"]
    assert isinstance(found, dict)
    return found


def test_manual_customers_land(db: Connection) -> None:
    loaded(MANUAL, DATA / "manual-company-customers.csv")
    assert rows(
        db,
        """
        select company_customer_name, company_customer_domain, has_case_study, source_notes
        from raw.manual_company_customers order by id
        """,
    ) == [
        ("Alpha Works", "alpha-works.example", True, "from the website"),
        ("Beta", "http://www.beta.example", False, None),
        ("Gamma, Inc.", None, None, "said on a call,\nnot confirmed"),
    ]


def test_a_later_row_corrects_the_one_of_the_same_origin_and_name(
    db: Connection, write: Write
) -> None:
    first = as_csv(
        MANUAL_HEADER,
        ("north.example", "Alpha", "alpha.example"),
        ("north.example", "Beta", "beta.example"),
        ("south.example", "Alpha", "alpha.example"),
    )
    loaded(MANUAL, write(first))
    before = rows(db, "select id from raw.manual_company_customers order by id")
    second = as_csv(
        MANUAL_HEADER,
        ("https://WWW.North.example/", " alpha", "alpha-new.example"),
        ("north.example", "Beta", "beta.example"),
        ("north.example", "Delta", "delta.example"),
    )
    result = load(MANUAL, write(second), "--json")
    assert changes(result) == {"new": 1, "updated": 1, "unchanged": 1, "repeated": 0}
    assert customers(db) == [
        ("https://WWW.North.example/", " alpha", "alpha-new.example", True),
        ("north.example", "Beta", "beta.example", False),
        ("south.example", "Alpha", "alpha.example", False),
        ("north.example", "Delta", "delta.example", False),
    ]
    assert rows(db, "select id from raw.manual_company_customers order by id")[:3] == before
    assert rows(
        db,
        """
        select m.company_customer_name, l.started_at = max(l.started_at) over ()
        from raw.manual_company_customers as m inner join raw.loads as l on m._load_id = l.id
        order by m.id
        """,
    ) == [(" alpha", True), ("Beta", False), ("Alpha", False), ("Delta", True)]


def test_loading_known_rows_again_moves_nothing(db: Connection, write: Write) -> None:
    table = as_csv(MANUAL_HEADER, ("north.example", "Alpha", "alpha.example"))
    loaded(MANUAL, write(table))
    before = rows(db, "select * from raw.manual_company_customers")
    assert changes(load(MANUAL, write("\n" + table), "--json"))["unchanged"] == 1
    assert rows(db, "select * from raw.manual_company_customers") == before


def test_an_empty_cell_or_a_missing_column_takes_no_value_away(
    db: Connection, write: Write
) -> None:
    loaded(MANUAL, write(as_csv(MANUAL_HEADER, ("north.example", "Alpha", "alpha.example"))))
    loaded(MANUAL, write(as_csv(MANUAL_HEADER, ("north.example", "Alpha", ""))))
    loaded(MANUAL, write(as_csv(MANUAL_HEADER[:2], ("north.example", "Alpha"))))
    assert customers(db) == [("north.example", "Alpha", "alpha.example", False)]


def test_rows_that_repeat_a_key_in_one_file_act_one_after_the_other(
    db: Connection, write: Write
) -> None:
    table = as_csv(
        (*MANUAL_HEADER, "source_notes"),
        ("north.example", "Alpha", "old.example", "kept"),
        ("north.example", "ALPHA", "new.example", ""),
        ("north.example", "Alpha", "", ""),
    )
    result = load(MANUAL, write(table), "--json")
    assert changes(result) == {"new": 1, "updated": 0, "unchanged": 0, "repeated": 2}
    assert customers(db) == [("north.example", "Alpha", "new.example", False)]
    assert rows(db, "select source_notes from raw.manual_company_customers") == [("kept",)]
    assert rows(db, "select records, landed, rejected from raw.loads") == [(3, 3, 0)]


def test_of_duplicates_other_programs_inserted_the_newest_is_corrected(
    db: Connection, write: Write
) -> None:
    db.execute(
        """
        insert into raw.manual_company_customers (
            origin_company_domain, company_customer_name, created_at
        ) values
        ('north.example', 'Alpha', '2026-03-02'), ('north.example', 'alpha', '2026-03-03'),
        ('north.example', 'Alpha', '2026-03-01')
        """
    )
    db.commit()
    loaded(MANUAL, write(as_csv(MANUAL_HEADER, ("north.example", "alpha", "alpha.example"))))
    assert rows(
        db,
        "select created_at::date::text, company_customer_domain"
        " from raw.manual_company_customers order by created_at",
    ) == [("2026-03-01", None), ("2026-03-02", None), ("2026-03-03", "alpha.example")]


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        pytest.param({"company_customer_name": "A"}, "no_key", id="no origin"),
        pytest.param(
            {"origin_company_domain": "o.example", "company_customer_name": " "},
            "no_key",
            id="blank name",
        ),
        pytest.param(
            {"origin_company_domain": "o.example", "company_customer_name": "A" * 2001},
            "key_too_long",
            id="name too long",
        ),
        pytest.param(
            {
                "origin_company_domain": "o.example",
                "company_customer_name": "A",
                "has_case_study": "perhaps",
            },
            "bad_value",
            id="no boolean",
        ),
    ],
)
def test_a_row_without_what_it_needs_is_refused(
    db: Connection, write: Write, record: dict[str, str], reason: str
) -> None:
    good = {"origin_company_domain": "o.example", "company_customer_name": "G", "id": "7"}
    path = write(json.dumps([good, record]), "customers.json")
    assert load(MANUAL, path).exit_code == 3
    assert rows(db, "select reason from raw.rejects") == [(reason,)]
    assert count(db, MANUAL) == 1


def test_two_processes_with_the_same_customers_in_two_files_add_them_once(
    db: Connection, write: Write
) -> None:
    table = as_csv(MANUAL_HEADER, *(("o.example", f"C{n}", f"c{n}.example") for n in range(500)))
    paths = [write("\n" * n + table, f"{n}.csv") for n in range(3)]
    racing = [
        subprocess.Popen(
            [sys.executable, "-m", "ingest.cli", "load", "--workflow", MANUAL, str(path)],
            stderr=subprocess.PIPE,
            text=True,
        )
        for path in paths
    ]
    said = [process.communicate()[1] for process in racing]
    assert [process.returncode for process in racing] == [0, 0, 0], said
    assert count(db, MANUAL) == 500


def test_a_correction_reaches_the_answers(warehouse: Warehouse, write: Write) -> None:
    loaded(MANUAL, write(as_csv(MANUAL_HEADER, ("north.example", "Alpha", "alpha-old.example"))))
    warehouse.build()
    loaded(MANUAL, write(as_csv(MANUAL_HEADER, ("north.example", "Alpha", "alpha.example"))))
    warehouse.build()
    assert warehouse.all(
        "select customer_domain from reference.company_customers where domain = 'north.example'"
    ) == [("alpha.example",)]


# Venture capital firms and portfolios


def firm_ids(db: Connection) -> dict[str, Any]:
    return dict(rows(db, "select name, id from raw.vc_firms"))


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
    result = load(FIRMS, write(again), "--json")
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
    result = load(PORTFOLIO, DATA / "vc-portfolio.csv", "--vc-firm", "Harbor Ventures")
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
    result = load(PORTFOLIO, DATA / "vc-portfolio.csv", "--vc-firm", "summit")
    assert result.exit_code == 2
    assert "b.example, summit-a.example" in result.stderr + str(result.exception)
    loaded(PORTFOLIO, DATA / "vc-portfolio.csv", "--vc-firm", "b.example")


def test_a_crunchbase_row_whose_cells_moved_is_refused(db: Connection) -> None:
    result = load(CRUNCHBASE, DATA / "crunchbase-vc-portfolio.csv")
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
    result = load(CRUNCHBASE, write(portfolio(good=4, moved=5)), "--on-reject", "ignore")
    assert result.exit_code == 1
    assert "5 of 9 rows" in result.stderr
    assert "on line 6 linkedin_url holds an amount or a range" in result.stderr
    assert rows(db, "select count(*) from raw.loads") == [(0,)]
    assert load(CRUNCHBASE, write(portfolio(good=4, moved=4))).exit_code == 3
    assert count(db, CRUNCHBASE) == 4


# What all feeds share


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
    result = CliRunner().invoke(cli, ["load", *words, str(DATA / "vc-firms.csv")])
    assert result.exit_code == 2
    assert fault in str(result.exception) + result.stderr


def test_a_zone_for_no_time_is_refused(db: Connection) -> None:
    result = load(LEADS, DATA / "salesnav-export.tsv", "--timezone", "Europe/Oslo")
    assert result.exit_code == 1
    assert "--timezone has no meaning" in result.stderr
    assert count(db, LEADS) == 0


@pytest.mark.usefixtures("db")
def test_a_table_without_a_workflow_is_told_which_take_tables() -> None:
    result = CliRunner().invoke(cli, ["load", str(DATA / "vc-firms.csv")])
    assert result.exit_code == 1
    assert "--workflow" in result.stderr
    assert FIRMS in result.stderr


def test_a_dry_run_says_what_a_load_would_do_and_keeps_nothing(db: Connection) -> None:
    result = load(MANUAL, DATA / "manual-company-customers.csv", "--dry-run", "--json")
    assert result.exit_code == 0
    (summary,) = json.loads(result.stdout)["files"]
    assert (summary["status"], summary["landed"], summary["changes"]["new"]) == ("dry run", 3, 3)
    assert count(db, MANUAL) == 0


@pytest.mark.parametrize("workflow", [FIRMS, MANUAL, CRUNCHBASE])
def test_the_same_content_loads_once(db: Connection, workflow: str) -> None:
    path = next(DATA.glob(f"{workflow}.csv"))
    for _ in range(2):
        assert load(workflow, path).exit_code in {0, 3}
    assert "already loaded" in load(workflow, path).stderr
    assert rows(db, "select count(*) from raw.loads") == [(1,)]


def test_rows_of_a_table_need_their_file_to_be_tried_again(db: Connection) -> None:
    load(CRUNCHBASE, DATA / "crunchbase-vc-portfolio.csv")
    (entry,) = json.loads(CliRunner().invoke(cli, ["rejects", "--json"]).stdout)
    assert entry["can_retry"] is False
    retried = CliRunner().invoke(cli, ["rejects", "retry", "--json"])
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
    result = load(FIRMS, write(table))
    assert (result.exit_code, count(db, FIRMS)) == (0, 1)
    assert "not read, the loader sets them itself: id, created_at" in result.stderr


def test_the_headers_of_a_whole_table_fit_its_feed() -> None:
    for path in DATA.glob("*.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            header = next(csv.reader(file))
        known = FEEDS[path.stem].by_header
        assert [title for title in header if title.lower() not in known] == []


def test_workflows_list_the_columns_of_a_table() -> None:
    listed = json.loads(CliRunner().invoke(cli, ["workflows", "--json"]).stdout)
    by_slug = {entry["workflow_slug"]: entry for entry in listed}
    assert by_slug[FIRMS]["columns"] == ["name*", "domain*"]
    assert by_slug[MANUAL]["feeds"] == ["core.companies", "reference.company_customers"]
    assert "is updated" in by_slug[MANUAL]["key"]
