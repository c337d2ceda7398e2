"""Tables of payloads: each row is a payload without an envelope, its keys are the headers.

A header that is a key of the workflow in another case, or with blanks for underscores, is that key;
one with dots leads into objects, as a path of the registry does.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

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
_LONGEST_HEADER = 60  # characters of one
_BETWEEN_WORDS = re.compile(r"[\s_]+")
_IS_PATH = re.compile(r"[^\W\d]\w*(?:\.\w+)+")

Path = tuple[str, ...]


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
        self._known: dict[str, str] = {}
        for name in maker.names:
            self._known.setdefault(_folded(name), name)

    def records(self, progress: Callable[[int], None]) -> Iterator[Record | Reject]:
        """The rows of the file as records, and what could not be read as one.

        A row's text is the JSON it stands for, so that one which is refused can be tried again.

        Raises:
            IngestError: The file is of another kind, cut off or damaged, a header stands twice, or
                none is known to tell whom a row is about.
        """
        table = TableReader(
            *(self._content, progress, self._notice, self._encoding),
            begins=lambda cells: any(_folded(cell) in self._known for cell in cells),
        )
        paths = self._paths(table.header, f"{self._content.name}:{table.header_line}")
        for row in table:
            yield row if isinstance(row, Reject) else _record(row, paths)

    def row(self, record: Record) -> Row:
        """The row of a record.

        Raises:
            RefusedError: It cannot land.
        """
        return self._maker.row(record)

    def finish(self) -> dict[str, int]:
        """Nothing remains to be done: payloads are only ever added."""
        return {}

    def _paths(self, header: Sequence[str], where: str) -> list[Path]:
        """Where the cells of each column go in a payload; nowhere, without a header.

        Raises:
            IngestError: No header tells whom a row is about, one stands twice, or one is both a
                value and an object.
        """
        keys = self._keys([trim(title) for title in header])
        if self._known.keys().isdisjoint(map(_folded, keys)):
            there = ", ".join(filter(None, keys))[:_MOST_SHOWN]
            raise IngestError(
                f"no column tells whom a row is about; there is {there}; "
                "nothing of this file was loaded",
                where=where,
                hint="name its column in the key_fields of the workflow in "
                f"{REGISTRY}, with underscores for blanks",
            )
        twice = next((key for place, key in enumerate(keys) if key and key in keys[:place]), None)
        if twice is not None:
            raise IngestError(
                f"the header {twice[:_LONGEST_HEADER]!r} stands twice; "
                "nothing of this file was loaded",
                where=where,
                hint="rename or remove a column",
            )
        nameless = sum(not key for key in keys)
        if nameless:
            self._notice(f"{where}: columns without a header, not read: {nameless}.")
        paths = [tuple(key.split(".")) if _IS_PATH.fullmatch(key) else (key,) for key in keys]
        objects = {path[:length] for path in paths for length in range(1, len(path))}
        both = next((path for path in paths if path in objects), None)
        if both is not None:
            name = ".".join(both)[:_LONGEST_HEADER]
            raise IngestError(
                f"the header {name!r} is a value, and others ({name}. ...) are parts of it; "
                "nothing of this file was loaded",
                where=where,
                hint="rename or remove a column",
            )
        return paths

    def _keys(self, titles: Sequence[str]) -> list[str]:
        """The headers, those of the workflow's keys spelled as the registry does."""
        names, taken = set(self._maker.names), set(titles)
        keys = []
        for title in titles:
            key = title if title in names else self._known.get(_folded(title), title)
            keys.append(title if key in taken else key)
            taken.add(key)
        return keys


def _folded(title: str) -> str:
    """What headers of one meaning have in common: no case, no blanks, no underscores."""
    return _BETWEEN_WORDS.sub("", trim(title)).casefold()


def _record(row: TableRow, paths: Sequence[Path]) -> Record | Reject:
    members: dict[str, Any] = {}
    for path, cell in zip(paths, row.cells, strict=True):
        *above, key = path
        place = members
        for name in above:
            place = place.setdefault(name, {})
        if key:
            place[key] = _value(cell)
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
