"""The way of records into the raw tables: made into rows, landed, counted."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Generic, Protocol, TypeVar
from uuid import UUID

from ingest.landing.copy import LandingRow, Target
from ingest.landing.landing import Landing, Result
from ingest.landing.rows import Row, RowIdsByOffset
from ingest.rejects import Origin, RefusedError, Reject
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
    def origin(self) -> Origin:
        """Where it stood, and as what."""


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
    """Takes the records of a file in.

    Args:
        landing: Where their rows go.
        load_id: The load they land with.
        row_ids: The ids of their rows.
        maker: Makes rows of records.
        received_at: When the row of an id was received, if that was not just now.
    """

    def __init__(
        self,
        landing: Landing,
        load_id: UUID,
        row_ids: RowIdsByOffset,
        maker: Maker[R],
        *,
        received_at: Callable[[UUID], datetime] | None = None,
    ) -> None:
        self._landing = landing
        self._load_id = load_id
        self._row_ids = row_ids
        self._maker = maker
        self._received_at = received_at
        self._targets: dict[Route | Target, Target] = {}
        self._results: dict[int, Result] = {}  # of what was sent out, by offset

    def take(self, items: Iterable[R | Reject]) -> Iterator[Reject]:
        """Land the records, and yield what cannot land; all is settled when it ends.

        To be exhausted inside of the landing's context. Who takes the rejects may land them as
        rows meanwhile.
        """
        for reject in self._take(items):
            self._results.pop(reject.origin.offset, None)
            yield reject
        self._landing.close_deliveries(self._results.values())

    def _take(self, items: Iterable[R | Reject]) -> Iterator[Reject]:
        landing = self._landing
        for item in items:
            if isinstance(item, Reject):
                yield item
            else:
                try:
                    self._land(item)
                except RefusedError as fault:
                    yield Reject(item.origin, fault.reason, fault.detail)
            while landing.refused:
                yield landing.refused.popleft()
        landing.flush()
        while landing.refused:
            yield landing.refused.popleft()
        landing.flush()  # rows that were made of rejects meanwhile

    def _land(self, record: R) -> None:
        row = self._maker.row(record)
        target = self._targets.get(row.route)
        if target is None:
            target = self._targets[row.route] = self._target(row.route)
        origin = record.origin
        row_id = self._row_ids.at(origin.offset)
        if row.delivery_id:
            self._results[origin.offset] = Result(row.delivery_id, target.table, row_id)
        values = (row_id, *row.values, self._load_id)
        if self._received_at:
            values = (*values, self._received_at(row_id))
        self._landing.add(target, LandingRow(values, origin, row.cleaned))

    def _target(self, route: Route | Target) -> Target:
        if isinstance(route, Target):
            return route
        columns = (*route.columns, *(["created_at"] if self._received_at else []))
        flags = dict.fromkeys(route.flags, "bool")
        return Target(route.table, columns, tuple((_TYPES | flags).get(c, "text") for c in columns))
