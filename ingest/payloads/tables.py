"""Tables of payloads: each row is a payload without an envelope, its keys are the headers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import msgspec

from ingest.characters import trim
from ingest.errors import IngestError
from ingest.formats.content import Content
from ingest.formats.delimited import TableReader, TableRow
from ingest.formats.json.records import Record, read_record
from ingest.landing.rows import Row
from ingest.payloads.envelopes import RowMaker
from ingest.rejects import Reject
from ingest.workflows.routes import REGISTRY

_JSON_STARTS = ("{", "[")
_MOST_SHOWN = 200  # characters of headers in a sentence


class PayloadTable:
    """A table of payloads, on the way into the raw tables of their workflows.

    Args:
        content: The file.
        maker: Makes rows of its records.
        notice: Told what was assumed about the file.
        encoding: The name of its codec, if somebody says it.
    """

    def __init__(
        self,
        content: Content,
        maker: RowMaker,
        notice: Callable[[str], None],
        encoding: str | None = None,
    ) -> None:
        self._content = content
        self._maker = maker
        self._notice = notice
        self._encoding = encoding

    def records(self, progress: Callable[[int], None]) -> Iterator[Record | Reject]:
        """The rows of the file as records, and what could not be read as one.

        A row's text is the JSON it stands for, so that one which is refused can be tried again.

        Raises:
            IngestError: The file is of another kind, cut off or damaged, a header stands twice, or
                none is known to tell whom a row is about.
        """
        names = self._maker.names
        table = TableReader(
            *(self._content, progress, self._notice, self._encoding),
            begins=lambda cells: any(trim(cell) in names for cell in cells),
        )
        keys = self._keys(table.header, f"{self._content.name}:{table.header_line}")
        for row in table:
            yield row if isinstance(row, Reject) else _record(row, keys)

    def row(self, record: Record) -> Row:
        """The row of a record.

        Raises:
            RefusedError: It cannot land.
        """
        return self._maker.row(record)

    def finish(self) -> dict[str, int]:
        """Nothing remains to be done: payloads are only ever added."""
        return {}

    def _keys(self, header: Sequence[str], where: str) -> list[str]:
        keys = [trim(title) for title in header]
        if self._maker.names.isdisjoint(keys):
            there = ", ".join(filter(None, keys))[:_MOST_SHOWN]
            raise IngestError(
                f"no column tells whom a row is about; there is {there}; "
                "nothing of this file was loaded",
                where=where,
                hint="name its column in the key_fields of the workflow in " + REGISTRY,
            )
        twice = next((key for place, key in enumerate(keys) if key and key in keys[:place]), None)
        if twice is not None:
            raise IngestError(
                f"the header {twice[:60]!r} stands twice; nothing of this file was loaded",
                where=where,
                hint="rename or remove a column",
            )
        nameless = sum(not key for key in keys)
        if nameless:
            self._notice(f"{where}: columns without a header, not read: {nameless}.")
        return keys


def _record(row: TableRow, keys: Sequence[str]) -> Record | Reject:
    cells = zip(keys, row.cells, strict=True)
    members = {key: _value(cell) for key, cell in cells if key}
    origin = row.origin._replace(raw=msgspec.json.encode(members), can_retry=True)
    return read_record(origin)


def _value(cell: str) -> msgspec.Raw | str | None:
    """What a cell says: nothing, JSON if it holds an object or a list, else its text."""
    text = trim(cell)
    if not text:
        return None
    if text.startswith(_JSON_STARTS):
        try:
            msgspec.json.decode(text)
        except (msgspec.DecodeError, RecursionError):
            return cell
        return msgspec.Raw(text.encode())
    return cell
