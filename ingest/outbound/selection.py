"""Which records are sent: found by a profile, by keys or by SQL, and looked at one by one.

What was sent there before, is under way or in doubt is left out and counted. What may not be sent
goes into the ledger with its reason, once.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

import psycopg
from psycopg import sql

from ingest.characters import trim
from ingest.errors import IngestError, UsageError, did_you_mean
from ingest.outbound.destinations import Destination
from ingest.outbound.jobs import Record
from ingest.outbound.ledger import fault_of
from ingest.outbound.suppression import suppressed
from ingest.postgres.connection import Connection
from ingest.postgres.statements import statement

KEY = "linkedin_url"
_CHUNK = 1_000  # records looked at together

T = TypeVar("T")


@dataclass
class Selection:
    """What is to be sent.

    Attributes:
        records: In order; those that may not be sent bear their reason.
        left_out: How many were left out, by reason.
        unknown: Keys of a file that lead to nobody, with their line.
    """

    records: list[Record] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)
    unknown: list[str] = field(default_factory=list)

    @property
    def to_send(self) -> int:
        """How many may be sent."""
        return sum(record.state == "pending" for record in self.records)

    @property
    def barred(self) -> Counter[str]:
        """How many may not, by reason."""
        return Counter(r.error or r.state for r in self.records if r.state != "pending")


def leads(conn: Connection, icp: str) -> Iterator[Record]:
    """Leads of a profile without an address that works.

    Raises:
        IngestError: There is no such profile, or nothing was built yet.
    """
    _require_answers(conn)
    slugs = [slug for (slug,) in conn.execute("select slug from api.icps order by slug")]
    if icp not in slugs:
        known = f"; known are {', '.join(slugs)}" if slugs else "; there is none yet"
        raise UsageError(f"unknown profile {icp!r}{did_you_mean(icp, slugs)}{known}")
    query = statement("ingest.outbound", "leads_of_icp")
    return (_person(body) for (body,) in _stream(conn, query, {"icp": icp}))


def people_of_file(conn: Connection, path: Path, selection: Selection) -> Iterator[Record]:
    """People by their keys, one a line or in the column linkedin_url of a CSV.

    Raises:
        IngestError: The file cannot be read, or nothing was built yet.
    """
    _require_answers(conn)
    for chunk in _chunks(_keys(path)):
        found = conn.execute(
            statement("ingest.outbound", "people_by_key"), {"keys": [key for _, key in chunk]}
        ).fetchall()
        for (line, key), (_, body) in zip(chunk, found, strict=True):
            if body is None:
                selection.unknown.append(f"line {line}: {key[:100]}")
            else:
                yield _person(body)


def people_of_sql(conn: Connection, path: Path) -> Iterator[Record]:
    """What a query finds: a row is a record, its column linkedin_url the key.

    Raises:
        IngestError: The query fails, would write, or has no such column.
    """
    text = trim(_text(path)).rstrip(";")
    if not text:
        raise UsageError("the query is empty", where=str(path))
    query = sql.SQL("select to_jsonb(q) from ({}\n) as q").format(
        sql.SQL(text.replace("{", "{{").replace("}", "}}")).format()
    )
    conn.execute("set transaction read only")
    try:
        for (body,) in _stream(conn, query, None):
            if not isinstance(body.get(KEY), str) or not trim(body[KEY]):
                raise UsageError(f"a row of the query has no {KEY}", where=str(path))
            yield _person(body)
    except psycopg.Error as fault:
        words = " ".join((fault.diag.message_primary or str(fault)).split())
        raise UsageError(f"the query failed: {words}", where=str(path)) from fault


def salesnav_rows(conn: Connection, upload: UUID | None) -> Iterator[Record]:
    """Rows of Sales Navigator that were not sent, oldest first."""
    query = statement("ingest.outbound", "unsent_rows")
    for row_id, url, body in _stream(conn, query, {"upload": upload}):
        yield Record("salesnav_row", url or "", body, row_id=row_id)


def select(
    conn: Connection,
    destination: Destination,
    found: Iterable[Record],
    selection: Selection,
    *,
    limit: int | None = None,
    within: float | None = None,
    force: bool = False,
) -> None:
    """Look at records and take those that are to be sent, in order.

    Args:
        conn: A connection whose transaction is open.
        destination: Where to.
        found: The records.
        selection: Where they are put.
        limit: At most so many are to be sent.
        within: What was sent before, but not within so many seconds, may go again; None: it may
            not.
        force: It may go again, whenever it was sent, and whether or not it arrived.
    """
    seen: set[str] = set()
    to_send = 0
    for chunk in _chunks(found):
        keys = [record.dedupe_key for record in chunk]
        earlier = {
            row[0]: row[1:]
            for row in conn.execute(
                statement("ingest.outbound", "earlier"),
                {"destination": destination.name, "keys": keys, "within": within},
            )
        }
        barred = suppressed(conn, [record.key for record in chunk])
        for record in chunk:
            if limit is not None and to_send >= limit:
                return
            if record.dedupe_key in seen:
                selection.left_out["twice"] += 1
                continue
            seen.add(record.dedupe_key)
            under_way, in_doubt, is_sent, is_recent, reasons = earlier.get(
                record.dedupe_key, (False, False, False, False, [])
            )
            why = _left_out(
                *(under_way, in_doubt, is_sent, is_recent), renewed=within is not None, force=force
            )
            if why:
                selection.left_out[why] += 1
                continue
            state, error = fault_of(destination, record.body, is_barred=record.key in barred)
            if state is None:
                again = under_way or in_doubt or is_sent
                selection.records.append(replace(record, forced=again))
                to_send += 1
            elif error in reasons:
                selection.left_out[f"barred before: {error}"] += 1
            else:
                selection.records.append(replace(record, state=state, error=error))


def _left_out(
    under_way: bool,
    in_doubt: bool,
    is_sent: bool,
    is_recent: bool,
    *,
    renewed: bool,
    force: bool,
) -> str | None:
    """Why a record is left out for what became of it before."""
    if under_way:
        return "under way already"
    if force:
        return None
    if in_doubt:
        return "in doubt"
    if is_sent and (is_recent or not renewed):
        return "sent before"
    return None


def _person(body: dict[str, Any]) -> Record:
    return Record("person", trim(body[KEY]), body)


def _chunks(things: Iterable[T]) -> Iterator[list[T]]:
    iterator = iter(things)
    while chunk := list(islice(iterator, _CHUNK)):
        yield chunk


def _stream(
    conn: Connection, query: sql.SQL | sql.Composed, values: dict[str, Any] | None
) -> Iterator[tuple[Any, ...]]:
    with conn.cursor(name="outbound_selection") as cursor:
        cursor.itersize = _CHUNK
        cursor.execute(query, values)
        yield from cursor


def _keys(path: Path) -> Iterator[tuple[int, str]]:
    """The keys of a file with their lines."""
    rows = csv.reader(_text(path).splitlines())
    place = 0
    for line, row in enumerate(rows, start=1):
        cells = [trim(cell) for cell in row]
        if line == 1 and KEY in map(str.lower, cells):
            place = [cell.lower() for cell in cells].index(KEY)
        elif len(cells) > place and cells[place]:
            yield line, cells[place]


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as fault:
        raise IngestError(f"cannot be read: {fault}", where=str(path)) from fault


def _require_answers(conn: Connection) -> None:
    if conn.execute("select to_regclass('api.leads') is not null").fetchone() != (True,):
        raise IngestError("there are no answers to select from yet", hint="run ingest dbt build")
