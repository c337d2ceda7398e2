"""Searches that erasures still owe: for whom, kept from the erasure's commit to the search's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from uuid import UUID

from psycopg.types.json import Jsonb

from ingest.postgres.connection import Connection
from ingest.postgres.statements import statement
from ingest.privacy.identity import Identity


def owe(conn: Connection, audit_id: UUID, person: Identity) -> None:
    """Note, in the transaction of an erasure, whom its search is to look for."""
    conn.execute(
        "insert into privacy.unfinished_searches (audit_id, person) values (%s, %s)",
        (audit_id, Jsonb(asdict(person))),
    )


def owed(conn: Connection, audit_id: UUID) -> tuple[list[UUID], Identity]:
    """What an erasure is to search for: its own person, with all that was known before.

    Whoever was erased is known by what was given alone when the command is given again. Searches of
    the same case or of the same profile, address or number are taken up, therefore.

    Args:
        conn: A connection whose transaction is open.
        audit_id: The erasure's line of the audit.

    Returns:
        The lines of the audit whose searches it makes up for, and whom it looks for.
    """
    rows = conn.execute(
        statement("ingest.privacy", "owed_searches"), {"audit_id": audit_id}
    ).fetchall()
    person = Identity()
    for _, known in rows:
        person = person.with_all_of(Identity(**{name: tuple(known[name]) for name in known}))
    return [owing for owing, _ in rows], person


def settle(conn: Connection, audit_ids: Sequence[UUID], found: Mapping[str, object]) -> None:
    """Note, in the transaction that ends a search, what it found, and forget whom it was for."""
    conn.execute(
        "update privacy.audit set found_afterwards = %s where id = any(%s)",
        (Jsonb(dict(found)), list(audit_ids)),
    )
    conn.execute(
        "delete from privacy.unfinished_searches where audit_id = any(%s)", (list(audit_ids),)
    )
