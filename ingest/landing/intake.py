"""The way of records into the raw tables: made into rows, landed, counted."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Generic, Protocol, TypeVar
from uuid import UUID

from ingest.formats.json.records import Record
from ingest.landing.copy import LandingRow, Target
from ingest.landing.helpers import Staging
from ingest.landing.landing import Landing
from ingest.landing.rejects import RefusedError, Reject
from ingest.landing.rows import RowIds
from ingest.payloads.envelopes import Row
from ingest.postgres.connection import Connection
from ingest.workflows.routes import PAYLOAD_COLUMN, Route

_TYPES = {
    "id": "uuid",
    "_load_id": "uuid",
    PAYLOAD_COLUMN: "jsonb",
    "created_at": "timestamptz",
}


class Located(Protocol):
    """What records of all kinds know about their place in the file."""

    @property
    def offset(self) -> int:
        """Where it begins in the decompressed file, in bytes."""

    @property
    def line(self) -> int:
        """Line on which it begins, from 1."""

    @property
    def raw(self) -> bytes:
        """Its text as it stood in the file."""


R = TypeVar("R", bound=Located)
R_contra = TypeVar("R_contra", bound=Located, contravariant=True)


class Maker(Protocol[R_contra]):
    """Makes rows of records."""

    def row(self, record: R_contra, /) -> Row:
        """The row of a record.

        Raises:
            RefusedError: It cannot land.
        """


class RecordFile(Maker[R], Protocol[R]):
    """A file of records of one kind, on the way into raw tables."""

    def records(self, progress: Callable[[int], None]) -> Iterable[R | Reject]:
        """The records, and what could not be read as one, in file order.

        Args:
            progress: Told how many bytes of the file have been read so far.
        """

    def finish(self) -> dict[str, int]:
        """Do what remains when all rows have landed; what they changed, in words and numbers."""


class Intake(Generic[R]):
    """Takes the records of a file in, on a connection whose transaction is open.

    Args:
        conn: The connection; nothing else may use it while records are taken.
        load_id: The load they land with.
        row_ids: The ids of their rows.
        maker: Makes rows of records.
        refuse: Called with each record that cannot land; may call ``landing.add``.
        received_at: When they were received, if that was not just now.
        staging: Other connections that help with a large file.

    Attributes:
        landing: Where the rows go, and how many have landed.
    """

    def __init__(
        self,
        conn: Connection,
        load_id: UUID,
        row_ids: RowIds,
        maker: Maker[R],
        refuse: Callable[[Reject], None],
        *,
        received_at: datetime | None = None,
        staging: Staging | None = None,
    ) -> None:
        self._load_id = load_id
        self._row_ids = row_ids
        self._maker = maker
        self._refuse = refuse
        self._received = () if received_at is None else (received_at,)
        self._targets: dict[Route | Target, Target] = {}
        self.landing = Landing(conn, refuse, staging)

    def take(self, items: Iterable[R | Reject]) -> None:
        """Land the records, refuse the rest; all of it is settled on return."""
        with self.landing:
            for item in items:
                if isinstance(item, Reject):
                    self._refuse(item)
                else:
                    self._land(item)

    def _land(self, record: R) -> None:
        # only a payload record can be tried again from its text alone
        again = (record.offset, record.batch_slug) if isinstance(record, Record) else ()
        try:
            row = self._maker.row(record)
        except RefusedError as fault:
            self._refuse(Reject(record.line, fault.reason, fault.detail, record.raw, *again))
            return
        target = self._targets.get(row.route)
        if target is None:
            target = self._targets[row.route] = self._target(row.route)
        values = (self._row_ids.at(record.offset), *row.values, self._load_id, *self._received)
        self.landing.add(target, LandingRow(values, record.line, record.raw, row.cleaned, *again))

    def _target(self, route: Route | Target) -> Target:
        if isinstance(route, Target):
            return route
        columns = (*route.columns, *(["created_at"] if self._received else []))
        flags = dict.fromkeys(route.flags, "bool")
        return Target(route.table, columns, tuple((_TYPES | flags).get(c, "text") for c in columns))
