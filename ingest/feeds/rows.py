"""From a table row, or a JSON object with the same keys, to a row of a raw table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from uuid import UUID

import msgspec

from ingest.characters import trim
from ingest.errors import IngestError, did_you_mean
from ingest.feeds.merge import TEMPORARY_SCHEMA
from ingest.feeds.options import FeedOptions
from ingest.feeds.plausibility import ENOUGH, misfit
from ingest.feeds.values import is_null, stored
from ingest.formats.delimited import TableRow
from ingest.formats.json.records import Record
from ingest.landing.copy import Target
from ingest.landing.ledger import Header
from ingest.landing.rows import LONGEST_KEY, Row
from ingest.rejects import Reason, RefusedError
from ingest.terminal.screen import printable
from ingest.workflows.exports import Export, normal_header
from ingest.workflows.feeds import UNSTORED, Column, Feed, Holds
from ingest.workflows.registry import Registry, UnknownWorkflowError, Workflow

# What a record that was relayed as JSON may carry beside its columns.
_BESIDE = frozenset(("workflow_slug", "clay_table_url", "cleaned_first_name", "batch_name"))
_STRING = msgspec.json.Decoder(str)
_MOST_NAMED = 8  # headers in one sentence
_ENOUGH_HEADERS = 2  # that are known make a line the header
_LONGEST_NAME = 60  # characters of a header in a sentence


class FeedRows:
    """Makes rows of the records of one file.

    Args:
        workflow: The workflow of the load.
        feed: Its feed.
        registry: The registered workflows.
        options: What is said about the file.
        load_id: The load.

    Raises:
        IngestError: The seed of other programs' headers names a column that there is not.

    Attributes:
        feed, options, load_id: As given.
        notes: What the user should know about the columns of the file, after ``read_header``.
        found_moments: A row so far told a time.
    """

    def __init__(
        self,
        workflow: Workflow,
        feed: Feed,
        registry: Registry,
        options: FeedOptions,
        load_id: UUID,
    ) -> None:
        self._workflow = workflow
        self.feed = feed
        self.options = options
        self.load_id = load_id
        self._registry = registry
        self._exports = registry.exports.get(workflow.slug, ())
        self._check_exports()
        self._zone = options.zone
        self._defaults = options.defaults(feed)
        self._constants = options.constants(feed, load_id)
        self._places: dict[str, int] = {}  # column -> place of its cell
        self._nameless: list[int] = []
        self._skipped: list[str] = []
        self._filled: Counter[str] = Counter()  # column -> rows with a value
        self._seen = 0
        self._columns = feed.columns
        self._target = self._target_of(self._columns)
        self._keys: dict[str, Column | None] = {}
        self.notes: list[str] = []
        self.found_moments = False

    def read_header(self, header: Sequence[str], where: str) -> None:
        """Learn what the cells of the rows to come are.

        Raises:
            IngestError: A header is unknown or stands twice, or an expected one is missing; with
                the unknown, the missing and the nearest ones.
        """
        feed = self.feed
        unread = set(map(normal_header, feed.unread))
        export = self._export_of(header)
        if export is not None:
            self._read_export(export, header)
            return
        found: dict[str, int] = {}
        unknown, skipped = [], self._skipped
        for place, title in enumerate(header):
            name = normal_header(title)
            if not name:
                self._nameless.append(place)
            elif name in unread:
                skipped.append(trim(title))
            elif name not in feed.by_header:
                unknown.append(trim(title))
            elif name in found:
                raise IngestError(f"the header {_shown(title)} stands twice", where=where)
            else:
                found[name] = place
        absent = [column for name, column in feed.by_header.items() if name not in found]
        missing = [column.title for column in absent if column.expected]
        if unknown or missing:
            raise self._unfit(unknown, missing, [column.title for column in absent], where)
        self._take({feed.by_header[name].name: place for name, place in found.items()})
        if skipped:
            self.notes.append(f"not read, the loader sets them itself: {_listed(skipped)}")
        unset = [column.title for column in absent if not column.title.startswith("_")]
        if unset:
            self.notes.append(f"not in the file and left empty: {_listed(unset)}")

    def begins(self, cells: Sequence[str]) -> bool:
        """Whether a line is the header, and no word about the file before it."""
        names = set(map(normal_header, cells))
        known = sum(name in self.feed.by_header for name in names if name)
        return known >= _ENOUGH_HEADERS or self._export_of(cells) is not None

    def _export_of(self, header: Sequence[str]) -> Export | None:
        """The program that wrote a header, None if it has the columns of the feed itself."""
        names = set(map(normal_header, header))
        if all(name in names for name, c in self.feed.by_header.items() if c.expected):
            return None
        return next((export for export in self._exports if export.made(names)), None)

    def _check_exports(self) -> None:
        known = {column.name for column in self.feed.columns}
        named = (column for export in self._exports for column in export.columns.values())
        wrong = next((column for column in named if column and column not in known), None)
        if wrong is not None:
            raise IngestError(
                f"a header of {self._workflow.slug} leads to {wrong}, and there is no such column",
                where="seeds/registry/table_headers.csv",
            )

    def _read_export(self, export: Export, header: Sequence[str]) -> None:
        places: dict[str, int] = {}
        left = self._skipped
        for place, title in enumerate(header):
            column = export.columns.get(normal_header(title))
            if not trim(title):
                self._nameless.append(place)
            elif not column:
                left.append(trim(title))
            else:
                places.setdefault(column, place)
        self._take(places)
        self.notes.append(f"read as an export of {export.name}")
        if left:
            self.notes.append(f"not read: {_listed(left)}")

    def _take(self, places: dict[str, int]) -> None:
        """Read these columns from these places."""
        self._places = places
        self._columns = tuple(
            c for c in self.feed.columns if c.name in places or c.name in self._defaults
        )
        self._target = self._target_of(self._columns)

    def row(self, record: TableRow | Record) -> Row:
        """The row of a record; a cell that its column cannot store lands beside it.

        Raises:
            RefusedError: A value that is needed is missing, several cannot belong to their columns
                or one stands under no header; or a JSON record has a key that is no column, or
                names another workflow.
        """
        self._seen += 1
        unstored: dict[str, str] = {}
        if isinstance(record, Record):
            texts, cleaned = self._texts(record, unstored), record.cleaned
        else:
            cells, cleaned = _without_nul(record)
            if any(trim(cells[place]) for place in self._nameless):
                raise RefusedError(
                    Reason.IMPLAUSIBLE,
                    "there is a value under no header: the cells seem to have moved",
                )
            texts = {name: cells[place] for name, place in self._places.items()}
        self._refuse_moved(texts)
        values = [
            self._value(column, texts.get(column.name, ""), unstored) for column in self._columns
        ]
        beside = msgspec.Raw(msgspec.json.encode(unstored)) if unstored else None
        return Row(self._target, (*values, *self._constants.values(), beside), cleaned)

    @property
    def workflow_slug(self) -> str:
        """The workflow of the load."""
        return self._workflow.slug

    def headers(self) -> Iterator[Header]:
        """What the file had columns for, after its last row: each header once."""
        taken = {column.name for column in self._keys.values() if column} | self._places.keys()
        for column in self.feed.columns:
            if column.name in taken:
                filled = self._filled[column.name]
                yield Header(column.title, column.name, self._seen, filled)
        keys = [key for key, column in self._keys.items() if column is None]
        for name in sorted({normal_header(title) for title in (*self._skipped, *keys)}):
            yield Header(name, None, self._seen, 0)

    def _refuse_moved(self, texts: Mapping[str, str]) -> None:
        signs = []
        for column in self._columns:
            text = texts.get(column.name, "")
            if is_null(text):
                continue
            self._filled[column.name] += 1
            wrong = misfit(column.holds, text)
            if wrong is not None:
                signs.append(f"{column.title} holds {wrong}")
        if len(signs) >= ENOUGH:
            raise RefusedError(
                Reason.IMPLAUSIBLE, f"{_listed(signs)}: the cells seem to have moved"
            )

    def _target_of(self, columns: Iterable[Column]) -> Target:
        named = {column.name: column.holds.sql_type for column in columns}
        types = {
            "id": "uuid",
            **named,
            **dict.fromkeys(self._constants, "uuid"),
            UNSTORED: "jsonb",
            "_load_id": "uuid",
        }
        schema = TEMPORARY_SCHEMA if self.feed.key else "raw"
        return Target(self.feed.table, tuple(types), tuple(types.values()), schema=schema)

    def _value(self, column: Column, text: str, unstored: dict[str, str]) -> object:
        try:
            value = stored(column, text, self._zone)
        except ValueError:
            unstored[column.name] = text
            value = None
        if value is None:
            # what is said of the file takes the place of a cell that can say nothing itself
            value = self._defaults.get(column.name)
        elif column.holds is Holds.MOMENT:
            self.found_moments = True
        if column.needed:
            if value is None:
                raise RefusedError(Reason.NO_KEY, f"{column.title} is missing, null or blank")
            if len(text) > LONGEST_KEY:
                raise RefusedError(
                    Reason.KEY_TOO_LONG,
                    f"{column.title} has {len(text):,} characters, more than {LONGEST_KEY:,} are "
                    "no key",
                )
        return value

    # Records relayed as JSON: headers as keys, null or no key where a cell would be empty.

    def _texts(self, record: Record, unstored: dict[str, str]) -> dict[str, str]:
        self._check_workflow(record)
        texts: dict[str, str] = {}
        for key, value in record.fields.items():
            if key not in self._keys:
                self._keys[key] = self._column(key)
            column = self._keys[key]
            if column is None:
                continue
            if column.name in texts:
                raise RefusedError(Reason.BAD_VALUE, f"{column.title} stands twice")
            texts[column.name] = _text(value)
            if column.holds.sql_type != "jsonb" and bytes(value).startswith((b"[", b"{")):
                unstored[column.name] = texts[column.name]
                texts[column.name] = ""
        return texts

    def _column(self, key: str) -> Column | None:
        """The column of a key, None for one that may stand beside the columns."""
        name = normal_header(key)
        if name in _BESIDE or name in map(normal_header, self.feed.unread):
            return None
        column = self.feed.by_header.get(name)
        if column is None:
            titles = [column.title for column in self.feed.columns]
            raise RefusedError(
                Reason.UNKNOWN_FIELD,
                f"{_shown(key)} is no column of {self._workflow.slug}{did_you_mean(key, titles)}",
            )
        return column

    def _check_workflow(self, record: Record) -> None:
        value = record.fields.get("workflow_slug")
        name = record.origin.batch_slug
        if value is not None and bytes(value).startswith(b'"'):
            name = _STRING.decode(value) or name
        if name is None:
            return
        try:
            named = self._registry.resolve(name)
        except UnknownWorkflowError as fault:
            raise RefusedError(Reason.UNKNOWN_WORKFLOW, str(fault)) from fault
        if named != self._workflow:
            raise RefusedError(
                Reason.WORKFLOW_MISMATCH,
                f"the record names workflow {named.slug}, the load {self._workflow.slug}",
            )

    def _unfit(
        self, unknown: list[str], missing: list[str], absent: list[str], where: str
    ) -> IngestError:
        faults = []
        if unknown:
            named = [f"{_shown(title)}{did_you_mean(title, absent)}" for title in unknown]
            faults.append(f"unknown: {_listed(named)}")
        if missing:
            faults.append(f"missing: {_listed(missing, most=len(missing))}")
        return IngestError(
            f"the headers do not fit {self._workflow.slug}; {'; '.join(faults)}; "
            "nothing of this file was loaded",
            where=where,
            hint="rename, add or remove columns; ingest workflows lists the known ones",
        )


def _text(value: msgspec.Raw) -> str:
    """A JSON value as the cell of a table would write it."""
    text = bytes(value)
    if text.startswith(b'"'):
        return _STRING.decode(text)
    if text == b"null":
        return ""
    return text.decode()


def _without_nul(row: TableRow) -> tuple[list[str], bool]:
    """The cells without NUL, which PostgreSQL cannot store, and whether there was any."""
    if b"\x00" not in row.origin.raw:
        return row.cells, False
    return [cell.replace("\x00", "") for cell in row.cells], True


def _shown(title: str) -> str:
    """A header as a message may show it: on one line, and not for ever."""
    text = printable(trim(title))
    return repr(text[:_LONGEST_NAME] + ("..." if len(text) > _LONGEST_NAME else ""))


def _listed(names: list[str], most: int = _MOST_NAMED) -> str:
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
