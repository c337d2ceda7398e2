"""What payloads come to: rows of tables, entities, and what could not be used."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from tests.properties.model.payloads import Entity, Issue, Row


@dataclass
class Extracted:
    """What the payloads come to.

    Args:
        tables: Expected rows by table; ids are left out.
        entities: The entities of each kind of payload, superseded payloads included.
        issues: What could not be used.
    """

    tables: dict[str, list[Row]] = field(default_factory=lambda: defaultdict(list))
    entities: dict[str, list[Entity]] = field(default_factory=dict)
    issues: list[Issue] = field(default_factory=list)

    def add(self, table: str, rows: Iterable[Row]) -> None:
        """Put rows into a table."""
        self.tables[table].extend(rows)


def row_of(entity: Entity, row: Row) -> Row:
    """The row of an entity, with the payload it comes from."""
    return {"raw_payload_id": entity.winner.id, **row}
