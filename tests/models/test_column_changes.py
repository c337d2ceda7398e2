"""Columns and descriptions of a table follow the project, and are left alone where they do."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.warehouse import Warehouse

PERSON = "https://www.linkedin.com/in/ana-sample"
DESCRIPTIONS = """
    select objsubid, description, xmin::text from pg_description
    where objoid = 'extracted.person_discovery'::regclass order by objsubid
"""


def run(warehouse: Warehouse) -> None:
    warehouse.build("-s", "workflow_readers", "person_discovery")


def test_a_column_that_is_missing_comes_and_is_filled(warehouse: Warehouse) -> None:
    warehouse.payload("person_discovery", PERSON, {"name": "Ana Sample"})
    run(warehouse)
    warehouse.conn.execute("alter table extracted.person_discovery drop column full_name")
    # as when the model's code has changed, which a column that is new comes with
    warehouse.conn.execute("delete from extracted.watermarks")
    warehouse.conn.commit()
    run(warehouse)
    assert warehouse.all("select full_name from extracted.person_discovery") == [("Ana Sample",)]


def test_a_column_the_project_does_not_know_stays(warehouse: Warehouse) -> None:
    warehouse.conn.execute(
        "alter table extracted.person_discovery add column note text default 'x'"
    )
    warehouse.conn.commit()
    warehouse.payload("person_discovery", PERSON, {"name": "Ana Sample"})
    run(warehouse)
    rows = warehouse.all("select full_name, note from extracted.person_discovery")
    warehouse.conn.execute("alter table extracted.person_discovery drop column note")
    warehouse.conn.commit()
    assert rows == [("Ana Sample", "x")]


@pytest.mark.long
def test_a_description_is_written_when_it_differs_and_only_then(warehouse: Warehouse) -> None:
    def descriptions() -> list[tuple[Any, ...]]:
        return warehouse.all(DESCRIPTIONS)

    run(warehouse)
    written = descriptions()
    run(warehouse)
    assert descriptions() == written
    warehouse.conn.execute("comment on column extracted.person_discovery.full_name is 'a name'")
    warehouse.conn.commit()
    assert [row[:2] for row in descriptions()] != [row[:2] for row in written]
    run(warehouse)
    assert [row[:2] for row in descriptions()] == [row[:2] for row in written]
