"""Idempotency keys: what was delivered before, so that what is sent again lands once.

A sender may give one; else it is made of the content. A key is claimed by inserting it, in the
transaction that lands what it stands for. Whoever delivers the same at the same time waits at the
unique index until that transaction has ended, and then finds either its answer or nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import timedelta

import msgspec

from hq_api.receiving.delivery import Document
from ingest.landing.rows import Row
from ingest.postgres.connection import Connection
from ingest.postgres.statements import statement
from ingest.rejects import Origin

BY_KEY = timedelta(days=30)  # how long the word of a sender counts
BY_CONTENT = timedelta(hours=24)  # how long the same content is taken for the same delivery

_BITE = 20  # old keys that a request deletes, and as many again as it makes

Part = str | bytes | bool | msgspec.Raw | None


@dataclass(frozen=True, slots=True)
class IdempotencyKey:
    """What something is known by.

    Args:
        digest: Of what tells it from everything else.
        fingerprint: Of what came under that; the digest itself if nothing else can.
        keep: How long it is remembered.
    """

    digest: bytes
    fingerprint: bytes
    keep: timedelta


@dataclass(frozen=True, slots=True)
class Known:
    """A key that is there already.

    Args:
        fingerprint: Of what came then.
        answer: What was answered, for each record that it stands for.
    """

    fingerprint: bytes
    answer: list[Document]


class ForgottenError(Exception):
    """A key expired in the very moment in which it was asked for; to be tried again."""


def of_request(
    key_name: str, idempotency_key: str, workflow: str | None, body: bytes
) -> IdempotencyKey:
    """The key of a request whose sender numbers them."""
    digest = _digest("request", key_name, idempotency_key)
    return IdempotencyKey(digest, _digest(workflow, body), BY_KEY)


def of_field(key_name: str, slug: str, value: str, row: Row) -> IdempotencyKey:
    """The key of a record with a field that tells its deliveries apart."""
    digest = _digest("field", key_name, slug, value)
    return IdempotencyKey(digest, _digest(*_parts(row)), BY_KEY)


def of_row(row: Row) -> IdempotencyKey:
    """The key of a record that only its content tells from others, whoever sends it."""
    digest = _digest("row", *_parts(row))
    return IdempotencyKey(digest, digest, BY_CONTENT)


def of_reject(origin: Origin, workflow: str | None) -> IdempotencyKey:
    """The key of a record that cannot land, at the address of a workflow or at none."""
    digest = _digest("reject", workflow, origin.batch_slug, origin.raw)
    return IdempotencyKey(digest, digest, BY_CONTENT)


def claim(
    conn: Connection, claims: Collection[tuple[IdempotencyKey, list[Document] | None]]
) -> dict[bytes, Known]:
    """Claim keys, and wait for those that somebody else is about to have.

    Args:
        conn: A connection whose transaction is open, at read committed.
        claims: Keys with different digests, each with what is going to be answered.

    Returns:
        Those that are somebody else's, by digest.

    Raises:
        ForgottenError: One is neither.
    """
    values = {
        "digests": [key.digest for key, _ in claims],
        "fingerprints": [key.fingerprint for key, _ in claims],
        "answers": [None if answer is None else _json(answer) for _, answer in claims],
        "seconds": [key.keep.total_seconds() for key, _ in claims],
    }
    claimed = conn.execute(statement("hq_api.receiving", "claim"), values)
    others = {key.digest for key, _ in claims} - {digest for (digest,) in claimed}
    if not others:
        return {}
    rows = conn.execute(
        "select digest, fingerprint, answer from raw.idempotency_keys where digest = any(%s)",
        (list(others),),
    )
    known = {digest: Known(fingerprint, answer) for digest, fingerprint, answer in rows}
    if known.keys() != others:
        raise ForgottenError
    return known


def correct(conn: Connection, answers: Iterable[tuple[bytes, list[Document]]]) -> None:
    """Write what is answered in the end, by digest, into keys that are one's own."""
    with conn.cursor() as cursor:
        cursor.executemany(
            "update raw.idempotency_keys set answer = %s::jsonb where digest = %s",
            [(_json(answer), digest) for digest, answer in answers],
        )


def prune(conn: Connection, made: int) -> None:
    """Delete some of the keys that count no longer: more than were made."""
    limit = {"limit": _BITE + 2 * made}
    conn.execute(statement("hq_api.receiving", "prune"), limit)


def _parts(row: Row) -> tuple[Part, ...]:
    # the same result of another delivery closes that one
    delivery = str(row.delivery_id) if row.delivery_id else None
    return (row.route.table, delivery, *row.values)  # type: ignore[arg-type] # what COPY takes


def _json(answer: list[Document]) -> str:
    return msgspec.json.encode(answer).decode()


def _digest(*parts: Part) -> bytes:
    digest = hashlib.sha256()
    for part in parts:
        kind, text = _encoded(part)
        # lengths keep what stands in one part from being taken for the next one
        digest.update(b"%c%d:%b" % (kind, len(text), text))
    return digest.digest()


def _encoded(part: Part) -> tuple[bytes, bytes]:
    match part:
        case None:
            return b"n", b""
        case bool():
            return b"b", b"1" if part else b"0"
        case str():
            return b"s", part.encode()
        case _:
            return b"r", bytes(part)
