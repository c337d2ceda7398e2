"""Tables in partitions, made as docs/operations.md says, take loads and runs as any others."""

from __future__ import annotations

import re

import pytest

from ingest.postgres.connection import connect
from ingest.schema.migrate import migrate
from tests.support.history.arrivals import Arrivals
from tests.support.runs import RECORDS
from tests.support.scratch import NewDatabase
from tests.support.warehouse import (
    NO_TESTS,
    PROJECT,
    Warehouse,
    assert_as_built_at_once,
    dbt,
    differences,
)

_SECTION = "### A table in partitions"
_STATEMENTS = re.compile(r"```sql\n(.*?)```", re.DOTALL)


@pytest.mark.long
def test_tables_in_partitions_end_as_others(new_database: NewDatabase) -> None:
    new_database()
    with connect(application_name="tests") as conn:
        migrate(conn)
        warehouse = Warehouse(conn)
        arrivals = Arrivals(warehouse)
        arrivals.receive(RECORDS)
        dbt("build", *NO_TESTS)
        whole = warehouse.snapshot()

        page = (PROJECT / "docs/operations.md").read_text(encoding="utf-8")
        for statements in _STATEMENTS.findall(page.partition(_SECTION)[2]):
            conn.execute(statements)
        conn.commit()
        parts = warehouse.all(
            "select inhparent::regclass::text, count(*) from pg_inherits"
            " where inhparent::regclass::text !~ 'idx|key' group by 1 order by 1"
        )
        assert parts == [("extracted.person_experience", 2), ("raw.person_payloads", 2)]
        dbt("build", *NO_TESTS)
        assert not differences(whole, _of_whole_tables(warehouse))

        arrivals.receive(RECORDS)
        warehouse.build()
        assert_as_built_at_once(warehouse)


def _of_whole_tables(warehouse: Warehouse) -> dict[str, list[str]]:
    """What stands in the tables; each part of one would stand there a second time."""
    return {
        table: rows for table, rows in warehouse.snapshot().items() if not re.search(r"_\d$", table)
    }
