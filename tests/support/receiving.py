"""The receiver as a service by itself: with callers of the tests, in this process or in others."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Any

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from hq_api.problems import ProblemError, problem_response
from hq_api.receiving.endpoint import SCOPE, Receiver
from ingest.workflows.registry import load_registry
from tests.support.ingesting import FIRMOGRAPHICS

JSON = {"Content-Type": "application/json"}
LINES = {"Content-Type": "application/x-ndjson"}
PATH = f"/v1/raw/{FIRMOGRAPHICS}"

_STARTS_WITHIN = 30.0  # seconds


@dataclass(frozen=True)
class Somebody:
    """A caller as the middleware of the service would find it."""

    name: str = "tests"
    scopes: frozenset[str] = frozenset({SCOPE})
    workflows: frozenset[str] | None = None


class _Callers:
    """Takes whatever a request says of its caller for true."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            headers = Request(scope).headers
            allowed = headers.get("test-workflows")
            caller = Somebody(
                headers.get("test-name", "tests"),
                frozenset(headers.get("test-scopes", SCOPE).split()),
                None if allowed is None else frozenset(allowed.split()),
            )
            scope.setdefault("state", {})["caller"] = caller
        await self._app(scope, receive, send)


async def _problem(_request: Request, fault: Exception) -> Response:
    assert isinstance(fault, ProblemError)
    return problem_response(fault, "request")


def app() -> Starlette:
    """The receiver alone."""
    receiver = Receiver(load_registry())

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        receiver.open()
        yield
        receiver.close()

    return Starlette(
        routes=receiver.routes(),
        middleware=[Middleware(_Callers)],
        exception_handlers={ProblemError: _problem},
        lifespan=lifespan,
    )


@dataclass
class Service:
    """The receiver in a process of its own."""

    port: int
    process: subprocess.Popen[bytes]

    def connection(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)

    def kill(self) -> None:
        """kill -9."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()


def post(
    conn: http.client.HTTPConnection,
    body: bytes | Iterator[bytes],
    headers: Mapping[str, str] = JSON,
    path: str = PATH,
) -> tuple[int, Any]:
    """Deliver over a connection that stays open: status and document."""
    conn.request("POST", path, body, dict(headers))
    answer = conn.getresponse()
    return answer.status, json.loads(answer.read())


@contextmanager
def service() -> Iterator[Service]:
    """The receiver, on a free port of the loopback, until the block ends."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(1024)
        listening.set_inheritable(True)
        command = [
            *(sys.executable, "-m", "uvicorn", "--factory", "tests.support.receiving:app"),
            *("--fd", str(listening.fileno()), "--log-level", "warning", "--no-access-log"),
        ]
        process = subprocess.Popen(
            command, pass_fds=[listening.fileno()], env=dict(os.environ), stderr=subprocess.PIPE
        )
        made = Service(listening.getsockname()[1], process)
    try:
        _wait(made)
        yield made
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        process.wait(timeout=_STARTS_WITHIN)
        assert process.stderr
        process.stderr.close()


def _wait(made: Service) -> None:
    deadline = time.monotonic() + _STARTS_WITHIN
    while True:
        conn = made.connection()
        try:
            post(conn, b"[]")
        except OSError:
            if time.monotonic() > deadline or made.process.poll() is not None:
                raise
            time.sleep(0.05)
        else:
            return
        finally:
            conn.close()
