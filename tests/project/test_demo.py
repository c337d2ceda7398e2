"""`ingest demo`: the examples in the warehouse, what the screen says of them, and its manners."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from ingest.cli import cli
from ingest.commands import demo as demo_command
from ingest.dbt import build as dbt_build
from ingest.dbt.build import BuildSummary
from ingest.errors import IngestError, UsageError
from ingest.postgres import embedded
from ingest.postgres.connection import connect
from ingest.schema.migrate import migrate
from tests.support.example_files import EXPECTED, FILES
from tests.support.scratch import NewDatabase, Scratch, use
from tests.support.warehouse import PROJECT


def demo(*options: str) -> Result:
    return CliRunner().invoke(cli, ["demo", *options], standalone_mode=False)


class Shown:
    """A first run, as one document, and a second one, as a screen."""

    def __init__(self) -> None:
        first = demo("--json")
        assert first.exception is None, first.output
        self.document: dict[str, Any] = json.loads(first.stdout)
        self.notes = first.stderr
        # what a second build does is tested elsewhere
        with pytest.MonkeyPatch.context() as monkeypatch:
            monkeypatch.setattr(demo_command, "build", lambda *_, **__: SUMMARY)
            second = demo()
        assert second.exception is None, second.output
        self.screen = second.stdout


SUMMARY = BuildSummary(models=1, functions=2, seeds=3, tests=4, seconds=5.4)


@pytest.fixture(scope="module")
def shown(scratch: Scratch) -> Iterator[Shown]:
    """The demo in a database of its own, which the PG variables name meanwhile."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        use(monkeypatch, scratch.create())
        yield Shown()


def test_it_says_first_where_it_writes(shown: Shown) -> None:
    first = shown.notes.splitlines()[0]
    assert first == f"Writing to {shown.document['database']}."
    assert shown.document["database"].startswith("database hq_test_")


def test_every_example_file_is_loaded_and_every_reject_named(shown: Shown) -> None:
    files = {file["file"]: file for file in shown.document["files"]}
    assert {
        name: (
            file["status"],
            file["records"],
            file["landed"],
            [r["line"] for r in file["rejects"]],
        )
        for name, file in files.items()
    } == {
        name: ("loaded", want["records"], want["landed"], [r["line"] for r in want["rejected"]])
        for name, want in FILES.items()
    }
    assert files["mixed-workflows.ndjson"]["tables"] == {
        "case_study_extraction_payloads": 1,
        "company_customer_claygent_payloads": 1,
        "company_payloads": 2,
        "person_payloads": 1,
    }


def test_the_build_is_told_in_numbers(shown: Shown) -> None:
    built = shown.document["build"]
    models = [file.parent.name for file in (PROJECT / "models").rglob("*.sql")]
    # what one source says of whom is part of the models that read it
    assert built["models"] == len(models) - models.count("observed")
    assert built["functions"] == len(list((PROJECT / "functions").rglob("*.sql")))
    assert built["seeds"] == len(list((PROJECT / "seeds").rglob("*.csv")))
    assert built["tests"] > 100


def test_the_counts_are_those_of_the_examples(shown: Shown) -> None:
    (counts,) = shown.document["counts"]
    assert counts["issues"] == EXPECTED["extracted_rows"]["extraction_issues"]
    assert counts["customers"] == len(EXPECTED["company_customers"])


def test_the_newest_payload_of_a_contested_company_stands_first(shown: Shown) -> None:
    told = [(row["received_as"], row["name"], row["won"]) for row in shown.document["contenders"]]
    assert told == [
        ("HTTP://WWW.Acme-Widgets.example:443/?x=1", "Acme Widgets", True),
        ("www.Acme-Widgets.example", "Acme Widgets (morning)", False),
        ("acme-widgets.example.", "ACME (no refresh date)", False),
    ]


def test_a_second_run_says_that_all_was_loaded_and_shows_the_same(shown: Shown) -> None:
    assert "164 records of 25 files in examples/ (all loaded before" in shown.screen
    assert "1 models, 2 functions, 3 seeds; 4 tests passed" in shown.screen
    lines = shown.screen.splitlines()
    assert any(line.split()[:1] == ["acme-widgets.example"] for line in lines)
    assert any(
        line.split() == ["mixed-workflows.ndjson", "5", "2", "4", "tables"] for line in lines
    )
    assert any(line.startswith("mixed-workflows.ndjson") and " 5  unkn" in line for line in lines)


def test_it_names_a_target_a_job_change_contacts_addresses_and_a_disagreement(shown: Shown) -> None:
    (target,) = shown.document["portfolio_target"]
    assert (target["domain"], target["firm_name"]) == ("tidewater-routing.example", "Birch Capital")
    (change,) = shown.document["job_change"]
    assert (change["from_title"], change["to_title"]) == ("CTO", "VP Operations")
    assert [row["linkedin_kind"] for row in shown.document["contacts"]] == ["public", "member_id"]
    best, *others = shown.document["addresses"]
    assert (best["email"], best["verdict"]) == ("i.testcase@pinecrest-hardware.example", "valid")
    assert [row["source"] for row in others] == ["leadmagic_emails", "anymailfinder"]
    (differing,) = shown.document["disagreement"]
    assert differing["said_values"] == ["Wholesale", "Food and Beverage Services"]


def readme_blocks() -> list[str]:
    """The screen and the answer that the README shows."""
    section = (PROJECT / "README.md").read_text(encoding="utf-8").split("\n## ")[1]
    assert section.startswith("Two commands")
    return re.findall(r"^```text\n(.*?)^```", section, re.MULTILINE | re.DOTALL)


def without_what_varies(screen: str) -> list[str]:
    """The lines of a screen, without counts of a build, paths and names of databases."""
    screen = re.sub(r"\S*\bingest (?=rejects|db)", "ingest ", screen)
    screen = re.sub(r" -d hq_test\w+", "", screen)
    screen = re.sub(r" \(all loaded before.*", "", screen)
    screen = re.sub(r"(?m)^(3\. Built with dbt) .*", r"\1", screen)
    return [line.rstrip() for line in screen.splitlines() if line]


def test_the_readme_shows_lines_of_the_screen_in_their_order(shown: Shown) -> None:
    screen = iter(without_what_varies(shown.screen))
    told = [line for line in without_what_varies(readme_blocks()[0]) if line != "…"]
    # an iterator that was searched goes on behind what was found
    assert [line for line in told if line not in screen] == []


def test_the_screen_is_plain_and_a_hundred_wide_when_piped(shown: Shown) -> None:
    assert "\x1b" not in shown.screen
    assert [line for line in shown.screen.splitlines() if len(line) > 100] == []


def pasted(screen: str) -> list[str]:
    """The commands the screen offers, each as it stands there."""
    offers = screen[screen.index("Ask it yourself") :].split("\n# ")[1:]
    return [offer[offer.index("\n") + 1 : offer.rindex('"') + 1] for offer in offers]


@pytest.mark.parametrize(
    ("number", "told"),
    [
        (0, ["Ana Example", "Bruno Sample", "Chlo", "Ivo Testcase", "una devised", "(5 rows)"]),
        (1, ["Ana Example", "Bruno Sample", "2024-04-30", "una devised", "(3 rows)"]),
        (2, ["Acme Widgets Careers", "firmographics", "people_discovery"]),
        (3, ["circa 1990", "jane doe", "linkedin profile of Wim"]),
    ],
    ids=[
        "who-worked-at-a-customer",
        "who-left",
        "why-this-name",
        "what-could-not-be-used",
    ],
)
def test_the_offered_commands_run_as_they_stand(shown: Shown, number: int, told: list[str]) -> None:
    commands = pasted(shown.screen)
    assert len(commands) == 4
    folders = (str(Path(sys.executable).parent), str(embedded.programs()), os.environ["PATH"])
    done = subprocess.run(
        ["sh", "-c", commands[number]],
        env={**os.environ, "PATH": os.pathsep.join(folders), "PAGER": "cat"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert [words for words in told if words not in done.stdout] == []
    assert "(0 rows)" not in done.stdout
    if number == 0:
        assert without_what_varies(done.stdout) == without_what_varies(readme_blocks()[1])


def write(statement: str) -> None:
    with connect(application_name="tests") as conn:
        migrate(conn)
        conn.execute(statement.encode())


OTHER_DATA = {
    "a-file-of-somebody": """
        insert into raw.loads
        (file_name, file_sha256, bytes, records, landed, rejected, tool_version)
        values ('payloads.ndjson', 'ab', 1, 0, 0, 0, '0')
    """,
    "rows-of-another-program": """
        insert into raw.company_payloads
        (company_domain, workflow_slug, provider, platform, payload_type, raw_payload)
        values ('acme-widgets.example', 'w', 'p', 'p', 'firmographics', '{}')
    """,
}


def loads() -> int:
    with connect(application_name="tests") as conn:
        row = conn.execute("select count(*) from raw.loads where landed > 0").fetchone()
    return row[0] if row else -1


@pytest.mark.parametrize("statement", OTHER_DATA.values(), ids=OTHER_DATA)
def test_a_database_with_other_data_is_left_alone(
    new_database: NewDatabase, statement: str
) -> None:
    new_database(None)
    write(statement)
    result = demo()
    assert isinstance(result.exception, UsageError), result.output
    assert "it holds other data than the demo's" in result.exception.sentence()
    assert "--yes" in result.exception.sentence()
    assert "Writing" not in result.stderr
    assert loads() == 0


def test_yes_loads_the_examples_beside_other_data(
    new_database: NewDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    new_database(None)
    write(OTHER_DATA["rows-of-another-program"])

    def stop(*_: object, **__: object) -> BuildSummary:
        raise IngestError("far enough")

    monkeypatch.setattr(demo_command, "build", stop)
    assert str(demo("--yes").exception) == "far enough."
    assert loads() == len(FILES)


def node(kind: str, name: str, status: str, level: str = "info") -> str:
    return json.dumps(
        {
            "info": {"name": "LogResult", "level": level, "msg": f"{status} {name}"},
            "data": {
                "total": 4,
                "node_info": {"resource_type": kind, "unique_id": name, "node_status": status},
            },
        }
    )


def build_with(
    monkeypatch: pytest.MonkeyPatch, lines: list[str], status: int
) -> tuple[BuildSummary | IngestError, list[tuple[int, int]], list[str]]:
    """The outcome of a build whose dbt prints these lines; what was told meanwhile."""
    script = f"import sys; print({chr(10).join(lines)!r}); sys.exit({status})"
    monkeypatch.setattr(dbt_build, "_BUILD", (sys.executable, "-c", script))
    seen: list[tuple[int, int]] = []
    said: list[str] = []
    try:
        outcome: BuildSummary | IngestError = dbt_build.build(
            lambda done, total: seen.append((done, total)), said.append
        )
    except IngestError as fault:
        outcome = fault
    return outcome, seen, said


def test_nodes_are_counted_once_and_by_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [
        node("model", "a", "started"),
        node("model", "a", "success"),
        node("model", "a", "success"),
        node("test", "b", "pass"),
        node("unit_test", "c", "pass"),
        node("seed", "d", "success"),
        node("operation", "hook", "success"),
    ]
    outcome, seen, said = build_with(monkeypatch, lines, 0)
    assert isinstance(outcome, BuildSummary)
    assert (outcome.models, outcome.tests, outcome.seeds, outcome.functions) == (1, 2, 1, 0)
    assert seen == [(0, 4), (1, 4), (1, 4), (2, 4), (3, 4), (4, 4), (4, 4)]
    assert said == []


def test_a_failed_build_shows_what_dbt_said(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [
        node("model", "a", "success"),
        node("test", "b", "fail", level="error"),
        "Traceback: no JSON at all",
        "42",
    ]
    outcome, _, said = build_with(monkeypatch, lines, 1)
    assert isinstance(outcome, IngestError)
    assert outcome.exit_code == 1
    assert said == ["fail b", "Traceback: no JSON at all", "42"]
