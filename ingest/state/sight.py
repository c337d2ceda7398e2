"""What of the warehouse a role may look into, and what is to be named as not shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ingest.postgres.connection import Connection
from ingest.postgres.statements import statement
from ingest.project import BUILT_SCHEMAS

RAW = "raw"


@dataclass(frozen=True, slots=True)
class Sight:
    """What a role may look into.

    Attributes:
        closed: Schemas that are there and that it may not look into.
        hidden: Tables of the other schemas that it may not read, with their schemas.
    """

    closed: list[str]
    hidden: list[str]

    @property
    def not_shown(self) -> list[str]:
        """What is left out, a schema as a whole where it is closed."""
        return [*self.closed, *self.hidden]

    def sees(self, *relations: str) -> bool:
        """Whether none of these tables, named with their schemas, is kept from the role."""
        return not any(
            relation.partition(".")[0] in self.closed or relation in self.hidden
            for relation in relations
        )


def sight(conn: Connection, models: Sequence[str]) -> Sight:
    """What the role of a connection may look into.

    Args:
        conn: The connection.
        models: Names of the models whose tables are of interest; of raw, all tables are.
    """
    schemas = [RAW, *BUILT_SCHEMAS]
    named = {"schemas": schemas, "raw": RAW, "tables": ["watermarks", "deployments", *models]}
    rows = conn.execute(statement("ingest.state", "not_shown"), named).fetchall()
    return Sight(
        closed=[schema for schema, table in rows if table is None],
        hidden=[f"{schema}.{table}" for schema, table in rows if table is not None],
    )
