"""What all endpoints share: the database, the resources, and how an answer is made."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

import msgspec
import psycopg
from psycopg import sql
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from hq_api.callers import Caller, Doorkeeper
from hq_api.database import Database
from hq_api.kept import KeptAnswers
from hq_api.problems import ProblemError
from hq_api.resources import Part, Resource
from hq_api.settings import Settings
from hq_api.shared import SharedAnswers, SharedReading

Endpoint = Callable[[Request], Awaitable[Response]]

_VERSION = sql.SQL("select version, built_at, sent from api.data_version")
_SNAPSHOT = sql.SQL("select pg_current_snapshot()::text")
# every load moves these, and every request of a sender
_LIVE = ("deliveries", "deliveries-out", "status")
# a column that moves with what is sent out
_SENT = "last_sent_at"
_CHECKED_EVERY_SECONDS = 2.0  # how long what is kept may outlive its data
_NO_VERSION = ""


class Version(NamedTuple):
    """What state the data are in.

    Attributes:
        version: Changes with whatever a build changes.
        built_at: Since when it is so; None before the first build.
        sent: Changes with whatever is sent out.
    """

    version: str
    built_at: datetime | None
    sent: str


@dataclass(frozen=True)
class Service:
    """The running service.

    Args:
        settings: How it is run.
        database: Where it reads.
        doorkeeper: Who finds out who calls.
        resources: What can be asked for, by name.
        parts: What can be asked for of one company, person or profile.
        versions: The version of the data.
        snapshots: Which transactions are seen.
        kept: Answers that took long, until the data changes.
        current: Answers of the moment that took long, until anybody writes.
        shared: Answers of the moment that are being made.
    """

    settings: Settings
    database: Database
    doorkeeper: Doorkeeper
    resources: Mapping[str, Resource]
    parts: tuple[Part, ...]
    versions: SharedReading[Version]
    snapshots: SharedReading[str]
    kept: KeptAnswers = field(default_factory=KeptAnswers)
    current: KeptAnswers = field(default_factory=KeptAnswers)
    shared: SharedAnswers = field(default_factory=SharedAnswers)

    async def data_version(self) -> str:
        """The version of the data that an answer made from now on has at least."""
        return (await self.versions.get()).version

    async def version(self) -> dict[str, Any]:
        """The version of the data, and since when it is so."""
        found = await self.versions.get()
        return {"data_version": found.version, "built_at": found.built_at}

    async def snapshot(self) -> str:
        """Which transactions are seen from now on at least."""
        return await self.snapshots.get()

    async def _of_the_moment(self, tag: str, make: Callable[[], Awaitable[Response]]) -> Response:
        """An answer made no earlier than it is asked for, unless nobody has written since."""

        async def make_or_take() -> Response:
            # who sees the same transactions as before sees the same rows
            snapshot = await self.snapshot()
            return await self.current.get(snapshot, f"{snapshot} {tag}", make)

        return await self.shared.get(tag, make_or_take)

    async def check_kept(self) -> None:
        """Check what is kept from time to time, until cancelled: nobody may ask for it again."""
        while True:
            await asyncio.sleep(_CHECKED_EVERY_SECONDS)
            await self.forget_outdated()

    async def forget_outdated(self) -> None:
        """Forget what is kept of data that has changed: somebody may have been erased since.

        What cannot be checked is forgotten, too.
        """
        for kept, read in ((self.kept, self.data_version), (self.current, self.snapshot)):
            if not kept.is_empty:
                try:
                    kept.renew(await read())
                except (ProblemError, psycopg.Error):
                    kept.renew(_NO_VERSION)

    async def cached(
        self, request: Request, make: Callable[[], Awaitable[Response]], resource: Resource
    ) -> Response:
        """An answer with its ETag, or 304 if the caller has it.

        The version is read before the answer is made: at worst newer data has an older tag, and is
        asked for once more.
        """
        if resource.name in _LIVE:
            if not resource.is_of_everything:
                return await make()
            return await self._of_the_moment(_tag("", caller_of(request), request), make)
        version, _, sent = await self.versions.get()
        seen = f"{version} {sent}" if _SENT in resource.columns else version
        tag = _tag(seen, caller_of(request), request)
        headers = {
            "ETag": tag,
            "Cache-Control": "private, no-cache",
            "Vary": "Authorization, X-Api-Key",
        }
        had = _had(request)
        if tag.removeprefix("W/") in had:
            return Response(status_code=304, headers=headers)
        response = await self.kept.get(version, tag, make)
        if "*" in had:  # any, if there is one
            return Response(status_code=304, headers=headers)
        response.headers.update(headers)
        return response


def versions_of(database: Database) -> SharedReading[Version]:
    """The version of what a database holds."""

    async def read() -> Version:
        ((version, built_at, sent),) = await database.rows_of_keys(_VERSION)
        return Version(version, built_at, sent)

    return SharedReading(read)


def snapshots_of(database: Database) -> SharedReading[str]:
    """Which transactions a database shows."""

    async def read() -> str:
        ((snapshot,),) = await database.rows_of_keys(_SNAPSHOT)
        return str(snapshot)

    return SharedReading(read)


def _tag(version: str, caller: Caller, request: Request) -> str:
    # what a caller may see is part of the answer
    seen = f"{version} {sorted(caller.scopes)} {request.url.path}?{request.url.query}"
    return f'W/"{hashlib.sha256(seen.encode()).hexdigest()[:32]}"'


def _had(request: Request) -> set[str]:
    """The tags of what the caller has: weak and strong ones compare alike, and * is any."""
    return {
        text.strip().removeprefix("W/")
        for line in request.headers.getlist("if-none-match")
        for text in line.split(",")
    }


def caller_of(request: Request) -> Caller:
    """Who makes the request, as found out at the door."""
    caller = request.state.caller
    if not isinstance(caller, Caller):
        raise TypeError(caller)
    return caller


def json_response(
    document: object, *, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """A JSON answer."""
    return Response(
        msgspec.json.encode(document),
        status_code=status,
        media_type="application/json",
        headers=dict(headers or {}),
    )


def route(path: str, endpoint: Endpoint, *methods: str) -> Route:
    """A route that says in the log and in the metrics which one it was, without what was asked."""

    async def answer(request: Request) -> Response:
        request.scope["hq.route"] = path
        return await endpoint(request)

    return Route(path, answer, methods=list(methods or ("GET",)))
