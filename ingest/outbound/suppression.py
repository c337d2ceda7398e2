"""Who may not be written to. Asked when records are selected, and again when they are sent."""

from __future__ import annotations

from collections.abc import Sequence

from ingest.postgres.connection import Connection
from ingest.postgres.privacy_key import telling_whom


def suppressed(conn: Connection, people: Sequence[str]) -> frozenset[str]:
    """Those of these people who are erased or may not be written to.

    Args:
        conn: A connection whose transaction is open.
        people: LinkedIn URLs.

    Raises:
        IngestError: People are suppressed here, and this session cannot tell whom.
    """
    if not people:
        return frozenset()
    with telling_whom("nothing was sent"):
        found = conn.execute("select privacy.not_to_contact(%s::text[])", (list(people),))
        return frozenset(url for (url,) in found)
