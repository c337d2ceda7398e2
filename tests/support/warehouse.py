"""A warehouse for tests: rows go into raw as any program would insert them, and dbt builds.

dbt runs in this process with one manifest for the whole session, because parsing the project
costs more than a build of a small warehouse.
"""

from __future__ import annotations

import atexit
import gc
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache, partial
from pathlib import Path
from typing import Any, NamedTuple, cast
from uuid import uuid4

from dbt.artifacts.schemas.run import RunExecutionResult
from dbt.cli.main import dbtRunner, dbtRunnerResult
from dbt.contracts.graph.manifest import Manifest
from dbt.contracts.graph.nodes import CompiledNode, ModelNode
from dbt_common.events.base_types import EventMsg
from psycopg import sql
from psycopg.types.json import Jsonb

from ingest.postgres.connection import Connection
from tests.support.emptying import empty_tables

PROJECT = Path(__file__).resolve().parents[2]

ANSWERS = "api"  # schema and folder of the views
# words of dbt that leave them out: there are as many as tables
WITHOUT_ANSWERS = ("--exclude", ANSWERS)
# words of `dbt build` that leave the tests out
NO_TESTS = ("--exclude-resource-type", "test", "unit_test")


class PayloadTable(NamedTuple):
    """A raw table of payloads, with what the rows that tests insert usually say.

    Attributes:
        key: Column of the entity's key.
        workflow: Slug of the workflow.
        provider: The provider.
        platform: Where the workflow runs.
        payload_type: The type that models extract.
    """

    key: str
    workflow: str
    provider: str
    platform: str
    payload_type: str


PAYLOAD_TABLES = {
    "company_payloads": PayloadTable(
        "company_domain", "clay-company-firmographics", "clay", "clay", "firmographics"
    ),
    "company_discovery": PayloadTable(
        "company_domain", "clay-find-companies", "clay", "clay", "discovery"
    ),
    "person_payloads": PayloadTable(
        "linkedin_url", "clay-person-profile", "clay", "clay", "profile"
    ),
    "person_discovery": PayloadTable(
        "linkedin_url", "clay-find-people", "clay", "clay", "discovery"
    ),
    "email_payloads": PayloadTable(
        "linkedin_url", "leadmagic-email", "leadmagic", "direct", "email"
    ),
    "company_customer_claygent_payloads": PayloadTable(
        "origin_company_domain",
        "claygent-get-all-company-customers",
        "clay",
        "clay",
        "customer_research",
    ),
    "case_study_extraction_payloads": PayloadTable(
        "case_study_url",
        "gemini-extract-case-study-details",
        "google",
        "gemini",
        "case_study_extraction",
    ),
    "icp_payloads": PayloadTable(
        "domain", "ai-generate-target-client-icp", "openai", "modal", "icp_criteria"
    ),
}


class DbtFailedError(AssertionError):
    """A dbt command did not succeed; carries the messages of what failed."""


def arguments_of(project: Path, target: Path) -> tuple[str, ...]:
    """What a dbt command is told of a project, and of the folder where it may write."""
    return (
        *("--project-dir", str(project)),
        *("--profiles-dir", str(project)),
        *("--target-path", str(target)),
        *("--log-path", str(target)),
        # nobody reads them, and writing them takes a fifth of a small run
        *("--no-write-json", "--log-level-file", "none"),
    )


@cache
def _target() -> Path:
    """Where dbt writes for this session; it goes with it."""
    folder = tempfile.mkdtemp(prefix="hq-dbt-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return Path(folder)


def dbt_arguments() -> tuple[str, ...]:
    """What every dbt command of the session is told: the project, and a folder of its own."""
    return arguments_of(PROJECT, _target())


def uncompiled(manifest: Manifest) -> Manifest:
    """A manifest as a new process has it: dbt puts ephemeral models into a model only once."""
    for node in manifest.nodes.values():
        if isinstance(node, CompiledNode):
            node.extra_ctes_injected = False
            node.extra_ctes = []
    return manifest


def parsed_project() -> Manifest:
    """The project, parsed once for the session, as a new process would have it.

    Its relations are in the database that the PG variables name now.
    """
    return uncompiled(_moved_to(os.environ["PGDATABASE"], _parsed_once()))


def parsed_file() -> Path:
    """The parsed project as dbt keeps it from one run to the next."""
    _parsed_once()
    return _target() / "partial_parse.msgpack"


def _moved_to(database: str, manifest: Manifest) -> Manifest:
    """A manifest whose relations are in another database, for which dbt would parse anew."""
    relations = [
        *manifest.nodes.values(),
        *manifest.sources.values(),
        *manifest.functions.values(),
    ]
    before = relations[0].database
    if before != database:
        for each in relations:
            each.database = database
            if each.relation_name:
                each.relation_name = each.relation_name.replace(f'"{before}".', f'"{database}".')
        manifest.build_flat_graph()  # type: ignore[no-untyped-call]
    return manifest


@cache
def _parsed_once() -> Manifest:
    """The project.

    Raises:
        DbtFailedError: dbt cannot parse it.
    """
    result = dbtRunner().invoke(["--quiet", "parse", *dbt_arguments()])
    if not result.success:
        raise DbtFailedError(str(result.exception))
    # it stays to the end: nobody has to look through it for garbage
    gc.collect()
    gc.freeze()
    return cast("Manifest", result.result)


def dbt(*words: str, may_fail: bool = False) -> dbtRunnerResult:
    """Run a dbt command against the database the PG variables name.

    Args:
        words: The command and its own options, for example ``"build", "--full-refresh"``.
        may_fail: Give the result back instead of raising when something failed.

    Raises:
        DbtFailedError: A node failed, or the command did.
    """
    result = dbtRunner(manifest=parsed_project()).invoke(["--quiet", *words, *dbt_arguments()])
    if not result.success and not may_fail:
        raise DbtFailedError(failures_of(result))
    return result


def logged(*words: str, may_fail: bool = False) -> list[str]:
    """What the macros log, for people to read, while a dbt command runs."""
    said: list[str] = []
    _listen(partial(note_logged, said), words, may_fail=may_fail)
    return said


def warned(*words: str) -> list[str]:
    """What dbt warns of while a command runs that succeeds."""
    said: list[str] = []

    def note(event: EventMsg) -> None:
        if event.info.level in ("warn", "error"):
            said.append(event.info.msg)  # type: ignore[attr-defined]

    _listen(note, words, may_fail=False)
    return said


def _listen(note: Callable[[EventMsg], None], words: Sequence[str], *, may_fail: bool) -> None:
    result = dbtRunner(parsed_project(), [note]).invoke(["--quiet", *words, *dbt_arguments()])
    if not result.success and not may_fail:
        raise DbtFailedError(failures_of(result))


def note_logged(said: list[str], event: EventMsg) -> None:
    """Append the message of an event of dbt if a macro logs it."""
    if event.info.name == "JinjaLogInfo":
        said.append(event.info.msg)  # type: ignore[attr-defined]


def failures_of(result: dbtRunnerResult) -> str:
    """What failed in a dbt command and why, a node a line."""
    if not isinstance(result.result, RunExecutionResult):
        return str(result.exception)
    return "\n".join(
        f"{node.node.unique_id}: {node.message}"
        for node in result.result
        if node.status not in ("pass", "success", "skipped")
    )


def nodes(manifest: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    """The nodes of a manifest that are models, seeds, tests, functions ... as dictionaries."""
    everything = [*manifest["nodes"].values(), *manifest["functions"].values()]
    return [node for node in everything if node["resource_type"] == kind]


def _models() -> Iterator[ModelNode]:
    return (node for node in parsed_project().nodes.values() if isinstance(node, ModelNode))


def incremental_models() -> list[ModelNode]:
    """The models that dbt builds row by row and that remember what they have read."""
    return [node for node in _models() if node.config.materialized == "incremental"]


def insert(conn: Connection, raw_table: str, columns: Mapping[str, Any]) -> str:
    """Insert one raw row, as another program would, without a commit; gives back its id."""
    statement = sql.SQL("insert into {} ({}) values ({}) returning id").format(
        sql.Identifier("raw", raw_table),
        sql.SQL(", ").join(map(sql.Identifier, columns)),
        sql.SQL(", ").join(sql.Placeholder() * len(columns)),
    )
    inserted = conn.execute(statement, list(columns.values())).fetchone()
    if inserted is None:
        raise LookupError(raw_table)
    return str(inserted[0])


def insert_load(conn: Connection) -> str:
    """Insert a load of another program, for rows that name the one they came with; its id."""
    counts = dict.fromkeys(("bytes", "records", "landed", "rejected"), 0)
    named = {"file_name": "export.csv", "file_sha256": uuid4().hex, "tool_version": "test"}
    return insert(conn, "loads", {**named, **counts})


def payload_columns(
    raw_table: str, key: str, payload: Any, payload_type: str | None = None
) -> dict[str, Any]:
    """The columns of a raw payload row; without a type, that which models extract."""
    table = PAYLOAD_TABLES[raw_table]
    return {
        table.key: key,
        "workflow_slug": table.workflow,
        "provider": table.provider,
        "platform": table.platform,
        "payload_type": payload_type or table.payload_type,
        "raw_payload": Jsonb(payload),
    }


@dataclass
class Warehouse:
    """The scratch database, with the few moves tests make on it."""

    conn: Connection

    def empty(self) -> None:
        """Take every row out of the models and forget what they have seen; seeds stay."""
        tables = [sql.Identifier(node.schema, node.name) for node in incremental_models()]
        own = [("extracted", "watermarks"), ("core", "former_keys")]
        empty_tables(self.conn, [*tables, *(sql.Identifier(*name) for name in own)])

    def payload(
        self,
        raw_table: str,
        key: str,
        payload: Any,
        *,
        received: str | None = None,
        payload_type: str | None = None,
        **columns: Any,
    ) -> str:
        """Insert one raw payload row, as another program would; gives back its id."""
        values = payload_columns(raw_table, key, payload, payload_type) | columns
        if received is not None:
            values["created_at"] = datetime.fromisoformat(received)
        return self.row(raw_table, **values)

    def row(self, raw_table: str, **values: Any) -> str:
        """Insert one raw row and commit; gives back its id."""
        raw_id = insert(self.conn, raw_table, values)
        self.conn.commit()
        return raw_id

    def build(self, *words: str) -> None:
        """Build the models (without their data tests, which `check` runs).

        Views show what the tables hold as it is; they are built only if one is missing.
        """
        wanted = sum(node.schema == ANSWERS for node in _models())
        found = "select count(*) from pg_views where schemaname = %s"
        tables = WITHOUT_ANSWERS if self.one(found, ANSWERS) == (wanted,) else ()
        dbt("run", *words, *tables)

    def check(self) -> None:
        """Run every data test of the project, over all rows."""
        dbt("test", "--selector", "everything")

    def one(self, query: str, *parameters: Any) -> tuple[Any, ...]:
        """The only row of a query."""
        rows = self.all(query, *parameters)
        if len(rows) != 1:
            raise LookupError(f"{len(rows)} rows for: {query}")
        return rows[0]

    def all(self, query: str, *parameters: Any) -> list[tuple[Any, ...]]:
        """All rows of a query."""
        rows = self.conn.execute(query.encode(), parameters).fetchall()
        self.conn.rollback()
        return rows

    def snapshot(self) -> dict[str, list[str]]:
        """Every row of every contract table and its neighbours as JSON text, sorted.

        Without `_xid` and `_first_xid` (which transactions wrote a row) and the build's own state.
        """
        tables = self.all(
            "select table_schema, table_name from information_schema.tables"
            " where table_schema in ('extracted', 'core', 'reference')"
            " and table_type = 'BASE TABLE' and table_name not in ('watermarks', 'deployments')"
        )
        found = {}
        for schema, table in sorted(tables):
            statement = sql.SQL(
                "select (to_jsonb(t) - '_xid' - '_first_xid')::text from {} as t"
            ).format(sql.Identifier(schema, table))
            rows = self.conn.execute(statement).fetchall()
            found[f"{schema}.{table}"] = sorted(row[0] for row in rows)
        self.conn.rollback()
        return found


def differences(left: dict[str, list[str]], right: dict[str, list[str]]) -> dict[str, Any]:
    """What stands on one side only, per table; empty when the warehouses are equal."""
    found = {}
    for table in sorted(left.keys() | right.keys()):
        ours, theirs = set(left.get(table, [])), set(right.get(table, []))
        if ours != theirs:
            found[table] = {
                "only left": [json.loads(row) for row in sorted(ours - theirs)[:3]],
                "only right": [json.loads(row) for row in sorted(theirs - ours)[:3]],
            }
    return found


def assert_as_built_at_once(warehouse: Warehouse) -> None:
    """Check that one build of everything in raw makes the tables that are there."""
    found = warehouse.snapshot()
    warehouse.empty()
    warehouse.build()
    differing = differences(found, warehouse.snapshot())
    assert not differing, differing
