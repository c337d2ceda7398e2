"""Rejected records tried again, after the registry or the loader was put right; or settled.

A record lands as if it had never been refused: with its original time of receipt, and with an id
that sorts where it stood in its file. So a retry never makes an old payload win over a newer one.
What was received by HTTP has that id from the beginning: it is the reject's.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from ingest.errors import UsageError
from ingest.formats.json.records import read_record
from ingest.landing import ledger
from ingest.landing.intake import Intake
from ingest.landing.landing import Landing
from ingest.landing.ledger import RetryableReject
from ingest.landing.rows import RowIds, RowIdsByOffset, new_id, time_in
from ingest.landing.withhold import withhold
from ingest.payloads.envelopes import RowMaker
from ingest.postgres.connection import Connection
from ingest.rejects import Reason
from ingest.workflows.registry import Registry, UnknownWorkflowError, Workflow
from ingest.workflows.routes import NoRouteError

_BATCH = 100  # rejects in memory at a time; each has up to RECORD_TEXT_CAP characters


@dataclass(frozen=True)
class RetrySummary:
    """What became of the open rejects of a load.

    Args:
        file: The file they stood in.
        retried: The load they were rejected from.
        load_id: The ledger row of what landed now; None if nothing did.
        landed: Records that landed.
        rejected: Records that were refused again.
        suppressed: Records of people who are erased; nothing of them is kept any more.
        needs_file: Records that were not tried: too much of them was cut off, or they are lines
            of a table.
        tables: Landed rows by raw table.
        reasons: Records refused again by reason.
    """

    file: str
    retried: UUID
    load_id: UUID | None
    landed: int
    rejected: int
    needs_file: int
    suppressed: int = 0
    tables: dict[str, int] = field(default_factory=dict)
    reasons: dict[str, int] = field(default_factory=dict)


def retry_load(
    conn: Connection,
    load_id: UUID,
    registry: Registry,
    workflow: Workflow | None,
    notice: Callable[[str], None],
) -> RetrySummary:
    """Try the open rejects of a load again, in one transaction.

    What lands gets a ledger row of its own and is marked in ``raw.rejects``; what is refused again
    stays there with its present reason.

    Args:
        conn: A connection outside any transaction, not in autocommit mode.
        load_id: The load.
        registry: The registered workflows.
        workflow: The workflow of records that name none, if the load was given none.
        notice: Told what the user should know while waiting.

    Raises:
        UsageError: The workflow that was given for the load is not registered any more.
    """
    with conn.transaction():
        load = ledger.load(conn, load_id)
        _lock(conn, load, notice)
        maker = _row_maker(registry, load.workflow_slug, workflow)
        if maker is None:
            left = ledger.count_rejects(conn, load_id)
            return RetrySummary(load.file_name, load_id, None, 0, 0, left)
        return _Retry(conn, load, maker).run()


def settle_load(conn: Connection, load_id: UUID, why: str, notice: Callable[[str], None]) -> int:
    """Settle the open rejects of a load, in one transaction.

    Args:
        conn: A connection outside any transaction, not in autocommit mode.
        load_id: The load.
        why: Why they need not land any more.
        notice: Told what the user should know while waiting.

    Returns:
        How many there were.
    """
    with conn.transaction():
        _lock(conn, ledger.load(conn, load_id), notice)
        return ledger.settle(conn, load_id, why)


def _lock(conn: Connection, load: ledger.LoadEntry, notice: Callable[[str], None]) -> None:
    """Let one at a time retry or settle: a record would land twice, or land and be settled."""
    key = ledger.LoadKey(load.file_sha256, load.workflow_slug)
    ledger.lock(conn, key, lambda holder: notice(f"Waiting for {holder} ..."))


def _row_maker(registry: Registry, slug: str | None, workflow: Workflow | None) -> RowMaker | None:
    """What makes rows of the records of a load; None if they are rows of a table."""
    try:
        return RowMaker(registry, registry.resolve(slug) if slug else workflow)
    except UnknownWorkflowError as fault:
        raise UsageError(str(fault)) from fault
    except NoRouteError:
        return None


class _IdsOfRejects:
    """Ids that records were given when they were received."""

    def __init__(self, ids: Mapping[int, UUID]) -> None:
        self._ids = ids

    def at(self, offset: int) -> UUID:
        return self._ids[offset]


class _Retry:
    """One retry under way."""

    def __init__(self, conn: Connection, load: ledger.LoadEntry, maker: RowMaker) -> None:
        self._conn = conn
        self._load = load
        self._id = new_id()
        self._reasons: Counter[Reason] = Counter()
        self._landing = Landing(conn)
        self._rejects: dict[int, UUID] = {}  # of the present batch, by offset
        is_file = load.requests is None
        row_ids: RowIdsByOffset = RowIds(load.id) if is_file else _IdsOfRejects(self._rejects)
        received_at = (lambda _: load.started_at) if is_file else time_in
        self._intake = Intake(self._landing, self._id, row_ids, maker, received_at=received_at)

    def run(self) -> RetrySummary:
        """Read, land, mark, count."""
        conn, load = self._conn, self._load
        ledger.open_retry(conn, self._id, load.id)
        last, until = None, ledger.last_offset(conn, load.id)
        while batch := ledger.retryable_rejects(conn, load.id, last, until, _BATCH):
            self._try(batch)
            last = batch[-1]
        landing = self._landing
        withheld = withhold(conn, load.id, landing.landed, landing.results)
        tables = withheld.left_of(dict(landing.landed))
        landed = sum(tables.values())
        suppressed = sum(map(len, withheld.rows.values()))
        # the records that were refused again are counted by the load that refused them first
        counts = ledger.Counts(
            landed=landed, rejected=0, cleaned=landing.cleaned, suppressed=suppressed
        )
        ledger.close_retry(conn, self._id, counts)
        return RetrySummary(
            file=load.file_name,
            retried=load.id,
            load_id=self._id if counts.records else None,
            landed=landed,
            rejected=self._reasons.total(),
            needs_file=ledger.count_not_retryable(conn, load.id),
            tables=tables,
            suppressed=suppressed,
            reasons={str(reason): n for reason, n in self._reasons.most_common()},
        )

    def _try(self, batch: Sequence[RetryableReject]) -> None:
        known = {entry.origin.offset: entry.id for entry in batch}
        self._rejects.clear()
        self._rejects.update(known)
        again = []
        with self._landing:
            records = (read_record(entry.origin) for entry in batch)
            for reject in self._intake.take(records):
                self._reasons[reject.reason] += 1
                again.append((known.pop(reject.origin.offset), reject.reason, reject.detail))
        ledger.mark_landed(self._conn, list(known.values()), self._id)
        ledger.mark_refused(self._conn, again)
