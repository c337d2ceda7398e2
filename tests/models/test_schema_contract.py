"""The live database is the contract: tables, columns in order, types, nullability, index names."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from tests.support.scenario import Row, rows, scenario
from tests.support.scratch import Parameters
from tests.support.warehouse import PROJECT, Warehouse, dbt

CONTRACT: dict[str, dict[str, dict[str, str]]] = yaml.safe_load(
    (PROJECT / "tests" / "expected" / "schema_contract.yml").read_text(encoding="utf-8")
)
# as format_type writes them -> as the contract does
SHORT = {"timestamp with time zone": "timestamptz"}

COLUMNS = """
    select
        n.nspname || '.' || c.relname as table_name,
        a.attname as name,
        format_type(a.atttypid, a.atttypmod) as type,
        a.attnotnull as not_null
    from pg_attribute as a
    inner join pg_class as c on a.attrelid = c.oid
    inner join pg_namespace as n on c.relnamespace = n.oid
    where n.nspname in ('raw', 'extracted', 'core', 'reference', 'public')
        and c.relkind in ('r', 'p') and a.attnum > 0 and not a.attisdropped
    order by table_name, a.attnum
"""

INDEXES = """
    select
        n.nspname || '.' || t.relname as table_name,
        c.relname as name,
        pg_get_indexdef(i.indexrelid, 1, true) as first_column,
        i.indisvalid and i.indpred is null as is_whole
    from pg_index as i
    inner join pg_class as c on i.indexrelid = c.oid
    inner join pg_class as t on i.indrelid = t.oid
    inner join pg_namespace as n on t.relnamespace = n.oid
"""


class Catalog:
    """What the database says of its tables and indexes."""

    def __init__(self, warehouse: Warehouse) -> None:
        self.columns: dict[str, list[Row]] = {}
        for column in rows(warehouse, COLUMNS):
            self.columns.setdefault(column["table_name"], []).append(column)
        self.indexes = {
            f"{index['table_name']}.{index['name']}": index for index in rows(warehouse, INDEXES)
        }


STAGES = ["first build", "second build", "full refresh"]


@pytest.fixture(scope="module")
def catalogs(_built: Parameters) -> Iterator[dict[str, Catalog]]:
    """The catalog after each stage; the first one creates the tables that are relied on."""
    with scenario() as warehouse:
        models = [name for name in CONTRACT if not name.startswith("raw.")]
        warehouse.conn.execute(f"drop table {', '.join(models)} cascade".encode())
        warehouse.conn.commit()
        warehouse.payload("company_payloads", "acme.example", {"name": "Acme"})
        warehouse.build()
        first = Catalog(warehouse)
        warehouse.payload("company_payloads", "acme.example", {"name": "Acme Widgets"})
        warehouse.build()
        second = Catalog(warehouse)
        dbt("seed", "--full-refresh")
        warehouse.build("--full-refresh")
        yield dict(zip(STAGES, (first, second, Catalog(warehouse)), strict=True))


@pytest.fixture(params=STAGES)
def catalog(catalogs: dict[str, Catalog], request: pytest.FixtureRequest) -> Catalog:
    return catalogs[request.param]


def written(column: Row) -> str:
    written_out = str(column["type"])
    kind = SHORT.get(written_out, written_out)
    return f"{kind}!" if column["not_null"] else kind


@pytest.mark.parametrize("table", CONTRACT)
def test_a_table_begins_with_the_columns_of_the_contract(catalog: Catalog, table: str) -> None:
    expected = CONTRACT[table]["columns"]
    found = catalog.columns[table][: len(expected)]
    assert [(column["name"], written(column)) for column in found] == list(expected.items())


@pytest.mark.parametrize("table", CONTRACT)
def test_further_columns_are_marked_as_such(catalog: Catalog, table: str) -> None:
    further = catalog.columns[table][len(CONTRACT[table]["columns"]) :]
    assert [column["name"] for column in further if not column["name"].startswith("_")] == []


NAMED = [
    pytest.param(table, name, column, id=name)
    for table, contract in CONTRACT.items()
    for name, column in contract.get("indexes", {}).items()
]


@pytest.mark.parametrize(("table", "name", "column"), NAMED)
def test_an_index_is_found_under_its_name(
    catalog: Catalog, table: str, name: str, column: Any
) -> None:
    found = catalog.indexes[f"{table}.{name}"]
    assert (found["first_column"], found["is_whole"]) == (column, True)


def test_the_public_schema_stays_empty(catalog: Catalog) -> None:
    assert [name for name in catalog.columns if name.startswith("public.")] == []
