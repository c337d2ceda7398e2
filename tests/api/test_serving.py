"""The service as a process: started, stopped, cut off, watched."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest

from ingest.postgres.connection import connect
from tests.api.support import ACME
from tests.support.warehouse import PROJECT, Warehouse

SECONDS = 60.0
MANY = 150_000
WAITING = """
    select exists (
        select from pg_stat_activity
        where
            wait_event_type = 'Lock'
            and application_name in ('hq_api answers', 'hq_api keys')
            and datname = current_database()
    )
"""


@dataclass
class Served:
    """A running service, and what it wrote so far."""

    process: subprocess.Popen[str]
    port: int
    log: list[str] = field(default_factory=list)

    def connection(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=SECONDS)

    def get(self, path: str, **headers: str) -> tuple[int, bytes, dict[str, str]]:
        conn = self.connection()
        conn.request("GET", path, headers={n.replace("_", "-"): v for n, v in headers.items()})
        response = conn.getresponse()
        named = {name.lower(): value for name, value in response.getheaders()}
        return response.status, response.read(), named


@contextmanager
def serving(*options: str, with_keys: bool = False) -> Iterator[Served]:
    auth = () if with_keys else ("--no-auth",)
    process = subprocess.Popen(
        [sys.executable, "-m", "ingest", "api", "serve", *auth, "--port", "0", *options],
        cwd=PROJECT,
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
        env=os.environ,
    )
    assert process.stderr is not None
    try:
        first = process.stderr.readline()
        address = re.search(r"http://127\.0\.0\.1:(\d+)", first)
        assert address, first
        served = Served(process, int(address[1]))
        reading = threading.Thread(
            target=lambda: served.log.extend(process.stderr or ()), daemon=True
        )
        reading.start()
        wait_until_ready(served)
        yield served
        process.send_signal(signal.SIGTERM)
        process.wait(SECONDS)
        reading.join(SECONDS)
    finally:
        process.kill()
        process.wait()


def wait_until_ready(served: Served) -> None:
    for _ in range(600):
        try:
            if served.get("/readyz")[0] == 200:
                return
        except OSError:
            pass
        time.sleep(0.1)
    raise TimeoutError(served.log)


@pytest.fixture(scope="module")
def served(built: Warehouse) -> Iterator[Served]:
    assert built
    with serving() as running:
        yield running


@pytest.fixture
def many(built: Warehouse) -> Iterator[None]:
    """More rows of api.changes than any buffer on the way holds."""
    built.conn.execute(
        "insert into core.person_aliases"
        " (id, linkedin_url, canonical_id, canonical_linkedin_url, _xid)"
        " select gen_random_uuid(), 'https://www.linkedin.com/in/many-' || n, gen_random_uuid(),"
        " 'https://www.linkedin.com/in/' || md5(n::text) || md5((-n)::text), pg_current_xact_id()"
        " from generate_series(1, %s) as n",
        (MANY,),
    )
    built.conn.commit()
    yield
    built.conn.execute("delete from core.person_aliases where linkedin_url like '%/many-%'")
    built.conn.commit()


@pytest.mark.usefixtures("many")
def test_a_whole_list_is_streamed_to_its_end(served: Served) -> None:
    status, body, headers = served.get("/v1/changes.ndjson?kind=merged&key.prefix=https")
    assert status == 200
    assert headers["transfer-encoding"] == "chunked"
    assert body.count(b"\n") == MANY
    assert len({json.loads(line)["key"] for line in body.splitlines()}) == MANY


def end_exports(built: Warehouse) -> None:
    """End the connections of exports that are under way."""
    built.conn.execute(
        "select pg_terminate_backend(pid) from pg_stat_activity"
        " where application_name = 'hq_api exports' and datname = current_database()"
    )
    built.conn.commit()


@pytest.mark.usefixtures("many")
@pytest.mark.parametrize("encoding", ["identity", "gzip"])
def test_a_stream_that_breaks_does_not_look_complete(
    served: Served, built: Warehouse, encoding: str
) -> None:
    conn = served.connection()
    # else what is left of the answer may be under way already, however slowly it is read
    conn.sock = socket.socket()
    conn.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    conn.sock.connect(("127.0.0.1", served.port))
    conn.request("GET", "/v1/changes.csv", headers={"accept-encoding": encoding})
    response = conn.getresponse()
    assert response.status == 200
    response.read(1000)
    end_exports(built)
    with pytest.raises((http.client.IncompleteRead, ConnectionError)):
        response.read()
    # and the next one has a connection again
    assert served.get("/v1/vocabularies.csv")[0] == 200


def asked_in_words(served: Served, words: bytes) -> socket.socket:
    """A connection on which these words were sent."""
    conn = socket.socket()
    conn.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    conn.settimeout(SECONDS)
    conn.connect(("127.0.0.1", served.port))
    conn.sendall(words)
    return conn


def all_of(conn: socket.socket) -> bytes:
    """What comes until the other side ends."""
    blocks = []
    while block := conn.recv(1 << 16):
        blocks.append(block)
    return b"".join(blocks)


@pytest.mark.usefixtures("many")
def test_an_old_client_gets_a_stream_that_ends_by_closing(served: Served) -> None:
    """HTTP/1.0 knows no chunks."""
    path = b"/v1/changes.ndjson?kind=merged&key.prefix=https"
    with asked_in_words(served, b"GET %b HTTP/1.0\r\nhost: localhost\r\n\r\n" % path) as conn:
        head, _, body = all_of(conn).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 ")
    assert b"transfer-encoding" not in head.lower()
    assert b"connection: close" in head.lower()
    assert len({json.loads(line)["key"] for line in body.splitlines()}) == MANY
    # one of known length says so
    with asked_in_words(served, b"GET /healthz HTTP/1.0\r\nhost: localhost\r\n\r\n") as conn:
        head, _, body = all_of(conn).partition(b"\r\n\r\n")
    assert b"content-length: %d\r\n" % len(body) in head.lower() + b"\r\n"


@pytest.mark.usefixtures("many")
def test_a_stream_to_an_old_client_that_breaks_is_reset(served: Served, built: Warehouse) -> None:
    words = b"GET /v1/changes.csv HTTP/1.0\r\nhost: localhost\r\n\r\n"
    with asked_in_words(served, words) as conn:
        assert conn.recv(12) == b"HTTP/1.1 200"
        end_exports(built)
        with pytest.raises(ConnectionResetError):
            all_of(conn)


def test_what_is_no_http_is_refused_as_a_problem(served: Served) -> None:
    for words in (b"HELLO\r\n\r\n", b"GET / HTTP/1.1\r\nbad header\r\n\r\n"):
        with asked_in_words(served, words) as conn:
            head, _, body = all_of(conn).partition(b"\r\n\r\n")
        lines = head.lower().split(b"\r\n")
        assert lines[0] == b"http/1.1 400 bad request"
        assert b"content-type: application/problem+json" in lines
        assert b"content-length: %d" % len(body) in lines
        document = json.loads(body)
        assert (document["status"], document["title"]) == (400, "The request cannot be understood")
        assert b"x-request-id: " + document["request_id"].encode() in lines


@pytest.mark.usefixtures("many")
def test_a_caller_who_leaves_gives_the_connection_back(served: Served) -> None:
    for _ in range(5):
        conn = served.connection()
        conn.request("GET", "/v1/changes.ndjson")
        conn.getresponse().read(100)
        conn.close()
    assert served.get("/v1/vocabularies.ndjson")[0] == 200


def test_an_answer_under_way_is_given_before_the_service_stops(built: Warehouse) -> None:
    answers: list[int] = []
    with serving() as running:
        built.conn.execute("lock table core.companies in access exclusive mode")
        waiting = threading.Thread(target=lambda: answers.append(running.get("/v1/companies")[0]))
        waiting.start()
        with connect() as other:
            while other.execute(WAITING).fetchone() != (True,):
                other.rollback()
                time.sleep(0.05)
        running.process.send_signal(signal.SIGTERM)
        time.sleep(0.5)
        built.conn.rollback()
        waiting.join(SECONDS)
        assert answers == [200]
        assert running.process.wait(SECONDS) in (0, -signal.SIGTERM)


def test_the_log_has_a_line_for_each_request_and_nobody_in_it(served: Served) -> None:
    served.get("/v1/people/ana-example-1b2c?secret=hq_abc")
    served.get("/v1/search?q=Ana%20Example", x_api_key="hq_0123456789ab_secret")
    served.get("/no/such/path/ana")
    time.sleep(0.3)
    lines = [json.loads(line) for line in served.log if line.startswith("{")]
    assert {line["route"] for line in lines} >= {"/v1/people/{owner}", "/v1/search", "none"}
    assert all(line.keys() == lines[0].keys() for line in lines)
    assert not re.search(r"ana|secret|hq_0", "".join(served.log), re.IGNORECASE)


def test_its_numbers_are_in_the_form_of_prometheus(served: Served) -> None:
    served.get(f"/v1/companies/{ACME}")
    status, body, headers = served.get("/metrics")
    assert status == 200
    assert headers["content-type"].startswith("text/plain")
    assert b'hq_api_requests_total{method="GET",route="/v1/companies/{owner}",status="200"}' in body
    assert served.get("/metrics", x_forwarded_for="203.0.113.9")[0] == 200  # without keys


def test_a_base_path_and_two_workers(built: Warehouse) -> None:
    assert built
    with serving("--workers", "2", "--base-path", "/hq") as running:
        status, body, headers = running.get("/v1/companies?limit=1")
        assert status == 200
        assert headers["link"].startswith("</hq/v1/companies?limit=1&next=")
        assert json.loads(body)["data"]
        for _ in range(20):
            running.get("/healthz")
        numbers = running.get("/metrics")[1].decode()
        (counted,) = re.findall(
            r'requests_total{method="GET",route="/healthz",status="200"} (\d+)', numbers
        )
        assert int(counted) == 20


def test_a_server_that_was_restarted_is_asked_again(served: Served, built: Warehouse) -> None:
    for _ in range(4):
        served.get("/v1/companies?limit=1")
    built.conn.execute(
        "select pg_terminate_backend(pid) from pg_stat_activity"
        " where application_name like 'hq_api%' and datname = current_database()"
    )
    built.conn.commit()
    assert [served.get("/v1/companies?limit=1")[0] for _ in range(6)] == [200] * 6
