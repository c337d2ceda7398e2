"""The commands around the server: ingest init, ingest db, ingest dbt."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ingest.cli import cli
from ingest.commands import dbt as dbt_module
from ingest.dbt.foreground import run_in_foreground
from ingest.errors import IngestError
from ingest.postgres.connection import Connection
from ingest.project import project_dir
from ingest.schema.migrate import migrations
from tests.support.scratch import NewDatabase


def ingest(*words: str) -> Result:
    return CliRunner().invoke(cli, words, standalone_mode=False)


def fault(result: Result) -> str:
    assert isinstance(result.exception, IngestError), result.exception
    return result.exception.sentence()


@pytest.mark.parametrize(
    "words",
    [
        ["init"],
        ["dbt"],
        ["db"],
        *(["db", name] for name in ("start", "stop", "status", "psql", "env")),
    ],
    ids=" ".join,
)
def test_help_shows_an_example(words: list[str]) -> None:
    shown = ingest(*words, "--help").output
    assert "Example: " in shown
    assert f"ingest {' '.join(words)}" in shown.split("Example: ")[1]


def test_init_says_where_it_writes_and_what_it_did(new_database: NewDatabase) -> None:
    name = new_database()["dbname"]
    first, second = ingest("init"), ingest("init")
    assert f"Writing to database {name} on " in first.stderr
    assert "Applied 0001 raw tables and ledger." in first.stderr
    assert "Nothing to do" in second.stderr


def test_init_as_json(new_database: NewDatabase) -> None:
    name = new_database()["dbname"]
    document = json.loads(ingest("init", "--json").stdout)
    assert document["database"].startswith(f"database {name} on ")
    assert [step["number"] for step in document["applied"]] == [
        step.number for step in migrations()
    ]
    assert document["version"] == len(migrations())
    assert json.loads(ingest("init", "--json").stdout)["applied"] == []


def test_env_can_be_evaluated_by_a_shell(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PGHOST", raising=False)
    lines = ingest("db", "env").stdout
    variables = json.loads(ingest("db", "env", "--json").stdout)
    script = f'{lines}\necho "$PGHOST|$PGPORT|$PGUSER|$PGDATABASE"'
    answer = subprocess.run(["/bin/sh", "-c", script], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "|".join(variables.values())
    assert list(variables) == ["PGHOST", "PGPORT", "PGUSER", "PGDATABASE"]


def test_db_is_about_the_embedded_server_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGHOST", "db.example")
    result = ingest("db", "status", "--json")
    assert "PGHOST names another server" in result.stderr
    assert json.loads(result.stdout)["data"] == str(project_dir() / ".postgres" / "data")


def test_db_says_nothing_when_the_variables_lead_to_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PGHOST", raising=False)
    host = json.loads(ingest("db", "env", "--json").stdout)["PGHOST"]
    monkeypatch.setenv("PGHOST", host)
    assert ingest("db", "status").stderr == ""


class _Started:
    """Stands in for run_in_foreground and notes what it was asked to run."""

    def __init__(self, code: int) -> None:
        self.code = code
        self.arguments: list[str] = []
        self.environment: dict[str, str] = {}

    def __call__(
        self, arguments: list[str], environment: dict[str, str], *, folder: str | None = None
    ) -> int:
        assert folder is None
        self.arguments, self.environment = arguments, environment
        return self.code


@pytest.fixture
def dbt(monkeypatch: pytest.MonkeyPatch) -> _Started:
    started = _Started(code=7)
    monkeypatch.setattr(dbt_module, "run_in_foreground", started)
    return started


def test_dbt_gets_its_words_untouched_and_gives_its_exit_status(
    db: Connection, dbt: _Started, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    words = ["--quiet", "build", "--vars", "{a: 1}", "--select", "a b", "--help-me", "-x"]
    assert ingest("dbt", *words).return_value == 7
    assert dbt.arguments[-len(words) :] == words
    assert dbt.environment["PGDATABASE"] == db.info.dbname
    assert dbt.environment["DBT_PROJECT_DIR"] == str(project_dir())
    assert dbt.environment["DBT_PROFILES_DIR"] == str(project_dir())


@pytest.mark.parametrize("words", [["build"], ["--quiet", "run"], ["test", "--select", "parse"]])
def test_dbt_needs_the_raw_tables(
    new_database: NewDatabase, dbt: _Started, words: list[str]
) -> None:
    new_database()
    assert fault(ingest("dbt", *words)).endswith("not there yet; run ingest init.")
    assert dbt.arguments == []


@pytest.mark.parametrize(
    "words", [["parse"], ["debug"], ["--version"], ["build", "--help"], ["clean"], []], ids=" ".join
)
def test_dbt_commands_that_need_no_tables_run_without(
    new_database: NewDatabase, dbt: _Started, words: list[str]
) -> None:
    new_database()
    assert ingest("dbt", *words).return_value == dbt.code


@pytest.mark.parametrize("barred", ["target", "logs", "logs/dbt.log"])
def test_a_checkout_that_dbt_cannot_write_to_says_what_to_set(
    dbt: _Started, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, barred: str
) -> None:
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "dbt.log").touch()
    monkeypatch.setattr(dbt_module, "project_dir", lambda: tmp_path)

    def access(path: Path, _rights: int) -> bool:
        # what is not there yet is made in the folder above it
        return path not in {tmp_path / barred, tmp_path if barred == "target" else None}

    monkeypatch.setattr(os, "access", access)
    said = fault(ingest("dbt", "parse"))
    assert str(tmp_path / barred.partition("/")[0]) in said
    assert "set DBT_TARGET_PATH and DBT_LOG_PATH" in said
    assert dbt.arguments == []
    elsewhere = tmp_path.parent / "elsewhere"
    for variable in ("DBT_TARGET_PATH", "DBT_LOG_PATH"):
        monkeypatch.setenv(variable, str(elsewhere))
    assert ingest("dbt", "parse").return_value == dbt.code


@pytest.mark.usefixtures("server")
def test_dbt_is_the_one_of_our_own_environment(tmp_path: Path) -> None:
    (tmp_path / "dbt").mkdir()  # must not be taken for the package
    program = [sys.executable, "-m", "ingest", "dbt", "--version"]
    environment = {**os.environ, "HQ_PROJECT_DIR": str(project_dir())}
    shown = subprocess.run(
        program, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True
    )
    assert "postgres" in shown.stdout
    assert shown.stderr == ""


@pytest.mark.parametrize(
    ("script", "code"),
    [
        pytest.param("exit 0", 0, id="success"),
        pytest.param("exit 5", 5, id="failure"),
        pytest.param("kill -KILL $$", 128 + signal.SIGKILL, id="killed"),
    ],
)
def test_exit_status_of_a_program_in_the_foreground(script: str, code: int) -> None:
    assert run_in_foreground(["/bin/sh", "-c", script], dict(os.environ)) == code


@pytest.mark.parametrize(
    ("number", "code"),
    [
        pytest.param(signal.SIGINT, 130, id="Ctrl-C, to the whole terminal"),
        pytest.param(signal.SIGTERM, 42, id="SIGTERM, to us alone"),
    ],
)
def test_signals_reach_the_program_and_we_wait_for_it(number: signal.Signals, code: int) -> None:
    child = "trap 'exit 41' INT; trap 'exit 42' TERM; echo ready; while :; do sleep 0.05; done"
    script = (
        "import os, sys; from ingest.dbt.foreground import run_in_foreground; "
        f"sys.exit(run_in_foreground(['/bin/sh', '-c', {child!r}], dict(os.environ)))"
    )
    program = [sys.executable, "-c", script]
    with subprocess.Popen(program, stdout=subprocess.PIPE, start_new_session=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        if number == signal.SIGINT:
            os.killpg(process.pid, number)
        else:
            process.send_signal(number)
        assert process.wait() == code


def test_a_background_job_of_a_shell_stays_deaf_to_ctrl_c() -> None:
    child = "kill -INT $$; exit 7"
    script = (
        "import os, sys; from ingest.dbt.foreground import run_in_foreground; "
        f"sys.exit(run_in_foreground(['/bin/sh', '-c', {child!r}], dict(os.environ)))"
    )
    job = 'trap \'\' INT; exec "$0" -c "$1"'
    assert (
        subprocess.run(["/bin/sh", "-c", job, sys.executable, script], check=False).returncode == 7
    )
