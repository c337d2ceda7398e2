"""Values: sizes, numbers, yes and no, days and moments."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

from tests.properties.model.forms.text import clean, trim

BUCKETS = (
    *("1", "2-10", "11-50", "51-200", "201-500", "501-1000"),
    *("1001-5000", "5001-10000", "10001+"),
)
MONTHS = (
    *("january", "february", "march", "april", "may", "june", "july"),
    *("august", "september", "october", "november", "december"),
)


def size_bucket(text: str | None) -> str | None:
    """A LinkedIn size bucket, else the trimmed text."""
    known = clean(text)
    if known is None:
        return None
    size = re.sub("[\u00a0\u2009\u202f]", " ", known)
    size = re.sub(
        "[\u2010-\u2015\u2212]", "-", "".join(c.lower() if c < "\x7f" else c for c in size)
    )
    size = re.sub(r" (?:employees?|people)", "", size).replace(" to ", "-")
    if size in ("myself only", "self-employed", "self employed"):
        return "1"
    # dates that a spreadsheet made of 2-10 and 11-50
    if re.fullmatch("0?2-oct|oct-02|10-feb|feb-10", size):
        return "2-10"
    if size == "nov-50":
        return "11-50"
    size = size.replace(" -", "-").replace("- ", "-")
    for mark in (",", ".", " ", "'", "\u2019"):
        for bucket in BUCKETS:
            if size == re.sub("([0-9])([0-9]{3})(?![0-9])", rf"\g<1>{mark}\2", bucket):
                return bucket
    return size if size in BUCKETS else known


def whole_number(text: str | None, bits: int) -> int | None:
    """``123``, ``1,234``, ``123.0``, ``1e3`` within that many bits; None for anything else."""
    number = trim(text or "")
    form = r"[+-]?(\d+|\d{1,3}(,\d{3})+)(\.\d+)?([eE][+-]?\d{1,3})?"
    if not re.fullmatch(form, number, re.ASCII):
        return None
    value = Decimal(number.replace(",", ""))
    limit = Decimal(2) ** (bits - 1)
    if not -limit <= value < limit or value != value.to_integral_value():
        return None
    return int(value)


def year(text: str | None) -> int | None:
    """The year of a number or a date, if it may be one of a foundation."""
    number, named = whole_number(text, 32), day(text)
    found = number if named is None else named.year
    return found if found is not None and 1000 <= found < 2100 else None


def boolean(text: str | None) -> bool | None:
    """True/false, yes/no, 1/0 in any case."""
    words = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
    return words.get(trim(text or "").lower())


def day(text: str | None) -> date | None:
    """The first day of the period a text names."""
    words = trim(text or "")
    if re.match(r"\d{4}-\d\d-\d\d[T ]", words, re.ASCII | re.IGNORECASE):
        return _day(words[:4], words[5:7], words[8:10]) if moment(words) else None
    if found := re.fullmatch(r"(\d{4})(?:-(\d\d))?(?:-(\d\d))?", words, re.ASCII):
        return _day(*found.groups())
    if found := re.fullmatch(r"(\d\d)-(\d{4})", words, re.ASCII):
        return _day(found[2], found[1], None)
    if found := re.fullmatch(r"([A-Za-z]+)\s+(\d{4})", words, re.ASCII):
        name = found[1].lower()
        short = [n for n, m in enumerate(MONTHS, 1) if name in (m, m[:3])]
        short += [9] if name == "sept" else []
        return _day(found[2], str(short[0]), None) if short else None
    return None


def _day(year: str | None, month: str | None, number: str | None) -> date | None:
    try:
        return date(int(year or 0), int(month or 1), int(number or 1))
    except ValueError:
        return None


def moment(text: str | None) -> datetime | None:
    """An ISO date-time, or the seconds or milliseconds of one; UTC where it names no zone."""
    count = trim(text or "")
    if re.fullmatch("[0-9]{10}|[0-9]{13}", count):
        milliseconds = int(count) * (1 if len(count) == 13 else 1000)
        return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=milliseconds)
    form = (
        r"(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(\.\d+)?)?"
        r" ?(Z(?:\[UTC\])?|UTC|GMT|[+-]\d\d(?::?\d\d)?)?)?"
    )
    found = re.fullmatch(form, trim(text or ""), re.ASCII | re.IGNORECASE)
    if found is None:
        return None
    *numbers, fraction, zone = found.groups()
    try:
        at = datetime(*(int(n or 0) for n in numbers), tzinfo=_zone(zone))  # type: ignore[misc, arg-type]
    except ValueError:
        return None
    microseconds = round(Decimal(fraction or 0) * 1_000_000)
    return (at + timedelta(microseconds=microseconds)).astimezone(UTC)


def _zone(text: str | None) -> timezone:
    if text is None or text[0] not in "+-":
        return UTC
    hours, minutes = int(text[1:3]), int(text[3:].lstrip(":") or 0)
    if hours > 15 or minutes > 59:
        raise ValueError(text)
    offset = timedelta(hours=hours, minutes=minutes)
    return timezone(-offset if text[0] == "-" else offset)
