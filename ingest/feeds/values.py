"""Values of table rows: from the text of a cell to what its column stores."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, tzinfo

import msgspec

from ingest.characters import trim
from ingest.formats.json.text import without_unstorable
from ingest.landing.rows import FLAGS
from ingest.workflows.feeds import Column, Holds

# What programs print where there is no value: in JSON, in SQL, in Python. What people write there
# (seeds/vocabularies/null_markers.csv) is received text like any other, and the models know it.
PRINTED_NULLS = frozenset(("null", "NULL", "None"))
_MOMENT_FORMS = ("%m/%d/%Y, %I:%M %p", "%m/%d/%Y, %I:%M:%S %p")
_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}(?:[T ].*)?", re.DOTALL)


def is_null(text: str) -> bool:
    """Whether a cell says that there is no value."""
    said = trim(text)
    return not said or said in PRINTED_NULLS


def stored(column: Column, text: str, zone: tzinfo) -> object:
    """The value of a cell as its column stores it, None where the cell says there is none.

    Args:
        column: The column.
        text: The cell; text columns keep it as it is.
        zone: Where times without a zone were taken.

    Raises:
        ValueError: The column cannot store it; the words complete "it is".
    """
    if is_null(text):
        return None
    convert = _CONVERSIONS.get(column.holds)
    return text if convert is None else convert(trim(text), zone)


def read_moment(text: str) -> datetime:
    """A time as lead exports (``12/26/2025, 5:55 PM``) or ISO 8601 write it.

    Returns:
        The time, with a zone if the text names one.

    Raises:
        ValueError: It is neither; the words complete "it is".
    """
    for form in _MOMENT_FORMS:
        with suppress(ValueError):
            return datetime.strptime(text, form)  # noqa: DTZ007 - the zone is the caller's to add
    if _ISO_DATE.fullmatch(text):
        with suppress(ValueError):
            return datetime.fromisoformat(text)
    raise ValueError("no time like 12/26/2025, 5:55 PM or 2025-12-26T17:55")


def in_zone(moment: datetime, zone: tzinfo) -> datetime:
    """The moment, taken as local time of a zone if it names none itself.

    Of an hour that came twice, as the clocks were set back, it is the first.

    Raises:
        ValueError: The clocks of the zone never showed that time; the words complete "it is".
    """
    if moment.tzinfo is not None:
        return moment
    universal = moment.replace(tzinfo=zone).astimezone(UTC)
    if universal.astimezone(zone).replace(tzinfo=None) != moment:
        raise ValueError(f"a time that the clocks of {zone} skipped")
    return universal


def _local_moment(text: str, zone: tzinfo) -> datetime:
    return in_zone(read_moment(text), zone)


def _flag(text: str, _zone: tzinfo) -> bool:
    flag = FLAGS.get(text.lower())
    if flag is None:
        raise ValueError("neither true nor false, yes nor no, 1 nor 0")
    return flag


def _list(text: str, _zone: tzinfo) -> msgspec.Raw:
    """A JSON array as it is; other text as the items between its semicolons, else its commas."""
    if text.startswith(("[", "{")):
        encoded = without_unstorable(text.encode())
        try:
            msgspec.json.decode(encoded, type=list[msgspec.Raw])
        except (msgspec.DecodeError, RecursionError):
            raise ValueError("a bracket and yet no JSON array") from None
        return msgspec.Raw(encoded)
    items = text.split(";" if ";" in text else ",")
    return msgspec.Raw(msgspec.json.encode([item for item in map(trim, items) if item]))


_CONVERSIONS: dict[Holds, Callable[[str, tzinfo], object]] = {
    Holds.FLAG: _flag,
    Holds.LIST: _list,
    Holds.MOMENT: _local_moment,
}
