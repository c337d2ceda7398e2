"""Keys of the service: made, listed and revoked by the command line, checked by the service.

A key is ``hq_<id>_<secret>``. Its secret has 256 random bits, so a plain SHA-256 of it is kept:
what makes hashes of passwords slow protects secrets that can be guessed.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import psycopg
from psycopg import sql

from ingest.errors import IngestError, UsageError
from ingest.postgres.connection import Connection

READ_COMPANIES = "read:companies"
READ_PEOPLE = "read:people"
EXPORT = "export"
WRITE_RAW = "write:raw"
SCOPES = {
    READ_COMPANIES: "what is known of companies",
    READ_PEOPLE: "people, and every column that says something about one",
    EXPORT: "whole lists as CSV or NDJSON",
    WRITE_RAW: "deliver payloads",
}

_PREFIX = "hq"
_ID_BYTES = 6
_SECRET_BYTES = 32
_KEY = re.compile(rf"{_PREFIX}_([0-9a-f]{{{2 * _ID_BYTES}}})_([A-Za-z0-9_-]{{20,100}})")
# it stands in the ledger and in logs
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}")

_COLUMNS = sql.SQL(
    "k.id, k.name, k.secret_sha256, k.scopes, k.workflows, k.created_at, k.expires_at,"
    " k.revoked_at, u.last_used_at"
    " from raw.api_keys as k left join raw.api_key_uses as u on k.id = u.key_id"
)
BY_ID = sql.SQL("select {} where k.id = %s").format(_COLUMNS)
NOTE_USES = sql.SQL(
    "insert into raw.api_key_uses as u (key_id, last_used_at)"
    " select n.id, n.at from unnest(%s::text[], %s::timestamptz[]) as n (id, at)"
    " inner join raw.api_keys as k on n.id = k.id"
    " on conflict (key_id) do update"
    " set last_used_at = greatest(u.last_used_at, excluded.last_used_at)"
)
_LIST = sql.SQL("select {} order by k.created_at, k.id").format(_COLUMNS)


@dataclass(frozen=True, slots=True)
class Key:
    """One key, without its secret."""

    id: str
    name: str
    secret_sha256: bytes
    scopes: tuple[str, ...]
    workflows: tuple[str, ...] | None
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None

    def is_valid(self, at: datetime) -> bool:
        """Whether it may be used at a time."""
        return self.revoked_at is None and (self.expires_at is None or at < self.expires_at)

    def opens_with(self, secret: str) -> bool:
        """Whether this is its secret, in a time that does not tell how much of it is right."""
        return hmac.compare_digest(_hash(secret), self.secret_sha256)


def key_of(row: Sequence[object]) -> Key:
    """The key of a row of ``BY_ID``."""
    id_, name, sha256, scopes, workflows, created, expires, revoked, used = row
    return Key(
        str(id_),
        str(name),
        bytes(sha256),  # type: ignore[call-overload]
        tuple(scopes),  # type: ignore[arg-type]
        None if workflows is None else tuple(workflows),  # type: ignore[arg-type]
        *(created, expires, revoked, used),  # type: ignore[arg-type]
    )


def parts_of(text: str) -> tuple[str, str] | None:
    """The id and the secret of a key as callers present it; None if it is none."""
    match = _KEY.fullmatch(text)
    return (match[1], match[2]) if match else None


def create(
    conn: Connection,
    name: str,
    scopes: Sequence[str],
    workflows: Sequence[str] | None,
    expires_at: datetime | None,
) -> tuple[Key, str]:
    """Make a key.

    Args:
        conn: A connection outside any transaction.
        name: Whose it is; not that of another key.
        scopes: What it allows.
        workflows: The workflows whose payloads it may deliver; None for all.
        expires_at: From when on it is no longer valid; None: never.

    Returns:
        The key, and its text, which is nowhere else.

    Raises:
        UsageError: The name is taken, or it is none.
    """
    if not _NAME.fullmatch(name):
        raise UsageError(
            f"{name!r} is no name of a key",
            hint="use letters, digits, points, hyphens and underscores, 63 at most",
        )
    if expires_at is not None and expires_at <= datetime.now(UTC):
        raise UsageError("the key would be expired already", hint="give a later --expires")
    id_, secret = secrets.token_hex(_ID_BYTES), secrets.token_urlsafe(_SECRET_BYTES)
    try:
        with conn.transaction():
            conn.execute(
                "insert into raw.api_keys (id, name, secret_sha256, scopes, workflows, expires_at)"
                " values (%s, %s, %s, %s, %s, %s)",
                (
                    *(id_, name, _hash(secret), list(scopes)),
                    None if workflows is None else list(workflows),
                    expires_at,
                ),
            )
            row = conn.execute(BY_ID, (id_,)).fetchone()
    except psycopg.errors.UniqueViolation as fault:
        raise UsageError(
            f"there is a key called {name} already", hint="see ingest api keys list"
        ) from fault
    if row is None:
        raise LookupError(id_)
    return key_of(row), f"{_PREFIX}_{id_}_{secret}"


def keys(conn: Connection) -> list[Key]:
    """All keys, the oldest first."""
    return [key_of(row) for row in conn.execute(_LIST)]


def revoke(conn: Connection, name: str) -> Key:
    """Make a key invalid; what it was stays listed.

    Args:
        conn: A connection outside any transaction.
        name: Its name or id.

    Raises:
        IngestError: There is none, or it is revoked already.
    """
    with conn.transaction():
        row = conn.execute(
            "update raw.api_keys set revoked_at = now()"
            " where %s in (name, id) and revoked_at is null returning id",
            (name,),
        ).fetchone()
        if row is None:
            raise IngestError(f"no valid key is called {name}", hint="see ingest api keys list")
        found = conn.execute(BY_ID, row).fetchone()
    if found is None:
        raise LookupError(name)
    return key_of(found)


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
