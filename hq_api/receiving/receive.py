"""One delivery, one transaction: its records and rejects, its keys, its line of the ledger.

What becomes of a record is decided by the code of ``ingest load``; decided here is what was
delivered before, and what is answered. Nothing here knows of HTTP but the numbers of its statuses.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field

import psycopg

from hq_api.receiving import answers, idempotency
from hq_api.receiving.delivery import Delivery, Document, Outcome, RefusedDeliveryError
from hq_api.receiving.idempotency import ForgottenError, IdempotencyKey, Known
from hq_api.receiving.prepared import Prepared, Ready
from ingest.errors import IngestError
from ingest.landing.copy import Chunk, copy_rows
from ingest.landing.hours import Hour
from ingest.landing.intake import Intake
from ingest.landing.landing import Landing
from ingest.landing.ledger import Counts
from ingest.landing.rejects import REJECTS, row_of
from ingest.landing.rows import RequestIds, Row
from ingest.landing.withhold import redact_rejects, withheld_texts, withhold
from ingest.postgres.connection import Connection
from ingest.postgres.faults import is_of_server
from ingest.rejects import Reject
from ingest.workflows.registry import Registry

_log = logging.getLogger("hq_api.receiving")


def receive(conn: Connection, delivery: Delivery, registry: Registry) -> Outcome:
    """Take a delivery; what was taken of it is committed when this returns.

    Args:
        conn: A connection outside any transaction, not in autocommit mode.
        delivery: The delivery.
        registry: The registered workflows.

    Raises:
        psycopg.Error: The server refused what should have fitted, which is a defect of ours.
            Nothing was taken.
    """
    try:
        prepared = Prepared(delivery, registry)
        with conn.transaction():
            results = _Reception(conn, delivery.key_name, prepared).run()
        return answers.outcome(results, is_single=prepared.body.is_single)
    except RefusedDeliveryError as fault:
        return fault.outcome
    except ForgottenError:
        return answers.unavailable()
    except IngestError as fault:
        _log.warning("deliveries cannot be taken: %s", fault.sentence())
        conn.close()  # the next one has the key, if there is one by then
        return answers.unavailable()
    except psycopg.Error as fault:
        if not is_of_server(fault):
            raise
        # its words may quote what was delivered
        _log.warning("the database cannot take deliveries, SQLSTATE %s", fault.sqlstate)
        return answers.unavailable()


@dataclass
class _Taken:
    """What was taken of a delivery, by place in its body.

    Args:
        answers: What is answered.
        rejects: Those of them that could not land.
        cleaned: How many landed without characters that cannot be stored.
        suppressed: How many are about people who are erased.
    """

    answers: dict[int, Document] = field(default_factory=dict)
    rejects: dict[int, Reject] = field(default_factory=dict)
    cleaned: int = 0
    suppressed: int = 0


class _ReadyRows:
    """Gives the rows that were made already."""

    def row(self, record: Ready, /) -> Row:
        return record.row


class _Reception:
    """A delivery under way, inside of its transaction."""

    def __init__(self, conn: Connection, key_name: str, prepared: Prepared) -> None:
        self._conn = conn
        self._prepared = prepared
        self._items = prepared.items
        self._hour = Hour.now(key_name, prepared.slug)
        self._ids = RequestIds()

    def run(self) -> list[Document]:
        """Take what is new; what is answered for each record."""
        key = self._prepared.known_by
        found = self._by_record() if key is None else self._by_request(key)
        return [self._with_key(place, answer) for place, answer in enumerate(found)]

    def _with_key(self, place: int, answer: Document) -> Document:
        """An answer as its sender gets it; the keys of records are not remembered with it."""
        # another release may read a body in another way than the one that took it
        item = self._items[place] if place < len(self._items) else None
        if "table" in answer and isinstance(item, Ready):
            return {**answer, "key": item.row.values[0]}
        return answer

    def _by_request(self, key: IdempotencyKey) -> list[Document]:
        """Answer for a request as a whole: it is new, or all of it is not."""
        known = idempotency.claim(self._conn, [(key, None)]).get(key.digest)
        if known is None:
            taken = self._take(range(len(self._items)))
            found = list(taken.answers.values())
            idempotency.correct(self._conn, [(key.digest, found)])
            self._close(taken, made=1)
            return found
        if known.fingerprint != key.fingerprint:
            return [answers.conflict()] * len(self._items)
        return [answers.again(answer) for answer in known.answer]

    def _by_record(self) -> list[Document]:
        """Answer for each record by itself."""
        of_each = [self._known_by(item) for item in self._items]
        firsts: dict[bytes, int] = {}
        for place, key in enumerate(of_each):
            firsts.setdefault(key.digest, place)
        claims = [(of_each[place], [self._expected(place)]) for place in firsts.values()]
        known = idempotency.claim(self._conn, claims)
        taken = self._take([place for digest, place in firsts.items() if digest not in known])
        idempotency.correct(
            self._conn,
            [
                (of_each[place].digest, [answer])
                for place, answer in taken.answers.items()
                if answer != self._expected(place)
            ],
        )
        self._close(taken, made=len(taken.answers))
        for place, answer in taken.answers.items():
            known[of_each[place].digest] = Known(of_each[place].fingerprint, [answer])
        return [
            taken.answers[place] if place in taken.answers else _again(key, known)
            for place, key in enumerate(of_each)
        ]

    def _known_by(self, item: Ready | Reject) -> IdempotencyKey:
        if isinstance(item, Ready):
            return item.known_by
        return idempotency.of_reject(item.origin, self._prepared.slug)

    def _expected(self, place: int) -> Document:
        """What is answered for a record unless the server refuses it."""
        item = self._items[place]
        row_id = self._ids.at(item.origin.offset)
        if isinstance(item, Ready):
            return answers.landed(row_id, item.row.route.table)
        return answers.refused(row_id, item, is_unknown=self._prepared.is_unknown)

    def _take(self, places: Sequence[int]) -> _Taken:
        """Land what can land; what cannot is a reject, which `_close` writes."""
        ready = [item for place in places if isinstance(item := self._items[place], Ready)]
        with Landing(self._conn) as landing:
            intake = Intake(landing, self._hour.load_id, self._ids, _ReadyRows())
            refused = {reject.origin.offset: reject for reject in intake.take(ready)}
        load_id, results = self._hour.load_id, landing.results
        withheld = withhold(self._conn, load_id, landing.landed, results, rejects=False).ids()
        rejects = {
            place: reject
            for place in places
            if (reject := self._rejected(place, refused)) is not None
        }
        named = withheld_texts(self._conn, [reject.origin.text() for reject in rejects.values()])
        unnamed = {place for n, place in enumerate(rejects) if n not in named}
        taken = _Taken(cleaned=landing.cleaned)
        for place in places:
            item = self._items[place]
            reject = rejects.get(place)
            is_withheld = self._ids.at(item.origin.offset) in withheld
            if is_withheld or (reject is not None and place not in unnamed):
                taken.answers[place] = answers.suppressed()
                taken.suppressed += 1
            elif reject is None:
                taken.answers[place] = self._expected(place)
            else:
                row_id = self._ids.at(item.origin.offset)
                is_unknown = self._prepared.is_unknown
                taken.answers[place] = answers.refused(row_id, reject, is_unknown=is_unknown)
                taken.rejects[place] = reject
        return taken

    def _rejected(self, place: int, refused: dict[int, Reject]) -> Reject | None:
        item = self._items[place]
        return item if isinstance(item, Reject) else refused.get(item.origin.offset)

    def _close(self, taken: _Taken, made: int) -> None:
        """Count what was taken and write its rejects, which name the row of the ledger."""
        idempotency.prune(self._conn, made)
        if not taken.answers:
            return
        rejected = len(taken.rejects)
        landed = len(taken.answers) - rejected - taken.suppressed
        counts = Counts(landed, rejected, taken.cleaned, taken.suppressed)
        before = self._hour.add(self._conn, counts, len(self._prepared.body.text))
        rows = []
        ids = []
        for number, place in enumerate(taken.answers, start=before + 1):
            reject = taken.rejects.get(place)
            if reject is not None:
                row_id = self._ids.at(reject.origin.offset)
                origin = reject.origin._replace(line=number, offset=number)
                placed = Reject(origin, reject.reason, reject.detail)
                rows.append(row_of(placed, row_id, self._hour.load_id))
                ids.append(row_id)
        if rows:
            if fault := copy_rows(self._conn, Chunk(REJECTS, rows)):
                raise fault
            redact_rejects(self._conn, ids)


def _again(key: IdempotencyKey, known: dict[bytes, Known]) -> Document:
    found = known[key.digest]
    if found.fingerprint != key.fingerprint:
        return answers.conflict()
    return answers.again(found.answer[0])
