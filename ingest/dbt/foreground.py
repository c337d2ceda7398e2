"""Run another program in the foreground: it owns the terminal, we hand on its signals and end."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Sequence
from pathlib import Path
from types import FrameType

from ingest.errors import ExitStatus


def run_in_foreground(
    arguments: Sequence[str | Path], environment: dict[str, str], *, folder: str | None = None
) -> int:
    """Run a program on our own standard streams and wait for it, whatever the keyboard says.

    Ctrl-C reaches the program through the terminal; what to do about it is the program's choice
    (psql cancels a statement, dbt ends). A SIGTERM from a scheduler is passed on. What this process
    was told to ignore, as a shell tells its background jobs about Ctrl-C, the program ignores, too.

    Args:
        arguments: The program and its arguments.
        environment: Its environment.
        folder: Where it begins; our own current folder by default.

    Returns:
        The program's exit status; 130 if it failed after Ctrl-C; 128 + N if signal N killed it.
    """
    interrupted = False
    early: list[int] = []
    process: subprocess.Popen[bytes] | None = None

    def note(_number: int, _frame: FrameType | None) -> None:
        nonlocal interrupted
        interrupted = True

    def pass_on(number: int, _frame: FrameType | None) -> None:
        # a signal may come while the program is being started: it must not be left behind
        if process is None:
            early.append(number)
        else:
            process.send_signal(number)

    # handlers instead of KeyboardInterrupt: an exception out of wait() can lose the exit status
    handlers = {signal.SIGINT: note, signal.SIGTERM: pass_on}
    before = {
        number: signal.signal(number, handler)
        for number, handler in handlers.items()
        if signal.getsignal(number) is not signal.SIG_IGN
    }
    try:
        words = [str(argument) for argument in arguments]
        process = subprocess.Popen(words, env=environment, cwd=folder)
        for number in early:
            process.send_signal(number)
        code = process.wait()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    if interrupted and code != 0:
        return ExitStatus.INTERRUPTED
    return 128 - code if code < 0 else code
