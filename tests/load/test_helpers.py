"""One file over several connections: what comes out is what one connection would have landed."""

from __future__ import annotations

import json
import os
import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

from ingest.errors import IngestError
from ingest.landing import copy as copying
from ingest.landing import helpers, landing
from ingest.landing.helpers import Staging
from ingest.load.load import LoadOptions, LoadSummary, OnReject, RejectLimit, Status, load_file
from ingest.load.parallel import Crew
from ingest.postgres.connection import Connection, connect
from ingest.workflows.registry import load_registry
from tests.support.ingesting import (
    FIRMOGRAPHICS,
    NOTHING,
    assert_whole_or_nothing_and_then_once,
    forget,
    interrupt,
    kept,
    killed_at_random,
    staging_tables,
)
from tests.support.processes import start_held, wait_until

LANDED, REJECTED = 3_000, 30
EVERYTHING = (1, LANDED, REJECTED)
KILLS_AT_RANDOM = (10, pytest.param(25, marks=pytest.mark.long))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """3,000 companies; before every hundredth one that only the server refuses."""
    path = tmp_path / "companies.ndjson"
    refused = b'{"domain":"x","a":1e999999}\n'
    lines = (
        b'%b{"domain":"c%d.example","last_refresh":"%d"}\n' % (b"" if n % 100 else refused, n, n)
        for n in range(LANDED)
    )
    path.write_bytes(b"".join(lines))
    return path


@pytest.fixture(autouse=True)
def _many_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(landing, "CHUNK_SIZE", 40_000)  # about 70 rows


@pytest.fixture
def taken_over(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """For every chunk that a helper has copied, whether the load could take it over."""
    outcomes: list[bool] = []
    insert = Staging._insert

    def spy(*args: Any) -> bool:
        outcomes.append(insert(*args))
        return outcomes[-1]

    monkeypatch.setattr(Staging, "_insert", spy)
    return outcomes


def options(helpers: int = 2, workflow: str | None = FIRMOGRAPHICS) -> LoadOptions:
    registry = load_registry()
    named = registry.resolve(workflow) if workflow else None
    return LoadOptions(registry, workflow=named, helpers=helpers)


def load(file: Path, chosen: LoadOptions | None = None) -> LoadSummary:
    with connect() as conn:
        return load_file(conn, str(file), chosen or options())


def landed(db: Connection) -> list[Any]:
    """Rows and rejects as JSON, without what differs from load to load."""
    found = db.execute(
        """
        select to_jsonb(p) - '{id,_load_id,_xid,created_at,_received_at}'::text[]
            || jsonb_build_object('in_time', (created_at, _received_at) = (started_at, started_at))
        from raw.company_payloads as p
        inner join raw.loads as l on l.id = p._load_id
        order by p.id
        """
    ).fetchall()
    found += db.execute(
        "select to_jsonb(r) - '{id,load_id}'::text[] from raw.rejects as r order by line"
    ).fetchall()
    db.rollback()
    return found


class TestSameOutcome:
    def test_rows_and_rejects_are_those_of_one_connection(
        self, db: Connection, file: Path, taken_over: list[bool]
    ) -> None:
        alone = load(file, options(helpers=0))
        expected = landed(db)
        assert (kept(db), taken_over) == (EVERYTHING, [])
        forget(db)
        helped = load(file)
        assert taken_over.count(True) > 5
        assert landed(db) == expected
        assert replace(helped, load_id=None) == replace(alone, load_id=None)

    def test_all_rows_are_written_by_one_transaction(
        self, db: Connection, file: Path, taken_over: list[bool]
    ) -> None:
        load(file)
        assert any(taken_over)
        found = db.execute(
            "select count(distinct _xid), count(distinct created_at) from raw.company_payloads"
        ).fetchone()
        db.rollback()
        assert found == (1, 1)

    @pytest.mark.usefixtures("db")
    def test_records_of_several_tables(self, tmp_path: Path, taken_over: list[bool]) -> None:
        mixed = tmp_path / "mixed.json"
        kinds = (FIRMOGRAPHICS, "clay-find-companies", "clay-person-profile", "unknown")
        mixed.write_text(
            json.dumps(
                [
                    {
                        "workflow_slug": kinds[n % 4],
                        "company_domain": f"c{n}.example",
                        "linkedin_url": f"https://www.linkedin.com/in/p{n}",
                        "raw_payload": {"n": n},
                    }
                    for n in range(4_000)
                ]
            )
        )
        summary = load(mixed, options(workflow=None))
        assert any(taken_over)
        assert summary.tables == dict.fromkeys(
            ("company_payloads", "company_discovery", "person_payloads"), 1_000
        )
        assert summary.rejected == 1_000

    @pytest.mark.parametrize(
        ("constraint", "refused"),
        [
            pytest.param("check (company_domain <> 'c1234.example')", 1, id="check"),
            pytest.param("unique (company_domain)", 99, id="unique"),
        ],
    )
    def test_what_only_the_raw_table_refuses_is_a_reject(
        self, db: Connection, file: Path, constraint: str, refused: int
    ) -> None:
        with file.open("ab") as out:
            out.write(b'{"domain":"again.example"}\n' * 100)
        db.execute(f"alter table raw.company_payloads add constraint own {constraint}".encode())
        db.commit()
        try:
            summary = load(file)
        finally:
            db.execute("alter table raw.company_payloads drop constraint own")
            db.commit()
        assert summary.records == LANDED + REJECTED + 100
        assert summary.reasons == {"unstorable": REJECTED + refused}

    def test_a_trigger_of_somebody_has_its_say(self, db: Connection, file: Path) -> None:
        db.execute(
            """
            create function raw.skip() returns trigger language plpgsql as 'begin return null; end';
            create trigger own before insert on raw.company_payloads
            for each row when (new.company_domain = 'c1500.example') execute function raw.skip();
            """
        )
        db.commit()
        try:
            load(file)
        finally:
            db.execute("drop function raw.skip cascade")
            db.commit()
        count = db.execute("select count(*) from raw.company_payloads").fetchone()
        db.rollback()
        assert count == (LANDED - 1,)


class TestWhoHelps:
    @pytest.mark.parametrize(
        ("jobs", "files", "spare"),
        [(1, 1, 0), (2, 1, 1), (8, 1, 7), (2, 2, 0), (8, 3, 1), (4, 9, 0)],
    )
    def test_jobs_are_shared_out_among_the_files(
        self, tmp_path: Path, jobs: int, files: int, spare: int
    ) -> None:
        paths = [tmp_path / str(n) for n in range(files)]
        for path in paths:
            path.touch()
        crew = Crew(jobs)
        assert crew.work([str(path) for path in paths], lambda _: crew.spare) == [spare] * files

    @pytest.mark.usefixtures("db")
    def test_nobody_with_a_small_file(self, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(landing, "CHUNK_SIZE", 4_000_000)

        def never() -> Connection:
            raise AssertionError

        assert load(file, replace(options(), connected=never)).landed == LANDED

    @pytest.mark.usefixtures("db")
    def test_nobody_with_rows_that_are_merged(self, tmp_path: Path, taken_over: list[bool]) -> None:
        table = tmp_path / "customers.csv"
        lines = (f"o{n}.example,Customer {n}\n" for n in range(2_000))
        table.write_text("origin_company_domain,company_customer_name\n" + "".join(lines))
        summary = load(table, options(workflow="manual-company-customers"))
        assert (summary.landed, taken_over) == (2_000, [])

    def test_nobody_when_the_role_may_not_create_tables(
        self, db: Connection, file: Path, taken_over: list[bool]
    ) -> None:
        role = sql.Identifier(f"loader_{os.getpid()}")
        for statement in (
            "create role {0}",
            "grant usage on schema raw, privacy to {0}",
            "grant select, insert, update on all tables in schema raw to {0}",
        ):
            db.execute(sql.SQL(statement).format(role))
        db.commit()
        try:
            with connect() as conn:
                conn.execute(sql.SQL("set role {}").format(role))
                conn.commit()
                load_file(conn, str(file), options())
        finally:
            db.execute(sql.SQL("drop owned by {0}; drop role {0}").format(role))
            db.commit()
        assert (kept(db), taken_over) == (EVERYTHING, [])

    def test_nobody_when_the_load_could_not_see_their_rows(
        self, db: Connection, file: Path, taken_over: list[bool]
    ) -> None:
        with connect() as conn:
            conn.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            load_file(conn, str(file), options())
        assert (kept(db), taken_over) == (EVERYTHING, [])

    def test_chunks_do_not_pile_up(
        self, db: Connection, file: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        piled: list[int] = []
        send = Staging.send
        copy = helpers._Helper.copy

        def slow(*args: Any) -> Any:
            time.sleep(0.05)
            return copy(*args)

        def count(self: Staging, chunk: copying.Chunk) -> None:
            send(self, chunk)
            piled.append(len(self._sent))

        monkeypatch.setattr(helpers._Helper, "copy", slow)
        monkeypatch.setattr(Staging, "send", count)
        load(file)
        assert max(piled) == 4  # two for each of two helpers
        assert kept(db) == EVERYTHING

    def test_somebody_who_waits_for_the_raw_table_waits_for_the_load_alone(
        self, db: Connection, file: Path, taken_over: list[bool], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def wait_for_the_table() -> None:
            with connect(application_name="waiting") as conn:
                conn.execute("lock table raw.company_payloads in access exclusive mode")

        waiting = threading.Thread(target=wait_for_the_table)
        open_ = Staging.open

        def wait_and_open(self: Staging) -> None:
            if not waiting.ident:
                waiting.start()
                wait_until(
                    db,
                    "exists (select from pg_stat_activity"
                    " where application_name = 'waiting' and wait_event_type = 'Lock'"
                    " and datname = current_database())",
                )
            open_(self)

        monkeypatch.setattr(Staging, "open", wait_and_open)
        load(file)
        waiting.join()
        assert any(taken_over)
        assert kept(db) == EVERYTHING


class TestAllOrNothing:
    @pytest.mark.parametrize(
        "change",
        [
            pytest.param({"dry_run": True}, id="dry run"),
            pytest.param({"on_reject": OnReject.ABORT}, id="abort at a reject"),
            pytest.param({"max_rejects": RejectLimit(REJECTED - 1)}, id="too many rejects"),
        ],
    )
    def test_what_is_not_kept_leaves_no_trace(
        self, db: Connection, file: Path, change: dict[str, Any]
    ) -> None:
        try:
            summary = load(file, replace(options(), **change))
            assert (summary.status, summary.rejected) == (Status.DRY_RUN, REJECTED)
        except IngestError as fault:
            assert "nothing of this file was written" in fault.sentence()  # noqa: PT017
        assert (kept(db), staging_tables(db)) == (NOTHING, [])

    def test_a_finished_load_leaves_only_its_rows(self, db: Connection, file: Path) -> None:
        assert [load(file).status for _ in range(2)] == [Status.LOADED, Status.KNOWN]
        assert (kept(db), staging_tables(db)) == (EVERYTHING, [])

    def test_a_lost_helper_ends_the_load(
        self, db: Connection, file: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        copy = helpers._Helper.copy

        def copy_and_lose(self: helpers._Helper, chunk: copying.Chunk) -> Any:
            staged = copy(self, chunk)
            with connect() as killer:
                pid = self._conn.info.backend_pid
                killer.execute("select pg_terminate_backend(%s, 10000)", (pid,))
            return staged

        monkeypatch.setattr(helpers._Helper, "copy", copy_and_lose)
        with pytest.raises(IngestError, match="nothing of this file was written"):
            load(file)
        assert (kept(db), staging_tables(db)) == (NOTHING, [])

    @pytest.mark.parametrize("times", KILLS_AT_RANDOM)
    def test_killed_at_random_moments(self, db: Connection, file: Path, times: int) -> None:
        survived = orphaned = 0
        for _ in killed_at_random(db, lambda: load(file), times):
            orphaned += bool(staging_tables(db))
            survived += assert_whole_or_nothing_and_then_once(
                db, lambda: load(file).status, EVERYTHING
            )
            assert staging_tables(db) == []
        assert survived < times
        assert orphaned > 0  # or nothing has been proved

    def test_the_next_load_need_not_wait_for_the_sessions_of_a_killed_one(
        self, db: Connection, file: Path
    ) -> None:
        doomed = start_held(Staging, "_insert", lambda: load(file), after=False)
        assert staging_tables(db)
        assert doomed.kill()
        load(file)
        assert (kept(db), staging_tables(db)) == (EVERYTHING, [])

    def test_an_interrupt_ends_with_130_and_leaves_nothing(
        self, db: Connection, tmp_path: Path
    ) -> None:
        path = tmp_path / "large.ndjson"
        filler = b"x" * 200
        path.write_bytes(
            b"".join(b'{"domain":"c%d.example","a":"%b"}\n' % (n, filler) for n in range(150_000))
        )
        interrupt(lambda: bool(staging_tables(db)), "--jobs", "3", path)
        assert (kept(db), staging_tables(db)) == (NOTHING, [])
