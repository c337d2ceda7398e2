"""How commands talk: prose and progress on standard error, results on standard output.

What comes from files, the ledger or a server may hold anything, terminal control sequences too. It
goes through ``say``, ``show`` or ``ingest.terminal.tables``, which make it printable.
"""

from __future__ import annotations

import sys
from typing import Any

import msgspec
from rich.console import Console

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)


def printable(text: str) -> str:
    """A text of somebody else on one line, without what could steer a terminal."""
    return "".join(character if character.isprintable() else " " for character in text)


def say(text: str) -> None:
    """Write a line of prose to standard error."""
    err.print(printable(text), markup=False)


def show(text: str, *, style: str | None = None) -> None:
    """Write a line of a result to standard output."""
    out.print(printable(text), markup=False, style=style)


def emit_json(document: Any) -> None:  # noqa: ANN401 - any JSON document
    """Write one JSON document to standard output; dates, UUIDs and Decimals become strings."""
    sys.stdout.buffer.write(msgspec.json.format(msgspec.json.encode(document)) + b"\n")
    sys.stdout.buffer.flush()
