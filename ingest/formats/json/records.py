"""The records of a JSON file, whatever its form: a stream of records and rejects.

One object, pretty-printed or not; an array; one object per line; objects one after the other with
commas, blanks or nothing between; and ``{"payloads": [...]}`` around any number of envelopes.
The forms may follow each other in one file. Payloads are never turned into Python objects: a
record's members are ``msgspec.Raw`` slices of its text.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import msgspec

from ingest.errors import IngestError
from ingest.formats.json.batch import HEAD_LENGTH, Batches, BatchHead
from ingest.formats.json.recovery import IN_LINES, IN_LIST, balanced_end, begins_alike, next_start
from ingest.formats.json.text import (
    Ending,
    Found,
    first_value,
    is_utf8,
    replace_lone_surrogates,
    without_unstorable,
)
from ingest.formats.json.window import Window
from ingest.formats.magic import foreign_kind
from ingest.rejects import RECORD_BYTES_CAP, Origin, Reason, Reject

MAX_RECORD = 256_000_000  # bytes; jsonb itself ends at 268,435,455

# An unfinished record is read this far before the next line that begins like it counts against it.
_BENEFIT_OF_DOUBT = 1 << 24
_OVERLAP = 1 << 12  # longer than anything the patterns of json_resume match
_SCALAR_REACH = 1 << 16

_BETWEEN = re.compile(rb"[ \t\r\n,]*+(?:\xef\xbb\xbf[ \t\r\n,]*+)*")
_FIELDS = msgspec.json.Decoder(dict[str, msgspec.Raw])
_OPEN_OBJECT, _OPEN_ARRAY, _CLOSE_ARRAY = b"{[]"

_UTF_16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_BEHIND = b" \t\r\n,"  # what may follow a record and is no part of it
_NO_OBJECT = "a record is a JSON object"
_NO_BATCH = "a record's own keys stand behind a long list, which was read as records"
_TOO_LARGE = f"the record is larger than {MAX_RECORD // 1_000_000} MB"


class Record(NamedTuple):
    """One JSON object of a file.

    Args:
        origin: Where it stood, and as what.
        text: Its text without the characters PostgreSQL cannot store.
        fields: The members of ``text``, as JSON text.
        cleaned: Characters that PostgreSQL cannot store were taken out.
    """

    origin: Origin
    text: bytes
    fields: dict[str, msgspec.Raw]
    cleaned: bool = False


def read_record(origin: Origin, *, repaired: bool = False) -> Record | Reject:
    """The record with this text, or why it is none.

    Args:
        origin: Its text, all of it, and where that stood.
        repaired: Lone surrogates have been taken out of the text before.
    """
    raw = origin.raw
    if not is_utf8(raw):
        return Reject(origin, Reason.INVALID_ENCODING, "the record is not valid UTF-8")
    text = without_unstorable(raw)
    try:
        fields = _FIELDS.decode(text)
    except (msgspec.DecodeError, RecursionError):
        return Reject(origin, *_fault_of(text))
    return Record(origin, text, fields, repaired or text is not raw)


def _fault_of(text: bytes) -> tuple[Reason, str]:
    """Why a text is no JSON object."""
    found = first_value(text)
    if found.ending is Ending.TOO_DEEP:
        return Reason.TOO_DEEP, found.detail
    if found == Found(Ending.WHOLE, len(text)):
        return Reason.NOT_AN_OBJECT, _NO_OBJECT
    return Reason.MALFORMED_JSON, found.detail or "more than one value"


@dataclass(frozen=True, slots=True)
class _List:
    """An array whose elements are records.

    Args:
        origin: Where its bracket, or the batch whose payloads it is, begins.
        batch: The beginning of the batch whose payloads it is, if it is that.
        opens_file: Nothing stands before it.
    """

    origin: Origin
    batch: BatchHead | None = None
    opens_file: bool = False


class RecordReader:
    """Reads the records of one file, once, in file order.

    Args:
        name: What messages call the file.
        blocks: Its decompressed bytes.
        batches: How batches are told from records.
        can_retry: The text of a record will be enough to try it again.
    """

    def __init__(
        self,
        name: str,
        blocks: Iterator[bytes],
        *,
        batches: Batches | None = None,
        can_retry: bool = True,
    ) -> None:
        self._name = name
        self._batches = batches or Batches()
        self._can_retry = can_retry
        self._window = Window(blocks)
        self._lists: list[_List] = []
        self._batch_slug: str | None = None
        self._begun = False  # something has been read
        self._replaced: list[int] = []  # offsets of lone surrogates replaced in the window
        self._repaired = (0, False)  # up to where, and whether that was the end

    def __iter__(self) -> Iterator[Record | Reject]:
        """The records and what could not be read as one.

        Raises:
            IngestError: The file is cut off, damaged or of another kind.
        """
        window = self._window
        self._refuse_foreign()
        while window.skip(_BETWEEN):
            byte = window.buffer[window.pos]
            if byte == _OPEN_OBJECT:
                if not self._enter_batch():
                    yield self._next_line_record() or self._next_value()
            elif byte == _OPEN_ARRAY:
                if self._lists:
                    yield self._next_value()
                else:
                    held = Origin(window.line, window.offset, b"[")
                    self._lists.append(_List(held, opens_file=not self._begun))
                    window.pos += 1
            elif byte == _CLOSE_ARRAY and self._lists:
                if (reject := self._leave_list()) is not None:
                    yield reject
            else:
                yield self._next_scalar()
            self._begun = True
        if self._lists:
            yield self._unclosed(self._lists[0])

    def _refuse_foreign(self) -> None:
        self._window.fill()
        head = self._window.buffer
        kind = "UTF-16 text" if head.startswith(_UTF_16_MARKS) else foreign_kind(head)
        if kind is not None:
            raise IngestError(
                f"this is {kind}, not JSON text in UTF-8",
                where=self._name,
                hint="convert it first",
            )

    # The common case: the record is the rest of its line.

    def _next_line_record(self) -> Record | None:
        window = self._window
        newline = window.buffer.find(b"\n", window.pos)
        if newline == -1:
            return None
        raw = window.buffer[window.pos : newline].rstrip(b" \t\r,")
        if not raw.endswith(b"}"):
            return None
        # lone surrogates may be gone from the buffer already, see _repair
        repaired = bool(self._replaced) and self._was_repaired(newline)
        read = read_record(self._origin(raw), repaired=repaired)
        if isinstance(read, Reject):
            return None
        window.next_line(newline)
        return read

    # Everything else: a value that ends in the middle of a line, or lines later, or never.

    def _next_value(self) -> Record | Reject:
        window = self._window
        while True:
            found = first_value(memoryview(window.buffer)[window.pos :])
            if found.ending is Ending.WHOLE:
                return self._take(found.at)
            if self._repair():
                continue
            if self._needs_more(found):
                window.fill()
                continue
            return self._refuse(found)

    def _take(self, length: int) -> Record | Reject:
        window = self._window
        end = window.pos + length
        if length > MAX_RECORD:
            return self._skip_to(end, Reason.TOO_LARGE, _TOO_LARGE)
        raw = window.buffer[window.pos : end]
        read = read_record(self._origin(raw), repaired=self._was_repaired(end))
        if isinstance(read, Reject):
            return self._skip_to(end, read.reason, read.detail)
        window.advance(end)
        return read

    def _needs_more(self, found: Found) -> bool:
        """Whether more of the file may complete the record, or show where a broken one ends."""
        window = self._window
        if window.at_end or window.unread > MAX_RECORD:
            return False
        if window.unread < _BENEFIT_OF_DOUBT:
            return found.ending is Ending.CUT or (
                balanced_end(window.buffer, window.pos) is None and not self._next_start_in_sight()
            )
        return found.ending is Ending.CUT and not self._next_start_in_sight()

    def _refuse(self, found: Found) -> Reject:
        window = self._window
        if found.ending is Ending.CUT:
            if window.unread > MAX_RECORD:
                return self._skip(self._next_start(), Reason.TOO_LARGE, _TOO_LARGE)
            if not self._next_start_in_sight() and not window.buffer.endswith(b"\n"):
                raise self._cut_off(f"the record that begins on line {window.line}")
        if found.ending is Ending.TOO_DEEP:
            reason, detail = Reason.TOO_DEEP, found.detail
        else:
            reason, detail = Reason.MALFORMED_JSON, self._place(found)
        end = balanced_end(window.buffer, window.pos)
        fault = window.pos + found.at
        if begins_alike(window.buffer, window.pos, fault) and fault > window.pos:
            end = fault  # the decoder stumbled over the next record, this one was not closed
        if end is None:
            return self._skip(self._next_start(), reason, detail)
        if not is_utf8(window.buffer[window.pos : end]):
            reason, detail = Reason.INVALID_ENCODING, "the record is not valid UTF-8"
        return self._skip_to(end, reason, detail)

    def _place(self, found: Found) -> str:
        if found.ending is Ending.CUT:
            return found.detail
        window = self._window
        before = window.buffer[window.pos : window.pos + found.at]
        line = window.line + before.count(b"\n")
        on_line = "" if line == window.line else f" of line {line}"
        column = found.at - before.rfind(b"\n") - 1
        column += window.column if line == window.line else 0
        return f"{found.detail} at byte {column + 1}{on_line}"

    def _next_start(self) -> re.Pattern[bytes]:
        window = self._window
        return next_start(window.buffer, window.pos, window.column, in_list=bool(self._lists))

    def _next_start_in_sight(self) -> bool:
        window = self._window
        return self._next_start().search(window.buffer, window.pos + 1) is not None

    def _next_scalar(self) -> Reject:
        """Refuse what is no object and no array: a lone string, a number, words."""
        window = self._window
        window.fill_to(_SCALAR_REACH)
        head = window.buffer[window.pos : window.pos + _SCALAR_REACH]
        found = first_value(head)
        if found.ending is Ending.WHOLE:
            end = window.pos + len(head[: found.at].rstrip())
            return self._skip_to(end, Reason.NOT_AN_OBJECT, _NO_OBJECT)
        pattern = IN_LIST if self._lists else IN_LINES
        return self._skip(pattern, Reason.MALFORMED_JSON, "a record begins with {")

    # Leaving a refused record behind.

    def _skip_to(self, end: int, reason: Reason, detail: str) -> Reject:
        window = self._window
        raw = window.buffer[window.pos : min(end, window.pos + RECORD_BYTES_CAP)]
        origin = self._origin(raw.rstrip(_BEHIND))
        window.advance(end)
        return Reject(origin, reason, detail)

    def _origin(self, raw: bytes) -> Origin:
        """A record that begins at the reading position."""
        window = self._window
        return Origin(window.line, window.offset, raw, self._batch_slug, self._can_retry)

    def _skip(self, pattern: re.Pattern[bytes], reason: Reason, detail: str) -> Reject:
        """Skip to the end of the pattern's first match, else to the end of the file.

        Keeps the first ``RECORD_BYTES_CAP`` bytes of what is skipped, whose size has no bound.
        """
        window = self._window
        origin, kept = self._origin(b""), b""
        search_from = window.pos + 1
        while True:
            match = pattern.search(window.buffer, search_from)
            if match or window.at_end:
                break
            read = max(window.pos, len(window.buffer) - _OVERLAP)
            kept += window.buffer[window.pos : read][: RECORD_BYTES_CAP - len(kept)]
            window.advance(read)
            window.fill()
            search_from = window.pos
        end = match.end() if match else len(window.buffer)
        if match is None and window.buffer.rstrip().endswith((b"]", b"]}")):
            self._lists.clear()  # their end is part of what is refused
            self._batch_slug = None
        kept += window.buffer[window.pos : end][: RECORD_BYTES_CAP - len(kept)]
        window.advance(end)
        return Reject(origin._replace(raw=kept.rstrip(_BEHIND)), reason, detail)

    # Lone surrogates make the decoder stop inside a string.

    def _repair(self) -> bool:
        """Replace the lone surrogates of the window; whether there were any.

        Once for each stretch that is read: else every broken record would cost a pass over all
        that is in memory.
        """
        window = self._window
        reach = (window.offset + window.unread, window.at_end)
        if reach == self._repaired:
            return False
        self._repaired = reach
        unread = window.buffer[window.pos :]
        patched, found = replace_lone_surrogates(unread, final=window.at_end)
        if not found:
            return False
        known = self._replaced[bisect_left(self._replaced, window.offset) :]
        self._replaced = known + [window.offset + index for index in found]
        self._replaced.sort()
        window.buffer = window.buffer[: window.pos] + patched
        return True

    def _was_repaired(self, end: int) -> bool:
        window = self._window
        first = bisect_left(self._replaced, window.offset)
        return first < len(self._replaced) and self._replaced[first] < (
            window.offset + end - window.pos
        )

    # Batches and arrays.

    def _enter_batch(self) -> bool:
        window = self._window
        if self._batch_slug is not None or any(held.batch for held in self._lists):
            return False
        if (head := self._batches.begins(window)) is None:
            return False
        self._lists.append(_List(Origin(window.line, window.offset, b"["), head))
        self._batch_slug = head.slug
        window.advance(window.pos + head.length)
        return True

    def _leave_list(self) -> Reject | None:
        """Leave a list; a batch is refused afterwards if it turns out to be a record."""
        window = self._window
        if (batch := self._lists.pop().batch) is None:
            window.pos += 1
            return None
        window.fill_to(HEAD_LENGTH)
        if window.at_end and window.buffer[window.pos :].rstrip() == b"]":
            raise self._cut_off("a batch, behind its payloads")
        self._batch_slug = None
        end, is_batch = self._batches.ends(window.buffer, window.pos, batch)
        if is_batch:
            window.advance(end)
            return None
        return self._skip_to(end, Reason.MALFORMED_JSON, _NO_BATCH)

    def _unclosed(self, held: _List) -> Reject:
        """Refuse the bracket of a list that does not end.

        A list or batch that is the file was cut off with it; a bracket among other records is
        but a broken line.
        """
        if held.opens_file or held.batch:
            raise self._cut_off(f"the list that begins on line {held.origin.line}")
        return Reject(held.origin, Reason.MALFORMED_JSON, "a list begins and does not end")

    def _cut_off(self, what: str) -> IngestError:
        return IngestError(
            f"the text ends inside {what}, it has been cut off; nothing of it was loaded",
            where=self._name,
            hint="fetch the file again",
        )
