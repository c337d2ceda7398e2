"""`ingest dbt` takes turns; plain dbt need not. Nobody waits without a word."""

from __future__ import annotations

import json
import re
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from click.testing import CliRunner, Result

from ingest.cli import cli
from ingest.commands import dbt as module
from ingest.dbt import build as dbt_build
from ingest.dbt.run_lock import only_run
from ingest.errors import IngestError
from ingest.postgres.connection import Connection, connect
from ingest.postgres.locks import RUNS
from ingest.schema.migrate import migrate
from tests.support.database import Database, assert_quiet
from tests.support.history.arrivals import Arrivals
from tests.support.processes import wait_until
from tests.support.runs import RECORDS
from tests.support.scratch import NewDatabase
from tests.support.warehouse import NO_TESTS, Warehouse, differences


class TestIngestDbt:
    @pytest.fixture
    def started(self, monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
        """What is started instead of dbt; it fails."""
        found: list[list[str]] = []

        def note(arguments: list[str], _environment: dict[str, str], folder: str | None) -> int:
            assert folder is None  # the one where the command was typed
            found.append(arguments)
            return 1

        monkeypatch.setattr(module, "run_in_foreground", note)
        return found

    @pytest.fixture
    def other(self, db: Connection) -> Iterator[Connection]:
        """Another run, which has the turn."""
        del db  # initialised
        with connect() as conn:
            conn.autocommit = True
            with only_run(conn, wait=False):
                yield conn

    def ingest_dbt(self, *words: str) -> Result:
        return CliRunner().invoke(cli, ["dbt", *words], standalone_mode=False)

    @pytest.mark.parametrize("command", ["build", "run", "seed", "retry"])
    def test_a_second_run_may_leave(
        self, other: Connection, started: list[list[str]], command: str
    ) -> None:
        result = self.ingest_dbt("--no-wait", "--log-format", "json", command)
        assert isinstance(result.exception, IngestError)
        assert re.search(
            rf"another run \(server process {other.info.backend_pid}, since \d\d:\d\d:\d\d\)"
            r" is under way; try again later, or wait for it without --no-wait\.$",
            result.exception.sentence(),
        )
        assert started == []

    @pytest.mark.parametrize("command", ["test", "compile", "docs", "list"])
    @pytest.mark.usefixtures("other")
    def test_who_only_reads_does_not_wait(self, started: list[list[str]], command: str) -> None:
        self.ingest_dbt(command)
        assert [words[-1] for words in started] == [command]

    def test_a_second_run_says_whom_it_waits_for_and_begins_then(
        self, db: Connection, started: list[list[str]], capsys: pytest.CaptureFixture[str]
    ) -> None:
        with connect() as first:
            first.autocommit = True
            with only_run(first, wait=True):
                pid = first.info.backend_pid
                second = threading.Thread(
                    target=lambda: cli.main(["dbt", "run"], standalone_mode=False)
                )
                second.start()
                wait_until(
                    db, f"exists (select from pg_locks where objid = {RUNS} and not granted)"
                )
                assert started == []
        second.join()
        assert [words[-1] for words in started] == ["run"]
        assert f"Waiting for another run (server process {pid}, since" in capsys.readouterr().err

    @pytest.mark.usefixtures("db")
    def test_the_turn_ends_with_the_run_also_if_it_failed(self, started: list[list[str]]) -> None:
        for _ in range(2):
            assert self.ingest_dbt("--no-wait", "run").return_value == 1
        assert len(started) == 2

    @pytest.mark.parametrize(
        "line",
        [
            "Waiting for another run (server process 1, since 08:00:00) to end ...",
            json.dumps({"info": {"level": "info", "msg": "Waiting for model a"}, "data": {}}),
        ],
        ids=["run", "model"],
    )
    def test_a_build_within_the_demo_tells_it_at_once(
        self, monkeypatch: pytest.MonkeyPatch, line: str
    ) -> None:
        monkeypatch.setattr(dbt_build, "_BUILD", (sys.executable, "-c", f"print({line!r})"))
        said: list[str] = []
        dbt_build.build(lambda _done, _total: None, said.append)
        assert [words.startswith("Waiting for ") for words in said] == [True]


@pytest.mark.long
class TestPlainDbt:
    def test_two_first_builds_at_once(
        self,
        new_database: NewDatabase,
        tmp_path_factory: pytest.TempPathFactory,
    ) -> None:
        parameters = new_database()
        one, other = (Database(parameters, tmp_path_factory.mktemp("target")) for _ in range(2))
        with psycopg.connect(**parameters) as conn:  # type: ignore[arg-type]
            migrate(conn)
            warehouse = Warehouse(conn)
            Arrivals(warehouse).receive(RECORDS)
            with ThreadPoolExecutor() as pool:
                both = [pool.submit(place.dbt, "build", *NO_TESTS) for place in (one, other)]
            for done in both:
                assert_quiet(done.result())
            found = warehouse.snapshot()
            assert len(found["core.companies"]) > 10
            warehouse.empty()
            assert_quiet(one.dbt("run"))
            assert differences(found, warehouse.snapshot()) == {}
