"""Rejects: records that could not land, why, and where and how they stood in the file.

The words in which the readers of files, the makers of rows and the landing speak of one record, so
they depend on nothing but the standard library.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

RECORD_TEXT_CAP = 100_000  # characters kept of a rejected record

_LONGEST_UTF8_CHARACTER = 4  # bytes
RECORD_BYTES_CAP = RECORD_TEXT_CAP * _LONGEST_UTF8_CHARACTER


class Reason(StrEnum):
    """The closed vocabulary of ``raw.rejects.reason``."""

    MALFORMED_JSON = "malformed_json"
    NOT_AN_OBJECT = "not_an_object"
    INVALID_ENCODING = "invalid_encoding"
    TOO_DEEP = "too_deep"
    TOO_LARGE = "too_large"
    NO_WORKFLOW = "no_workflow"
    UNKNOWN_WORKFLOW = "unknown_workflow"
    WORKFLOW_MISMATCH = "workflow_mismatch"
    NO_ROUTE = "no_route"
    NO_KEY = "no_key"
    KEY_TOO_LONG = "key_too_long"
    NO_PAYLOAD = "no_payload"
    MALFORMED_ROW = "malformed_row"
    CELL_COUNT = "cell_count"
    UNKNOWN_FIELD = "unknown_field"
    BAD_VALUE = "bad_value"
    IMPLAUSIBLE = "implausible"
    REPEATED_HEADER = "repeated_header"
    TOTALS = "totals"
    UNSTORABLE = "unstorable"


# A record refused for one of these was not even recognised as a record.
UNREADABLE = frozenset(
    {
        Reason.MALFORMED_JSON,
        Reason.NOT_AN_OBJECT,
        Reason.INVALID_ENCODING,
        Reason.MALFORMED_ROW,
        Reason.CELL_COUNT,
        Reason.REPEATED_HEADER,
        Reason.TOTALS,
    }
)

# Their details may repeat what stood in the record, which belongs into raw.rejects alone.
_QUOTING = frozenset({Reason.UNKNOWN_WORKFLOW, Reason.UNKNOWN_FIELD})


class Origin(NamedTuple):
    """Where a record stood, and as what.

    One is made for every record: a tuple, which takes a third of a frozen dataclass's time.

    Args:
        line: Line of the file on which it begins, from 1.
        offset: Where it begins in the decompressed text, in bytes; unique in the file.
        raw: Its bytes as they stood there; of one that cannot be read, at least the first
            ``RECORD_BYTES_CAP`` of them.
        batch_slug: The workflow_slug beside the ``payloads`` that hold it.
        can_retry: Its text alone is enough to try it again. Not that of a row of a feed, which
            means nothing without its header or what was said about its file.
    """

    line: int
    offset: int
    raw: bytes
    batch_slug: str | None = None
    can_retry: bool = False

    def text(self) -> str:
        r"""The record, capped; bytes that are no UTF-8, and NUL, are written ``\xNN``."""
        text = self.raw[:RECORD_BYTES_CAP].decode("utf-8", errors="backslashreplace")
        return text[:RECORD_TEXT_CAP].replace("\x00", r"\x00")

    def is_whole(self) -> bool:
        """Whether ``text`` is the record, character by character."""
        return len(self.raw) < RECORD_BYTES_CAP and self.text().encode() == self.raw


@dataclass(frozen=True, slots=True)
class Reject:
    """One refused record.

    Args:
        origin: The record.
        reason: Kind of the fault.
        detail: The fault in words.
    """

    origin: Origin
    reason: Reason
    detail: str

    def said(self) -> str:
        """Reason and detail for the screen and logs, without anything of the record's text."""
        return str(self.reason) if self.reason in _QUOTING else f"{self.reason}: {self.detail}"


class RefusedError(Exception):
    """A record cannot land; raised where the fault is seen, a Reject where its origin is known.

    Args:
        reason: Kind of the fault.
        detail: The fault in words.
    """

    def __init__(self, reason: Reason, detail: str) -> None:
        self.reason = reason
        self.detail = detail
        super().__init__(detail)
