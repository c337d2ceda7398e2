"""Normal forms and tolerant conversions: text in, a value or None out."""

from __future__ import annotations

import json
import re
import unicodedata
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any
from urllib.parse import unquote_to_bytes

NULL_MARKERS = {
    *("", "null", "NULL", "none", "None", "NONE", "N/A", "n/a", "N/a"),
    *("-", "\u2014", "none found", "none found."),
}
BUCKETS = (
    *("1", "2-10", "11-50", "51-200", "201-500", "501-1000"),
    *("1001-5000", "5001-10000", "10001+"),
)
MONTHS = (
    *("january", "february", "march", "april", "may", "june", "july"),
    *("august", "september", "october", "november", "december"),
)
_NO_WIDTH = "\u200b\ufeff\u200e\u200f\u2060"
_LONGEST_DOMAIN = 253
_LARGEST_EXPONENT = 131_071
_UNSTORABLE = re.compile("[\\0\ud800-\udfff]")
_FENCE = re.compile(r"```(?:json)?\s*(.*?)\s*```", re.DOTALL)


def trim(text: str) -> str:
    """Without blanks, and characters without width, at both ends."""
    while text != (shorter := text.strip().strip(_NO_WIDTH)):
        text = shorter
    return text


def lower(text: str) -> str:
    """Lower case, composed."""
    return unicodedata.normalize("NFC", text.lower())


def clean(text: str | None) -> str | None:
    """Trimmed text; None where the whole of it says that there is nothing."""
    trimmed = trim(text or "")
    return None if trimmed in NULL_MARKERS else trimmed


def plain(text: str | None) -> str | None:
    """Cleaned text; None where it is JSON of an object or of a list."""
    cleaned = clean(text)
    if cleaned is not None and cleaned[0] in "{[" and isinstance(_parsed(cleaned), dict | list):
        return None
    return cleaned


def list_of(value: Any) -> list[Any] | None:
    """The list that a JSON value is, or that it holds as text."""
    found = _parsed(value) if isinstance(value, str) else value
    return found if isinstance(found, list) else None


def says_something(value: Any) -> bool:
    """Whether a JSON value is one: null and the null markers are none, an empty list is."""
    return clean(value) is not None if isinstance(value, str) else value is not None


def domain(text: str | None) -> str | None:
    """The normal form of a domain, from a domain, a web address or a mail address."""
    name = lower(trim(text or ""))
    name = re.sub(r"^([a-z][a-z0-9+.-]*:)?//", "", name)
    name = re.split(r"[/?#]", name)[0].rsplit("@")[-1]
    name = re.sub(r":\d*$", "", name).rstrip(".")
    name = re.sub(r"^www\d*\.", "", name, count=1)
    labels = name.split(".")
    valid = (
        len(labels) > 1
        and len(name) <= _LONGEST_DOMAIN
        and all(map(_is_label, labels))
        and not labels[-1].isdigit()
    )
    return name if valid else None


def _is_label(label: str) -> bool:
    def fits(letter: str) -> bool:
        return letter == "-" or unicodedata.category(letter)[0] in "LM" or letter.isdigit()

    return bool(label) and label.strip("-") == label and all(map(fits, label))


def person_url(text: str | None) -> str | None:
    """``https://www.linkedin.com/in/<slug>``; a member id keeps its case."""
    segments = _linkedin_path(text)
    if segments[:1] == ["in"] and len(segments) > 1:
        slug = _slug(segments[1])
    elif segments[:1] == ["sales"] and segments[1:2] in (["lead"], ["people"]):
        lead = percent_decode(percent_decode(segments[2])) if len(segments) > 2 else ""
        slug = _slug(lead.split(",")[0])
        slug = slug if is_member_id(slug) else None
    else:
        slug = None
    if slug is None:
        return None
    return f"https://www.linkedin.com/in/{slug if is_member_id(slug) else lower(slug)}"


def company_url(text: str | None) -> str | None:
    """``https://www.linkedin.com/<company|school|showcase>/<slug>``."""
    segments = _linkedin_path(text)
    if segments[:2] == ["sales", "company"]:
        segments = segments[1:] if segments[2:3] and segments[2].isdigit() else []
    if len(segments) < 2 or segments[0] not in ("company", "school", "showcase"):
        return None
    slug = _slug(segments[1])
    return None if slug is None else f"https://www.linkedin.com/{segments[0]}/{lower(slug)}"


def is_member_id(slug: str | None) -> bool:
    """Whether a slug is a hashed member id, which is nobody's public name."""
    return re.fullmatch(r"AC[ow]AA[\w-]*", slug or "", re.ASCII) is not None


def slug_of(url: str | None) -> str | None:
    """The last part of a LinkedIn address in normal form."""
    return None if url is None else url.rsplit("/", 1)[-1]


def _linkedin_path(text: str | None) -> list[str]:
    """The parts of a LinkedIn address behind its host, section names in lower case."""
    address = re.split(r"[?#]", trim(text or ""))[0]
    address = re.sub(r"^([a-z][a-z0-9+.-]*:)?//", "", address, flags=re.IGNORECASE)
    host, _, path = address.partition("/")
    host = re.sub(r":\d*$", "", host.lower())
    if host and host != "linkedin.com" and not host.endswith(".linkedin.com"):
        return []
    if "@" in host:
        return []
    segments = path.split("/")
    if segments[0].lower() in ("mwlite", "comm"):
        segments = segments[1:]
    sections = 2 if segments[:1] and segments[0].lower() == "sales" else 1
    return [s.lower() if n < sections else s for n, s in enumerate(segments)]


def _slug(text: str) -> str | None:
    decoded = percent_decode(percent_decode(text))
    slug = unicodedata.normalize("NFC", trim(decoded))
    unfit = any(c.isspace() or c in "/?#" or unicodedata.category(c) == "Cc" for c in slug)
    return None if unfit or not slug else slug


def percent_decode(text: str) -> str:
    """Percent escapes decoded; all as it was where one of them is broken."""
    if re.search(r"%(?![0-9a-fA-F]{2})", text):
        return text
    try:
        decoded = unquote_to_bytes(text).decode()
    except UnicodeDecodeError:
        return text
    return text if "\0" in decoded else decoded


def page_url(text: str | None) -> str | None:
    """Address of a page: scheme and host in lower case, no fragment, no trailing slash."""
    address = trim(text or "").split("#")[0].rstrip("/")
    found = re.match(r"[A-Za-z][A-Za-z0-9+.-]*://[^/?]*|[^/?]*", address)
    head = found.group() if found else ""
    return head.lower() + address[len(head) :] or None


def size_bucket(text: str | None) -> str | None:
    """A LinkedIn size bucket, else the trimmed text."""
    known = clean(text)
    if known is None:
        return None
    size = re.sub(r"\s*employees?$", "", known.lower())
    if size in ("myself only", "self-employed"):
        return "1"
    size = re.sub(r"\s*[-\u2013\u2014]\s*", "-", size)
    size = re.sub(r"(?<=\d),(?=\d{3}(\D|$))", "", size)
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
    """An ISO date-time, with ``T`` or a blank; UTC where it names no zone."""
    form = (
        r"(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(\.\d+)?)?"
        r"\s*(Z|[+-]\d\d(?::?\d\d)?)?)?"
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
    if text is None or text in "Zz":
        return UTC
    hours, minutes = int(text[1:3]), int(text[3:].lstrip(":") or 0)
    if hours > 15 or minutes > 59:
        raise ValueError(text)
    offset = timedelta(hours=hours, minutes=minutes)
    return timezone(-offset if text[0] == "-" else offset)


def payload_object(payload: Any) -> dict[str, Any] | None:
    """The object a payload is, or holds as a string encoded once or twice."""
    value = payload
    for _ in range(2):
        if not isinstance(value, str):
            break
        text = trim(value)
        fenced = _FENCE.fullmatch(text)
        value = _parsed(fenced[1] if fenced else text)
    return _storable(value) if isinstance(value, dict) else None


def _parsed(text: str) -> Any:
    """The value a JSON text stands for; None where it is no JSON."""
    try:
        return json.loads(text, parse_float=_number, parse_constant=_number)
    except ValueError:
        return None


def _number(text: str) -> Decimal:
    """A number that PostgreSQL can store as numeric."""
    value = Decimal(text)
    if not value.is_finite() or value.adjusted() > _LARGEST_EXPONENT:
        raise ValueError(text)
    return value


def _storable(value: Any) -> Any:
    """JSON without the characters that PostgreSQL cannot store."""
    if isinstance(value, dict):
        return {_storable(name): _storable(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_storable(each) for each in value]
    return _UNSTORABLE.sub("", value) if isinstance(value, str) else value


def json_text(value: Any) -> str:
    """JSON as PostgreSQL writes a jsonb: short keys first, a blank behind colons and commas."""
    if isinstance(value, dict):
        keys = sorted(value, key=lambda key: (len(key.encode()), key.encode()))
        return "{" + ", ".join(f"{json_text(k)}: {json_text(value[k])}" for k in keys) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(json_text, value)) + "]"
    if isinstance(value, Decimal):
        return format(value, "f")
    return json.dumps(value, ensure_ascii=False)


def text_of(value: Any) -> str | None:
    """A JSON value as text: strings as they are, anything else as its JSON text."""
    if value is None or isinstance(value, str):
        return value
    return json_text(value)
