"""The file of a feed: its rows and what must happen before and after they land."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ingest.errors import IngestError, UsageError
from ingest.feeds.merge import make_room, merge
from ingest.feeds.rows import FeedRows
from ingest.formats.content import Content
from ingest.formats.delimited import TableReader, TableRow, looks_like_json
from ingest.formats.json.records import Record, RecordReader
from ingest.landing import ledger
from ingest.landing.rows import Row
from ingest.postgres.connection import Connection
from ingest.rejects import Reason, RefusedError, Reject

_MOST = 0.5  # share of rows with misplaced values beyond which the file itself is at fault


class FeedFile:
    """One file of a feed, on the way into its table.

    Args:
        conn: A connection whose transaction is open.
        content: The file.
        rows: Makes rows of its records.
        notice: Told what was assumed about the file.
    """

    def __init__(
        self, conn: Connection, content: Content, rows: FeedRows, notice: Callable[[str], None]
    ) -> None:
        self._conn = conn
        self._content = content
        self._rows = rows
        self._notice = notice
        self._seen = 0
        self._misplaced = 0
        self._first_sign = ""

    def records(self, progress: Callable[[int], None]) -> Iterator[TableRow | Record | Reject]:
        """The rows of the file, be it a table or JSON, and what could not be read as one.

        Raises:
            IngestError: The file is of another kind, cut off or damaged, its header does not fit
                the feed, or it is not in the encoding that was given.
        """
        if self._rows.feed.key:
            make_room(self._conn, self._rows.feed)
        encoding = self._rows.options.charset
        if looks_like_json(self._content):
            if encoding is not None:
                raise IngestError(
                    "this is JSON, which is UTF-8; --encoding has a meaning for tables only",
                    where=self._content.name,
                    hint="leave it out",
                )
            # what is said about the file is not kept: its records cannot be tried again without it
            blocks = self._content.blocks(progress)
            yield from RecordReader(self._content.name, blocks, can_retry=False)
            return
        table = TableReader(
            self._content, progress, self._notice, encoding, begins=self._rows.begins
        )
        self._rows.read_header(table.header, f"{self._content.name}:{table.header_line}")
        for note in self._rows.notes:
            self._notice(f"{self._content.name}: {note}.")
        yield from table

    def row(self, record: TableRow | Record) -> Row:
        """The row of a record.

        Raises:
            RefusedError: It cannot land.
        """
        self._seen += 1
        try:
            return self._rows.row(record)
        except RefusedError as fault:
            if fault.reason is Reason.IMPLAUSIBLE:
                self._misplaced += 1
                self._first_sign = (
                    self._first_sign or f"on line {record.origin.line} {fault.detail}"
                )
            raise

    def finish(self) -> dict[str, int]:
        """Note the headers, and merge the rows of a feed with a key, after all have landed.

        Returns:
            What became of them, in words and numbers; nothing for a feed without a key.

        Raises:
            IngestError: Most rows have values that cannot belong to their columns.
            UsageError: A time zone was given, and there was no time to read in it.
        """
        if self._misplaced > self._seen * _MOST:
            raise IngestError(
                f"{self._misplaced:,} of {self._seen:,} rows have values that cannot belong to "
                f"their columns ({self._first_sign}); nothing of this file was written",
                where=self._content.name,
                hint="put the columns right and load it again",
            )
        options = self._rows.options
        if options.timezone and not (options.exported_at or self._rows.found_moments):
            raise UsageError(
                "--timezone has no meaning: nothing says when the export was made",
                where=self._content.name,
                hint="give --export-timestamp",
            )
        feed = self._rows.feed
        ledger.record_headers(
            self._conn, self._rows.load_id, self._rows.workflow_slug, self._rows.headers()
        )
        return merge(self._conn, feed, self._rows.load_id, self._announce) if feed.key else {}

    def _announce(self, holder: str) -> None:
        self._notice(
            f"{self._content.name}: waiting for another load into raw.{self._rows.feed.table} "
            f"({holder}) ..."
        )
