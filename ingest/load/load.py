"""Loading a file: one transaction that holds its records, its rejects and its ledger row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from uuid import UUID

import psycopg
from psycopg.pq import TransactionStatus

from ingest.errors import IngestError, ServerError
from ingest.feeds.file import FeedFile
from ingest.feeds.options import FeedOptions
from ingest.feeds.rows import FeedRows
from ingest.formats.content import Content, open_content
from ingest.formats.delimited import looks_like_json
from ingest.formats.magic import without_suffix
from ingest.landing import ledger
from ingest.landing.helpers import Staging, drop_abandoned
from ingest.landing.intake import Intake, RecordFile
from ingest.landing.landing import Landing
from ingest.landing.rejects import REJECTS, row_of
from ingest.landing.rows import RowIds, new_id
from ingest.landing.withhold import withhold
from ingest.payloads.envelopes import PayloadFile, RowMaker
from ingest.payloads.tables import PayloadTable
from ingest.postgres.connection import Connection, connect
from ingest.postgres.faults import is_of_server
from ingest.rejects import UNREADABLE, Reason, Reject
from ingest.workflows.feeds import FEEDS, feed_of
from ingest.workflows.registry import Registry, Workflow

_TABLE_FILES = (".csv", ".tsv")

# SQLSTATE -> what to do when the server gives up on a whole file
_REMEDIES = {
    "25006": "see default_transaction_read_only of the server, the database and the role",
    "42501": "let the owner of schema raw grant the right, or connect as that role",
    "53100": "make room on the server's disk and run the same command again",
    "55P03": "run the same command again, or raise lock_timeout",
    "57014": "raise statement_timeout for this role and run the same command again",
}


class OnReject(StrEnum):
    """What a record that cannot land does to the load."""

    REPORT = "report"
    IGNORE = "ignore"
    ABORT = "abort"


class Status(StrEnum):
    """How the loading of a file ended."""

    LOADED = "loaded"
    KNOWN = "already loaded"
    DRY_RUN = "dry run"


@dataclass(frozen=True, slots=True)
class RejectLimit:
    """The most rejects a load may have: a number, or a share of its records in percent."""

    amount: float
    percent: bool = False

    def exceeded(self, rejected: int, records: int) -> bool:
        """Whether a finished load has too many."""
        return rejected > (records * self.amount / 100 if self.percent else self.amount)

    def __str__(self) -> str:
        return f"{self.amount:g}{'%' if self.percent else ''}"


def _ignore(_: object) -> None:
    """Tell nobody."""


@dataclass(frozen=True)
class LoadOptions:
    """How to load.

    Args:
        registry: The registered workflows.
        workflow: The workflow of records that name none; None if each has to name its own.
        dry_run: Do everything, the server's verdict included, and keep nothing.
        force: Load content again that is known for this workflow.
        on_reject: ``ABORT`` ends at the first reject, with nothing written.
        max_rejects: With more rejects than this, nothing is written.
        progress: Told how many bytes of the file have been read.
        notice: Told what the user should know while waiting.
        feed: What is said about the files of a feed.
        helpers: How many connections beside its own a large file may take.
        connected: Opens one of them.
    """

    registry: Registry
    workflow: Workflow | None = None
    dry_run: bool = False
    force: bool = False
    on_reject: OnReject = OnReject.REPORT
    max_rejects: RejectLimit | None = None
    progress: Callable[[int], None] = _ignore
    notice: Callable[[str], None] = _ignore
    feed: FeedOptions = field(default_factory=FeedOptions)
    helpers: int = 0
    connected: Callable[[], AbstractContextManager[Connection]] = connect


@dataclass(frozen=True)
class LoadSummary:
    """What became of a file.

    Args:
        file: Its name.
        status: How it ended.
        load_id: The ledger row; of an earlier load if the content was known, None in a dry run.
        records: Records found: landed, rejected and suppressed.
        landed: Rows in raw tables.
        rejected: Records in ``raw.rejects``.
        cleaned: Landed records from which unstorable characters went.
        suppressed: Records of people who are erased; nothing of them was kept.
        tables: Landed rows by raw table.
        reasons: Rejected records by reason.
        changes: Of a feed whose rows have a key, what they did: new, updated, unchanged rows, and
            those repeated in the file.
        loaded_at: For known content, when it was loaded (ISO 8601).
    """

    file: str
    status: Status
    load_id: UUID | None
    records: int
    landed: int
    rejected: int
    cleaned: int
    suppressed: int = 0
    tables: dict[str, int] = field(default_factory=dict)
    reasons: dict[str, int] = field(default_factory=dict)
    changes: dict[str, int] = field(default_factory=dict)
    loaded_at: str | None = None


def load_file(conn: Connection, path: str, options: LoadOptions) -> LoadSummary:
    """Load one file in one transaction of its own.

    Args:
        conn: A connection outside any transaction, not in autocommit mode.
        path: The file; ``-`` is standard input.
        options: How.

    Returns:
        What became of it; content that is known for this workflow is left alone.

    Raises:
        UsageError: There is no such file.
        IngestError: The file is empty, cut off, damaged or no JSON, there were more rejects than
            allowed, or the server refused the file as a whole. Nothing was written then.
        ServerError: The server gave up, and not because of this file. Nothing was written, unless
            the sentence says that the connection was lost in the very moment of the commit.
        NoRouteError: The given workflow's records cannot land as payloads.
    """
    if conn.info.transaction_status != TransactionStatus.IDLE:
        raise ValueError("load_file needs a connection outside any transaction")
    with open_content(path) as content:
        if options.workflow is None:
            _refuse_tables(content.name)
        key = load_key(content, options.workflow)
        summary = None
        try:
            with conn.transaction(force_rollback=options.dry_run):
                ledger.lock(conn, key, _wait_notice(options, content.name))
                known = ledger.known_load(conn, key)
                if known is not None and not options.force:
                    return _known(content.name, known)
                load = _Load(conn, content, key, options)
                summary = load.run(forced=known is not None)
        except psycopg.Error as fault:
            if conn.broken and summary is not None and summary.load_id is not None:
                raise _in_doubt(content.name, summary.load_id) from fault
            raise _given_up(conn, content.name, fault) from fault
        finally:
            drop_abandoned(conn)
        return summary


def load_key(content: Content, workflow: Workflow | None) -> ledger.LoadKey:
    """What a load of a file is known by.

    Raises:
        IngestError: The file cannot be read, or what it was compressed to is damaged.
    """
    inside, as_it_came = content.hashes()
    return ledger.LoadKey(inside, workflow.slug if workflow else None, as_it_came)


def _in_doubt(name: str, load_id: UUID) -> ServerError:
    return ServerError(
        "the connection to the server was lost while the file was committed; it is there as load "
        f"{load_id} or not at all",
        where=name,
        hint="run the same command again without --force: it loads the file if it is not there",
    )


def _given_up(conn: Connection, name: str, fault: psycopg.Error) -> IngestError:
    if conn.broken:
        what, hint = "the connection to the server was lost", "run the same command again"
        return ServerError(f"{what}; nothing of this file was written", where=name, hint=hint)
    words = " ".join((fault.diag.message_primary or str(fault)).split()).rstrip(".")
    kind = ServerError if is_of_server(fault) else IngestError
    return kind(
        f"the database says: {words}; nothing of this file was written",
        where=name,
        hint=_REMEDIES.get(fault.sqlstate or ""),
    )


def _is_table(name: str) -> bool:
    return without_suffix(name.lower()).endswith(_TABLE_FILES)


def _refuse_tables(name: str) -> None:
    if _is_table(name):
        raise IngestError(
            "this is a table (CSV), and no workflow was named",
            where=name,
            hint=f"give --workflow: one whose rows are payloads, or one of {', '.join(FEEDS)}",
        )


def _wait_notice(options: LoadOptions, name: str) -> Callable[[str], None]:
    def announce(holder: str) -> None:
        options.notice(f"{name}: waiting for another load of the same content ({holder}) ...")

    return announce


def _known(name: str, known: ledger.LoadEntry) -> LoadSummary:
    return LoadSummary(
        file=name,
        status=Status.KNOWN,
        load_id=known.id,
        records=known.records,
        landed=known.landed,
        rejected=known.rejected,
        cleaned=known.cleaned,
        suppressed=known.suppressed,
        loaded_at=known.started_at.isoformat(timespec="seconds"),
    )


def _file_of(
    conn: Connection, content: Content, options: LoadOptions, load_id: UUID
) -> RecordFile[Any]:
    feed = feed_of(options.workflow)
    if options.workflow is None or feed is None:
        maker = RowMaker(options.registry, options.workflow)
        if _is_table(content.name) and not looks_like_json(content):
            return PayloadTable(content, maker, options.notice, options.feed.charset)
        return PayloadFile(content, maker)
    rows = FeedRows(options.workflow, feed, options.registry, options.feed, load_id)
    return FeedFile(conn, content, rows, options.notice)


class _Load:
    """One load under way."""

    def __init__(
        self,
        conn: Connection,
        content: Content,
        key: ledger.LoadKey,
        options: LoadOptions,
    ) -> None:
        self._conn = conn
        self._content = content
        self._key = key
        self._options = options
        self._id = new_id()
        self._reasons: Counter[Reason] = Counter()
        self._file = _file_of(conn, content, options, self._id)
        staging = Staging(conn, self._id, options.helpers, options.connected)
        self._landing = Landing(conn, staging)
        self._intake = Intake(self._landing, self._id, RowIds(self._id), self._file)

    def run(self, *, forced: bool) -> LoadSummary:
        """Read, land, count."""
        content = self._content
        ledger.open_load(self._conn, self._id, self._key, content.name, content.size, forced=forced)
        landing = self._landing
        with landing:
            for reject in self._intake.take(self._file.records(self._options.progress)):
                self._note(reject)
                landing.add(REJECTS, row_of(reject, new_id(), self._id))
        changes = self._file.finish()
        withheld = withhold(self._conn, self._id, landing.landed, landing.results)
        self._reasons -= Counter(withheld.rejects.values())
        landed = {name: n for name, n in landing.landed.items() if name != REJECTS.table}
        tables = withheld.left_of(landed)
        counts = ledger.Counts(
            landed=sum(tables.values()),
            rejected=self._reasons.total(),
            cleaned=landing.cleaned,
            suppressed=withheld.total(),
        )
        self._check(counts)
        ledger.close_load(self._conn, self._id, counts)
        return LoadSummary(
            file=content.name,
            status=Status.DRY_RUN if self._options.dry_run else Status.LOADED,
            load_id=None if self._options.dry_run else self._id,
            records=counts.records,
            landed=counts.landed,
            rejected=counts.rejected,
            cleaned=counts.cleaned,
            suppressed=counts.suppressed,
            tables=tables,
            reasons={str(reason): n for reason, n in self._reasons.most_common()},
            changes=changes,
        )

    def _note(self, reject: Reject) -> None:
        """Count a reject, or end the load because of it."""
        if self._options.on_reject is OnReject.ABORT:
            raise IngestError(
                f"{reject.said()}; nothing of this file was written",
                where=f"{self._content.name}:{reject.origin.line}",
            )
        self._reasons[reject.reason] += 1
        limit = self._options.max_rejects
        if limit is not None and not limit.percent:
            self._check_limit(limit, records=0)

    def _check(self, counts: ledger.Counts) -> None:
        if counts.records == 0:
            raise IngestError(
                "there are no records in it, nothing to load", where=self._content.name
            )
        if counts.rejected == counts.records and self._reasons.keys() <= UNREADABLE:
            raise IngestError(
                f"not one of the {counts.records:,} records in it can be read "
                f"({self._counted_reasons()}); nothing of this file was written",
                where=self._content.name,
                hint="make sure that this is the file you mean",
            )
        if self._options.max_rejects is not None:
            self._check_limit(self._options.max_rejects, counts.records)

    def _check_limit(self, limit: RejectLimit, records: int) -> None:
        rejected = self._reasons.total()
        if limit.exceeded(rejected, records):
            of_records = f" of {records:,} records" if records else ""
            raise IngestError(
                f"{rejected:,}{of_records} rejected ({self._counted_reasons()}), more than the "
                f"{limit} allowed; nothing of this file was written",
                where=self._content.name,
                hint="see the reasons with --dry-run, or raise --max-rejects",
            )

    def _counted_reasons(self) -> str:
        return ", ".join(f"{reason} {n:,}" for reason, n in self._reasons.most_common())
