"""Loading a file: one transaction that holds its records, its rejects and its ledger row."""

from __future__ import annotations

import secrets
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

import psycopg
from psycopg.pq import TransactionStatus

from ingest import ledger
from ingest.connection import Connection
from ingest.content import Content, open_content
from ingest.envelopes import RowMaker
from ingest.errors import IngestError
from ingest.json_records import Record, RecordReader
from ingest.landing import Landing, LandingRow, Target
from ingest.registry import Registry, Workflow
from ingest.rejects import Reason, RefusedError, Reject
from ingest.workflows import PAYLOAD_COLUMN, Route

_TABLE_FILES = (".csv", ".tsv")
_COMPRESSED = (".gz", ".zst")

_REJECTS = Target(
    table="rejects",
    columns=("load_id", "line", "reason", "detail", "record"),
    types=("uuid", "int8", "text", "text", "text"),
    must_land=True,
)


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
    """

    registry: Registry
    workflow: Workflow | None = None
    dry_run: bool = False
    force: bool = False
    on_reject: OnReject = OnReject.REPORT
    max_rejects: RejectLimit | None = None
    progress: Callable[[int], None] = _ignore
    notice: Callable[[str], None] = _ignore


@dataclass(frozen=True)
class LoadSummary:
    """What became of a file.

    Args:
        file: Its name.
        status: How it ended.
        load_id: The ledger row; of an earlier load if the content was known, None in a dry run.
        records: Records found, landed plus rejected.
        landed: Rows in raw tables.
        rejected: Records in ``raw.rejects``.
        cleaned: Landed records from which unstorable characters went.
        tables: Landed rows by raw table.
        reasons: Rejected records by reason.
        loaded_at: For known content, when it was loaded (ISO 8601).
    """

    file: str
    status: Status
    load_id: UUID | None
    records: int
    landed: int
    rejected: int
    cleaned: int
    tables: dict[str, int] = field(default_factory=dict)
    reasons: dict[str, int] = field(default_factory=dict)
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
            allowed, or the connection was lost. Nothing was written then.
        NoRouteError: The given workflow's records cannot land as payloads.
    """
    if conn.info.transaction_status != TransactionStatus.IDLE:
        raise ValueError("load_file needs a connection outside any transaction")
    maker = RowMaker(options.registry, options.workflow)
    with open_content(path) as content:
        _refuse_tables(content.name)
        slug = options.workflow.slug if options.workflow else None
        key = ledger.LoadKey(content.sha256(), slug)
        try:
            with conn.transaction(force_rollback=options.dry_run):
                ledger.lock(conn, key, _wait_notice(options, content.name))
                known = ledger.known_load(conn, key)
                if known is not None and not options.force:
                    return _known(content.name, known)
                return _Load(conn, content, key, maker, options).run(forced=known is not None)
        except psycopg.Error as fault:
            if conn.broken:
                raise IngestError(
                    "the connection to the server was lost; nothing of this file was written",
                    where=content.name,
                    hint="run the same command again",
                ) from fault
            raise IngestError(
                f"the database says: {_words(fault)}; nothing of this file was written",
                where=content.name,
            ) from fault


def _words(fault: psycopg.Error) -> str:
    return " ".join((fault.diag.message_primary or str(fault)).split()).rstrip(".")


def _refuse_tables(name: str) -> None:
    bare = name.lower()
    for suffix in _COMPRESSED:
        bare = bare.removesuffix(suffix)
    if bare.endswith(_TABLE_FILES):
        raise IngestError(
            "this is a table (CSV), and this version loads JSON payloads only", where=name
        )


def _wait_notice(options: LoadOptions, name: str) -> Callable[[str], None]:
    def announce(pid: str) -> None:
        options.notice(
            f"{name}: waiting for another load of the same content (server process {pid}) ..."
        )

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
        loaded_at=known.started_at.isoformat(timespec="seconds"),
    )


class _RowIds:
    """Ids of the rows of one load, which sort as their records stand in the file.

    Version 7 UUIDs: milliseconds of the load's start (48 bits), offset of the record in the file
    (44 bits), and 30 random bits, drawn once, that keep loads of the same millisecond apart.
    """

    def __init__(self) -> None:
        milliseconds = time.time_ns() // 1_000_000
        self._base = (milliseconds << 80) | (0x7 << 76) | (0b10 << 62) | secrets.randbits(30)

    def at(self, offset: int) -> UUID:
        """The id of the record that begins at an offset, in bytes, below 16 TB."""
        return UUID(int=self._base | (offset >> 32 << 64) | ((offset & 0xFFFFFFFF) << 30))


def _new_load_id() -> UUID:
    milliseconds = time.time_ns() // 1_000_000
    random_bits = (secrets.randbits(12) << 64) | (0b10 << 62) | secrets.randbits(62)
    return UUID(int=(milliseconds << 80) | (0x7 << 76) | random_bits)


class _Load:
    """One load under way."""

    def __init__(
        self,
        conn: Connection,
        content: Content,
        key: ledger.LoadKey,
        maker: RowMaker,
        options: LoadOptions,
    ) -> None:
        self._conn = conn
        self._content = content
        self._key = key
        self._maker = maker
        self._options = options
        self._id = _new_load_id()
        self._row_ids = _RowIds()
        self._targets: dict[Route, Target] = {}
        self._reasons: Counter[Reason] = Counter()
        self._landing = Landing(conn, self._refuse)

    def run(self, *, forced: bool) -> LoadSummary:
        """Read, land, count."""
        content = self._content
        ledger.open_load(self._conn, self._id, self._key, content.name, content.size, forced=forced)
        with self._landing:
            for item in RecordReader(content, self._options.progress):
                if isinstance(item, Record):
                    self._land(item)
                else:
                    self._refuse(item)
        tables = {name: n for name, n in self._landing.landed.items() if name != _REJECTS.table}
        counts = ledger.Counts(
            landed=sum(tables.values()),
            rejected=self._reasons.total(),
            cleaned=self._landing.cleaned,
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
            tables=tables,
            reasons={str(reason): n for reason, n in self._reasons.most_common()},
        )

    def _land(self, record: Record) -> None:
        try:
            row = self._maker.row(record)
        except RefusedError as fault:
            self._refuse(Reject(record.line, fault.reason, fault.detail, record.raw))
            return
        target = self._targets.get(row.route)
        if target is None:
            target = self._targets[row.route] = _target(row.route)
        values = (self._row_ids.at(record.offset), *row.values, self._id)
        self._landing.add(target, LandingRow(values, record.line, record.raw, row.cleaned))

    def _refuse(self, reject: Reject) -> None:
        """Write a reject, or end the load because of it."""
        if self._options.on_reject is OnReject.ABORT:
            raise IngestError(
                f"{reject.reason}: {reject.detail}; nothing of this file was written",
                where=f"{self._content.name}:{reject.line}",
            )
        self._reasons[reject.reason] += 1
        limit = self._options.max_rejects
        if limit is not None and not limit.percent:
            self._check_limit(limit, records=0)
        text = reject.text()
        values = (self._id, reject.line, reject.reason.value, reject.detail, text)
        self._landing.add(_REJECTS, LandingRow(values, reject.line, reject.raw))

    def _check(self, counts: ledger.Counts) -> None:
        if counts.records == 0:
            raise IngestError(
                "there are no records in it, nothing to load", where=self._content.name
            )
        if self._options.max_rejects is not None:
            self._check_limit(self._options.max_rejects, counts.records)

    def _check_limit(self, limit: RejectLimit, records: int) -> None:
        rejected = self._reasons.total()
        if limit.exceeded(rejected, records):
            of_records = f" of {records:,} records" if records else ""
            reasons = ", ".join(f"{reason} {n:,}" for reason, n in self._reasons.most_common())
            raise IngestError(
                f"{rejected:,}{of_records} rejected ({reasons}), more than the {limit} allowed; "
                "nothing of this file was written",
                where=self._content.name,
                hint="see the reasons with --dry-run, or raise --max-rejects",
            )


_TYPES = {"id": "uuid", "_load_id": "uuid", PAYLOAD_COLUMN: "jsonb"}


def _target(route: Route) -> Target:
    flags = dict.fromkeys(route.flags, "bool")
    types = tuple((_TYPES | flags).get(column, "text") for column in route.columns)
    return Target(route.table, route.columns, types)
