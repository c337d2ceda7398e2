"""What uvicorn answers by itself, in the words of the service, and how it answers HTTP/1.0."""

from __future__ import annotations

import secrets
import socket
import struct
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from hq_api.problems import ProblemError, problem_response

_NO_TIME_TO_LINGER = struct.pack("ii", 1, 0)


class Protocol(HttpToolsProtocol):
    """uvicorn's protocol; its methods are called by uvicorn."""

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002
        """Refuse what is no HTTP: nothing of it is known, and the connection ends."""
        problem = ProblemError(400, "this is no HTTP request that can be read")
        request_id = secrets.token_hex(8)
        refused = problem_response(problem, request_id)
        headers = [*refused.raw_headers, (b"x-request-id", request_id.encode())]
        lines = [b"HTTP/1.1 400 Bad Request", *(b"%b: %b" % header for header in headers)]
        lines += [b"connection: close", b"", bytes(refused.body)]
        self.transport.write(b"\r\n".join(lines))
        self.transport.close()

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:  # noqa: ANN401 - uvicorn's type
        if cycle.scope["http_version"] == "1.0":
            cycle.__class__ = UntilClosed
        super()._start_asgi_task(cycle, app)


class UntilClosed(RequestResponseCycle):
    """A request by HTTP/1.0, which knows no chunks: an answer of unknown length ends by closing."""

    is_open_ended = False

    async def run_asgi(self, app: Any) -> None:  # noqa: ANN401 - uvicorn's type
        """Answer; one that breaks ends by a reset, as it would look complete."""
        await super().run_asgi(app)
        if self.is_open_ended and self.response_started and not self.response_complete:
            held: socket.socket | None = self.transport.get_extra_info("socket")
            if held is not None:
                held.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_TIME_TO_LINGER)
            self.transport.abort()

    async def send(self, message: Any) -> None:  # noqa: ANN401 - uvicorn's type
        """Send a part of the answer."""
        if not self.response_started:
            names = {name.lower() for name, _ in message.get("headers", [])}
            self.is_open_ended = b"content-length" not in names
            if self.is_open_ended:
                self.chunked_encoding = False
        elif self.is_open_ended:
            self.expected_content_length = len(message.get("body", b""))
        await super().send(message)
