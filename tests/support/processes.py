"""Processes of their own: started, held at a point, killed, and what the server notices of it.

A process is a fork of this one, with everything loaded already, so that it begins when it is
started and not seconds later.
"""

from __future__ import annotations

import os
import signal
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ingest.postgres.connection import Connection

PATIENCE = 120  # seconds after which something that was to happen never will


@dataclass(frozen=True)
class Process:
    """A task in a process of its own.

    Args:
        pid: The process.
        screen: File with all it says; None where it says it to the test's own screen.
    """

    pid: int
    screen: Path | None = None

    def said(self) -> str:
        return self.screen.read_text() if self.screen else ""

    def is_over(self) -> bool:
        """Whether it has ended; to be asked before its end is waited for."""
        return os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None

    def end(self) -> int:
        """Wait for its end; its exit status."""
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])

    def succeed(self) -> None:
        assert self.end() == 0, self.said()

    def is_killed(self) -> bool:
        """Wait for its end, in order or by kill -9; whether it was the latter."""
        code = self.end()
        assert code in (0, -signal.SIGKILL), self.said()
        return code != 0

    def kill(self) -> bool:
        """kill -9, which the server notices when it next wants to say something to the process.

        Returns:
            Whether it came before the process had done its task.
        """
        os.kill(self.pid, signal.SIGKILL)
        return self.is_killed()


def start(task: Callable[[], object], screen: Path | None = None) -> Process:
    """Run a task in a process of its own; it ends with 0, or with 1 where it raises."""
    sys.stdout.flush()
    sys.stderr.flush()
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            if screen:
                _say_to(screen)
            task()
            code = 0
        except BaseException:  # noqa: BLE001 - nobody else is left to tell it
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            # no cleaning up: connections and fixtures belong to the test
            os._exit(code)
    return Process(pid, screen)


def _say_to(screen: Path) -> None:
    file = os.open(screen, os.O_WRONLY | os.O_CREAT)
    for standard in (1, 2):
        os.dup2(file, standard)
    # the test runner has put its own in their place
    sys.stdout = sys.stderr = open(1, "w", closefd=False)  # noqa: SIM115


def start_held(owner: Any, name: str, task: Callable[[], object], *, after: bool) -> Process:
    """Start a task that stops for good at its first call of a function; wait until it does.

    Args:
        owner: Module or class of the function.
        name: Its name there.
        task: What the process does.
        after: Whether it stops behind the call, or instead of it.
    """
    reading, writing = os.pipe()

    def hangs(function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any) -> None:
            if after:
                function(*args)
            os.write(writing, b"!")
            signal.pause()

        return call

    process = start(patched(owner, name, hangs, task))
    os.close(writing)
    assert os.read(reading, 1) == b"!", "it ended before"
    os.close(reading)
    return process


def patched(
    owner: Any,
    name: str,
    patch: Callable[[Callable[..., Any]], Callable[..., Any]],
    task: Callable[[], object],
) -> Callable[[], None]:
    """A task that begins by putting something in the place of a function, for good."""

    def patch_and_do() -> None:
        setattr(owner, name, patch(getattr(owner, name)))
        task()

    return patch_and_do


def die() -> Any:
    """kill -9, by one's own hand."""
    os.kill(os.getpid(), signal.SIGKILL)


def dies_before(_function: Callable[..., Any]) -> Callable[..., Any]:
    """A function that kills its process instead of being called."""
    return lambda *_args, **_named: die()


def dies_after(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function that kills its process when it has been called."""
    return lambda *args, **named: (function(*args, **named), die())


def dies_at_call(number: int) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """A function that is called so many times, and then kills its process."""

    def patch(function: Callable[..., Any]) -> Callable[..., Any]:
        left = iter(range(number, -1, -1))
        return lambda *args, **named: function(*args, **named) if next(left, 0) else die()

    return patch


def wait_for(conn: Connection, condition: Callable[[], bool], what: str) -> None:
    """Wait until a condition holds, and fail where it never does."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        conn.rollback()
        assert time.monotonic() < deadline, f"never: {what}"
        time.sleep(0.005)
    conn.rollback()


def wait_until(conn: Connection, condition: str) -> None:
    """Wait until a condition in SQL holds."""
    query = f"select {condition}".encode()
    wait_for(conn, lambda: conn.execute(query).fetchone() == (True,), condition)


def wait_until_gone(conn: Connection, program: str) -> None:
    """Wait until the server has noticed that its clients of this name are gone."""
    wait_until(
        conn,
        "not exists (select from pg_stat_activity"
        f" where application_name = '{program}' and datname = current_database())",
    )
