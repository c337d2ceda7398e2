"""Runs at the same time end in the tables of one run, and say when one waits for another."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator

import pytest

from ingest.postgres.connection import connect
from ingest.postgres.locks import RIGHTS
from tests.support.history.arrivals import Arrivals
from tests.support.runs import (
    MIDDLE,
    RECORDS,
    START,
    Runs,
    drop_built,
    held,
    levels,
    models,
    names,
    wait_until_held,
    waiting,
)
from tests.support.warehouse import NO_TESTS, Warehouse, assert_as_built_at_once, dbt

ROUNDS = 2


@pytest.fixture
def unbuilt(warehouse: Warehouse) -> Iterator[Warehouse]:
    """The warehouse as `ingest init` leaves it, with records; the session gets it back built."""
    Arrivals(warehouse).receive(RECORDS)
    drop_built(warehouse.conn)
    yield warehouse
    warehouse.conn.rollback()
    if warehouse.one("select to_regclass('core.people') is null") == (True,):
        dbt("build", *NO_TESTS)


@pytest.mark.long
def test_first_builds_at_once(unbuilt: Warehouse, runs: Runs) -> None:
    for _ in range(ROUNDS):
        drop_built(unbuilt.conn)
        for run in [runs.start("build", *NO_TESTS) for _ in range(2)]:
            run.succeed()
    assert_as_built_at_once(unbuilt)


@pytest.mark.parametrize(
    "options",
    [
        pytest.param([], id="build", marks=pytest.mark.long),
        pytest.param(["--full-refresh"], id="full-refresh", marks=pytest.mark.long),
    ],
)
def test_a_run_and_a_build_at_once(warehouse: Warehouse, runs: Runs, options: list[str]) -> None:
    arrivals = Arrivals(warehouse)
    for _ in range(ROUNDS):
        arrivals.receive(RECORDS)
        for run in [runs.start("run"), runs.start("build", *options, *NO_TESTS)]:
            run.succeed()
    assert_as_built_at_once(warehouse)


@pytest.mark.long
def test_a_table_that_another_run_makes_first_is_brought_in_line(
    warehouse: Warehouse, runs: Runs
) -> None:
    arrivals = Arrivals(warehouse)
    arrivals.receive(RECORDS)
    warehouse.build()
    first = levels()[1]
    for model in first:
        warehouse.conn.execute(f"drop table {model.relation} cascade".encode())
    warehouse.conn.commit()
    with held(first, START):
        words = ["run", "--threads", str(len(first)), "--select", *names(first)]
        one, other = runs.start(*words), runs.start(*words)
        wait_until_held(warehouse.conn, one, 2 * len(first))
        arrivals.receive(RECORDS)
    one.succeed()
    other.succeed()
    dbt("run")
    assert_as_built_at_once(warehouse)


@pytest.mark.long
def test_a_load_during_every_run(warehouse: Warehouse, runs: Runs) -> None:
    with connect(application_name="loader") as conn:
        arrivals = Arrivals(Warehouse(conn))
        for _ in range(ROUNDS):
            run = runs.start("run")
            over = threading.Event()
            loader = threading.Thread(target=load_until, args=(over, arrivals))
            loader.start()
            code = run.end()
            over.set()
            loader.join()
            assert code == 0, run.said()
    warehouse.build()
    assert_as_built_at_once(warehouse)


def load_until(over: threading.Event, arrivals: Arrivals) -> None:
    while not over.is_set():
        arrivals.receive(1)


class TestAnnounced:
    def test_a_model_names_the_process_it_waits_for(self, warehouse: Warehouse, runs: Runs) -> None:
        model = next(m for m in models() if m.name == "person_profile")
        with held([model], MIDDLE):
            first = runs.start("run", "--select", model.name)
            (pid,) = wait_until_held(warehouse.conn, first, 1)
            second = runs.start("run", "--select", model.name)
            wait_until_held(warehouse.conn, second, 2)
            assert re.search(
                "Waiting for model person_profile, which another run is building"
                rf" \(server process {pid}, since \d\d:\d\d:\d\d\)\.",
                second.said(),
            )
        first.succeed()
        second.succeed()
        assert "Waiting" not in first.said()

    @pytest.mark.parametrize(
        ("name", "lock", "expected"),
        [
            pytest.param(
                "countries",
                "18513, hashtext(%(relation)s)",
                "seed countries, which another run is building",
                id="seed",
            ),
            pytest.param(
                "normal_domain",
                f"{RIGHTS}",
                "rights, which another run sets or keeps",
                id="function",
            ),
        ],
    )
    def test_so_does_a_seed_and_a_function(
        self, warehouse: Warehouse, runs: Runs, name: str, lock: str, expected: str
    ) -> None:
        relation = f'"{warehouse.conn.info.dbname}"."reference"."{name}"'
        with connect(application_name="holder") as holder:
            statement = f"select pg_advisory_xact_lock({lock})".encode()
            holder.execute(statement, {"relation": relation})
            run = runs.start("build", "--full-refresh", "--select", name, *NO_TESTS)
            assert wait_until_held(warehouse.conn, run, 1)
            said = run.said()
            pid = holder.info.backend_pid
        run.succeed()
        assert f"Waiting for {expected} (server process {pid}" in said

    def test_nobody_waits_who_need_not(self, warehouse: Warehouse, runs: Runs) -> None:
        run = runs.start("run")
        run.succeed()
        assert "Waiting" not in run.said()
        assert waiting(warehouse.conn) == []


class TestReadersMeanwhile:
    """What another run is reading does not vanish under it."""

    @pytest.mark.parametrize("options", [[], ["--full-refresh"]], ids=["seed", "full-refresh"])
    def test_a_seed_stays_whole_for_a_statement_that_began_earlier(
        self, warehouse: Warehouse, options: list[str]
    ) -> None:
        look = b"select count(*), reference.country_name('us') from reference.countries"
        before = warehouse.all(look.decode())
        # as if its file had changed
        warehouse.conn.execute("update extracted.deployments set contents = null")
        warehouse.conn.commit()
        with connect(application_name="reader") as reader:
            reader.execute("set transaction isolation level repeatable read")
            reader.execute("select 1")  # the snapshot is taken, the table not touched yet
            dbt("seed", "--select", "countries", *options)
            assert reader.execute(look).fetchall() == before
        assert warehouse.all(look.decode()) == before

    def test_a_view_on_a_seed_stays(self, warehouse: Warehouse) -> None:
        warehouse.conn.execute("create view public.own as select * from reference.countries")
        warehouse.conn.commit()
        dbt("seed", "--full-refresh", "--select", "countries")
        assert warehouse.one("select count(*) > 0 from public.own") == (True,)
        warehouse.conn.execute("drop view public.own")
        warehouse.conn.commit()

    def test_a_seed_with_other_columns_is_made_anew(self, warehouse: Warehouse) -> None:
        before = warehouse.all("select * from reference.countries order by spelling")
        warehouse.conn.execute("alter table reference.countries add column old text")
        warehouse.conn.commit()
        dbt("seed", "--select", "countries")
        assert warehouse.all("select * from reference.countries order by spelling") == before
        # whatever became of the table, it has its index, and one of it
        dbt("seed", "--full-refresh", "--select", "countries")
        assert warehouse.all(
            "select indexname from pg_indexes where schemaname = 'reference'"
            " and tablename = 'countries'"
        ) == [("idx_reference_countries_spelling",)]


@pytest.mark.long
def test_lines_another_run_takes_from_a_small_table_are_noticed(
    warehouse: Warehouse, runs: Runs
) -> None:
    """While the second run waits between looking at the aliases and reading by them."""
    at = "2026-03-01T08:00:00Z"
    for domain in ("acme-widgets.example", "careers-at-acme.example"):
        warehouse.payload("company_payloads", domain, {"name": "Acme"}, received=at)
    warehouse.build()
    aliases = "select count(*) from core.company_aliases"
    assert warehouse.one(aliases) != (0,)
    with connect(application_name="holder") as holder:
        holder.execute("select from extracted.watermarks where model = 'companies' for update")
        run = runs.start("run", "--select", "companies")
        wait_until_held(warehouse.conn, run, 1)
        warehouse.conn.execute("delete from core.company_aliases")
        warehouse.conn.commit()
    run.succeed()
    warehouse.build("--select", "companies")
    found = warehouse.all("select domain from core.companies order by 1")
    warehouse.conn.execute("delete from extracted.watermarks where model = 'companies'")
    warehouse.conn.commit()
    warehouse.build("--select", "companies")
    assert found == warehouse.all("select domain from core.companies order by 1")
    warehouse.conn.execute("delete from extracted.watermarks where model = 'company_aliases'")
    warehouse.conn.commit()
    warehouse.build()
