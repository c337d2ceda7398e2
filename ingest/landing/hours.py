"""The ledger of what comes record by record: a row per sender, workflow and hour."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from uuid import UUID

from ingest import __version__
from ingest.landing.ledger import Counts
from ingest.landing.rows import id_at
from ingest.postgres.connection import Connection
from ingest.postgres.statements import statement


@dataclass(frozen=True)
class Hour:
    """What one sender delivers for one workflow in one hour.

    Its id follows from that alone. So rows can name it before it is in the ledger, and the ledger
    is touched last: requests of one hour wait for each other only while they commit.

    Args:
        sender: The name of the API key.
        slug: The workflow; None if the records name their own.
        begins_at: When the hour begins, in UTC.
    """

    sender: str
    slug: str | None
    begins_at: datetime

    @classmethod
    def now(cls, sender: str, slug: str | None) -> Hour:
        """The present one."""
        return cls(sender, slug, datetime.now(UTC).replace(minute=0, second=0, microsecond=0))

    @property
    def file_name(self) -> str:
        """What the ledger calls it."""
        return f"http:{self.sender}"

    @cached_property
    def load_id(self) -> UUID:
        """Its id in the ledger."""
        return id_at(self.begins_at, self._digest())

    def add(self, conn: Connection, counts: Counts, size: int) -> int:
        """Count a request; whoever does the same waits until this transaction ends.

        Args:
            conn: A connection whose transaction is open, and has nothing else left to wait for.
            counts: What became of its records.
            size: Bytes of its body.

        Returns:
            How many records the hour has had before.
        """
        values = {
            "id": self.load_id,
            "file_name": self.file_name,
            "sha256": self._digest().hex(),
            "bytes": size,
            "slug": self.slug,
            "records": counts.records,
            "landed": counts.landed,
            "rejected": counts.rejected,
            "cleaned": counts.cleaned,
            "suppressed": counts.suppressed,
            "version": __version__,
        }
        row = conn.execute(statement("ingest.landing", "add_to_hour"), values).fetchone()
        if row is None:
            raise LookupError(self.load_id)
        return int(row[0]) - counts.records

    def _digest(self) -> bytes:
        known_by = (self.file_name, self.slug or "", self.begins_at.isoformat())
        return hashlib.sha256("\0".join(known_by).encode()).digest()
