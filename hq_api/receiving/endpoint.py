"""``POST /v1/raw/{workflow}`` and ``POST /v1/raw``: from a request to a delivery, and back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from typing import Protocol
from urllib.parse import unquote

import anyio.to_thread
import msgspec
from psycopg_pool import PoolTimeout
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from hq_api.problems import ProblemError
from hq_api.receiving import answers, bodies
from hq_api.receiving.connections import connections
from hq_api.receiving.delivery import LARGEST_BODY, Delivery, Outcome, RefusedDeliveryError
from hq_api.receiving.receive import receive
from hq_api.service import route
from ingest.workflows.registry import Registry

SCOPE = "write:raw"
PATH = "/v1/raw"

_BODY_SECONDS = 30.0  # until a body has to be there
_TURN_SECONDS = 10.0  # that a delivery waits for others
_MOST_HELD = 200_000_000  # bytes of bodies that are being read or wait for a connection
_MOST_DRAINED = 50_000_000  # bytes that are read of a body that is too large
_LONGEST_LENGTH = 18  # digits; any more of them are too many
_CLOSE = {"Connection": "close"}
_CLIENT_LEFT = 499  # nobody reads it; for the log


class Caller(Protocol):
    """Who makes a request, as the middleware finds it: ``request.state.caller``."""

    @property
    def name(self) -> str:
        """The name of the API key."""

    @property
    def scopes(self) -> frozenset[str]:
        """What it allows."""

    @property
    def workflows(self) -> frozenset[str] | None:
        """The workflows that it may deliver for; None: all."""


class Receiver:
    """Takes deliveries over a few connections.

    Args:
        registry: The registered workflows.
        size: How many connections.

    Raises:
        IngestError: The embedded server cannot be started.
    """

    def __init__(self, registry: Registry, size: int = 4) -> None:
        self._registry = registry
        self._pool = connections(size)
        self._turns = asyncio.Semaphore(size)
        self._threads = anyio.CapacityLimiter(size)
        self._held = 0

    def open(self) -> None:
        """Begin to connect; a database that is away is one of the answers."""
        self._pool.open()

    def close(self) -> None:
        """Leave the database, after deliveries under way."""
        self._pool.close()

    def routes(self) -> list[BaseRoute]:
        """The two addresses; a slash at the end changes nothing."""
        return [
            route(PATH, self._post, "POST"),
            route(PATH + "/{workflow:path}", self._post, "POST"),
        ]

    async def _post(self, request: Request) -> Response:
        caller: Caller = request.state.caller
        if SCOPE not in caller.scopes:
            raise ProblemError(403, f"this key lacks the scope {SCOPE}", reason="scope")
        held = _Held(self)
        try:
            body = await _body_of(request, held)
            outcome = await self._received(_delivery_of(request, caller, body))
        except RefusedDeliveryError as fault:
            outcome = fault.outcome
        except ClientDisconnect:
            return Response(status_code=_CLIENT_LEFT)
        finally:
            held.release()
        return _response(outcome)

    async def _received(self, delivery: Delivery) -> Outcome:
        try:
            async with asyncio.timeout(_TURN_SECONDS):
                await self._turns.acquire()
        except TimeoutError:
            return answers.unavailable()
        try:
            return await anyio.to_thread.run_sync(self._receive, delivery, limiter=self._threads)
        finally:
            self._turns.release()

    def _receive(self, delivery: Delivery) -> Outcome:
        try:
            outcome, is_broken = self._try(delivery)
            if is_broken:
                # The others will be broken, too, after a restart of the server. What was committed
                # all the same is not taken again.
                self._pool.check()
                outcome, _ = self._try(delivery)
        except PoolTimeout:
            return answers.unavailable()
        return outcome

    def _try(self, delivery: Delivery) -> tuple[Outcome, bool]:
        """What is answered, and whether that is because the connection was broken."""
        with self._pool.connection() as conn:
            return receive(conn, delivery, self._registry), conn.broken

    def hold(self, size: int) -> None:
        """Note bytes that are held in memory, or say that there is no room for them.

        Raises:
            RefusedDeliveryError: There is none now.
        """
        if self._held + size > _MOST_HELD:
            raise RefusedDeliveryError(
                503,
                "busy",
                "too much is being delivered at once; send it again",
                {"Retry-After": answers.RETRY_SECONDS},
            )
        self._held += size

    def let_go(self, size: int) -> None:
        """Note that bytes are held no longer."""
        self._held -= size


class _Held:
    """What one request holds in memory."""

    def __init__(self, receiver: Receiver) -> None:
        self._receiver = receiver
        self._size = 0

    def add(self, size: int) -> None:
        self._receiver.hold(size)
        self._size += size

    def release(self) -> None:
        self._receiver.let_go(self._size)


async def _too_large(rest: AsyncIterator[bytes], announced: int) -> RefusedDeliveryError:
    """The refusal of a body that is too large.

    Most senders look for an answer only when all is sent, so what remains is read and thrown away,
    up to a limit. Behind it the connection is closed.
    """
    thrown_away = 0
    if announced <= _MOST_DRAINED:
        async for block in rest:
            thrown_away += len(block)
            if thrown_away > _MOST_DRAINED:
                break
        else:
            return bodies.too_large()
    return bodies.too_large(_CLOSE)


async def _body_of(request: Request, held: _Held) -> bytes:
    """The body, which is given up as soon as it is larger than allowed, whatever was announced.

    Raises:
        RefusedDeliveryError: It is too large or too slow, or there is no room for it.
        ClientDisconnect: The sender has left.
    """
    said = request.headers.get("content-length", "")
    announced = int(said[:_LONGEST_LENGTH]) if said.isdecimal() else 0
    blocks, size = [], 0
    stream = request.stream()
    try:
        async with asyncio.timeout(_BODY_SECONDS):
            if announced > LARGEST_BODY:
                raise await _too_large(stream, announced)
            async for block in stream:
                size += len(block)
                if size > LARGEST_BODY:
                    raise await _too_large(stream, announced)
                held.add(len(block))
                blocks.append(block)
    except TimeoutError:
        raise RefusedDeliveryError(
            408,
            "too_slow",
            f"the body did not come within {_BODY_SECONDS:.0f} seconds",
            _CLOSE,
        ) from None
    return b"".join(blocks)


def _delivery_of(request: Request, caller: Caller, body: bytes) -> Delivery:
    headers: Mapping[str, str] = request.headers
    return Delivery(
        workflow=unquote(request.path_params.get("workflow", "")).rstrip("/") or None,
        body=body,
        content_type=headers.get("content-type"),
        content_encoding=headers.get("content-encoding"),
        idempotency_key=headers.get("idempotency-key"),
        key_name=caller.name,
        workflows=caller.workflows,
    )


def _response(outcome: Outcome) -> Response:
    if outcome.status >= 400:  # noqa: PLR2004 - where errors begin
        members = dict(outcome.document)
        detail = str(members.pop("detail"))
        raise ProblemError(outcome.status, detail, headers=outcome.headers, **members)
    return Response(
        msgspec.json.encode(outcome.document),
        status_code=outcome.status,
        media_type="application/json",
        headers=dict(outcome.headers),
    )
