"""Normal forms and tolerant conversions: text in, a value or None out."""

from __future__ import annotations

import csv
import json
import re
import unicodedata
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes

BUCKETS = (
    *("1", "2-10", "11-50", "51-200", "201-500", "501-1000"),
    *("1001-5000", "5001-10000", "10001+"),
)
MONTHS = (
    *("january", "february", "march", "april", "may", "june", "july"),
    *("august", "september", "october", "november", "december"),
)
_SEEDS = Path(__file__).parents[3] / "seeds"
# seen although they are format characters
_SHOWN = "\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd"
# not seen although they are letters; the empty cell of Braille; one that is not assigned yet
_FILLERS = "\u115f\u1160\u3164\uffa0\u2800\u2065"
_SEPARATORS = "\t\n\v\f\r\x1c\x1d\x1e\x1f\x85"
_PASTED = "\"'`\u00b4<>,;.|*\\\u2022\u2026\u3002"
_LONGEST_NAME = 4000
_LONGEST_DOMAIN = 253
_LARGEST_EXPONENT = 131_071
_UNSTORABLE = re.compile("[\\0\ud800-\udfff]")
_FENCE = re.compile(r"```(?:json)?\s*(.*?)\s*```", re.DOTALL)


@cache
def lines(seed: str) -> tuple[dict[str, str], ...]:
    """The lines of a reviewed CSV."""
    with next(_SEEDS.rglob(f"{seed}.csv")).open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))


@cache
def markers(*scopes: str) -> frozenset[str]:
    """Words that mean there is no value."""
    found = {line["marker"] for line in lines("null_markers") if line["scope"] in scopes}
    return frozenset(found | {"null"})


@cache
def shared_hosts() -> frozenset[str]:
    """Hosts whose pages belong to somebody else each."""
    pages = ("link_in_bio", "link_shortener")
    return frozenset(
        {line["host"] for line in lines("shared_hosts")}
        | {line["domain"] for line in lines("ignored_domains") if line["kind"] in pages}
    )


@cache
def endings() -> frozenset[str]:
    """Labels that end a domain."""
    return frozenset(line["label"] for line in lines("top_level_domains"))


@cache
def suffixes() -> frozenset[str]:
    """Legal forms behind a company's name."""
    return frozenset(line["suffix"] for line in lines("legal_suffixes"))


@cache
def is_blank(letter: str) -> bool:
    """Whether nothing is printed, and that is seen."""
    return (
        unicodedata.category(letter) in ("Zs", "Zl", "Zp")
        or letter in _SEPARATORS
        or letter == "\u2800"
    )


@cache
def is_attached(letter: str) -> bool:
    """Whether it varies the character before it and is not seen itself."""
    point = ord(letter)
    return (
        letter in "\u034f\u17b4\u17b5\u180b\u180c\u180d\u180f\U000e0001"
        or 0xFE00 <= point <= 0xFE0F
        or 0xE0020 <= point <= 0xE007F
        or 0xE0100 <= point <= 0xE01EF
    )


@cache
def is_invisible(letter: str) -> bool:
    """Whether it is not seen."""
    hieroglyph = 0x13430 <= ord(letter) <= 0x1343F
    formats = unicodedata.category(letter) == "Cf" and letter not in _SHOWN and not hieroglyph
    return (formats and not is_attached(letter)) or letter in _FILLERS.replace("\u2800", "")


def _is_pasted(letter: str) -> bool:
    return (
        is_blank(letter)
        or is_invisible(letter)
        or is_attached(letter)
        or unicodedata.category(letter) in ("Ps", "Pe", "Pi", "Pf")
        or letter in _PASTED
    )


def _stripped(text: str, what: Callable[[str], bool]) -> str:
    first, last = 0, len(text)
    while first < last and what(text[first]):
        first += 1
    while last > first and what(text[last - 1]):
        last -= 1
    return text[first:last]


def trim(text: str) -> str:
    """Without blank and invisible characters at both ends."""
    return _stripped(text, lambda c: is_blank(c) or is_invisible(c))


def _seen(text: str) -> str:
    return "".join(c for c in text if not is_invisible(c) and not is_attached(c))


def _small(letter: str) -> str:
    if letter == "\u0130":
        return "i"
    lowered = letter.lower()
    return lowered if len(lowered) == 1 and unicodedata.category(letter)[0] == "L" else letter


def _lowered(text: str) -> str:
    return re.sub("i\u0307+", "i", "".join(map(_small, text)))


def lower(text: str) -> str:
    """Lower case whatever the locale, composed."""
    if len(text.encode()) > _LONGEST_NAME:
        return "".join(c.lower() if c.isascii() else c for c in text)
    return unicodedata.normalize("NFC", _lowered(unicodedata.normalize("NFC", text)))


def clean(text: str | None) -> str | None:
    """Trimmed text; None where the whole of it says that there is nothing."""
    trimmed = trim(text or "")
    if trimmed == "Null":
        return trimmed
    return None if lower(trimmed.rstrip(".")) in markers("text") else trimmed or None


def clean_name(text: str | None) -> str | None:
    """A name; None where agents write a word for nothing."""
    word = comparing(text or "").replace(".", "")
    return None if word in markers("name") else clean(text)


def comparing(text: str) -> str:
    """The form in which names and titles are compared."""
    if len(text.encode()) > _LONGEST_NAME:
        return "".join(c.lower() if c.isascii() else c for c in text).strip(" ")
    text = _seen("".join(c for c in text if c not in "\u00ae\u2122\u00a9\u2120"))
    text = _lowered(unicodedata.normalize("NFKC", text))
    text = "".join(_folded(c) for c in text).replace("\u00df", "ss")
    text = unicodedata.normalize("NFKC", text)
    for curly, straight in (("\u2018\u2019\u201a\u201b", "'"), ("\u201c\u201d\u201e\u201f", '"')):
        text = re.sub(f"[{curly}]", straight, text)
    kept: list[str] = []
    alone = False
    for place, letter in enumerate(text):
        if letter == "." and alone:
            continue
        kept.append(letter)
        before = text[place - 1] if place else " "
        alone = _is_letter(letter) and not _is_letter(before) and not _is_digit(before)
    return re.sub(" +", " ", "".join(" " if is_blank(c) else c for c in kept)).strip(" ")


def _folded(letter: str) -> str:
    folded = letter.casefold()
    return _small(folded) if len(folded) == 1 and _is_letter(letter) else letter


@cache
def _is_letter(letter: str) -> bool:
    hidden = is_invisible(letter) or is_attached(letter)
    return unicodedata.category(letter)[0] in "LM" and not hidden


@cache
def _is_digit(letter: str) -> bool:
    return unicodedata.category(letter) == "Nd"


def stem(text: str) -> str:
    """A company's name without legal suffixes, and what joins them to it."""
    name = comparing(text).replace(".", "")
    if len(text.encode()) > 1000:
        return comparing(text)
    rest: str | None = name
    while rest and (shorter := _without_suffix(rest)) is not None:
        rest = shorter
    return rest or name


def _without_suffix(name: str) -> str | None:
    bare = name.removesuffix(",").removesuffix(")")
    for suffix in sorted(suffixes(), key=len, reverse=True):
        if bare.endswith(suffix):
            front = bare[: -len(suffix)].removesuffix("(")
            joined = re.fullmatch(r"(.*?)(?:[ ,]+(?:& ?|and )|[ ,]+|& ?)", front, re.DOTALL)
            if joined:
                return joined[1]
    return None


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
    name, on_a_page = _address(text)
    return None if on_a_page and name in shared_hosts() else name


def is_page_on_shared_host(text: str | None) -> bool:
    """Whether a web address is a page on a host that many share."""
    name, on_a_page = _address(text)
    return on_a_page and name in shared_hosts()


def _address(text: str | None) -> tuple[str | None, bool]:
    """The domain of a web address, and whether there is a path behind it."""
    bare = _stripped(text or "", lambda c: is_blank(c) or is_invisible(c) or is_attached(c))
    address = lower(unicodedata.normalize("NFKC", bare))
    address = re.sub(r"^([a-z][a-z0-9+.-]*:)?//", "", address)
    name = re.split(r"[/?#]", address)[0].rsplit("@")[-1]
    name = re.sub(r":[0-9]*$", "", name).rstrip(".")
    name = re.sub(r"^www[0-9]*\.", "", name, count=1)
    labels = [_decoded(label) for label in name.split(".")]
    name = ".".join(label or "" for label in labels)
    valid = (
        len(labels) > 1
        and len(name) <= _LONGEST_DOMAIN
        and all(label and _is_label(label) for label in labels)
        and labels[-1] in endings()
    )
    on_a_page = re.match(r"[^/?#]*/+[^/?#]", address) is not None
    return name if valid else None, on_a_page


def _decoded(label: str) -> str | None:
    """A label of a domain; in xn-- form as the letters it stands for."""
    if not label.startswith("xn--"):
        return label
    try:
        decoded = label[4:].encode("ascii").decode("punycode")
        decoded.encode()
    except UnicodeError:
        return None
    normal = lower(unicodedata.normalize("NFKC", decoded))
    is_one = not decoded.isascii() and decoded == normal and not decoded.startswith("xn--")
    return decoded if is_one else None


def _is_label(label: str) -> bool:
    def fits(letter: str) -> bool:
        return letter == "-" or _is_letter(letter) or _is_digit(letter)

    return bool(label) and label.strip("-") == label and all(map(fits, label))


def person_url(text: str | None) -> str | None:
    """``https://www.linkedin.com/in/<slug>``; a member id keeps its case."""
    segments = _linkedin_path(text)
    sales = segments[:1] == ["sales"]
    if sales and segments[1:2] not in (["lead"], ["people"]):
        return None
    if not sales and segments[:1] != ["in"]:
        return None
    pasted = segments[2 if sales else 1 :][:1]
    slug = _slug(pasted[0]) if pasted else ""
    if re.match("AC[ow]AA[A-Za-z0-9_-]", slug):
        member = _stripped(slug.split(",")[0], _is_pasted)
        return f"https://www.linkedin.com/in/{member}" if is_member_id(member) else None
    if sales or _is_marker(segments) or not _is_slug(lower(slug)):
        return None
    return f"https://www.linkedin.com/in/{lower(slug)}"


def company_url(text: str | None) -> str | None:
    """``https://www.linkedin.com/<company|school|showcase>/<slug>``."""
    segments = _linkedin_path(text)
    if segments[:2] == ["sales", "company"]:
        number = _slug(segments[2]) if len(segments) > 2 else ""
        found = re.fullmatch("0*[1-9][0-9]*", number)
        return f"https://www.linkedin.com/company/{number}" if found else None
    if len(segments) < 2 or segments[0] not in ("company", "school", "showcase"):
        return None
    slug = lower(_slug(segments[1]))
    if _is_marker(segments) or not _is_slug(slug):
        return None
    return f"https://www.linkedin.com/{segments[0]}/{slug}"


def _is_marker(segments: list[str]) -> bool:
    """Whether n/a was taken for a slug n."""
    rest = [segment.lower() for segment in segments[1:]]
    return rest[:2] == ["n", "a"] and not any(rest[2:])


def _is_slug(slug: str) -> bool:
    return (
        slug != ""
        and len(slug.encode()) <= 500
        and slug not in markers("text", "key", "slug")
        and all(c in "-_" or _is_letter(c) or _is_digit(c) for c in slug)
    )


def is_member_id(slug: str | None) -> bool:
    """Whether a slug is a hashed member id, which is nobody's public name."""
    return re.fullmatch(r"AC[ow]AA[\w-]+", slug or "", re.ASCII) is not None


def slug_of(url: str | None) -> str | None:
    """The last part of a LinkedIn address in normal form."""
    return None if url is None else url.rsplit("/", 1)[-1]


def _linkedin_path(text: str | None) -> list[str]:
    """The parts of a LinkedIn address behind its host, section names in lower case."""
    opened = text or ""
    while opened and _is_pasted(opened[0]):
        opened = opened[1:]
    address = re.split(r"[?#]", opened)[0]
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


def _slug(text: str) -> str:
    """What is left of a pasted slug, its case kept."""
    return _seen(_stripped(percent_decode(percent_decode(text)), _is_pasted))


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
    if len((text or "").encode()) > 1500:
        return None
    address = trim(text or "").split("#")[0]
    while address and (address[-1] == "/" or trim(address[-1]) == ""):
        address = address[:-1]
    if lower(address.rstrip(".")) in markers("text", "key"):
        return None
    found = re.match(r"[A-Za-z][A-Za-z0-9+.-]*://[^/?]*|[^/?]*", address)
    head = found.group() if found else ""
    return lower(head) + address[len(head) :] or None


def size_bucket(text: str | None) -> str | None:
    """A LinkedIn size bucket, else the trimmed text."""
    known = clean(text)
    if known is None:
        return None
    size = re.sub("[\u00a0\u2009\u202f]", " ", known)
    size = re.sub(
        "[\u2010-\u2015\u2212]", "-", "".join(c.lower() if c < "\x7f" else c for c in size)
    )
    size = re.sub(r" employees?", "", size).replace(" to ", "-")
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
