"""Migrations: each once, in a transaction of its own, in order."""

from __future__ import annotations

import re
import threading

import pytest

from ingest.errors import IngestError
from ingest.postgres.connection import Connection, connect
from ingest.schema import migrate as module
from ingest.schema.migrate import Migration, migrate, migrations, require_initialised
from tests.support.scratch import NewDatabase


def numbers(conn: Connection) -> list[int]:
    rows = conn.execute("select number from raw.migrations order by number").fetchall()
    conn.rollback()
    return [number for (number,) in rows]


def pretend(monkeypatch: pytest.MonkeyPatch, *steps: Migration) -> None:
    monkeypatch.setattr(module, "migrations", lambda: steps)


ONE = Migration(1, "one", b"create table raw.one (a int)")
TWO = Migration(2, "two", b"create table raw.two (a int)")
BROKEN = Migration(2, "broken", b"create table raw.two (a int); select 1 / 0")


def test_files_are_numbered_without_gaps() -> None:
    assert [step.number for step in migrations()] == list(range(1, len(migrations()) + 1))


def test_a_new_database_gets_all_and_a_second_run_nothing(new_database: NewDatabase) -> None:
    new_database()
    with connect() as conn:
        assert migrate(conn) == list(migrations())
        assert migrate(conn) == []
        assert numbers(conn) == [step.number for step in migrations()]
        require_initialised(conn)


def test_only_what_is_missing_is_applied(
    new_database: NewDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    new_database()
    with connect() as conn:
        pretend(monkeypatch, ONE)
        assert migrate(conn) == [ONE]
        pretend(monkeypatch, ONE, TWO)
        assert migrate(conn) == [TWO]


def test_a_failing_migration_leaves_the_ones_before_it_and_nothing_of_itself(
    new_database: NewDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    new_database()
    pretend(monkeypatch, ONE, BROKEN)
    with connect() as conn:
        with pytest.raises(IngestError, match=r"0002_broken: the migration failed: division"):
            migrate(conn)
        assert numbers(conn) == [1]
        row = conn.execute("select to_regclass('raw.two') is null").fetchone()
        assert row == (True,)


def test_a_schema_of_a_newer_release_is_refused(
    new_database: NewDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    new_database()
    with connect() as conn:
        pretend(monkeypatch, ONE, TWO)
        migrate(conn)
        pretend(monkeypatch, ONE)
        for action in (migrate, require_initialised):
            with pytest.raises(IngestError, match=r"newer release \(migration 2.*upgrade"):
                action(conn)


def test_commands_before_init_say_what_to_do(new_database: NewDatabase) -> None:
    new_database()
    with connect() as conn, pytest.raises(IngestError, match="not there yet; run ingest init"):
        require_initialised(conn)


def test_commands_on_an_older_schema_say_what_to_do(
    new_database: NewDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    new_database()
    with connect() as conn:
        pretend(monkeypatch, ONE)
        migrate(conn)
        pretend(monkeypatch, ONE, TWO)
        with pytest.raises(IngestError, match="older than this release; run ingest init"):
            require_initialised(conn)


def test_the_check_leaves_no_transaction_open(db: Connection) -> None:
    require_initialised(db)
    assert db.info.transaction_status.name == "IDLE"


def waits_for(first: Connection) -> list[Migration]:
    """What two apply, the first of whom has the turn, and the second has to wait."""
    applied: list[list[Migration]] = []

    def run() -> None:
        with connect() as conn:
            applied.append(migrate(conn))

    module._lock(first)
    other = threading.Thread(target=run)
    other.start()
    with connect() as watcher:
        watcher.autocommit = True
        waiting = "select count(*) from pg_locks where not granted and locktype = 'advisory'"
        while watcher.execute(waiting.encode()).fetchone() == (0,):
            pass
    first.rollback()
    applied.append(migrate(first))
    other.join()
    return [step for run_of_one in applied for step in run_of_one]


def test_two_at_once_apply_each_migration_once(
    new_database: NewDatabase, capsys: pytest.CaptureFixture[str]
) -> None:
    new_database()
    with connect() as first:
        steps = waits_for(first)
    # they may take turns: each migration is a transaction of its own
    assert sorted(steps, key=lambda step: step.number) == list(migrations())
    assert "Waiting for another ingest init (server process" in capsys.readouterr().err


def test_who_is_waited_for_is_named(db: Connection, capsys: pytest.CaptureFixture[str]) -> None:
    assert waits_for(db) == []
    said = capsys.readouterr().err.splitlines()[0]
    pid = db.info.backend_pid
    assert re.fullmatch(
        rf"Waiting for another ingest init \(server process {pid}, since \d\d:\d\d:\d\d\) \.\.\.",
        said,
    )


def test_ids_sort_as_they_were_made(db: Connection) -> None:
    """Which of two payloads came later is told from them, whatever the server's version."""
    made = [
        raw_id
        for _ in range(3)
        for (raw_id,) in db.execute("select raw.new_id() from generate_series(1, 500)").fetchall()
    ]
    assert made == sorted(made)
    assert len({*made}) == 1_500
    assert {(raw_id.version, raw_id.variant) for raw_id in made} == {(7, "specified in RFC 4122")}
