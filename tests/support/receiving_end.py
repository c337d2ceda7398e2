"""The other end of what is sent out: a real HTTP server on loopback that does as it is told."""

from __future__ import annotations

import json
import socket
import ssl
import threading
import time
from collections import deque
from dataclasses import dataclass, field
from typing import Any, Self

_PATIENCE = 60.0


@dataclass(frozen=True)
class Answer:
    """What the server does with a request.

    Args:
        status: What it answers; None for no answer.
        headers: What goes with it.
        body: The answer's body.
        closes: ``before`` it reads the request, or ``after``; "" for neither.
        waits: Seconds until it answers.
        raw: What it says instead of an answer before it closes.
        drips: Seconds between the headers of an answer that has no end.
    """

    status: int | None = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: str = ""
    closes: str = ""
    waits: float = 0.0
    raw: str = ""
    drips: float = 0.0


@dataclass
class ReceivingEnd:
    """A server that keeps what it received, and answers from a script and then as usual.

    Args:
        usual: What it does once the script is over.
        tls: The context, if it speaks TLS.
    """

    usual: Answer = field(default_factory=Answer)
    tls: ssl.SSLContext | None = None
    received: list[dict[str, Any]] = field(default_factory=list)
    acknowledged: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    connections: int = 0
    script: deque[Answer] = field(default_factory=deque)

    def __enter__(self) -> Self:
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self._listener.getsockname()[1]
        self._is_over = False
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over = True
        self._listener.close()

    @property
    def url(self) -> str:
        scheme = "https" if self.tls else "http"
        return f"{scheme}://127.0.0.1:{self.port}/hook/of-secret-address"

    def ids(self, which: str = "received") -> list[str]:
        return [record["_hq_delivery_id"] for record in getattr(self, which)]

    def _accept(self) -> None:
        while not self._is_over:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        try:
            connection.settimeout(_PATIENCE)
            # an answer in two packets would wait for the sender's delayed acknowledgement
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self.tls:
                connection = self.tls.wrap_socket(connection, server_side=True)
            while self._request(connection):
                pass
        except OSError:
            pass
        finally:
            connection.close()

    def _request(self, connection: socket.socket) -> bool:
        """Take one request; whether there may be more."""
        if not self.tls and not connection.recv(1, socket.MSG_PEEK):
            return False
        with self._lock:
            answer = self.script.popleft() if self.script else self.usual
        if answer.closes == "before":
            return False
        reader = connection.makefile("rb")
        if not reader.readline():
            return False
        headers = {}
        while line := reader.readline().strip():
            name, _, value = line.decode("latin-1").partition(":")
            headers[name.lower()] = value.strip()
        found = json.loads(reader.read(int(headers["content-length"])))
        records = found if isinstance(found, list) else [found]
        with self._lock:
            self.times.extend([time.monotonic()] * len(records))
            self.headers.append(headers)
            self.received.extend(records)
        return answer.closes != "after" and self._answer(connection, answer, records)

    def _answer(
        self, connection: socket.socket, answer: Answer, records: list[dict[str, Any]]
    ) -> bool:
        """Answer as told; whether the connection stays."""
        time.sleep(answer.waits)
        if answer.raw:
            if " 200 " in answer.raw:
                self.acknowledged.extend(records)
            connection.sendall(answer.raw.encode())
            return False
        if answer.drips:
            connection.sendall(b"HTTP/1.1 200 As Told\r\n")
            while not self._is_over:
                time.sleep(answer.drips)
                connection.sendall(b"x-more: 1\r\n")
            return False
        if answer.status is None:
            time.sleep(_PATIENCE)
            return False
        if 200 <= answer.status < 300:
            with self._lock:
                self.acknowledged.extend(records)
        lines = [f"HTTP/1.1 {answer.status} As Told", f"content-length: {len(answer.body)}"]
        lines += [f"{name}: {value}" for name, value in answer.headers.items()]
        if answer.status == 204:
            lines.remove(f"content-length: {len(answer.body)}")
        connection.sendall("\r\n".join([*lines, "", answer.body]).encode())
        return True
