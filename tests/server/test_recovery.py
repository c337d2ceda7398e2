"""A server that starts or recovers is waited for, whatever language it speaks, up to a limit."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterator
from itertools import chain, repeat

import pytest

from ingest.errors import ServerError
from ingest.postgres import connection as module
from ingest.postgres.connection import connect
from tests.support.processes import Process, start

STARTING = ("57P03", "the database system is starting up")
AUF_DEUTSCH = ("57P03", "das Datenbanksystem startet")
REFUSED = ("28000", "no entry for this host")

Answer = tuple[str, str]
Serve = Callable[..., None]


def refusal(code: str, words: str) -> bytes:
    """What a server sends that does not let somebody in (ErrorResponse)."""
    fields = (f"SFATAL\0VFATAL\0C{code}\0M{words}\0").encode() + b"\0"
    return b"E" + (len(fields) + 4).to_bytes(4) + fields


@pytest.fixture
def server_that_answers(monkeypatch: pytest.MonkeyPatch) -> Iterator[Serve]:
    """Starts a server that only refuses: with each of the answers once, then with the last."""
    serving: list[Process] = []
    listening = socket.create_server(("127.0.0.1", 0))

    def serve(*answers: Answer) -> None:
        def answer() -> None:
            for code, words in chain(answers, repeat(answers[-1])):
                client, _ = listening.accept()
                with client:
                    client.recv(10_000)
                    client.sendall(refusal(code, words))

        # libpq's ping would stop a thread of this process
        serving.append(start(answer))
        listening.close()

    for name in [name for name in os.environ if name.startswith("PG")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PGHOST", "127.0.0.1")
    monkeypatch.setenv("PGPORT", str(listening.getsockname()[1]))
    for name in ("PGSSLMODE", "PGGSSENCMODE"):
        monkeypatch.setenv(name, "disable")
    monkeypatch.setattr(module, "_POLL_SECONDS", 0.01)
    yield serve
    for process in serving:
        process.kill()


@pytest.mark.parametrize("times", [12, 13])
@pytest.mark.parametrize("words", [STARTING, AUF_DEUTSCH], ids=["English", "another language"])
def test_it_is_waited_for_and_that_is_said_once(
    server_that_answers: Serve,
    capfd: pytest.CaptureFixture[str],
    words: Answer,
    times: int,
) -> None:
    server_that_answers(*[words] * times, REFUSED)
    with pytest.raises(ServerError, match="no entry for this host"):
        connect()
    said = capfd.readouterr().err
    assert said == f"Waiting for the server, up to 5 minutes: {words[1]} ...\n"


def test_it_is_not_waited_for_for_ever(
    server_that_answers: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_RECOVERY_SECONDS", 0.2)
    server_that_answers(STARTING)
    with pytest.raises(ServerError, match="starting up"):
        connect()


def test_what_will_not_change_is_not_waited_for(
    server_that_answers: Serve, capfd: pytest.CaptureFixture[str]
) -> None:
    server_that_answers(REFUSED)
    with pytest.raises(ServerError, match="no entry"):
        connect()
    assert capfd.readouterr().err == ""
