"""How commands talk: prose and progress on standard error, one JSON document on standard output."""

from __future__ import annotations

import sys
from typing import Any

import msgspec
from rich.console import Console

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)


def emit_json(document: Any) -> None:  # noqa: ANN401 - any JSON document
    """Write one JSON document to standard output; dates, UUIDs and Decimals become strings."""
    sys.stdout.buffer.write(msgspec.json.format(msgspec.json.encode(document)) + b"\n")
    sys.stdout.buffer.flush()
