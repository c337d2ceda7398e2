"""A warehouse for tests: rows go into raw as any program would insert them, and dbt builds.

dbt runs in this process with one manifest for the whole session, because parsing the project
costs more than a build of a small warehouse.
"""

from __future__ import annotations

import json
import tempfile
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, cast

from dbt.artifacts.resources.types import NodeType
from dbt.artifacts.schemas.run import RunExecutionResult
from dbt.cli.main import dbtRunner, dbtRunnerResult
from dbt.contracts.graph.manifest import Manifest
from psycopg import sql
from psycopg.types.json import Jsonb

from ingest.connection import Connection

PROJECT = Path(__file__).resolve().parent.parent

# raw table -> (key column, workflow, provider, platform, payload type)
_PAYLOADS = {
    "company_payloads": (
        "company_domain",
        "clay-company-firmographics",
        "clay",
        "clay",
        "firmographics",
    ),
    "company_discovery": ("company_domain", "clay-find-companies", "clay", "clay", "discovery"),
    "person_payloads": ("linkedin_url", "clay-person-profile", "clay", "clay", "profile"),
    "person_discovery": ("linkedin_url", "clay-find-people", "clay", "clay", "discovery"),
    "company_customer_claygent_payloads": (
        "origin_company_domain",
        "claygent-get-all-company-customers",
        "clay",
        "clay",
        "customer_research",
    ),
    "case_study_extraction_payloads": (
        "case_study_url",
        "gemini-extract-case-study-details",
        "google",
        "gemini",
        "case_study_extraction",
    ),
    "icp_payloads": ("domain", "ai-generate-target-client-icp", "openai", "modal", "icp_criteria"),
}


class DbtFailedError(AssertionError):
    """A dbt command did not succeed; carries the messages of what failed."""


@cache
def _arguments() -> tuple[str, ...]:
    target = tempfile.mkdtemp(prefix="hq-dbt-")
    return (
        "--project-dir",
        str(PROJECT),
        "--profiles-dir",
        str(PROJECT),
        "--target-path",
        target,
        "--log-path",
        target,
    )


@cache
def _manifest() -> Manifest:
    result = dbtRunner().invoke(["--quiet", "parse", *_arguments()])
    if not result.success:
        raise DbtFailedError(str(result.exception))
    return cast("Manifest", result.result)


def dbt(*words: str, may_fail: bool = False) -> dbtRunnerResult:
    """Run a dbt command against the database the PG variables name.

    Args:
        words: The command and its own options, for example ``"build", "--full-refresh"``.
        may_fail: Give the result back instead of raising when something failed.

    Raises:
        DbtFailedError: A node failed, or the command did.
    """
    result = dbtRunner(manifest=_manifest()).invoke(["--quiet", *words, *_arguments()])
    if not result.success and not may_fail:
        raise DbtFailedError(_failures(result))
    return result


def _failures(result: dbtRunnerResult) -> str:
    if not isinstance(result.result, RunExecutionResult):
        return str(result.exception)
    return "\n".join(
        f"{node.node.unique_id}: {node.message}"
        for node in result.result
        if node.status not in ("pass", "success", "skipped")
    )


@dataclass
class Warehouse:
    """The scratch database, with the few moves tests make on it."""

    conn: Connection

    def empty(self) -> None:
        """Take every row out of the models and forget what they have seen; seeds stay."""
        models = [
            n
            for n in _manifest().nodes.values()
            if n.resource_type is NodeType.Model and n.config.materialized == "incremental"
        ]
        names = sql.SQL(", ").join([sql.Identifier(n.schema, n.name) for n in models])
        self.conn.execute(sql.SQL("truncate {}").format(names))
        self.conn.execute("truncate extracted.watermarks")
        self.conn.commit()

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
        key_column, workflow, provider, platform, usual_type = _PAYLOADS[raw_table]
        values: dict[str, Any] = {
            key_column: key,
            "workflow_slug": workflow,
            "provider": provider,
            "platform": platform,
            "payload_type": payload_type or usual_type,
            "raw_payload": Jsonb(payload),
            **columns,
        }
        if received is not None:
            values["created_at"] = datetime.fromisoformat(received)
        return self.row(raw_table, **values)

    def row(self, raw_table: str, **values: Any) -> str:
        """Insert one raw row and commit; gives back its id."""
        statement = sql.SQL("insert into {} ({}) values ({}) returning id").format(
            sql.Identifier("raw", raw_table),
            sql.SQL(", ").join(map(sql.Identifier, values)),
            sql.SQL(", ").join(sql.Placeholder() * len(values)),
        )
        inserted = self.conn.execute(statement, list(values.values())).fetchone()
        self.conn.commit()
        if inserted is None:
            raise LookupError(raw_table)
        return str(inserted[0])

    def build(self, *words: str) -> None:
        """Build the models (without their data tests, which `check` runs)."""
        dbt("run", *words)

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

        Without `_xid` (which transaction wrote a row) and without the build's own state.
        """
        tables = self.all(
            "select table_schema, table_name from information_schema.tables"
            " where table_schema in ('extracted', 'core', 'reference')"
            " and table_type = 'BASE TABLE' and table_name not in ('watermarks', 'deployments')"
        )
        found = {}
        for schema, table in sorted(tables):
            statement = sql.SQL("select (to_jsonb(t) - '_xid')::text from {} as t").format(
                sql.Identifier(schema, table)
            )
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
