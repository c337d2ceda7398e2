"""Several files at a time, each on connections of its own; one interrupt ends them all.

Threads are enough: for three quarters of a load's time it is the server that works. A file is one
transaction on one connection; connections that are left over help with it
(``ingest.landing.helpers``).
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from ingest.postgres.connection import Connection, connect

_CANCEL_SECONDS = 5.0

_T = TypeVar("_T")


class _StoppedError(Exception):
    """Another file was interrupted; this one is given up."""


class Crew:
    """Works on files, several at a time.

    Args:
        jobs: How many.

    Attributes:
        spare: How many connections a file may take beside its own, jobs shared out among files.
    """

    def __init__(self, jobs: int) -> None:
        self._jobs = jobs
        self.spare = jobs - 1
        self._stopped = threading.Event()
        self._connections: set[Connection] = set()
        self._lock = threading.Lock()

    def raise_if_cancelled(self) -> None:
        """Return, unless the work has been stopped; to be called now and then."""
        if self._stopped.is_set():
            raise _StoppedError

    @contextmanager
    def connected(self) -> Iterator[Connection]:
        """A connection for a task, which an interrupt cancels."""
        with connect() as conn:
            with self._lock:
                self._connections.add(conn)
            try:
                yield conn
            finally:
                with self._lock:
                    self._connections.discard(conn)

    def work(self, files: Sequence[str], task: Callable[[str], _T]) -> list[_T]:
        """Do a task for each file.

        Args:
            files: The files.
            task: Gets a file's name; connects with ``connected``.

        Returns:
            What the task returned, in the order of the files.

        Raises:
            BaseException: What the first failing task raised, or KeyboardInterrupt, after all
                tasks have been stopped and their transactions are over.
        """
        # reading a pipe may take for ever, and only the main thread can be interrupted then
        alone = [file for file in files if self._jobs == 1 or not Path(file).is_file()]
        done = {file: task(file) for file in alone}
        together = [file for file in files if file not in done]
        self.spare = self._jobs // (min(self._jobs, len(together)) or 1) - 1
        with ThreadPoolExecutor(max_workers=self._jobs) as pool:
            futures = {file: pool.submit(self._run, task, file) for file in together}
            try:
                done |= {file: future.result() for file, future in futures.items()}
            except BaseException:
                self._stop()
                raise
        return [done[file] for file in files]

    def _run(self, task: Callable[[str], _T], file: str) -> _T:
        self.raise_if_cancelled()
        return task(file)

    def _stop(self) -> None:
        self._stopped.set()
        with self._lock:
            for conn in self._connections:
                conn.cancel_safe(timeout=_CANCEL_SECONDS)
