"""What every request passes: its id and path, its errors, its line in the log, its numbers."""

from __future__ import annotations

import json
import logging
import re
import secrets
import sys
import time
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hq_api.callers import Caller
from hq_api.metrics import NO_ROUTE, REQUESTS, SECONDS, SENT, UNDER_WAY
from hq_api.problems import ProblemError, Refusal, problem_response

_REQUEST_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")

_log = logging.getLogger("hq_api")
_access = logging.getLogger("hq_api.access")

_SECURITY = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


def as_document(scope: Scope, problem: ProblemError, request_id: str) -> Response:  # noqa: ARG001
    """A problem as programs read it."""
    return problem_response(problem, request_id)


class Front:
    """The outermost layer.

    The path is taken as it was sent, still encoded: a slash within a segment is none between two.
    A slash at the end is as good as none; nothing is redirected.

    Args:
        app: What is behind it.
        refusal: How a problem is told, by request, problem and the request's id.
    """

    def __init__(self, app: ASGIApp, refusal: Refusal = as_document) -> None:
        self._app = app
        self._refusal = refusal

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = _Request(scope, send)
        UNDER_WAY.inc()
        try:
            await self._answer(request, receive)
        finally:
            UNDER_WAY.dec()
            request.note()

    async def _answer(self, request: _Request, receive: Receive) -> None:
        try:
            await self._app(request.scope, receive, request.send)
        except Exception as fault:
            if isinstance(fault, ProblemError):
                problem = fault
            else:
                # where it happened, and not what the database or the caller said
                _log.error("request %s failed: %s", request.id, _trace(fault))
                problem = ProblemError(500, "the fault is ours, and is in the log of the service")
            if request.status is not None:
                raise  # half an answer must not look complete
            response = self._refusal(request.scope, problem, request.id)
            await response(request.scope, receive, request.send)


class _Request:
    """One request on its way."""

    def __init__(self, scope: Scope, send: Send) -> None:
        headers = Headers(scope=scope)
        given = headers.get("x-request-id", "")
        self.id = given if _REQUEST_ID.fullmatch(given) else secrets.token_hex(8)
        self.status: int | None = None
        self.scope: dict[str, Any] = dict(scope)
        self.scope["path"] = _path_of(scope)
        self.scope["hq.route"] = NO_ROUTE
        state = dict(scope.get("state") or {})
        self.scope["state"] = {**state, "request_id": self.id}
        self._send = send
        self._begun = time.perf_counter()
        self._bytes = 0
        self._is_complete = False

    async def send(self, message: Message) -> None:
        """Send a part of the answer."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = MutableHeaders(scope=message)
            headers["X-Request-ID"] = self.id
            for name, value in _SECURITY.items():
                headers.setdefault(name, value)
        elif message["type"] == "http.response.body":
            self._bytes += len(message.get("body", b""))
            self._is_complete = not message.get("more_body", False)
        await self._send(message)

    def note(self) -> None:
        """Count the request and write its line; what was asked and by whom in person stays out."""
        seconds = time.perf_counter() - self._begun
        route, method = self.scope["hq.route"], self.scope["method"]
        status = self.status or 0
        REQUESTS.labels(_known(method), route, str(status)).inc()
        SECONDS.labels(route).observe(seconds)
        SENT.labels(route).inc(self._bytes)
        caller = self.scope["state"].get("caller")
        _access.info(
            json.dumps(
                {
                    "at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
                    "request": self.id,
                    "method": _known(method),
                    "route": route,
                    "status": status,
                    "ms": round(seconds * 1000, 1),
                    "bytes": self._bytes,
                    "complete": self._is_complete,
                    "caller": caller.name if isinstance(caller, Caller) else None,
                }
            )
        )


def _known(method: str) -> str:
    return method if method in ("GET", "HEAD", "POST", "OPTIONS", "PUT", "DELETE") else "other"


def _path_of(scope: Scope) -> str:
    raw: bytes | None = scope.get("raw_path")
    path: str = scope["path"] if raw is None else raw.partition(b"?")[0].decode("latin-1")
    path = path.rstrip("/")
    # of the first path under a base path the slash is all there is
    return f"{path}/" if path in ("", scope.get("root_path", "").rstrip("/")) else path


def _trace(fault: Exception) -> str:
    steps = []
    trace = fault.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        steps.append(f"{code.co_filename.rpartition('/')[2]}:{trace.tb_lineno} {code.co_name}")
        trace = trace.tb_next
    return f"{type(fault).__module__}.{type(fault).__name__} at {' > '.join(steps)}"


def log_to_standard_error() -> None:
    """Write the log, a line of JSON for each request, where a supervisor gathers it."""
    lines = logging.StreamHandler(sys.stderr)
    lines.setFormatter(logging.Formatter("%(message)s"))
    _access.addHandler(lines)
    _access.setLevel(logging.INFO)
    _access.propagate = False
    words = logging.StreamHandler(sys.stderr)
    words.setFormatter(logging.Formatter("%(levelname)s: %(message)s"))
    _log.addHandler(words)
    _log.setLevel(logging.INFO)
