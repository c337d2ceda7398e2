"""Who calls: the key of a request, what it allows, and how often it may ask."""

from __future__ import annotations

import asyncio
import logging
import math
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime

from starlette.requests import HTTPConnection

from hq_api import keys
from hq_api.database import Database
from hq_api.keys import Key
from hq_api.problems import ProblemError

_KNOWN_SECONDS = 5.0  # how long a key that was revoked may still be taken
_MOST_KNOWN = 10_000  # keys
_NOTED_EVERY_SECONDS = 30.0
_BURST_SECONDS = 2.0  # what a caller may have saved up
_CHALLENGE = {"WWW-Authenticate": 'Bearer realm="hq"'}

_OWN_NAMES = ("localhost", "127.0.0.1", "::1")

COOKIE = "hq_key"  # of the pages, which cannot send a header

_log = logging.getLogger("hq_api")


@dataclass(frozen=True, slots=True)
class Caller:
    """Who makes a request.

    Args:
        name: The name of the key.
        scopes: What it allows.
        workflows: The workflows whose payloads it may deliver; None: all.
    """

    name: str
    scopes: frozenset[str]
    workflows: frozenset[str] | None = None

    @property
    def may_read_people(self) -> bool:
        """Whether columns with personal data exist for this caller."""
        return keys.READ_PEOPLE in self.scopes

    def require(self, *scopes: str) -> None:
        """Make sure of scopes.

        Raises:
            ProblemError: One of them is missing.
        """
        missing = [scope for scope in scopes if scope not in self.scopes]
        if missing:
            raise ProblemError(
                403, f"this needs a key with scope {', '.join(missing)}", missing_scopes=missing
            )


# without keys, whoever reaches the service may do everything
EVERYBODY = Caller("no-auth", frozenset(keys.SCOPES))


@dataclass
class _Bucket:
    """What a caller may still ask: fills with time, each request takes one."""

    level: float
    at: float


@dataclass
class Doorkeeper:
    """Finds out who calls.

    Args:
        database: Where the keys are; None where none are asked for.
        rate: Requests a second that a caller may make of this process.
    """

    database: Database | None
    rate: float
    _known: dict[str, tuple[float, Key]] = field(default_factory=dict)
    _used: dict[str, datetime] = field(default_factory=dict)
    _buckets: dict[str, _Bucket] = field(default_factory=dict)

    async def caller(self, request: HTTPConnection, *, cookie: bool = False) -> Caller:
        """Who makes this request.

        Args:
            request: The request.
            cookie: Take the key of the pages' cookie, too.

        Raises:
            ProblemError: It has no valid key, or its caller asks too often.
        """
        if self.database is None:
            _require_own_name(request)
        text = _presented(request)
        if text is None and cookie:
            text = request.cookies.get(COOKIE)
        return await self.caller_with(text)

    async def caller_with(self, text: str | None) -> Caller:
        """Who has this key.

        Args:
            text: The key as it was presented, if one was.

        Raises:
            ProblemError: It is no valid key, or its caller asks too often.
        """
        caller = EVERYBODY if self.database is None else await self._keyed(text)
        self._take_turn(caller.name)
        return caller

    async def _keyed(self, text: str | None) -> Caller:
        if text is None:
            raise ProblemError(
                401,
                "give a key, as Authorization: Bearer KEY or as x-api-key: KEY;"
                " ingest api keys create makes one",
                headers=_CHALLENGE,
            )
        parts = keys.parts_of(text.strip())
        key = await self._find(parts[0]) if parts else None
        now = datetime.now(UTC)
        if parts is None or key is None or not key.opens_with(parts[1]) or not key.is_valid(now):
            raise ProblemError(401, "the key is not known, expired or revoked", headers=_CHALLENGE)
        self._used[key.id] = now
        workflows = None if key.workflows is None else frozenset(key.workflows)
        return Caller(key.name, frozenset(key.scopes), workflows)

    async def _find(self, key_id: str) -> Key | None:
        known = self._known.get(key_id)
        if known is not None and time.monotonic() - known[0] < _KNOWN_SECONDS:
            return known[1]
        if self.database is None:
            return None
        rows = await self.database.rows_of_keys(keys.BY_ID, (key_id,))
        if not rows:
            self._known.pop(key_id, None)
            return None
        key = keys.key_of(rows[0])
        if len(self._known) >= _MOST_KNOWN:
            self._known.clear()
        self._known[key_id] = (time.monotonic(), key)
        return key

    def _take_turn(self, name: str) -> None:
        now, most = time.monotonic(), max(1.0, self.rate * _BURST_SECONDS)
        bucket = self._buckets.setdefault(name, _Bucket(most, now))
        bucket.level = min(most, bucket.level + (now - bucket.at) * self.rate)
        bucket.at = now
        if bucket.level < 1:
            wait = math.ceil((1 - bucket.level) / self.rate)
            raise ProblemError(
                429,
                f"more than {self.rate:g} requests a second with this key",
                headers={"Retry-After": str(wait)},
            )
        bucket.level -= 1

    async def note_uses(self) -> None:
        """Write from time to time when keys were used, until cancelled, and once more then."""
        try:
            while True:
                await asyncio.sleep(_NOTED_EVERY_SECONDS)
                await self._note()
        finally:
            await self._note()

    async def _note(self) -> None:
        used, self._used = self._used, {}
        if not used or self.database is None:
            return
        try:
            await self.database.write(keys.NOTE_USES, (list(used), list(used.values())))
        except ProblemError as fault:
            _log.warning("when keys were used could not be written: %s", fault.detail)
            self._used = used | self._used


def _require_own_name(request: HTTPConnection) -> None:
    """Refuse a page from elsewhere whose name was made to lead to this machine (DNS rebinding)."""
    if request.url.hostname not in _OWN_NAMES:
        raise ProblemError(403, "without keys this is served as localhost, under no other name")


def _presented(request: HTTPConnection) -> str | None:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token:
        return token
    return request.headers.get("x-api-key")
