"""Playing a history on a database: records go into raw, dbt runs, and the tables are looked at."""

from __future__ import annotations

import json
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from psycopg.rows import dict_row
from psycopg.types.json import set_json_loads

from ingest.errors import IngestError
from ingest.load.load import LoadOptions, load_file
from ingest.postgres.connection import Connection, connect
from ingest.privacy import tombstones
from ingest.privacy.erase import erase
from ingest.privacy.identity import Given, find
from ingest.privacy.suppress import suppress
from ingest.workflows.feeds import FEEDS
from ingest.workflows.registry import load_registry
from tests.properties.projects import Project
from tests.support.emptying import empty_raw
from tests.support.history.arrivals import insert
from tests.support.history.records import (
    EXPORTS,
    LOADED,
    WORKFLOWS,
    Dbt,
    Erase,
    Forget,
    History,
    Late,
    Lift,
    Load,
    Record,
    Step,
    Suppress,
)
from tests.support.warehouse import ANSWERS, NO_TESTS, WITHOUT_ANSWERS, Warehouse

Rows = dict[str, list[dict[str, Any]]]


@dataclass
class Stage:
    """A database on which histories are played, one after the other.

    Args:
        conn: A connection to it; raw is there.
        projects: The project by the state of its CSVs; "plain", as it is, was built.
        folder: Takes the files that are loaded.
    """

    conn: Connection
    projects: dict[str, Project]
    folder: Path
    _deployed: str = field(default="plain", init=False)  # whose seeds are there; empty: not sure

    def __post_init__(self) -> None:
        set_json_loads(exact_json, self.conn)

    def play(self, history: History) -> None:
        """Let a history happen to the empty warehouse."""
        self._clear()
        self.continue_with(history.steps)

    def continue_with(self, steps: Iterable[Step]) -> None:
        """Let more happen to the warehouse as it is."""
        with ExitStack() as waiting:
            for number, step in enumerate(steps):
                if isinstance(step, Late):
                    writer = waiting.enter_context(connect(application_name="late writer"))
                    waiting.callback(writer.commit)
                    insert(writer, step.records)
                elif isinstance(step, Load):
                    self._receive(step.records, number)
                elif isinstance(step, Dbt):
                    self._dbt(step)
                    waiting.close()
                elif isinstance(step, Forget):
                    self._forget(step)
                else:
                    self._respect(step, number)

    def bring_back(self) -> None:
        """Leave the warehouse empty, with the project's own seeds and with its views."""
        self._clear()
        self._deploy("plain")
        self.projects["plain"].dbt("run", "--select", ANSWERS)

    def rebuild(self, state: str) -> None:
        """Drop everything that dbt made and build it once from the raw rows."""
        self._deployed = ""
        self.conn.execute("drop schema extracted, core, reference cascade")
        self.conn.commit()
        self.projects[state].dbt("build", *NO_TESTS, *WITHOUT_ANSWERS)
        self._deployed = state

    def raw(self) -> Rows:
        """Every raw row that models may read."""
        tables = (*WORKFLOWS, "company_statements")
        return {table: self.rows(f"select * from raw.{table}") for table in tables}

    def rows(self, query: str) -> list[dict[str, Any]]:
        """The rows of a query, numbers in JSON exactly as they stand."""
        with self.conn.cursor(row_factory=dict_row) as cursor:
            found = cursor.execute(query.encode()).fetchall()
        self.conn.rollback()
        return found

    def snapshot(self) -> dict[str, list[str]]:
        """Every row of every table dbt made."""
        return Warehouse(self.conn).snapshot()

    def _clear(self) -> None:
        empty_raw(self.conn)
        if not self._deployed:
            self.rebuild("plain")
        Warehouse(self.conn).empty()

    def _dbt(self, step: Dbt) -> None:
        if step.words[0] != "build":
            self._deploy(step.seeds)
        self._deployed = ""
        self.projects[step.seeds].dbt(*step.words, *WITHOUT_ANSWERS)
        self._deployed = step.seeds

    def _deploy(self, state: str) -> None:
        if state == self._deployed:
            return
        self._deployed = ""
        # functions are made of the words of seeds
        words = ("--resource-type", "seed", "--resource-type", "function")
        self.projects[state].dbt("build", *words)
        self._deployed = state

    def _respect(self, step: Erase | Suppress | Lift, number: int) -> None:
        """What people ask for, of whom the models know."""
        with self.conn.transaction():
            known = [case.case_ref for case in reversed(tombstones.cases(self.conn))]
            if isinstance(step, Lift):
                if known:
                    tombstones.lift(self.conn, known[0])
                return
        people = self.rows("select linkedin_url from core.people order by 1")
        if not people:
            return
        given = Given(people[step.which % len(people)]["linkedin_url"])
        if isinstance(step, Erase):
            erase(self.conn, given, f"case {number}", print, dry_run=False)
            return
        with self.conn.transaction():
            suppress(self.conn, find(self.conn, given), f"case {number}")

    def _forget(self, step: Forget) -> None:
        which = " where model = any(%s)" if step.models else ""
        statement = f"delete from extracted.watermarks{which}"
        self.conn.execute(statement.encode(), [list(step.models)] if step.models else None)
        self.conn.commit()

    def _receive(self, records: list[Record], number: int) -> None:
        loaded = [record for record in records if record.received == LOADED]
        payloads = [record for record in loaded if record.table not in EXPORTS]
        half = len(payloads) // 2
        self._load_file(f"{number}-a", None, [_envelope(r) for r in payloads[:half]])
        insert(self.conn, (record for record in records if record.received != LOADED))
        self.conn.commit()
        self._load_file(f"{number}-b", None, [_envelope(r) for r in payloads[half:]])
        for table in EXPORTS:
            rows = [_headed(record) for record in loaded if record.table == table]
            self._load_file(f"{number}-{table}", WORKFLOWS[table], rows)

    def _load_file(self, name: str, workflow: str | None, rows: list[dict[str, Any]]) -> None:
        if not rows:
            return
        path = self.folder / f"{name}.ndjson"
        lines = [json.dumps(row, ensure_ascii=False) for row in rows]
        path.write_text("\n".join(lines), encoding="utf-8")
        registry = load_registry()
        options = LoadOptions(registry, registry.resolve(workflow) if workflow else None)
        try:
            load_file(self.conn, str(path), options)
        except IngestError:
            # of a shrunk history all records of a file may be refused: then nothing was received
            if len(rows) > 10:
                raise


def exact_json(text: str | bytes) -> Any:
    """JSON with its numbers as they stand."""
    return json.loads(text, parse_float=Decimal)


def _envelope(record: Record) -> dict[str, Any]:
    slug = WORKFLOWS[record.table]
    return {"workflow_slug": slug, **record.columns, "raw_payload": record.payload}


def _headed(record: Record) -> dict[str, Any]:
    titles = {column.name: column.title for column in FEEDS[WORKFLOWS[record.table]].columns}
    return {titles[name]: value for name, value in record.columns.items()}
