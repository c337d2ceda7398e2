"""Rejects: records that could not land, why, and their text as it stood in the file."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

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
    UNSTORABLE = "unstorable"


# A record refused for one of these was not even recognised as a record.
UNREADABLE = frozenset(
    {
        Reason.MALFORMED_JSON,
        Reason.NOT_AN_OBJECT,
        Reason.INVALID_ENCODING,
        Reason.MALFORMED_ROW,
        Reason.CELL_COUNT,
    }
)

# Their details may repeat what stood in the record, which belongs into raw.rejects alone.
_QUOTING = frozenset({Reason.UNKNOWN_WORKFLOW, Reason.UNKNOWN_FIELD})


@dataclass(frozen=True, slots=True)
class Reject:
    """One refused record.

    Args:
        line: Line of the file on which the record begins, from 1.
        reason: Kind of the fault.
        detail: The fault in words.
        raw: The record's bytes, at least the first ``RECORD_BYTES_CAP`` of them.
        offset: Where it begins in the decompressed file, in bytes; None for a line of a table,
            which means nothing without its header.
        batch_slug: The workflow_slug beside the ``payloads`` that hold it.
    """

    line: int
    reason: Reason
    detail: str
    raw: bytes
    offset: int | None = None
    batch_slug: str | None = None

    def said(self) -> str:
        """Reason and detail for the screen and logs, without anything of the record's text."""
        return str(self.reason) if self.reason in _QUOTING else f"{self.reason}: {self.detail}"

    def text(self) -> str:
        r"""The record, capped; bytes that are no UTF-8, and NUL, are written ``\xNN``."""
        text = self.raw[:RECORD_BYTES_CAP].decode("utf-8", errors="backslashreplace")
        return text[:RECORD_TEXT_CAP].replace("\x00", r"\x00")

    def is_whole(self) -> bool:
        """Whether ``text`` is the record, character by character."""
        return len(self.raw) < RECORD_BYTES_CAP and self.text().encode() == self.raw


class RefusedError(Exception):
    """A record cannot land; raised where the fault is seen, made a Reject where the line is known.

    Args:
        reason: Kind of the fault.
        detail: The fault in words.
    """

    def __init__(self, reason: Reason, detail: str) -> None:
        self.reason = reason
        self.detail = detail
        super().__init__(detail)
