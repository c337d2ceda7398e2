"""Values as callers write them in a query string, checked by the type of their column."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from uuid import UUID

LONGEST = 2_000  # characters; no value of a column that is compared is longer
_FLAGS = ("true", "false")
_INTEGER = re.compile(r"[+-]?[0-9]{1,19}")
_RANGES = {"integer": 2**31, "bigint": 2**63}


class BadValueError(ValueError):
    """A text that is no value of the type; its words say what one looks like."""


def checked(text: str, type_name: str, *, longest: int = LONGEST) -> str:
    """A value as PostgreSQL reads it.

    Args:
        text: The value as it was given.
        type_name: The type of the column, or of its items.
        longest: The most characters it may have.

    Raises:
        BadValueError: It is none.
    """
    if not is_storable(text):
        raise BadValueError("has characters that no value has")
    if len(text) > longest:
        raise BadValueError(f"is longer than {longest:,} characters")
    return _READERS.get(type_name.removesuffix("[]"), _text)(text)


def is_storable(text: str) -> bool:
    """Whether a text can be in the database at all."""
    try:
        return b"\x00" not in text.encode()
    except UnicodeEncodeError:  # half of a surrogate pair
        return False


def _text(text: str) -> str:
    return text


def _whole_number(limit: int) -> Callable[[str], str]:
    def read(text: str) -> str:
        if not _INTEGER.fullmatch(text) or not -limit <= int(text) < limit:
            raise BadValueError(f"is not a whole number from {-limit} to {limit - 1}")
        return str(int(text))

    return read


def _number(text: str) -> str:
    try:
        number = Decimal(text)
    except InvalidOperation:
        number = Decimal("nan")
    if not number.is_finite() or abs(number.adjusted()) > 100:  # noqa: PLR2004 - far beyond any
        raise BadValueError("is not a number")
    return str(number)


def _flag(text: str) -> str:
    if text not in _FLAGS:
        raise BadValueError("is neither true nor false")
    return text


def _uuid(text: str) -> str:
    try:
        return str(UUID(text))
    except ValueError:
        raise BadValueError("is not a UUID") from None


def _date(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise BadValueError("is not a date, such as 2026-01-31") from None


def _moment(text: str) -> str:
    # a + that was not encoded arrives as a blank
    try:
        moment = datetime.fromisoformat(re.sub(r" (?=\d\d:?\d\d$)", "+", text))
        zoned = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return zoned.astimezone(UTC).isoformat()
    except (ValueError, OverflowError):
        raise BadValueError(
            "is not a moment, such as 2026-01-31T09:00:00Z (without a zone: UTC)"
        ) from None


_READERS: dict[str, Callable[[str], str]] = {
    **{name: _whole_number(limit) for name, limit in _RANGES.items()},
    "numeric": _number,
    "boolean": _flag,
    "uuid": _uuid,
    "date": _date,
    "timestamptz": _moment,
}
