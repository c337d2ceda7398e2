"""Runs of dbt in processes of their own: several at once, held at a chosen moment, killed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from dbt.cli.main import dbtRunner

from ingest.postgres.connection import Connection, connect
from ingest.project import BUILT_SCHEMAS
from tests.support.processes import Process, start, wait_for, wait_until_gone
from tests.support.warehouse import (
    Warehouse,
    dbt_arguments,
    incremental_models,
    parsed_project,
)

RECORDS = 60  # that come in before a run

# What keeps a model from going on, by the moment at which it stops. START: the lock of its turn,
# so before it has looked at anything. MIDDLE: it has advanced its watermark and read all that is
# new, and may not write. END: its rows are written, its indexes cannot be looked after.
START, MIDDLE, END = MOMENTS = ("start", "middle", "end")
_HOLD = {
    START: "select pg_advisory_lock(18513, hashtext('{0}'))",
    MIDDLE: "lock table {0} in share mode",
    END: "lock table {0} in row exclusive mode",
}

_WAITING = """
    select l.pid
    from pg_locks as l
    inner join pg_stat_activity as a on l.pid = a.pid
    where not l.granted and a.datname = current_database() and a.application_name = 'dbt'
"""


@dataclass(frozen=True)
class Model:
    """An incremental model.

    Attributes:
        name: Its name.
        relation: Its table, as dbt writes it.
        reads: The models it reads.
    """

    name: str
    relation: str
    reads: frozenset[str]


def models() -> list[Model]:
    """All incremental models of the project."""
    return [
        Model(node.name, str(node.relation_name), frozenset(_tables_above(node.unique_id)))
        for node in incremental_models()
    ]


def _tables_above(unique_id: str) -> Iterator[str]:
    """The models with tables that a model reads, itself or through an ephemeral one."""
    nodes = parsed_project().nodes
    for above in nodes[unique_id].depends_on_nodes:
        if above.startswith("model"):
            if nodes[above].config.materialized == "ephemeral":
                yield from _tables_above(above)
            else:
                yield nodes[above].name


def levels() -> list[list[Model]]:
    """The models in the order of their building: each list reads only from those before it."""
    left, built, found = models(), set[str](), []
    while left:
        ready = [model for model in left if model.reads <= built]
        assert ready, f"{names(left)} read each other"
        found.append(ready)
        built |= {model.name for model in ready}
        left = [model for model in left if model.name not in built]
    return found


def names(some: Sequence[Model]) -> list[str]:
    return [model.name for model in some]


class Runs:
    """Starts runs; what they write beside the database goes to a folder of each."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def start(self, *words: str) -> Process:
        place = Path(mkdtemp(prefix="run-", dir=self._folder))
        places = ("--target-path", str(place), "--log-path", str(place))
        arguments = [*words, *dbt_arguments(), *places]
        manifest = parsed_project()

        def run() -> None:
            assert dbtRunner(manifest=manifest).invoke(arguments).success

        return start(run, place / "screen")


@contextmanager
def held(some: Sequence[Model], moment: str) -> Iterator[None]:
    """Let every run that builds one of these models stop there at a moment."""
    with connect(application_name="holder") as conn:
        for model in some:
            conn.execute(_HOLD[moment].format(model.relation).encode())
        yield


def wait_until_held(conn: Connection, run: Process, count: int) -> list[int]:
    """Wait until so many of a run's models stand still; their server processes."""

    def stand_still() -> bool:
        assert not run.is_over(), run.said()
        return len(waiting(conn)) >= count

    wait_for(conn, stand_still, f"{count} models stand still")
    return waiting(conn)


def waiting(conn: Connection) -> list[int]:
    """Server processes of dbt that wait for a lock."""
    found = [pid for (pid,) in conn.execute(_WAITING.encode())]
    conn.rollback()
    return found


def kill_when_held(
    warehouse: Warehouse,
    runs: Runs,
    some: Sequence[Model],
    moment: str,
    *words: str,
    count: int = 1,
) -> None:
    """Kill a run when so many of its models stand still at a moment; the server has noticed it.

    Args:
        warehouse: Where it runs.
        runs: What starts it.
        some: The models that stand still.
        moment: One of `MOMENTS`.
        words: The dbt command.
        count: How many of the models must stand still.
    """
    with held(some, moment):
        run = runs.start(*words)
        wait_until_held(warehouse.conn, run, count)
        assert run.kill()
    wait_until_gone(warehouse.conn, "dbt")


def drop_built(conn: Connection) -> None:
    """Leave the schemas that dbt fills as `ingest init` does."""
    for schema in BUILT_SCHEMAS:
        conn.execute(f"drop schema {schema} cascade; create schema {schema}".encode())
    conn.commit()


def remembered(warehouse: Warehouse, some: Sequence[Model] | None = None) -> dict[str, Any]:
    """What these models (or all) have seen and hold, down to who wrote each row."""
    found: dict[str, Any] = {}
    for model in models() if some is None else some:
        mark = warehouse.all(
            "select seen::text, fingerprint::text, advanced_at::text from extracted.watermarks"
            " where model = %s",
            model.name,
        )
        rows = (
            f"select count(*), md5(string_agg(t::text, '' order by t.id)) from {model.relation} t"
        )
        found[model.name] = (mark, warehouse.all(rows))
    return found
