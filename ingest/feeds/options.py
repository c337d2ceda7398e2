"""What the user says about the files of a feed: read, and refused where it has no meaning."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo

from ingest.errors import UsageError
from ingest.feeds.rows import FileFacts
from ingest.feeds.values import in_zone, read_moment
from ingest.feeds.vc_firms import find_vc_firm
from ingest.postgres.connection import Connection
from ingest.workflows.feeds import FEEDS, Setting, feed_of
from ingest.workflows.registry import Workflow


def read_settings(workflow: Workflow | None, said: Mapping[Setting, str | None]) -> FileFacts:
    """The facts that the options state, but for the firm, which only the database knows.

    Args:
        workflow: The workflow of the load.
        said: The options; None where one was not given.

    Raises:
        UsageError: An option has no meaning for the workflow or cannot be read, or one that the
            workflow needs is missing.
    """
    feed = feed_of(workflow)
    meant = feed.settings if feed else ()
    for setting, value in said.items():
        if value is None:
            continue
        if setting not in meant:
            takers = [slug for slug, taker in FEEDS.items() if setting in taker.settings]
            raise UsageError(f"{setting.value} has a meaning for {', '.join(takers)} only")
        if not value.strip():
            raise UsageError(f"{setting.value} is blank", hint="leave it out")
    needed = feed.needed_setting if feed else None
    if workflow and needed and said.get(needed) is None:
        raise UsageError(f"{workflow.slug} needs {needed.value}, by name or domain")
    zone = _zone(said.get(Setting.TIMEZONE))
    return FileFacts(
        export_title=said.get(Setting.EXPORT_TITLE),
        export_timestamp=_moment(said.get(Setting.EXPORT_TIMESTAMP), zone),
        notes=said.get(Setting.NOTES),
        zone=zone,
    )


def with_vc_firm(conn: Connection, facts: FileFacts, name: str | None) -> FileFacts:
    """The facts with the firm of that name or domain, if one is given.

    Raises:
        UsageError: There is no such firm, or there are several.
    """
    return facts if name is None else replace(facts, vc_firm_id=find_vc_firm(conn, name))


def _zone(name: str | None) -> tzinfo | None:
    if name is None:
        return None
    try:
        return ZoneInfo(name.strip())
    except (LookupError, ValueError, OSError):
        raise UsageError(
            f"--timezone {name!r} is no known time zone", hint="give one like America/New_York"
        ) from None


def _moment(text: str | None, zone: tzinfo | None) -> datetime | None:
    if text is None:
        return None
    try:
        moment = read_moment(text.strip())
        if moment.tzinfo is not None and zone is not None:
            raise UsageError("--timezone has no meaning: --export-timestamp names its own zone")
        return in_zone(moment, zone or UTC)
    except ValueError as fault:
        raise UsageError(f"--export-timestamp {text!r} is {fault}") from None
