"""All tombstones are applied again: after a restore, and to what other programs inserted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from ingest.postgres.connection import Connection
from ingest.postgres.statements import statement
from ingest.privacy import tombstones
from ingest.privacy.erase import Counts, remove_rows, wait_turn
from ingest.privacy.search import SMALL, redact_by_tombstones, redactable


@dataclass(frozen=True, slots=True)
class Replayed:
    """What was done.

    Attributes:
        counts: Rows by table.
        left_to_run: Tables of the models too large to be searched meanwhile, where payloads were
            redacted: they may name somebody until the next run has read these.
    """

    counts: Counts
    left_to_run: list[str]


def replay(conn: Connection, notice: Callable[[str], None]) -> Replayed:
    """Delete the rows of everybody who is erased, and what was made of them, in one transaction.

    Args:
        conn: A connection outside any transaction, with the key of the tombstones.
        notice: Told whom it waits for.
    """
    counts: Counter[str] = Counter()
    redacted: Counter[str] = Counter()  # payloads, which the next run reads
    with conn.transaction():
        wait_turn(conn, notice)
        tombstones.require_key(conn, to_write=False)
        if not tombstones.are_there(conn):
            tombstones.audit(conn, "replay", None, {})
            return Replayed({}, [])
        conn.execute(statement("ingest.privacy", "withheld_rows"))
        urls = [url for (url,) in conn.execute(statement("ingest.privacy", "people_of_tombstones"))]
        values: dict[str, object] = {"urls": urls, "urns": [], "contacts": None, "pattern": None}
        conn.execute(statement("ingest.privacy", "note_erased"), values)
        remove_rows(conn, values, counts)
        for (table,) in conn.execute(
            "select relname::text from pg_class as c where relnamespace = 'raw'::regnamespace"
            " and relkind = 'r' and exists (select from pg_attribute as a"
            " where a.attrelid = c.oid and a.attname = '_redacted_at') order by 1"
        ).fetchall():
            row = conn.execute("select privacy.redact_rows(%s, 'true', null)", (table,)).fetchone()
            redacted[f"raw.{table} (redacted)"] = row[0] if row else 0
        counts += redacted
        _find_contacts_to_send(conn, values)
        for name, counted in (
            ("empty_deliveries", "raw.outbound_deliveries"),
            ("may_be_contacted", ""),
            ("mark_not_to_contact", "core.people_not_to_contact"),
        ):
            done = conn.execute(statement("ingest.privacy", name), values)
            if counted:
                counts[counted] += done.rowcount
        counts["raw.rejects"] += conn.execute(
            "delete from raw.rejects where cardinality(privacy.found_in(record, false)) > 0"
        ).rowcount
        row = conn.execute("select privacy.redact_ledger()").fetchone()
        counts["raw.loads, raw.rejects (redacted)"] += row[0] if row else 0
        conn.execute(statement("ingest.privacy", "champions_of_tombstones"))
        # payloads, which say so, were redacted above
        texts = [table for table in redactable(conn) if not table.says_so]
        built = [table for table in texts if table.schema != "raw"]
        for table in texts:
            # what is made by no run is looked through, however large it is
            if table.size <= SMALL or table.schema == "raw":
                name = f"{table.schema}.{table.name}"
                counts[f"{name} (redacted)"] += redact_by_tombstones(conn, table)
        found = {name: n for name, n in sorted(counts.items()) if n}
        tombstones.audit(conn, "replay", None, found)
    large = [f"{table.schema}.{table.name}" for table in built if table.size > SMALL]
    return Replayed(found, large if redacted.total() else [])


def _find_contacts_to_send(conn: Connection, values: dict[str, object]) -> None:
    """Find addresses, numbers and URNs of who is erased in what is still to be sent."""
    row = conn.execute(statement("ingest.privacy", "contacts_of_tombstones")).fetchone()
    if row and row[0]:
        values["contacts"] = rf"(?<![[:alnum:]])(?:{row[0]})(?![[:alnum:]])"
