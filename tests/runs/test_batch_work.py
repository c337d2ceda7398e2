"""What a run does with what is new grows with how much that is, and not with its square.

A batch that is small beside its table is planned for a row or two, because the planner has not seen
it yet; a first build, for tables that were made a moment ago. Such a plan must not compare all that
is new with all that is new, nor look for each through all that there is: so the rows are counted
that each of its steps looks at. Nothing is timed here; `bench/history.py` measures.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import pytest
from dbt.artifacts.schemas.run import RunExecutionResult

from ingest.postgres.connection import Connection
from tests.support.scenario import scenario
from tests.support.scratch import Parameters
from tests.support.warehouse import dbt, incremental_models, insert_load

_BEFORE = 4_000  # people, companies and rows of exports that were there
_ANALYZED = """
    select t.schemaname || '.' || t.relname, t.last_analyze is not null
    from pg_stat_user_tables as t
    where
        t.schemaname in ('extracted', 'core', 'reference')
        and pg_relation_size(t.relid) > 200000
"""
_FETCHED = """
    select s.seq_tup_read + s.idx_tup_fetch, c.reltuples
    from pg_stat_user_tables as s
    inner join pg_class as c on s.relid = c.oid
    where s.schemaname = 'core' and s.relname = 'company_observations'
"""
_NEW = 300  # of each, half of them known: fewer than a thousand rows of a table are not analyzed
# rows that a step may look at for each that is new: a person brings two roles, two companies and
# seventeen attributes of each
_MOST = 60

# {first}, {last} and {version} decide everything: a version says other things of the same people
_ARRIVALS = (
    """
    insert into raw.person_payloads
    (linkedin_url, workflow_slug, provider, platform, payload_type, raw_payload)
    select
        'https://www.linkedin.com/in/person-' || n, 'clay-person-profile', 'clay', 'clay',
        'profile', jsonb_build_object(
            'name', 'Sample ' || n,
            'headline', 'Buyer, version {version}',
            'last_refresh', '2026-0{version}-01T00:00:00',
            'education', jsonb_build_array(jsonb_build_object('school_name', 'School ' || n % 50)),
            'experience', jsonb_build_array(
                jsonb_build_object(
                    'title', 'Buyer {version}', 'company', 'Company ' || n + {version},
                    'company_domain', 'company-' || n + {version} || '.example',
                    'start_date', '2024-05-01', 'is_current', true
                ),
                jsonb_build_object(
                    'title', 'Planner', 'company', 'Company ' || n + 7,
                    'company_domain', 'company-' || n + 7 || '.example',
                    'start_date', '2020-05-01', 'end_date', '2024-04-01', 'is_current', false
                )
            )
        )
    from generate_series({first}, {last}) as n
    """,
    """
    insert into raw.company_payloads
    (company_domain, workflow_slug, provider, platform, payload_type, raw_payload)
    select
        'company-' || n || '.example', 'clay-company-firmographics', 'clay', 'clay',
        'firmographics', jsonb_build_object(
            'name', 'Company ' || n, 'industry', 'Industry ' || {version} + n % 20,
            'employee_count', {version} * n, 'country', 'US'
        )
    from generate_series({first}, {last}) as n
    """,
    """
    insert into raw.salesnav_scrapes
    (
        upload_id, linkedin_url_user_profile, first_name, last_name, email, company,
        company_website, job_title
    )
    select
        (select min(id::text)::uuid from raw.loads),
        'https://www.linkedin.com/in/person-' || n, 'Sample', n::text,
        'sample-{version}-' || n || '@company-' || n || '.example',
        'Company ' || n, 'https://company-' || n || '.example', 'Head of buying {version}'
    from generate_series({first}, {last}) as n
    """,
    """
    insert into raw.email_payloads
    (linkedin_url, workflow_slug, provider, platform, payload_type, raw_payload)
    select
        'https://www.linkedin.com/in/person-' || n, 'leadmagic-email', 'leadmagic', 'direct',
        'email', jsonb_build_object(
            'email', 'found-{version}-' || n || '@company-' || n || '.example', 'status', 'valid',
            'first_name', 'Sample', 'last_name', n::text,
            'company_domain', 'company-' || n || '.example'
        )
    from generate_series({first}, {last}) as n
    """,
)


LookedAt = dict[str, int]  # rows that the busiest step of a model's query looks at


class Run(NamedTuple):
    """A warehouse behind its first build and a run with something new.

    Attributes:
        first: What the first build took.
        analyzed: The tables of some size that were analyzed by the end of it.
        later: What the run behind it took.
        fetched: The rows of observations of companies that it read, in any way.
        stored: How many there are.
    """

    first: LookedAt
    analyzed: dict[str, bool]
    later: LookedAt
    fetched: int
    stored: int


@pytest.fixture(scope="module")
def run(_built: Parameters) -> Iterator[Run]:
    with scenario() as warehouse:
        conn = warehouse.conn
        insert_load(conn)
        conn.commit()
        conn.autocommit = True
        _arrive(conn, 1, _BEFORE, 1)
        _arrive(conn, 1, _BEFORE // 4, 3)  # so that there is a history of them
        for node in incremental_models():
            conn.execute(f"drop table {node.relation_name} cascade".encode())
        warehouse.build()
        analyzed: dict[str, bool] = dict(conn.execute(_ANALYZED.encode()).fetchall())
        _note_seen(conn, "'1:1:'")
        first = looked_at(conn, everything=True)
        warehouse.build()  # what came is behind what every model has seen
        conn.execute("vacuum analyze")
        _note_seen(conn, "seen")
        _arrive(conn, _BEFORE - _NEW // 2, _BEFORE + _NEW // 2, 2)
        before, _ = _observations_fetched(conn)
        with _by_indexes(conn):
            warehouse.build()
        fetched, stored = _observations_fetched(conn)
        later = looked_at(conn, everything=False)
        yield Run(first, analyzed, later, fetched - before, stored)


@contextmanager
def _by_indexes(conn: Connection) -> Iterator[None]:
    """Who connects meanwhile goes through a table only where no index serves, however small."""
    database = f'database "{conn.info.dbname}"'
    conn.execute(f"alter {database} set enable_seqscan = off".encode())
    try:
        yield
    finally:
        conn.execute(f"alter {database} reset enable_seqscan".encode())


def _observations_fetched(conn: Connection) -> tuple[int, int]:
    conn.execute("select pg_stat_clear_snapshot()")
    row = conn.execute(_FETCHED.encode()).fetchone()
    assert row
    return row[0], row[1]


def _note_seen(conn: Connection, seen: str) -> None:
    conn.execute("drop table if exists before")
    query = (
        f"create temporary table before as select model, {seen} as seen from extracted.watermarks"
    )
    conn.execute(query.encode())


def _arrive(conn: Connection, first: int, last: int, version: int) -> None:
    for statement in _ARRIVALS:
        conn.execute(statement.format(first=first, last=last, version=version).encode())


def test_no_step_of_a_run_looks_at_all_that_is_new_for_each_that_is_new(run: Run) -> None:
    assert {name: rows for name, rows in run.later.items() if rows > _MOST * _NEW} == {}


def test_no_step_of_a_first_build_looks_at_all_there_is_for_each_there_is(run: Run) -> None:
    assert {name: rows for name, rows in run.first.items() if rows > _MOST * _BEFORE} == {}


def test_a_first_build_leaves_no_table_of_any_size_to_be_guessed_at(run: Run) -> None:
    assert "core.company_history" in run.analyzed
    assert [table for table, is_analyzed in run.analyzed.items() if not is_analyzed] == []


def test_a_run_does_not_go_through_all_that_was_ever_said_of_companies(run: Run) -> None:
    assert 0 < run.fetched < run.stored


def looked_at(conn: Connection, *, everything: bool) -> LookedAt:
    """Of each model, for what came since the snapshot of the table `before`.

    The settings are those of a model's transaction, as `open_watermark` makes them.
    """
    for setting, value in {
        "hq.rescan": str(everything).lower(),
        "enable_nestloop": "off" if everything else "on",
        "enable_memoize": "off",
        "jit": "off",
    }.items():
        conn.execute("select set_config(%s, %s, false)", [setting, value])
    names = [node.name for node in incremental_models()]
    compiled = dbt("compile", "--select", *names, "--exclude", "resource_type:test").result
    assert isinstance(compiled, RunExecutionResult)
    found = {result.node.name: most_looked_at(conn, result.node) for result in compiled.results}
    assert sorted(found) == sorted(names)
    return found


def most_looked_at(conn: Connection, node: Any) -> int:
    """Rows that the busiest step of a model's query looks at, in all its repetitions.

    A look through a seed is left out: it is as long for each row, however many are new.
    """
    conn.execute(
        "select set_config('hq.seen', seen::text, false) from before where model = %s",
        [node.name],
    )
    query = f"explain (analyze, verbose, format json) {node.compiled_code}"
    row = conn.execute(query.encode()).fetchone()
    assert row
    return max(_looked_at(row[0][0]["Plan"]))


def _looked_at(step: dict[str, Any]) -> Iterator[int]:
    if step.get("Schema") != "reference":
        removed = sum(step[key] for key in step if key.startswith("Rows Removed"))
        yield round((step["Actual Rows"] + removed) * step["Actual Loops"])
    for below in step.get("Plans", ()):
        yield from _looked_at(below)
