"""dbt on a database that holds nothing yet, and on one that is not ready for it."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from conftest import _Scratch
from scenario import Parameters, scenario
from warehouse import PROJECT

from ingest.connection import environment_for
from ingest.migrate import migrate

DBT = Path(sys.executable).with_name("dbt")
ALARM = re.compile(r"\bwarn|deprecat", re.IGNORECASE)
# the closing line counts the warnings, and says so when there are none
NO_ALARM = re.compile(r"WARN=0\b")


class Database:
    """A database of its own, and dbt as a user types it."""

    def __init__(self, parameters: Parameters, target: Path) -> None:
        self.parameters = parameters
        self.target = target

    def dbt(self, *words: str) -> subprocess.CompletedProcess[str]:
        places = ["--target-path", str(self.target), "--log-path", str(self.target)]
        return subprocess.run(
            [DBT, *words, *places],
            cwd=PROJECT,
            env=environment_for(self.parameters),
            capture_output=True,
            text=True,
            check=False,
        )

    def one(self, query: str) -> tuple[object, ...] | None:
        with psycopg.connect(**self.parameters) as conn:  # type: ignore[arg-type]
            return conn.execute(query.encode()).fetchone()


@pytest.fixture(scope="module")
def database(_scratch: _Scratch, tmp_path_factory: pytest.TempPathFactory) -> Database:
    """A new database, not initialised; the tests of this module take it further, in order."""
    return Database(_scratch.create(), tmp_path_factory.mktemp("target"))


def assert_quiet(done: subprocess.CompletedProcess[str]) -> None:
    assert done.returncode == 0, done.stdout
    lines = [line for line in (done.stdout + done.stderr).splitlines() if not NO_ALARM.search(line)]
    assert [line for line in lines if ALARM.search(line)] == []


def test_a_database_without_raw_tables_names_the_command_that_makes_them(
    database: Database,
) -> None:
    done = database.dbt("run")
    assert done.returncode != 0
    assert "Run: ingest init" in done.stdout


def test_a_run_without_functions_and_seeds_names_the_command_that_brings_them(
    database: Database,
) -> None:
    with psycopg.connect(**database.parameters) as conn:  # type: ignore[arg-type]
        migrate(conn)
    done = database.dbt("run")
    assert done.returncode != 0
    assert "normal_domain" in done.stdout
    assert "Run once: dbt build" in done.stdout


def test_nothing_was_built_by_the_refused_runs(database: Database) -> None:
    assert database.one("select to_regclass('extracted.company_firmographics')") == (None,)


@pytest.mark.parametrize(
    "words",
    [
        pytest.param(["build"], id="build"),
        pytest.param(["seed"], id="seed"),
        pytest.param(["docs", "generate"], id="docs"),
        pytest.param(["source", "freshness"], id="freshness"),
        pytest.param(
            ["build", "--full-refresh", "--exclude-resource-type", "test", "unit_test"],
            id="build-full-refresh",
        ),
    ],
)
def test_a_command_succeeds_on_an_empty_database_without_a_warning(
    database: Database, words: list[str]
) -> None:
    assert_quiet(database.dbt(*words))


def test_a_model_that_an_empty_run_created_is_filled_by_the_next(database: Database) -> None:
    with psycopg.connect(**database.parameters) as conn:  # type: ignore[arg-type]
        conn.execute("drop table extracted.company_firmographics cascade")
        conn.execute(
            "insert into raw.company_payloads"
            " (company_domain, workflow_slug, provider, platform, payload_type, raw_payload)"
            " values ('acme.example', 'clay-company-firmographics', 'clay', 'clay',"
            " 'firmographics', '{\"name\": \"Acme\"}')"
        )
    assert_quiet(database.dbt("run", "--empty"))
    assert database.one("select count(*) from extracted.company_firmographics") == (0,)
    assert_quiet(database.dbt("run"))
    assert database.one("select name from extracted.company_firmographics") == ("Acme",)
    assert database.one("select domain from core.companies") == ("acme.example",)


@pytest.mark.usefixtures("_built")
def test_an_empty_run_leaves_what_is_new_new() -> None:
    with scenario() as warehouse:
        person = "https://www.linkedin.com/in/ana-example"
        warehouse.payload("person_payloads", person, {"name": "Ana Example"})
        warehouse.build("--empty")
        assert warehouse.one("select count(*) from core.people") == (0,)
        warehouse.build()
        assert warehouse.one("select full_name from core.people") == ("Ana Example",)
