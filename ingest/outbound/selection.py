"""Which records are sent: found by a profile, by keys or by SQL, and looked at one by one.

What was sent there before, is under way or in doubt is left out and counted. What may not be sent
goes into the ledger with its reason, once.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple, TypeVar
from uuid import UUID

import psycopg
from psycopg import sql

from ingest.characters import trim
from ingest.errors import IngestError, UsageError, did_you_mean
from ingest.outbound.destinations import Destination
from ingest.outbound.jobs import Record
from ingest.outbound.ledger import fault_of
from ingest.outbound.suppression import Addressee, Bar, bars_of
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


def leads(conn: Connection, icp: str) -> Generator[Record]:
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


def people_of_file(conn: Connection, path: Path, selection: Selection) -> Generator[Record]:
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


def people_of_sql(conn: Connection, path: Path) -> Generator[Record]:
    """What a query finds: a row is a record, the profile that its linkedin_url names the key.

    A slug or member id alone names one, too.

    Raises:
        IngestError: The query fails, would write, or has no such column; or nothing was built yet.
    """
    _require_answers(conn)
    text = trim(_text(path)).rstrip(";")
    if not text:
        raise UsageError("the query is empty", where=str(path))
    query = sql.SQL(
        "select r.body, privacy.profile_of(r.body ->> {})"
        " from (select to_jsonb(q) as body from ({}\n) as q) as r"
    ).format(sql.Literal(KEY), sql.SQL(text.replace("{", "{{").replace("}", "}}")).format())
    try:
        # it may write nothing, unlike what follows in the transaction around it
        with conn.transaction():
            conn.execute("set local transaction_read_only = on")
            for body, url in _stream(conn, query, None):
                if not isinstance(body.get(KEY), str) or not trim(body[KEY]):
                    raise UsageError(f"a row of the query has no {KEY}", where=str(path))
                yield Record("person", url or trim(body[KEY]), body)
    except psycopg.Error as fault:
        words = " ".join((fault.diag.message_primary or str(fault)).split())
        raise UsageError(f"the query failed: {words}", where=str(path)) from fault


def salesnav_rows(conn: Connection, upload: UUID | None) -> Generator[Record]:
    """Rows of Sales Navigator that were not sent, oldest first."""
    # before a first build nothing knows the normal form
    ((is_built,),) = conn.execute(
        "select to_regprocedure('reference.person_linkedin_url(text)') is not null"
    )
    normal = "reference.person_linkedin_url(s.linkedin_url_user_profile)" if is_built else "null"
    query = statement("ingest.outbound", "unsent_rows").format(normal_url=sql.SQL(normal))
    for row_id, url, body in _stream(conn, query, {"upload": upload}):
        yield Record("salesnav_row", url or "", body, row_id=row_id)


def select(
    conn: Connection,
    destination: Destination,
    found: Generator[Record],
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
        force: It may go again, whenever it was sent, whether or not it arrived, and if it failed.
    """
    seen: set[str] = set()
    to_send = 0
    with closing(found):
        for chunk in _chunks(found):
            earlier = _earlier(conn, destination, chunk, within)
            bars = bars_of(conn, [Addressee(r.key, r.body, r.row_id) for r in chunk])
            for place, record in enumerate(chunk):
                if limit is not None and to_send >= limit:
                    return
                if record.dedupe_key in seen:
                    selection.left_out["twice"] += 1
                    continue
                seen.add(record.dedupe_key)
                before = earlier.get(record.dedupe_key, _NOTHING)
                bar = bars.get(place)
                # of who is erased nothing may be written, the ledger included
                is_erased = bar is Bar.ERASED
                why = "erased" if is_erased else before.left_out(within is not None, force)
                if why:
                    selection.left_out[why] += 1
                    continue
                state, error = fault_of(destination, record.body, is_barred=bar is not None)
                if state is None:
                    selection.records.append(replace(record, forced=before.is_there))
                    to_send += 1
                elif error in before.barred:
                    selection.left_out[f"barred before: {error}"] += 1
                else:
                    selection.records.append(replace(record, state=state, error=error))


class _Earlier(NamedTuple):
    """What became of a record before, at a destination."""

    is_under_way: bool = False
    is_in_doubt: bool = False
    is_sent: bool = False
    is_recent: bool = False
    has_failed: bool = False
    barred: Sequence[str] = ()

    @property
    def is_there(self) -> bool:
        """Whether it may have arrived, or will."""
        return self.is_under_way or self.is_in_doubt or self.is_sent

    def left_out(self, renewed: bool, force: bool) -> str | None:
        """Why it is left out for that."""
        if self.is_under_way:
            return "under way already"
        if force:
            return None
        if self.is_in_doubt:
            return "in doubt"
        if self.is_sent and (self.is_recent or not renewed):
            return "sent before"
        if self.has_failed:
            return "failed before"
        return None


_NOTHING = _Earlier()


def _earlier(
    conn: Connection, destination: Destination, records: Sequence[Record], within: float | None
) -> dict[str, _Earlier]:
    """What became of records before, by what is sent once."""
    found = conn.execute(
        statement("ingest.outbound", "earlier"),
        {
            "destination": destination.name,
            "keys": [record.dedupe_key for record in records],
            "within": within,
        },
    )
    return {key: _Earlier(*rest) for key, *rest in found}


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
