"""Rows ready to land, and their ids: version 7 UUIDs, which sort by time."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol
from uuid import UUID

from ingest.landing.copy import Target
from ingest.workflows.routes import Route

LONGEST_KEY = 2_000  # characters
# goes out with every record that is sent (ingest.outbound) and comes back with its result
DELIVERY_ID = "_hq_delivery_id"
# how received text says yes and no, in lower case
FLAGS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}

_MILLISECONDS = 80  # bits to the right of the time
_VERSION_AND_VARIANT = (0x7 << 76) | (0b10 << 62)


@dataclass(frozen=True, slots=True)
class Row:
    """A record ready to land.

    Args:
        route: Its table and columns; as they are for COPY if it comes from a table.
        values: One value per column of the route, but for the first and the last one, ``id`` and
            ``_load_id``.
        cleaned: Characters that PostgreSQL cannot store were taken out.
        delivery_id: The delivery that it is the result of, if it says so.
    """

    route: Route | Target
    values: tuple[object, ...]
    cleaned: bool
    delivery_id: UUID | None = None


def new_id() -> UUID:
    """A fresh id that carries the present time."""
    random_bits = (secrets.randbits(12) << 64) | secrets.randbits(62)
    return _at_time(time.time_ns() // 1_000_000, random_bits)


def id_at(moment: datetime, digest: bytes) -> UUID:
    """The id that carries a moment and is made of a digest: always the same one."""
    bits = int.from_bytes(digest)
    rest = (bits >> 62 & 0xFFF) << 64 | bits & (1 << 62) - 1
    return _at_time(int(moment.timestamp() * 1_000), rest)


def time_in(row_id: UUID) -> datetime:
    """The time that an id carries, to the millisecond."""
    return datetime.fromtimestamp((row_id.int >> _MILLISECONDS) / 1_000, UTC)


class RowIdsByOffset(Protocol):
    """The ids of rows, by where their records begin."""

    def at(self, offset: int) -> UUID:
        """The id of the record that begins at an offset."""


class RowIds:
    """Ids of the rows of one load, which sort as their records stand in the file.

    Milliseconds of the load's start (48 bits), offset of the record in the file (44 bits), and 30
    random bits, drawn once, that keep loads of the same millisecond apart. They depend on nothing
    that was read before the record: the parts of a file, or what was refused at first, can be
    given their ids at any time.

    Args:
        load_id: The id of the load that read the file.
    """

    def __init__(self, load_id: UUID) -> None:
        self._base = _at_time(load_id.int >> _MILLISECONDS, secrets.randbits(30)).int

    def at(self, offset: int) -> UUID:
        """The id of the record that begins at an offset, in bytes, below 16 TB."""
        return UUID(int=self._base | (offset >> 32 << 64) | ((offset & 0xFFFFFFFF) << 30))


class RequestIds:
    """Ids of what one request brought, which sort by receipt and then as they stand in its body.

    The present time as raw.new_id() has it, to the 4,096th part of a millisecond (60 bits), offset
    in the body (24 bits), and 38 random bits, drawn once, that keep requests of the same moment
    apart.
    """

    def __init__(self) -> None:
        milliseconds, rest = divmod(time.time_ns(), 1_000_000)
        part = rest * 4_096 // 1_000_000
        self._base = _at_time(milliseconds, part << 64 | secrets.randbits(38)).int

    def at(self, offset: int) -> UUID:
        """The id of the record that begins at an offset, in bytes, below 16 MB."""
        return UUID(int=self._base | offset << 38)


def _at_time(milliseconds: int, rest: int) -> UUID:
    return UUID(int=(milliseconds << _MILLISECONDS) | _VERSION_AND_VARIANT | rest)
