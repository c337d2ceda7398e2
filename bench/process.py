"""What a program costs: wall time, its processors' and the server's, memory; and to kill it."""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, NamedTuple

from common import FailedError, one

from ingest.postgres.connection import Connection

_PROC = Path("/proc")
_SAMPLED_EVERY = 0.05  # seconds
_LIMIT = 7200  # seconds after which a program is given up, so that the others have their turn
_TAIL = 2000
# positions in /proc/<pid>/stat behind the name: parent; utime, stime; cutime, cstime
_PARENT, _USED, _REAPED = 1, slice(11, 13), slice(13, 15)
_OTHERS_MAY = 0.02  # share of the wall time that others may work without a reading being dropped

_OTHERS = """
    select
        (
            select coalesce(sum(active_time), 0) / 1000 from pg_stat_database
            where datname <> current_database()
        ),
        (
            select count(*) from pg_stat_activity
            where
                datname <> current_database()
                and backend_type = 'client backend'
                and state <> 'idle'
        )
"""


class Cost(NamedTuple):
    """What one run of a program took.

    Attributes:
        seconds: Wall time, the program's own start included.
        client: Processor seconds of the program and what it started.
        server: Processor seconds of the server, writers included; None where they are not ours
            to read, or others worked on the server meanwhile.
        peak: Most memory in bytes of the program and what it started, all together; None where
            the system does not say.
    """

    seconds: float
    client: float
    server: float | None
    peak: int | None

    def used(self) -> float | None:
        """Processor seconds of both sides."""
        return None if self.server is None else self.client + self.server


class ServerClock:
    """Processor time of a server on this machine, while nobody else works on it.

    Args:
        conn: A connection to it.
    """

    def __init__(self, conn: Connection) -> None:
        self._conn = conn
        self._postmaster = _postmaster(conn)

    def read(self) -> float | None:
        """Seconds it has used since its start, in all its processes."""
        if self._postmaster is None:
            return None
        while True:
            # A process that ends moves from the children to what its parent has reaped. Between
            # the two looks it would be in neither, and all its time lost.
            reaped = _ticks(self._postmaster, _REAPED)
            ticks = sum(_ticks(pid, _USED) for pid in _children(self._postmaster))
            if _ticks(self._postmaster, _REAPED) == reaped:
                ticks += reaped + _ticks(self._postmaster, _USED)
                return ticks / os.sysconf("SC_CLK_TCK")

    def others(self) -> tuple[float, int]:
        """What clients of other databases have done, and how many are at it now.

        Their processor time cannot be told from ours: where this moves, a reading is worth nothing.
        The server counts a statement when it ends.
        """
        row = self._conn.execute(_OTHERS.encode()).fetchone()
        self._conn.rollback()
        return (float(row[0]), int(row[1])) if row else (0.0, 0)


def cost_of(command: Sequence[str], environment: Mapping[str, str], clock: ServerClock) -> Cost:
    """Run a program to its end.

    Raises:
        FailedError: It failed, or would not end.
    """
    with tempfile.TemporaryFile() as said:
        others, server = clock.others(), clock.read()
        begin = time.perf_counter()
        process = _started(command, environment, said)
        memory = Memory(process.pid)
        memory.start()
        limit = threading.Timer(_LIMIT, os.killpg, (process.pid, signal.SIGKILL))
        limit.start()
        try:
            _, status, usage = os.wait4(process.pid, 0)
            wall = time.perf_counter() - begin
        except BaseException:  # Ctrl-C is not for a process group of its own
            os.killpg(process.pid, signal.SIGKILL)
            raise
        finally:
            limit.cancel()
            memory.stop()
        process.returncode = os.waitstatus_to_exitcode(status)
        after = clock.read()
        if process.returncode != 0:
            said.seek(max(0, said.tell() - _TAIL))
            raise FailedError(
                f"ended with {process.returncode}: {said.read().decode(errors='replace')}"
            )
    return Cost(
        wall,
        usage.ru_utime + usage.ru_stime,
        _server_share(server, after, others, clock.others(), wall),
        memory.peak or None,
    )


def _server_share(
    before: float | None,
    after: float | None,
    others_before: tuple[float, int],
    others_after: tuple[float, int],
    wall: float,
) -> float | None:
    if before is None or after is None or others_before[1] or others_after[1]:
        return None
    disturbed = others_after[0] - others_before[0] > _OTHERS_MAY * wall
    return None if disturbed else after - before


def kill_after(command: Sequence[str], environment: Mapping[str, str], after: float) -> bool:
    """Start a program and kill it and all it started, so that none of it can tidy up.

    Args:
        command: The program.
        environment: Its variables.
        after: Seconds to let it run.

    Returns:
        Whether it was still running.
    """
    with tempfile.TemporaryFile() as said:
        process = _started(command, environment, said)
        time.sleep(after)
        alive = process.poll() is None
        if alive:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    return alive


def _started(
    command: Sequence[str], environment: Mapping[str, str], said: IO[bytes]
) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        command,
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        stdout=said,
        stderr=said,
        start_new_session=True,
    )


class Memory(threading.Thread):
    """Looks again and again how much a process and its descendants hold.

    Args:
        pid: The process.
    """

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.peak = 0
        self._pid = pid
        self._over = threading.Event()

    def run(self) -> None:
        """Look until stopped; ``peak`` is the most, in bytes."""
        while not self._over.wait(_SAMPLED_EVERY):
            self.peak = max(self.peak, sum(_resident(pid) for pid in _family(self._pid)))

    def stop(self) -> None:
        """Look no more."""
        self._over.set()
        self.join()


def _family(pid: int) -> Iterator[int]:
    yield pid
    for child in _children(pid):
        yield from _family(child)


def _children(pid: int) -> list[int]:
    found: list[int] = []
    with suppress(OSError):  # it is over
        for task in (_PROC / str(pid) / "task").iterdir():
            found += map(int, (task / "children").read_text().split())
    return found


def _resident(pid: int) -> int:
    try:
        pages = int((_PROC / str(pid) / "statm").read_text().split()[1])
    except OSError:
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")


def _stat(pid: int) -> list[int]:
    """The numbers of /proc/<pid>/stat behind the state; none if the process is over."""
    try:
        text = (_PROC / str(pid) / "stat").read_text()
    except OSError:
        return []
    # the name may hold anything, but no bracket follows it
    return [0, *map(int, text.rpartition(")")[2].split()[1:])]


def _ticks(pid: int, positions: slice) -> int:
    return sum(_stat(pid)[positions])


def _postmaster(conn: Connection) -> int | None:
    host = conn.info.host
    if not (host.startswith("/") or host in {"localhost", "127.0.0.1", "::1"}):
        return None
    backend = int(one(conn, "select pg_backend_pid()"))
    try:
        # a container's numbers are not ours
        if (_PROC / str(backend) / "comm").read_text().strip() not in {"postgres", "postmaster"}:
            return None
    except OSError:
        return None
    stat = _stat(backend)
    return stat[_PARENT] if stat else None
