"""The lines of a text, in order, with their places; those that were taken can be given back."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from typing import NamedTuple

from ingest.errors import IngestError
from ingest.rejects import Origin

MAX_LINE = 64_000_000  # bytes
# a line with its end, whose quotes match
_FIRST_LINE = re.compile(rb'(?:[^"\r\n]++|"[^"]*+")*+(\r*\n|\r)')


class Line(NamedTuple):
    """One line of a text: where it begins, its number from 1, its bytes."""

    offset: int
    number: int
    raw: bytes

    @property
    def text(self) -> str:
        """What it says."""
        # bytes that are no UTF-8 are found when the row is whole
        return self.raw.decode("utf-8", errors="surrogateescape")

    def begins(self, raw: bytes) -> Origin:
        """The origin of a row of this text, which begins with this line."""
        return Origin(self.number, self.offset, raw)


class Lines:
    """The lines of a text, for the csv module; those it took can be given back.

    Attributes:
        taken: Lines handed out since somebody cleared the list.
    """

    def __init__(self, blocks: Iterator[bytes], name: str) -> None:
        self._lines = self._numbered(blocks)
        self._name = name
        self._returned: deque[Line] = deque()
        self.taken: list[Line] = []

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._returned.popleft() if self._returned else next(self._lines)
        self.taken.append(line)
        return line.text

    @property
    def unfinished(self) -> bool:
        """Whether the last line taken ends without a line break, as only a file's last can."""
        return not self.taken[-1].raw.endswith((b"\n", b"\r"))

    def taken_text(self) -> bytes:
        """The lines taken, as one."""
        return b"".join(line.raw for line in self.taken)

    def give_back(self, lines: list[Line]) -> None:
        """Have lines that were taken come once more."""
        self._returned.extendleft(reversed(lines))

    def _numbered(self, blocks: Iterator[bytes]) -> Iterator[Line]:
        offset, number, rest = 0, 1, b""
        line_break = b""
        for block in blocks:
            text = rest + block
            line_break = line_break or _line_break(text)
            *whole, rest = text.split(line_break) if line_break else [text]
            for line in whole:
                raw = line + line_break
                yield Line(offset, number, raw)
                offset += len(raw)
                number += 1
            if len(rest) > MAX_LINE:
                raise IngestError(
                    f"the line is longer than {MAX_LINE // 1_000_000} MB, this is no table",
                    where=f"{self._name}:{number}",
                )
        if rest:
            yield Line(offset, number, rest)


def _line_break(text: bytes) -> bytes:
    """What ends the lines of a text that begins so; nothing if none has ended yet.

    Old makes end a line with a carriage return and yet have line feeds inside of quotes, so the
    first that stands outside of quotes decides, of the first line as it is with quotes that match.
    """
    first = _FIRST_LINE.match(text)
    if first is not None and first[1] == b"\r":
        # one at the end may be half of a pair
        return b"\r" if first.end() < len(text) else b""
    if first is not None or b"\n" in text:
        return b"\n"
    return b"\r" if b"\r" in text[:-1] else b""
