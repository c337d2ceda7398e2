"""What was landed of people who are erased is taken out again, before it is committed."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from ingest.landing.landing import Result
from ingest.landing.rejects import REJECTS
from ingest.postgres.connection import Connection
from ingest.postgres.locks import PRIVACY, share
from ingest.postgres.privacy_key import telling_whom
from ingest.rejects import Reason


@dataclass(frozen=True, slots=True)
class Withheld:
    """What was taken out.

    Args:
        rows: Ids of rows by raw table.
        rejects: Why those had been refused that are rejects, by id.
    """

    rows: dict[str, set[UUID]] = field(default_factory=dict)
    rejects: dict[UUID, Reason] = field(default_factory=dict)

    def ids(self) -> frozenset[UUID]:
        """Of rows and rejects."""
        return frozenset(self.rejects).union(*self.rows.values())

    def total(self) -> int:
        """How many records they were."""
        return len(self.ids())

    def left_of(self, landed: dict[str, int]) -> dict[str, int]:
        """Landed rows by table, without these."""
        left = {table: n - len(self.rows.get(table, ())) for table, n in landed.items()}
        return {table: n for table, n in left.items() if n}


def withhold(
    conn: Connection,
    load_id: UUID,
    tables: Collection[str],
    results: Sequence[Result] = (),
    *,
    rejects: bool = True,
) -> Withheld:
    """Take out what this transaction landed of people who are erased.

    Args:
        conn: The connection; its transaction has landed everything and commits soon.
        load_id: The load.
        tables: The raw tables it landed in.
        results: Rows that came back for what was sent out: those of people erased since go.
        rejects: Look at the rejects of the load as well.

    Raises:
        IngestError: People are erased here, and this session cannot tell whom.
    """
    names = sorted(set(tables) - {REJECTS.table})
    share(conn, PRIVACY)  # privacy.withhold does, without a word to whoever waits
    with telling_whom("nothing was written"):
        found = conn.execute(
            "select raw_table, row_id, reason from privacy.withhold(%s, %s)",
            (load_id if rejects else None, names),
        ).fetchall()
        if results:
            found += _withheld_results(conn, results)
    rows: dict[str, set[UUID]] = {}
    refused = {}
    for table, row_id, reason in found:
        if table == REJECTS.table:
            refused[row_id] = Reason(reason)
        else:
            rows.setdefault(table, set()).add(row_id)
    return Withheld(rows, refused)


def _withheld_results(conn: Connection, results: Sequence[Result]) -> list[tuple[Any, ...]]:
    deliveries, tables, ids = map(list, zip(*results, strict=True))
    return conn.execute(
        "select raw_table, row_id, null from privacy.withhold_results(%s, %s, %s)",
        (deliveries, tables, ids),
    ).fetchall()


def withheld_texts(conn: Connection, texts: Sequence[str]) -> frozenset[int]:
    """Which of some texts name somebody who is erased, by their places.

    To be asked behind `withhold`, which makes sure that this session can tell.
    """
    if not texts:
        return frozenset()
    found = conn.execute("select privacy.naming_somebody(%s::text[])", (list(texts),))
    return frozenset(place - 1 for (place,) in found)


def redact_rejects(conn: Connection, ids: Collection[UUID]) -> None:
    """Take the names of who is erased out of rejects: a name alone makes no record somebody's."""
    conn.execute("select privacy.redact_rejects(%s)", (list(ids),))
