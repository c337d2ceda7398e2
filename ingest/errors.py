"""Errors a user can do something about.

Code raises one of these with the facts; ``ingest.cli`` turns it into one sentence and an
exit status. Anything else that escapes is a defect of ours.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from enum import IntEnum
from typing import ClassVar

import click


class ExitStatus(IntEnum):
    """How a command ends."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    REJECTED = 3  # all was written, and some records were refused
    INTERRUPTED = 130  # as shells have it: 128 + SIGINT
    BROKEN_PIPE = 141  # 128 + SIGPIPE: whoever read the output has left


class IngestError(click.ClickException):
    """Something the user can act on: what went wrong, where, and what to do next.

    Args:
        what: The fault, as a clause without a full stop ("the server refused the connection").
        where: A file and line, a server, a table; left out when ``what`` says it.
        hint: The next step, as an imperative sentence without a full stop ("run ingest init").
    """

    exit_code: ClassVar[int] = ExitStatus.FAILED

    def __init__(self, what: str, *, where: str | None = None, hint: str | None = None) -> None:
        self.what = what
        self.where = where
        self.hint = hint
        super().__init__(self.sentence())

    def sentence(self) -> str:
        """The error in one line: where, what, what to do."""
        place = f"{self.where}: " if self.where else ""
        remedy = f"; {self.hint}" if self.hint else ""
        return f"{place}{self.what}{remedy}."


class UsageError(IngestError):
    """The command's words are off: a wrong option, an unknown workflow, a missing file name."""

    exit_code: ClassVar[int] = ExitStatus.USAGE


class ServerError(IngestError):
    """The server cannot do it now, whatever it is asked to load: it is down, full, read-only."""


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """The nearest of the known names, ready to follow the unknown one; "" if none is near.

    Args:
        name: What was given.
        known: What there is, in the spelling to show; compared without regard to case.
    """
    spelled: Mapping[str, str] = {word.casefold(): word for word in known}
    near = difflib.get_close_matches(name.casefold(), spelled, n=1)
    return f" (did you mean {spelled[near[0]]}?)" if near else ""
