"""What the user says about the files of a feed, from the words of the command to values of rows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, tzinfo
from functools import cached_property
from typing import get_args
from uuid import UUID
from zoneinfo import ZoneInfo

from ingest.characters import trim
from ingest.errors import UsageError
from ingest.feeds.values import in_zone, read_moment
from ingest.feeds.vc_firms import find_vc_firm
from ingest.formats.charset import codec_name
from ingest.postgres.connection import Connection
from ingest.workflows.feeds import FEEDS, Feed, Saying, feed_of
from ingest.workflows.registry import Workflow


@dataclass(frozen=True)
class FeedOptions:
    """What is said about files as a whole, each as it was said; None where nothing is.

    Args:
        vc_firm: The firm whose portfolio they hold, by name or domain.
        export_title: Of the export; like the next two for rows that do not say it themselves.
        export_timestamp: When the export was made.
        timezone: Where times without a zone were taken; UTC if nothing is said.
        notes: Anything.
        encoding: Of their text, as Python calls it, where it cannot be told.
        vc_firm_id: The firm, once ``found``.
    """

    vc_firm: str | None = None
    export_title: str | None = None
    export_timestamp: str | None = None
    timezone: str | None = None
    notes: str | None = None
    encoding: str | None = None
    vc_firm_id: UUID | None = None

    def check(self, workflow: Workflow | None) -> None:
        """See that all that is said can be read, and has a meaning for a workflow.

        Raises:
            UsageError: An option has no meaning for the workflow or cannot be read, or one that
                the workflow needs is missing.
        """
        feed = feed_of(workflow)
        for name in get_args(Saying):
            self._check_one(name, feed)
        if workflow and feed and feed.needs and getattr(self, feed.needs) is None:
            raise UsageError(f"{workflow.slug} needs {_option(feed.needs)}, by name or domain")
        _ = self.exported_at, self.charset

    def _check_one(self, name: Saying, feed: Feed | None) -> None:
        said: str | None = getattr(self, name)
        if said is None:
            return
        if feed is None or name not in feed.takes:
            takers = [slug for slug, taker in FEEDS.items() if name in taker.takes]
            raise UsageError(f"{_option(name)} has a meaning for {', '.join(takers)} only")
        if not trim(said):
            raise UsageError(f"{_option(name)} is blank", hint="leave it out")

    def found(self, conn: Connection) -> FeedOptions:
        """The same with the firm, which only the database knows.

        Raises:
            UsageError: There is no such firm, or there are several.
        """
        if self.vc_firm is None:
            return self
        return replace(self, vc_firm_id=find_vc_firm(conn, self.vc_firm))

    @cached_property
    def zone(self) -> tzinfo:
        """Where times without a zone were taken.

        Raises:
            UsageError: There is no such zone.
        """
        if self.timezone is None:
            return UTC
        try:
            return ZoneInfo(trim(self.timezone))
        except (LookupError, ValueError, OSError):
            raise UsageError(
                f"--timezone {self.timezone!r} is no known time zone",
                hint="give one like America/New_York",
            ) from None

    @cached_property
    def charset(self) -> str | None:
        """The encoding by the name of its codec.

        Raises:
            UsageError: There is no such encoding of text.
        """
        if self.encoding is None:
            return None
        name = codec_name(trim(self.encoding))
        if name is None:
            raise UsageError(
                f"--encoding {self.encoding!r} is no known encoding of text",
                hint="give one like cp1250, iso-8859-2 or shift_jis",
            )
        return name

    @cached_property
    def exported_at(self) -> datetime | None:
        """When the export was made.

        Raises:
            UsageError: It is no time, or names a zone beside the one that is given.
        """
        zone = self.zone
        if self.export_timestamp is None:
            return None
        try:
            moment = read_moment(trim(self.export_timestamp))
            if moment.tzinfo is not None and self.timezone is not None:
                raise UsageError("--timezone has no meaning: --export-timestamp names its own zone")
            return in_zone(moment, zone)
        except ValueError as fault:
            raise UsageError(f"--export-timestamp {self.export_timestamp!r} is {fault}") from None

    def defaults(self, feed: Feed) -> dict[str, object]:
        """Values of the feed's columns for rows without one of their own."""
        values = {
            "export_title": self.export_title,
            "export_timestamp": self.exported_at,
            "notes": self.notes,
        }
        return {c.name: values[c.name] for c in feed.columns if values.get(c.name) is not None}

    def constants(self, feed: Feed, load_id: UUID) -> dict[str, UUID]:
        """Columns that have the same value in all rows of a file."""
        values = {feed.upload_column: load_id, "vc_firm_id": self.vc_firm_id}
        return {name: value for name, value in values.items() if name and value}


def _option(name: Saying) -> str:
    """How the command line calls it."""
    return f"--{name.replace('_', '-')}"
