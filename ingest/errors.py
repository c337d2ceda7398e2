"""Errors a user can do something about.

Code raises one of these with the facts; ``ingest.cli`` turns it into one sentence and an
exit status. Anything else that escapes is a defect of ours.
"""

from __future__ import annotations

import click


class IngestError(click.ClickException):
    """Something the user can act on: what went wrong, where, and what to do next.

    Args:
        what: The fault, as a clause without a full stop ("the server refused the connection").
        where: A file and line, a server, a table; left out when ``what`` says it.
        hint: The next step, as an imperative sentence without a full stop ("run ingest init").
    """

    exit_code = 1

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

    exit_code = 2
