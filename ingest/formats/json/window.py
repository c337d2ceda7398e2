"""A window that moves over the decompressed bytes of a file, and knows its place in it."""

from __future__ import annotations

import re
from collections.abc import Iterator

_BLOCK = 1 << 20


class Window:
    """The bytes of a file that are in memory, from the reading position on.

    Attributes:
        buffer: The bytes; those before ``pos`` have been read.
        pos: Index of the next byte to read.
        line: Line of the file on which ``pos`` stands, from 1.
        at_end: The buffer reaches to the end of the file.
    """

    def __init__(self, blocks: Iterator[bytes]) -> None:
        self._blocks = blocks
        self.buffer = b""
        self.pos = 0
        self.line = 1
        self.at_end = False
        self._base = 0  # offset in the file of buffer[0]
        self._line_start = 0  # offset in the file of the first byte of the line

    @property
    def offset(self) -> int:
        """Offset of ``pos`` in the decompressed file, in bytes."""
        return self._base + self.pos

    @property
    def column(self) -> int:
        """Bytes between the start of the line and ``pos``."""
        return self.offset - self._line_start

    @property
    def unread(self) -> int:
        """Bytes in memory that have not been read."""
        return len(self.buffer) - self.pos

    def fill(self) -> None:
        """Drop what was read and double what was not: at least one more block, or the end."""
        rest = self.buffer[self.pos :]
        wanted = max(_BLOCK, len(rest))
        blocks = []
        while wanted > 0:
            block = next(self._blocks, None)
            if block is None:
                self.at_end = True
                break
            blocks.append(block)
            wanted -= len(block)
        self._base += self.pos
        self.pos = 0
        self.buffer = b"".join((rest, *blocks))

    def fill_to(self, length: int) -> None:
        """Have at least this many unread bytes in memory, or all there are."""
        while self.unread < length and not self.at_end:
            self.fill()

    def advance(self, end: int) -> None:
        """Move the reading position to an index of the buffer."""
        newline = self.buffer.rfind(b"\n", self.pos, end)
        if newline != -1:
            self.line += self.buffer.count(b"\n", self.pos, end)
            self._line_start = self._base + newline + 1
        self.pos = end

    def next_line(self, newline: int) -> None:
        """Move behind the newline at this index, the first one after ``pos``."""
        self.line += 1
        self.pos = newline + 1
        self._line_start = self._base + self.pos

    def skip(self, pattern: re.Pattern[bytes]) -> bool:
        """Skip what the pattern matches, however long; whether anything is left after it."""
        while True:
            match = pattern.match(self.buffer, self.pos)
            if match:
                self.advance(match.end())
            if self.unread or self.at_end:
                return self.unread > 0
            self.fill()
