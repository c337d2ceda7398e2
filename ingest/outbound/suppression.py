"""Who may not be written to. Asked when records are selected, and again when they are sent."""

from __future__ import annotations

from collections.abc import Sequence

from ingest.postgres.connection import Connection


def suppressed(conn: Connection, people: Sequence[str]) -> frozenset[str]:
    """Those of these people who may not be written to.

    Nobody has asked for it so far: there is no list of them yet.

    Args:
        conn: A connection whose transaction is open.
        people: LinkedIn URLs.
    """
    _ = conn, people
    return frozenset()
