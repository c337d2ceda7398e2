"""Records on their way into raw, as another program inserts them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import count, islice
from random import Random
from typing import Any

from psycopg.types.json import Jsonb

from ingest.postgres.connection import Connection
from tests.support import warehouse
from tests.support.history.records import LOADED, UNDATED, Record
from tests.support.history.world import World
from tests.support.warehouse import PAYLOAD_TABLES, Warehouse, payload_columns

_ENTITIES = 200  # of a world: few, so that they meet often; the next one has the same
_FIRM = {"name": "Birch", "domain": "birch.example"}


class Arrivals:
    """Records drawn at random, the same ones each time, as they arrive one after the other.

    Args:
        warehouse: Where they are received; may be put in the place of another on the way.
    """

    def __init__(self, warehouse: Warehouse) -> None:
        self.warehouse = warehouse
        self._records = _endless()

    def receive(self, records: int) -> None:
        """Let so many records come in, in one transaction."""
        insert(self.warehouse.conn, islice(self._records, records))
        self.warehouse.conn.commit()


def _endless() -> Iterator[Record]:
    for number in count():
        yield from World(Random(number), _ENTITIES).records()


def insert(conn: Connection, records: Iterable[Record]) -> None:
    """Insert records in one transaction, as another program would; it stays open."""
    load = firm = None
    for record in records:
        columns = _columns(record)
        if record.table in ("salesnav_scrapes", "vc_portfolio_companies"):
            load = load or warehouse.insert_load(conn)
            columns["upload_id"] = load
        if record.table == "vc_portfolio_companies":
            firm = firm or warehouse.insert(conn, "vc_firms", _FIRM)
            columns["vc_firm_id"] = firm
        warehouse.insert(conn, record.table, columns)


def _columns(record: Record) -> dict[str, Any]:
    """The columns of a row as another program inserts it."""
    columns = dict(record.columns)
    if record.table in PAYLOAD_TABLES:
        key = columns[PAYLOAD_TABLES[record.table].key]
        columns |= payload_columns(record.table, key, record.payload, record.payload_type)
        columns["workflow_slug"] = record.workflow or columns["workflow_slug"]
    if isinstance(columns.get("categories"), list):
        columns["categories"] = Jsonb(columns["categories"])
    if record.received != LOADED:
        columns["created_at"] = None if record.received == UNDATED else record.received
    return columns
