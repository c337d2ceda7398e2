"""Sixteen clients at once, in four processes: what they ask, and how long each answer took.

They share the machine with the server, as a benchmark on one machine must: their own processor time
is in every figure, over HTTP and through psycopg alike.
"""

from __future__ import annotations

import statistics
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import closing, contextmanager
from http.client import HTTPConnection
from itertools import count
from multiprocessing import get_context
from typing import Any, NamedTuple

import psycopg

from ingest.postgres.connection import connection_parameters
from ingest.postgres.session import settled

PROCESSES = 4
THREADS = 4  # in each
CLIENTS = PROCESSES * THREADS

# in a body: replaced by what no other request has
UNIQUE = b"@unique@"

_LOOPBACK = "127.0.0.1"
_GIVEN_UP = 60  # seconds without an answer
# asked without being counted: until a connection has planned a statement once and for all, which
# one of the service has done long ago
_WARMING = 2.0  # seconds
_STARTING = 3.0  # seconds a process may need until it listens


class Request(NamedTuple):
    """What is asked over HTTP."""

    path: str
    body: bytes | None = None
    content_type: str = "application/json"

    @property
    def method(self) -> str:
        """A body is posted."""
        return "GET" if self.body is None else "POST"


class Statement(NamedTuple):
    """What is asked of the database.

    Attributes:
        query: The query.
        values: The values of its placeholders.
        seconds: How long it may take, where it has a limit of its own.
    """

    query: str
    values: Sequence[object] | Mapping[str, object]
    seconds: float | None


class Answers(NamedTuple):
    """What all clients got.

    Attributes:
        waits: Seconds of each answer, in no order.
        wall: Seconds from the first request to the last answer.
        refused: How many answers had which status, those of 2xx left out.
        taken: How many of all were of 2xx, those before the counting began included.
    """

    waits: list[float]
    wall: float
    refused: Mapping[int, int]
    taken: int

    def figures(self) -> dict[str, Any]:
        """Answers a second, milliseconds, and what went wrong."""
        ordered = sorted(self.waits)
        return {
            "answers": len(ordered),
            "per_second": len(ordered) / self.wall,
            "p50_ms": statistics.median(ordered) * 1000,
            "p95_ms": ordered[int(0.95 * len(ordered))] * 1000,
            "refused": {str(status): n for status, n in self.refused.items()},
        }


class _Job(NamedTuple):
    asked: Sequence[Request] | Sequence[tuple[Statement, ...]]
    port: int | None
    process: int
    begin: float
    end: float


class Crowd:
    """The clients, who stay for one question after another.

    Args:
        pool: Their processes.
    """

    def __init__(self, pool: ProcessPoolExecutor) -> None:
        self._pool = pool
        # one job for each process is handed out below; before, all of them have to be there
        list(pool.map(time.sleep, [_STARTING] * PROCESSES))

    def ask(self, port: int, requests: Sequence[Request], seconds: float) -> Answers:
        """Ask a server on this machine in turn, over connections that stay."""
        return self._together(requests, port, seconds)

    def query(self, questions: Sequence[tuple[Statement, ...]], seconds: float) -> Answers:
        """Execute the statements of each question, over connections that stay."""
        return self._together(questions, None, seconds)

    def _together(
        self,
        asked: Sequence[Request] | Sequence[tuple[Statement, ...]],
        port: int | None,
        seconds: float,
    ) -> Answers:
        begin = time.monotonic() + _WARMING
        jobs = [_Job(asked, port, n, begin, begin + seconds) for n in range(PROCESSES)]
        waits: list[float] = []
        refused: Counter[int] = Counter()
        taken, last = 0, begin
        for found in self._pool.map(_work, jobs):
            waits += found.waits
            refused += found.refused
            taken += found.taken
            last = max(last, found.ended)
        return Answers(waits, last - begin, refused, taken)


@contextmanager
def crowd() -> Iterator[Crowd]:
    """The clients, until they are no longer needed."""
    with ProcessPoolExecutor(PROCESSES, mp_context=get_context("spawn")) as pool:
        yield Crowd(pool)


def once(port: int, request: Request) -> tuple[float, int, bytes]:
    """Ask alone: milliseconds, status, and what was answered."""
    with closing(HTTPConnection(_LOOPBACK, port, timeout=_GIVEN_UP)) as conn:
        conn.connect()
        begin = time.perf_counter()
        status, body = _asked(conn, request, "")
        return (time.perf_counter() - begin) * 1000, status, body


class _Worked(NamedTuple):
    waits: list[float]
    refused: Counter[int]
    taken: int
    ended: float


def _work(job: _Job) -> _Worked:
    numbers = range(job.process * THREADS, (job.process + 1) * THREADS)
    with ThreadPoolExecutor(THREADS) as threads:
        found = list(threads.map(lambda n: _client(job, n), numbers))
    refused: Counter[int] = Counter()
    for one in found:
        refused += one.refused
    waits = [wait for one in found for wait in one.waits]
    taken = sum(one.taken for one in found)
    return _Worked(waits, refused, taken, max(one.ended for one in found))


def _client(job: _Job, number: int) -> _Worked:
    """One client, who begins where no other does; what it asks is counted from a moment on."""
    waits: list[float] = []
    refused: Counter[int] = Counter()
    taken, first = 0, number * len(job.asked) // CLIENTS
    with _asking(job.port) as ask:
        for n in count():
            asked = job.asked[(first + n) % len(job.asked)]
            begin = time.monotonic()
            status = ask(asked, f"{number}-{n}-{int(job.begin * 1000)}")
            end = time.monotonic()
            is_taken = 200 <= status < 300
            taken += is_taken
            if begin < job.begin:
                continue
            waits.append(end - begin)
            if not is_taken:
                refused[status] += 1
            if end >= job.end:
                return _Worked(waits, refused, taken, end)
    raise AssertionError


@contextmanager
def _asking(port: int | None) -> Iterator[Any]:
    if port is None:
        with psycopg.connect(**connection_parameters(), autocommit=True) as conn:  # type: ignore[arg-type]
            conn.execute(settled())
            yield lambda statements, _: _executed(conn, statements)
        return
    with closing(HTTPConnection(_LOOPBACK, port, timeout=_GIVEN_UP)) as http:
        http.connect()
        yield lambda request, unique: _asked(http, request, unique)[0]


def _asked(conn: HTTPConnection, request: Request, unique: str) -> tuple[int, bytes]:
    body = request.body and request.body.replace(UNIQUE, unique.encode())
    headers = {} if body is None else {"Content-Type": request.content_type}
    conn.request(request.method, request.path, body, headers)
    response = conn.getresponse()
    return response.status, response.read()


def _executed(conn: psycopg.Connection, statements: Sequence[Statement]) -> int:
    try:
        for query, values, seconds in statements:
            if seconds is None:
                conn.execute(query.encode(), values).fetchall()
                continue
            with conn.transaction():
                conn.execute(f"set local statement_timeout to {int(seconds * 1000)}".encode())
                conn.execute(query.encode(), values).fetchall()
    except psycopg.errors.QueryCanceled:
        return 504
    return 200
