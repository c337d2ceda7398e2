"""The batch wrapper: ``{"workflow_slug": "...", "payloads": [ ... ]}``, of any size.

Exports have other names for the list, which a workflow's line in the registry says.

Only what stands around the payloads is looked at here; the envelopes between are records like any
others. A batch names its workflow before its payloads: they are landed as they are read, so what
stands behind them comes too late.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

import msgspec

# What stands before or behind the payloads has to fit in here, in bytes.
HEAD_LENGTH = 1024

_NAME = "payloads"
# Possessive repeats of single characters only: those of groups go wrong before Python 3.11.5.
_STRING = rb'"[^"\\]*+(?:\\.[^"\\]*+)*"'
_VALUE = rb"(?:%b|[-+.\w]++|\{[^{}\[\]]*+\}|\[[^{}\[\]]*+\])" % _STRING
_MEMBER = rb"%b\s*+:\s*+%b\s*+" % (_STRING, _VALUE)
_TAIL = re.compile(rb"\]\s*+(?:,\s*+%b)*\}" % _MEMBER)


class _Members(msgspec.Struct):
    workflow_slug: str | None = None


@dataclass(frozen=True, slots=True)
class BatchHead:
    """The beginning of a batch.

    Args:
        end: Index behind the bracket that opens the payloads.
        slug: The workflow_slug that serves envelopes without one.
    """

    end: int
    slug: str | None


class BatchNames:
    """What the list of a batch may be called.

    Args:
        others: Names beside the usual one.
    """

    def __init__(self, others: Iterable[str] = ()) -> None:
        names = [msgspec.json.encode(name) for name in (_NAME, *others)]
        self._any = re.compile(b"|".join(map(re.escape, names)))
        name = b"(?:%b)" % self._any.pattern
        self._head = re.compile(rb"\{\s*+((?:(?!%b)%b,\s*+)*)%b\s*+:\s*+\[" % (name, _MEMBER, name))

    def head(self, buffer: bytes, start: int) -> BatchHead | None:
        """The batch that begins at an index, or None if none does."""
        if self._any.search(buffer, start, start + HEAD_LENGTH) is None:
            return None
        match = self._head.match(buffer, start)
        return match and BatchHead(match.end(), _slug(match[1]))


def batch_end(buffer: bytes, start: int) -> int:
    """The index behind a batch whose list ends at ``start``."""
    match = _TAIL.match(buffer, start)
    return match.end() if match else start + 1


def _slug(members: bytes) -> str | None:
    try:
        found = msgspec.json.decode(b"{%b}" % members.strip(b" \t\r\n,"), type=_Members)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    return found.workflow_slug
