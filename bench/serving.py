"""The HQ Database API over a large warehouse: 16 clients at once, on the server's own two cores.

    python bench/serving.py [PEOPLE] [--in DATABASE] [--seconds S] [--workers N] [--only WORD]

    PEOPLE          default 1000000, with a tenth of companies: a database of its own is made and
                    built, which takes 10 minutes
    --in DATABASE   a warehouse that is there, built: a copy, as records are delivered into it
    --seconds S     how long each question is asked, default 5
    --workers N     processes of the service, default 1 as the command has it
    --only WORD     questions whose name holds the word; nothing is kept

`ingest api serve` is a process of its own, and so are the clients. Beside: the statements that the
service sends for the same requests, through psycopg over 16 connections, and Datasette serving the
same companies and people from SQLite. What takes a second alone is not asked by 16.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import generate
import peer_datasette
from asking import Case, Interpreter, Sample, cases, deep, interpreter, read_sample
from clients import CLIENTS, UNIQUE, Crowd, Request, crowd, once
from common import (
    Dbt,
    FailedError,
    Scratch,
    circumstances,
    named_database,
    one,
    run,
    save,
    scratch_database,
    scratch_folder,
    tell,
)
from process import Memory
from serving_tables import print_figures
from warehouse import fill

from hq_api import statements
from hq_api.resources import read_resources
from ingest.postgres.connection import Connection

EXPORTED = ("companies", "people")
RECORDS = 500  # of a delivery
_SLOW_MS = 1_000  # alone; sixteen of those on two cores would be asked for minutes
_BLOCK = 1 << 16
_LANDED = "select count(*) from raw.person_payloads"
_FORMATS = {"csv": statements.csv_copy, "ndjson": statements.ndjson_copy}

Figures = dict[str, Any]


@contextmanager
def served(environment: dict[str, str], workers: int, log: Path) -> Iterator[tuple[int, int]]:
    """The service as its users start it; gives its port and the number of its process."""
    words = ["api", "serve", "--no-auth", "--port", "0", "--rate", "1000000"]
    command = [sys.executable, "-P", "-m", "ingest", *words, "--workers", str(workers)]
    with log.open("wb") as lines:
        process = subprocess.Popen(
            command, env=environment, stdout=subprocess.DEVNULL, stderr=lines
        )
        try:
            port = _announced_port(process, log)
            _wait_until_ready(port)
            yield port, process.pid
        finally:
            process.terminate()
            process.wait()


def _announced_port(process: subprocess.Popen[bytes], log: Path) -> int:
    while True:
        is_over = process.poll() is not None
        said = log.read_text()
        address = re.search(r"Serving http://[^:]+:(\d+)", said)
        if address is not None:
            return int(address[1])
        if is_over:
            raise FailedError(f"ingest api serve did not start: {said[-2000:]}")
        time.sleep(0.1)


def _wait_until_ready(port: int) -> None:
    for _ in range(300):
        _, status, body = once(port, Request("/readyz"))
        if status == 200:
            return
        time.sleep(0.1)
    raise FailedError(f"ingest api serve does not become ready: {body.decode()}")


def ask(case: Case, port: int, clients: Crowd, inside: Interpreter, seconds: float) -> Figures:
    """Ask alone, then by all over HTTP, then through psycopg."""
    alone, status, _ = once(port, case.requests[0])
    if status == 200:  # and what had to be read from disk is in memory
        alone, status, _ = once(port, case.requests[0])
    found: Figures = {"goal_ms": case.goal, "status": status, "alone_ms": alone}
    if status != 200 or alone > _SLOW_MS:
        return found
    requests, behind = [], []
    end = time.monotonic() + seconds
    for request in case.requests:
        requests.append(request)
        behind.append(inside.statements(request))
        if time.monotonic() > end:
            break
    found["different"] = len(requests)
    found["http"] = clients.ask(port, requests, seconds).figures()
    found["psycopg"] = clients.query(behind, seconds).figures()
    return found


def ask_all(
    sample: Sample, port: int, clients: Crowd, *, seconds: float, only: str | None
) -> Figures:
    """Every question, and the pages in the middle behind first pages."""
    found: Figures = {}
    with interpreter() as inside:
        for case in cases(sample):
            if only is not None and only not in case.name:
                continue
            if not case.requests:  # nobody is there to ask about
                continue
            tell(f"serving: {case.name}")
            found[case.name] = ask(case, port, clients, inside, seconds)
            if case.resource is None or found[case.name]["status"] != 200:
                continue
            middle = deep(case, once(port, case.requests[0])[2], sample)
            if middle is not None:
                found[middle.name] = ask(middle, port, clients, inside, seconds)
    return found


def export_all(conn: Connection, port: int, pid: int) -> Figures:
    """Whole lists to one client, and COPY of the same through psycopg."""
    resources = read_resources()
    found: Figures = {}
    for name in EXPORTED:
        resource = resources[name]
        for form, copy in _FORMATS.items():
            tell(f"serving: {name}.{form}")
            memory = Memory(pid)
            memory.start()
            spent, size, lines = stream(port, f"/v1/{name}.{form}")
            memory.stop()
            query = copy(statements.relation(resource.view), resource.columns, ())
            begin = time.perf_counter()
            with conn.cursor().copy(query) as copied:
                copied_bytes = sum(len(block) for block in copied)
            bare = time.perf_counter() - begin
            conn.rollback()
            if copied_bytes != size:
                raise FailedError(f"{name}.{form} has {size} bytes, and COPY {copied_bytes}")
            rows = lines - (form == "csv")
            found[f"{name}.{form}"] = {
                "rows": rows,
                "rows_per_second": rows / spent,
                "bytes": size,
                "peak": memory.peak or None,
                "copy_rows_per_second": rows / bare,
            }
    return found


def stream(port: int, path: str) -> tuple[float, int, int]:
    """Seconds, bytes and lines of an answer that is read as it comes."""
    size = lines = 0
    with closing(HTTPConnection("127.0.0.1", port, timeout=600)) as http:
        begin = time.perf_counter()
        http.request("GET", path)
        response = http.getresponse()
        if response.status != 200:
            raise FailedError(f"{path}: {response.status} {response.read().decode()}")
        while block := response.read(_BLOCK):
            size += len(block)
            lines += block.count(b"\n")
        return time.perf_counter() - begin, size, lines


def deliver_all(conn: Connection, port: int, clients: Crowd, seconds: float) -> Figures:
    """Records of 6.5 kB, one in a request and many; no two are the same.

    Raises:
        FailedError: Not all that was taken is there.
    """
    lines = [
        line.replace(f"person-{n}-sample".encode(), UNIQUE + f"-{n}".encode())
        for n, line in enumerate(generate.lines(RECORDS))
    ]
    bodies = {"single": (1, lines[0]), "batch": (RECORDS, b"[" + b",".join(lines) + b"]")}
    found: Figures = {}
    for name, (records, body) in bodies.items():
        tell(f"serving: receiver, {name}")
        before = one(conn, _LANDED)
        answers = clients.ask(port, [Request("/v1/raw/clay-person-profile", body)], seconds)
        taken = records * answers.taken
        landed = one(conn, _LANDED) - before
        if landed != taken:
            raise FailedError(f"{taken} records were taken, and {landed} are there")
        counted = records * (len(answers.waits) - sum(answers.refused.values()))
        found[name] = {**answers.figures(), "records_per_second": counted / answers.wall}
    return found


def beside_datasette(
    conn: Connection, sample: Sample, clients: Crowd, folder: Path, seconds: float
) -> Figures:
    """The other choice for serving rows."""
    if not peer_datasette.PROGRAM.exists():
        return {"absent": "not installed (make bench does it)"}
    tell("serving: the rows go to SQLite")
    file = folder / "rows.db"
    peer_datasette.copy_rows(conn, file)
    found: Figures = {}
    with peer_datasette.served(file) as port:
        for name, requests in peer_datasette.requests(sample).items():
            tell(f"serving: Datasette, {name}")
            once(port, requests[0])
            found[name] = clients.ask(port, requests, seconds).figures()
        tell("serving: Datasette, companies.csv")
        spent, _, lines = stream(port, peer_datasette.csv_path("companies"))
        found["companies.csv"] = {"rows": lines - 1, "rows_per_second": (lines - 1) / spent}
    return found


def measure(scratch: Scratch, folder: Path, asked: argparse.Namespace) -> Figures:
    """Serve and ask."""
    conn, seconds = scratch.conn, asked.seconds
    tell("serving: keys to ask for")
    sample = read_sample(conn)
    found: Figures = {
        **circumstances(conn),
        "clients": CLIENTS,
        "seconds": seconds,
        "workers": asked.workers,
        **{name: one(conn, f"select count(*) from api.{name}") for name in EXPORTED},
    }
    with ExitStack() as stack:
        clients = stack.enter_context(crowd())
        log = folder / "serve.log"
        port, pid = stack.enter_context(served(scratch.environment, asked.workers, log))
        found["questions"] = ask_all(sample, port, clients, seconds=seconds, only=asked.only)
        if asked.only is not None:
            return found
        found["exports"] = export_all(conn, port, pid)
        found["receiver"] = deliver_all(conn, port, clients, seconds)
    with crowd() as clients:
        found["datasette"] = beside_datasette(conn, sample, clients, folder, seconds)
    return found


def arguments() -> argparse.Namespace:
    """What was asked for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, usage="see below"
    )
    add = parser.add_argument
    add("people", nargs="?", type=int, default=1_000_000, help=argparse.SUPPRESS)
    add("--in", dest="database", help=argparse.SUPPRESS)
    add("--seconds", type=float, default=5.0, help=argparse.SUPPRESS)
    add("--workers", type=int, default=1, help=argparse.SUPPRESS)
    add("--only", help=argparse.SUPPRESS)
    return parser.parse_args()


def main() -> None:
    """Measure, keep, print."""
    asked = arguments()
    with ExitStack() as stack:
        folder = stack.enter_context(scratch_folder())
        if asked.database:
            scratch = stack.enter_context(named_database(asked.database))
        else:
            scratch = stack.enter_context(scratch_database("serving"))
            tell("serving: the warehouse is made")
            fill(scratch.conn, asked.people)
            tell("serving: the models are built")
            dbt = Dbt(scratch.environment, folder)
            dbt("build", "--exclude", "test_type:data", "test_type:unit")
            run(scratch.conn, "vacuum analyze")
        figures = measure(scratch, folder, asked)
    if asked.only is None:
        save("serving", figures)
    print_figures(figures)


if __name__ == "__main__":
    main()
