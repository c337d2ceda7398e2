"""The standard streams as a shell may leave them: closed, full, or read by somebody who leaves.

Python would end with a traceback, or with a note of its own when it closes them.
"""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, TextIO, TypeVar

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

_INPUT, _OUTPUT, _ERRORS = 0, 1, 2
_NAMES = {_OUTPUT: "standard output", _ERRORS: "standard error"}
# What is closed becomes this. Of an output nobody can read, writing shall fail as it does for any
# program; without standard error there is nobody to tell.
_INSTEAD = {_INPUT: os.O_RDONLY, _OUTPUT: os.O_RDONLY, _ERRORS: os.O_WRONLY}

_T = TypeVar("_T")


class OutputError(Exception):
    """A standard stream cannot be written. No OSError: those are caught on the way by others.

    Args:
        stream: Its number.
        fault: Why.

    Attributes:
        is_left: Whoever read it has left.
    """

    def __init__(self, stream: int, fault: OSError) -> None:
        self.is_left = isinstance(fault, BrokenPipeError)
        super().__init__(f"{_NAMES[stream]} cannot be written: {fault.strerror}")


class _Output(io.BufferedWriter):
    """What is behind ``sys.stdout`` or ``sys.stderr``."""

    def __init__(self, stream: int) -> None:
        self._stream = stream
        super().__init__(io.FileIO(stream, "w", closefd=False))

    def write(self, data: ReadableBuffer) -> int:
        return self._guarded(lambda: super(_Output, self).write(data))

    def flush(self) -> None:
        return self._guarded(super().flush)

    def _guarded(self, act: Callable[[], _T]) -> _T:
        try:
            return act()
        except OSError as fault:
            # what is in the buffer has to go somewhere when the process ends
            null = os.open(os.devnull, os.O_WRONLY)
            os.dup2(null, self._stream)
            os.close(null)
            raise OutputError(self._stream, fault) from fault


def guard_standard_streams() -> None:
    """Make something of streams that are closed; let writing raise ``OutputError`` when it fails.

    For the very beginning of a process: a file opened before might have taken a stream's number.
    """
    for stream, mode in _INSTEAD.items():
        try:
            os.fstat(stream)
        except OSError:
            null = os.open(os.devnull, mode)
            if null != stream:
                os.dup2(null, stream)
                os.close(null)
    if sys.stdin is None:
        sys.stdin = open(_INPUT, closefd=False)  # noqa: SIM115 - for the whole process
    sys.stdout = _text(_OUTPUT, sys.stdout)
    sys.stderr = _text(_ERRORS, sys.stderr)


def _text(stream: int, before: TextIO | None) -> io.TextIOWrapper:
    is_by_line = stream == _ERRORS or os.isatty(stream)
    return io.TextIOWrapper(
        _Output(stream),
        encoding=before.encoding if before else "utf-8",
        errors=before.errors if before else "backslashreplace",
        line_buffering=is_by_line,
    )
