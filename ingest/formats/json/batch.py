"""The batch wrapper: ``{"workflow_slug": "...", "payloads": [ ... ]}``, of any size.

Only what stands before and behind the payloads is looked at here; the envelopes between are
records like any others.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import msgspec

# What stands before or behind the payloads has to fit in here, in bytes.
HEAD_LENGTH = 1024

_KEY = b'"payloads"'
# Possessive repeats of single characters only: those of groups go wrong before Python 3.11.5.
_STRING = rb'"[^"\\]*+(?:\\.[^"\\]*+)*"'
_VALUE = rb"(?:%b|[-+.\w]++|\{[^{}\[\]]*+\}|\[[^{}\[\]]*+\])" % _STRING
_MEMBER = rb"%b\s*+:\s*+%b\s*+" % (_STRING, _VALUE)
_HEAD = re.compile(rb'\{\s*+((?:(?!"payloads")%b,\s*+)*)"payloads"\s*+:\s*+\[' % _MEMBER)
_TAIL = re.compile(rb"\]\s*+((?:,\s*+%b)*)\}" % _MEMBER)
_FILE_END = re.compile(rb"\]\s*+((?:,\s*+%b)*)\}\s*+\Z" % _MEMBER)


class _Members(msgspec.Struct):
    workflow_slug: str | None = None


@dataclass(frozen=True, slots=True)
class BatchHead:
    """The beginning of a batch.

    Args:
        end: Index behind the bracket that opens the payloads.
        slug: The workflow_slug that serves envelopes without one.
        assumed: The slug was taken from the end of the file and has to be verified.
    """

    end: int
    slug: str | None
    assumed: bool = False


def batch_head(buffer: bytes, start: int) -> BatchHead | None:
    """The batch that begins at an index, or None if none does."""
    if buffer.find(_KEY, start, start + HEAD_LENGTH) == -1:
        return None
    match = _HEAD.match(buffer, start)
    return match and BatchHead(match.end(), _slug(match[1]))


def batch_tail(buffer: bytes, start: int) -> tuple[int, str | None]:
    """The index behind a batch whose list ends at ``start``, and the slug it names there."""
    match = _TAIL.match(buffer, start)
    return (match.end(), _slug(match[1])) if match else (start + 1, None)


def slug_at_end(text: bytes) -> str | None:
    """The slug behind the payloads of the batch that a text ends with."""
    for bracket in re.finditer(rb"\]", text[-HEAD_LENGTH:]):
        match = _FILE_END.match(text[-HEAD_LENGTH:], bracket.start())
        if match:
            return _slug(match[1])
    return None


def _slug(members: bytes) -> str | None:
    try:
        found = msgspec.json.decode(b"{%b}" % members.strip(b" \t\r\n,"), type=_Members)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    return found.workflow_slug
