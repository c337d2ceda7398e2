"""What the warehouse holds, what waits, and how far the models have read.

All counts are exact and taken in one snapshot, so that they fit each other. They stay cheap on
large tables: ``count(*)`` reads an index, not the payloads, once autovacuum has been there;
rows not yet transformed are found through the index on ``_xid``. The waiting and the hidden rows
cost a pass over the raw tables each, without the payloads that are stored beside them.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from psycopg import sql

from ingest.landing import ledger
from ingest.postgres.connection import Connection
from ingest.postgres.statements import statement
from ingest.project import project_dir
from ingest.state.fields import drifts
from ingest.state.sight import RAW, Sight, sight
from ingest.state.watermarks import Watermark, watermarks
from ingest.workflows.registry import Registry, load_registry

AWAITED_DAYS = 7  # after which a result is worth asking for
_BOOKKEEPING = (
    *("idempotency_keys", "load_headers", "loads", "migrations", "rejects"),
    *("outbound_deliveries", "outbound_destinations", "api_keys", "api_key_uses"),
)
_OUTBOUND = ("raw.outbound_deliveries", "raw.email_waterfall_jobs")
# watermarks, what they compare by, and the schemas of the models' tables
_NEEDED_FOR_BUILT = ("extracted.watermarks", "extracted.deployments", "core", "reference")


@dataclass(frozen=True, slots=True)
class RawTable:
    """A table of schema raw.

    Attributes:
        name: Without its schema.
        rows: All rows.
        untransformed: Rows that at least one of the models that read the table has not seen;
            before the first build all of them, afterwards None if no model reads the table.
        waiting: Rows of a workflow that no model reads yet.
        hidden: Rows that came since a model read, and that it takes for seen: they brought the
            stamp of an earlier transaction, past the trigger that renews it.
        is_guarded: Whether its triggers stamp every row, whoever writes it. If not, rows may have
            come that no model will see, and runs are refused until ``ingest init``.
    """

    name: str
    rows: int
    untransformed: int | None
    waiting: int
    hidden: int
    is_guarded: bool


@dataclass(frozen=True, slots=True)
class BuiltTable:
    """A table that a model keeps up to date.

    Attributes:
        name: With its schema.
        rows: All rows.
        read_at: When the model last read what is new; None if nothing is remembered.
        unseen: Rows of the tables it reads that it has not read; None if nothing is remembered.
        rescan: Why the next build will read everything again; None if it will read what is new.
        orphaned: Rows whose raw row is gone; a full refresh leaves them out.
    """

    name: str
    rows: int
    read_at: datetime | None
    unseen: int | None
    rescan: str | None
    orphaned: int


@dataclass(frozen=True, slots=True)
class Outbound:
    """What is sent out.

    Attributes:
        open: Records that wait, or are on their way.
        doubtful: Records that may or may not have arrived.
        awaited: Records without a result for longer than ``AWAITED_DAYS``.
        paused: Jobs that are paused.
    """

    open: int
    doubtful: int
    awaited: int
    paused: int


@dataclass(frozen=True, slots=True)
class Status:
    """The state of a warehouse at one moment.

    Attributes:
        at: The moment, by the server's clock.
        raw: Tables of schema raw.
        unregistered: Raw rows of workflows that are not registered.
        built: Tables that models fill; empty before the first build.
        rejects: Open rejects: neither landed since nor settled.
        issues: Rows of ``extracted.extraction_issues``; None before the first build.
        drifts: How many fields of payloads drift, by how; None where that cannot be told.
        unmatched: Raw rows with the address of somebody known by name and employer, who is not one
            person yet; None before the first build.
        outbound: What is sent out.
        withheld: Raw rows of people who are erased, which other programs inserted: no model reads
            them; None where that cannot be told.
        searches: Erasures whose search of all texts has not ended; None where that cannot be told.
        last_load: The newest load.
        last_build: When a model last read, by the server's clock.
        not_shown: Schemas of the warehouse that the role may not look into, and tables of the
            others that it may not read; what follows from them is empty, or None.
    """

    at: datetime
    raw: list[RawTable]
    unregistered: int
    built: list[BuiltTable]
    rejects: int | None
    issues: int | None
    drifts: dict[str, int] | None
    unmatched: int | None
    outbound: Outbound | None
    withheld: int | None
    searches: int | None
    last_load: ledger.LoadEntry | None
    last_build: datetime | None
    not_shown: list[str]

    @property
    def untransformed(self) -> int:
        """Raw rows that the next build will read."""
        return sum(table.untransformed or 0 for table in self.raw)

    @property
    def waiting(self) -> int:
        """Raw rows of workflows that no model reads yet."""
        return sum(table.waiting for table in self.raw)

    @property
    def rescans(self) -> list[BuiltTable]:
        """Tables whose models will read everything again."""
        return [table for table in self.built if table.rescan]


def status(conn: Connection) -> Status:
    """Look at the warehouse; nothing is written.

    Args:
        conn: A connection outside any transaction, to an initialised database.
    """
    with conn.transaction():
        conn.execute("set transaction isolation level repeatable read, read only")
        seen = warehouse_seen(conn)
        sees_built = seen.sees(*_NEEDED_FOR_BUILT)
        marks = watermarks(conn, _models()) if sees_built else []
        raw = _raw_names(conn) if seen.sees(RAW) else {}
        names = {name: takes for name, takes in raw.items() if seen.sees(f"{RAW}.{name}")}
        built = [
            # an id may be in any of the tables of raw
            _built_table(conn, mark, seen, raw if len(names) == len(raw) else {})
            for mark in marks
            if seen.sees(_relation_of(mark))
        ]
        # before the first build nothing is transformed; who does not see the models cannot tell
        is_told = not sees_built or any(mark.read_at for mark in marks)
        readers = _readers(marks) if is_told else None
        registry = load_registry()
        unguarded = _unguarded(conn) if names else set()
        loads = ledger.loads(conn, limit=1) if seen.sees("raw.loads") else []
        issues = [table.rows for table in built if table.name == "extracted.extraction_issues"]
        return Status(
            at=_now(conn),
            raw=[
                _raw_table(
                    conn,
                    name,
                    readers,
                    registry if takes_payloads else None,
                    is_guarded=name not in unguarded,
                )
                for name, takes_payloads in names.items()
            ],
            unregistered=sum(
                _others(conn, sql.Identifier("raw", name), registry.names())
                for name, takes_payloads in names.items()
                if takes_payloads
            ),
            built=built,
            rejects=ledger.count_rejects(conn, None) if seen.sees("raw.rejects") else None,
            issues=issues[0] if issues else None,
            drifts=drifts(conn),
            unmatched=_unmatched(conn, built),
            outbound=_outbound(conn) if seen.sees(*_OUTBOUND) else None,
            withheld=_withheld(conn),
            searches=_searches(conn),
            last_load=loads[0] if loads else None,
            last_build=max((table.read_at for table in built if table.read_at), default=None),
            not_shown=seen.not_shown,
        )


def _unmatched(conn: Connection, built: list[BuiltTable]) -> int | None:
    if not {"extracted.person_emails", "core.email_candidates"} <= {t.name for t in built}:
        return None
    return _number(conn.execute(statement("ingest.state", "addresses_waiting")).fetchone())


def _withheld(conn: Connection) -> int | None:
    may = conn.execute(statement("ingest.state", "tells_withheld")).fetchone()
    if may != (True,):
        return None
    fault = conn.execute("select privacy.key_fault()").fetchone()
    if fault != (None,):
        return None
    return _number(conn.execute("select count(*) from reference.withheld_rows").fetchone())


def _searches(conn: Connection) -> int | None:
    may = conn.execute(statement("ingest.state", "tells_searches")).fetchone()
    if may != (True,):
        return None
    return _number(conn.execute("select privacy.searches_to_finish()").fetchone())


def warehouse_seen(conn: Connection) -> Sight:
    """What of the warehouse the role may look into."""
    return sight(conn, _models())


def _outbound(conn: Connection) -> Outbound | None:
    row = conn.execute(statement("ingest.state", "outbound"), {"days": AWAITED_DAYS}).fetchone()
    return Outbound(*row) if row else None


def _now(conn: Connection) -> datetime:
    row = conn.execute("select now()").fetchone()
    if row is None or not isinstance(row[0], datetime):
        raise TypeError("now() is no time")
    return row[0]


def _models() -> list[str]:
    """Names of the project's models."""
    return sorted(path.stem for path in (project_dir() / "models").rglob("*.sql"))


def _raw_names(conn: Connection) -> dict[str, bool]:
    """The raw tables, and whether they take payloads of workflows."""
    rows = conn.execute(
        statement("ingest.state", "raw_tables"), {"bookkeeping": list(_BOOKKEEPING)}
    )
    return dict(rows.fetchall())


def _unguarded(conn: Connection) -> set[str]:
    """Tables of raw whose triggers do not stamp every row; none before the migration that asks."""
    there = conn.execute("select to_regprocedure('raw.unguarded_tables()') is not null").fetchone()
    if there != (True,):
        return set()
    return {name for (name,) in conn.execute("select name from raw.unguarded_tables()")}


def _readers(marks: list[Watermark]) -> dict[str, list[str]]:
    """What the models that read a table have seen, by table with its schema."""
    seen: dict[str, list[str]] = {}
    for mark in marks:
        for relation in mark.reads:
            seen.setdefault(relation, []).append(mark.seen)
    return seen


def _relation_of(mark: Watermark) -> str:
    return f"{mark.schema}.{mark.model}"


def _built_table(
    conn: Connection, mark: Watermark, seen: Sight, raw: Collection[str]
) -> BuiltTable:
    """A table of the models; of raw all tables, or none where the role may not look into one."""
    is_told = mark.read_at is not None and seen.sees(*mark.reads)
    upstreams = mark.reads if is_told else ()
    unseen = sum(
        _not_seen(conn, sql.Identifier(*relation.split(".")), [mark.seen]) for relation in upstreams
    )
    return BuiltTable(
        name=_relation_of(mark),
        rows=_count(conn, sql.Identifier(mark.schema, mark.model)),
        read_at=mark.read_at,
        unseen=unseen if is_told else None,
        rescan=mark.rescan,
        orphaned=_orphaned(conn, mark, raw) if raw else 0,
    )


def _reads_raw(mark: Watermark) -> bool:
    return any(relation.startswith(f"{RAW}.") for relation in mark.reads)


def _orphaned(conn: Connection, mark: Watermark, raw: Collection[str]) -> int:
    """How many rows of a table that is made of raw name a raw row that is gone."""
    if not _reads_raw(mark) or not _names_payloads(conn, mark):
        return 0
    ids = sql.SQL(" union all ").join(
        sql.SQL("select id from {}").format(sql.Identifier(RAW, name)) for name in raw
    )
    query = statement("ingest.state", "orphaned_rows").format(
        relation=sql.Identifier(mark.schema, mark.model), ids=ids
    )
    return _number(conn.execute(query).fetchone())


def _names_payloads(conn: Connection, mark: Watermark) -> bool:
    found = conn.execute(
        "select from information_schema.columns where table_schema = %s and table_name = %s"
        " and column_name = 'raw_payload_id'",
        (mark.schema, mark.model),
    )
    return found.fetchone() is not None


def _raw_table(
    conn: Connection,
    name: str,
    readers: dict[str, list[str]] | None,
    registry: Registry | None,
    *,
    is_guarded: bool,
) -> RawTable:
    relation = sql.Identifier("raw", name)
    rows = _count(conn, relation)
    untransformed: int | None = rows
    hidden = 0
    if readers is not None:
        seen = readers.get(f"raw.{name}")
        untransformed = _not_seen(conn, relation, seen) if seen else None
        hidden = _hidden(conn, relation, seen) if seen else 0
    waiting = _others(conn, relation, registry.names_read_from(name)) if registry else 0
    return RawTable(name, rows, untransformed, waiting, hidden, is_guarded)


def _not_seen(conn: Connection, relation: sql.Identifier, seen: list[str]) -> int:
    """How many rows one of these snapshots does not contain."""
    # a condition for each, and not one over all: the index on _xid serves each of them
    conditions = sql.SQL(" or ").join(
        sql.SQL("reference.is_unseen(_xid, {})").format(snapshot) for snapshot in sorted({*seen})
    )
    query = sql.SQL("select count(*) from {} where {}").format(relation, conditions)
    return _number(conn.execute(query).fetchone())


def _hidden(conn: Connection, relation: sql.Identifier, seen: list[str]) -> int:
    """How many rows came after one of these snapshots with a stamp from before it."""
    query = statement("ingest.state", "hidden_rows").format(
        relation=relation, snapshots=sql.Literal(sorted({*seen}))
    )
    return _number(conn.execute(query).fetchone())


def _others(conn: Connection, relation: sql.Identifier, names: list[str]) -> int:
    """How many rows are of workflows with other names than these."""
    query = sql.SQL("select count(*) from {} where workflow_slug <> all(%s)").format(relation)
    return _number(conn.execute(query, (names,)).fetchone())


def _count(conn: Connection, relation: sql.Identifier) -> int:
    return _number(conn.execute(sql.SQL("select count(*) from {}").format(relation)).fetchone())


def _number(row: tuple[object, ...] | None) -> int:
    if row is None or not isinstance(row[0], int):
        raise TypeError("a count is one number")
    return row[0]
