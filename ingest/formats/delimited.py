"""The rows of delimited text, whatever wrote it: a stream of rows and rejects.

Commas, semicolons or tabs between the cells, told by the first line, be it the header or the
``sep=`` of a spreadsheet; cells in double quotes may hold the delimiter, line breaks and doubled
quotes, and have blanks before them. A row that cannot be read costs its own line
only: reading goes on at the next one, even if a stray quote seemed to swallow it.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from ingest.characters import trim
from ingest.errors import IngestError
from ingest.formats.charset import Charset, charset_of, charset_said, utf8_blocks
from ingest.formats.content import Content
from ingest.formats.json.text import is_utf8
from ingest.formats.lines import Line, Lines
from ingest.rejects import Origin, Reason, Reject

MAX_CELL = 1_000_000  # characters

_TAB = "\t"
# the line with which a spreadsheet says its delimiter, the tab also as two characters
_SEPARATOR = re.compile(r'"?sep=(\\t|[;,\t|])"?', re.IGNORECASE)
# Total · Grand total: · Count: 24 · 24 rows
_TOTALS = re.compile(
    r"(?:(?:grand |sub-?)?totals?(?: (?:rows|records|count))?\s*:?\s*[\d,.]*"
    r"|(?:sum|count|rows|records)\s*:?\s*[\d,.]+|[\d,.]+ (?:rows|records))",
    re.IGNORECASE,
)
_DELIMITERS = (_TAB, ",", ";")
_LONGEST_PREAMBLE = 20  # lines before the header
_LINES_LOOKED_AT = 100  # of a row that cannot be read, for blanks before a quote
_LONGEST_TOTALS = 60  # characters
_JSON_STARTS = (b"{", b"[")
# blanks, and byte order marks, also of UTF-16, which JSON is refused in by name
_BEFORE_TEXT = b" \t\r\n\xef\xbb\xbf\xff\xfe\x00"

# what the csv module says -> what a user needs to know
_FAULTS = {
    "expected after": "text follows the closing quote of a value",
    "unexpected end": "a quote opens a value and none closes it",
    "field larger": f"a value has more than {MAX_CELL:,} characters, or its quote is not closed",
    "new-line character": "a carriage return stands in a value without quotes",
}
_UNCLOSED = "unexpected end"


class TableRow(NamedTuple):
    """One row below the header.

    Args:
        origin: Where it stood; its offset and its text are those of the file read as UTF-8.
        cells: Its values, one per header.
    """

    origin: Origin
    cells: list[str]


def looks_like_json(content: Content) -> bool:
    """Whether a file's first character is one that JSON records begin with."""
    for block in content.blocks():
        text = block.lstrip(_BEFORE_TEXT)
        if text:
            return text.startswith(_JSON_STARTS)
    return False


class TableReader:
    """Reads the rows of one file, once, in file order.

    Args:
        content: The file.
        progress: Told how many bytes of the file have been read so far.
        notice: Told what was assumed about the file.
        encoding: The name of its codec, if somebody says it.
        begins: Tells the header from what may stand before it: words about the export.

    Attributes:
        header: The cells of the first line that is not blank, or of the first one that is known
            for the header.
        header_line: Its number.

    Raises:
        IngestError: The file is empty, no text, or its first line cannot be read.
    """

    def __init__(
        self,
        content: Content,
        progress: Callable[[int], None] | None = None,
        notice: Callable[[str], None] | None = None,
        encoding: str | None = None,
        *,
        begins: Callable[[list[str]], bool] | None = None,
    ) -> None:
        self._name = content.name
        charset = charset_said(content, encoding) if encoding else charset_of(content)
        if charset is Charset.WINDOWS_1252 and notice:
            notice(f"{self._name}: this is no UTF-8; read as Windows-1252.")
        self._lines = Lines(utf8_blocks(content, charset, progress), self._name)
        csv.field_size_limit(MAX_CELL)
        if begins is not None:
            self._skip_preamble(begins)
        self._delimiter = self._find_delimiter()
        self._quotes = _Quotes(self._delimiter)
        self._cells = csv.reader(self._lines, delimiter=self._delimiter, strict=True)
        self._unpadded = csv.reader(
            map(self._quotes.without_blanks, self._lines), delimiter=self._delimiter, strict=True
        )
        try:
            self.header = self._next_cells()
        except csv.Error as fault:
            raise IngestError(
                f"the header cannot be read: {_words(fault)}",
                where=f"{self._name}:{self._lines.taken[0].number}",
            ) from fault
        self._titles = [_folded(title) for title in self.header]
        self.header_line = self._lines.taken[0].number
        if not is_utf8(self._lines.taken_text()):
            raise IngestError(
                "the header is no valid UTF-8", where=self._name, hint="save the file as UTF-8"
            )

    def __iter__(self) -> Iterator[TableRow | Reject]:
        """The rows and what could not be read as one; rows without any value are none.

        Raises:
            IngestError: The file is cut off, a line is longer than ``MAX_LINE``, or a second header
                has the columns in another order.
        """
        lines = self._lines
        while True:
            lines.taken.clear()
            try:
                cells = self._next_cells()
            except csv.Error as fault:
                yield self._recover(fault)
                continue
            except StopIteration:
                return
            # an empty line, or one of delimiters only, as spreadsheets write it
            if any(map(trim, cells)):
                yield self._row(cells)

    def _next_cells(self) -> list[str]:
        """The cells of the next row; blanks before a quoted one are not part of it.

        Raises:
            StopIteration: There is none.
            csv.Error: It cannot be read.
        """
        lines = self._lines
        cells: list[str] = []
        fault: csv.Error | None = None
        try:
            cells = next(self._cells)
        except csv.Error as error:
            fault = error
        is_padded = (
            any(cell[:1].isspace() and cell.lstrip()[:1] == '"' for cell in cells)
            if fault is None
            else any(self._quotes.are_padded(line.text) for line in lines.taken[:_LINES_LOOKED_AT])
        )
        if is_padded:
            plain = lines.taken[:]
            self._reread(plain)
            self._quotes.open = False
            try:
                return next(self._unpadded)
            except csv.Error:
                # no quoting: a value that begins with a blank and a quote
                self._reread(lines.taken)
                for _ in plain:
                    next(lines)
        if fault is not None:
            raise fault
        return cells

    def _reread(self, taken: list[Line]) -> None:
        self._lines.give_back(taken)
        self._lines.taken = []

    def _skip_preamble(self, begins: Callable[[list[str]], bool]) -> None:
        """Go to the header, if it is found among the first lines; else to the first line."""
        lines = self._lines
        for _ in range(_LONGEST_PREAMBLE):
            text = next(lines, None)
            if text is None or _SEPARATOR.fullmatch(text.rstrip("\r\n")):
                break
            if any(begins(_plain_cells(text, mark)) for mark in _DELIMITERS if mark in text):
                lines.give_back(lines.taken[-1:])
                lines.taken.clear()
                return
        lines.give_back(lines.taken)
        lines.taken = []

    def _find_delimiter(self) -> str:
        """What the first line that is not blank says; a header is left to be read."""
        for text in self._lines:
            said = _SEPARATOR.fullmatch(text.rstrip("\r\n"))
            if said:
                self._lines.taken.clear()
                return said[1].replace(r"\t", _TAB)
            if trim(text):
                self._lines.give_back(self._lines.taken[-1:])
                self._lines.taken.clear()
                if _TAB in text:
                    return _TAB
                return ";" if text.count(";") > text.count(",") else ","
            self._lines.taken.clear()
        raise IngestError("there are no records in it, nothing to load", where=self._name)

    def _row(self, cells: list[str]) -> TableRow | Reject:
        first = self._lines.taken[0]
        origin = first.begins(self._lines.taken_text())
        if not is_utf8(origin.raw):
            return Reject(origin, Reason.INVALID_ENCODING, "the row is not valid UTF-8")
        width = len(self.header)
        if _is_totals(cells):
            return Reject(origin, Reason.TOTALS, "the row counts the others")
        if self._is_header(cells, first.number):
            return Reject(origin, Reason.REPEATED_HEADER, "the header stands here once more")
        if len(cells) < width and self._lines.unfinished:
            raise self._cut_off(first.number, f"{len(cells)} of {width} cells")
        if len(cells) < width or any(map(trim, cells[width:])):
            detail = f"{len(cells)} cells, and the header has {width}"
            return Reject(origin, Reason.CELL_COUNT, detail)
        return TableRow(origin, cells[:width])

    def _is_header(self, cells: list[str], line: int) -> bool:
        """Whether a row is the header once more.

        Raises:
            IngestError: It is, with the columns in another order, so the rows below it are others.
        """
        if _folded(cells[0]) not in self._titles:
            return False
        titles = [_folded(cell) for cell in cells[: len(self.header)]]
        if titles == self._titles:
            return True
        if sorted(titles) == sorted(self._titles):
            raise IngestError(
                "the header stands here once more, with its columns in another order; "
                "nothing of it was loaded",
                where=f"{self._name}:{line}",
                hint="load the two parts as two files",
            )
        return False

    def _recover(self, fault: csv.Error) -> TableRow | Reject:
        """Give up the first of the lines that were taken, and read the others again."""
        first, *others = self._lines.taken
        origin = first.begins(first.raw)
        if self._delimiter == _TAB and is_utf8(first.raw):
            # much that separates by tabs knows no quoting: its quotes are text
            literal = first.text.rstrip("\r\n").split(_TAB)
            if len(literal) == len(self.header):
                self._lines.give_back(others)
                return TableRow(origin, literal)
        if _UNCLOSED in str(fault) and self._lines.unfinished:
            raise self._cut_off(first.number, "a quote that does not close")
        self._lines.give_back(others)
        return Reject(origin, Reason.MALFORMED_ROW, _words(fault))

    def _cut_off(self, line: int, sign: str) -> IngestError:
        return IngestError(
            f"the file ends inside this row ({sign}), it has been cut off; "
            "nothing of it was loaded",
            where=f"{self._name}:{line}",
            hint="fetch the file again",
        )


class _Quotes:
    """Takes the blanks between a delimiter and an opening quote away, line by line.

    Attributes:
        open: The line to come begins inside of quotes.
    """

    def __init__(self, delimiter: str) -> None:
        self.open = False
        mark = re.escape(delimiter)
        self._padded = re.compile(rf'(?:^|{mark})[^\S\r\n{mark}]+"')
        # a cell from its beginning: in quotes, which may not close on this line, or without
        self._cell = re.compile(rf'(?P<blanks>[^\S\r\n{mark}]*)"|[^{mark}]*(?:{mark}|\Z)')
        self._rest = re.compile(rf'(?:[^"]|"")*+(?P<close>"[^{mark}]*(?:{mark}|\Z))?')

    def are_padded(self, line: str) -> bool:
        """Whether blanks before an opening quote may stand on a line."""
        return self._padded.search(line) is not None

    def without_blanks(self, line: str) -> str:
        """The line as the csv module understands it."""
        parts = []
        place = 0
        while place < len(line):
            if not self.open:
                cell = self._cell.match(line, place)
                if cell is None:
                    break
                place = cell.end()
                if cell["blanks"] is None:
                    parts.append(cell[0])
                    continue
                parts.append('"')
                self.open = True
            rest = self._rest.match(line, place)
            if rest is None:
                break
            self.open = rest["close"] is None
            parts.append(rest[0])
            place = rest.end()
        return "".join(parts) + line[place:]


def _words(fault: csv.Error) -> str:
    said = str(fault)
    return next((words for sign, words in _FAULTS.items() if sign in said), said)


def _plain_cells(line: str, delimiter: str) -> list[str]:
    """The cells of a line that stands for itself."""
    try:
        return next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:
        return []


def _folded(title: str) -> str:
    return trim(title).casefold()


def _is_totals(cells: list[str]) -> bool:
    """Whether a row has one value, and that counts the rows above it."""
    filled = [text for text in map(trim, cells) if text]
    return (
        len(filled) == 1
        and len(filled[0]) <= _LONGEST_TOTALS
        and _TOTALS.fullmatch(filled[0]) is not None
    )
