"""Addresses: domains, pages, LinkedIn."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from urllib.parse import unquote_to_bytes

from tests.properties.model.forms.text import (
    is_attached,
    is_blank,
    is_digit,
    is_invisible,
    is_letter,
    lines,
    lower,
    markers,
    seen,
    stripped,
    trim,
)

_PASTED = "\"'`\u00b4<>,;.|*\\\u2022\u2026\u3002"
_LONGEST_DOMAIN = 253


@cache
def shared_hosts() -> frozenset[str]:
    """Hosts whose pages belong to somebody else each."""
    pages = ("link_in_bio", "link_shortener")
    return frozenset(
        {line["host"] for line in lines("shared_hosts")}
        | {line["domain"] for line in lines("ignored_domains") if line["kind"] in pages}
    )


@cache
def social_hosts() -> frozenset[str]:
    """Those of them below which every host is one."""
    return frozenset(line["host"] for line in lines("shared_hosts") if line["kind"] == "social")


def is_shared(host: str | None) -> bool:
    """Whether a host's pages belong to somebody else each."""
    return host is not None and (host in shared_hosts() or host.partition(".")[2] in social_hosts())


@cache
def endings() -> frozenset[str]:
    """Labels that end a domain."""
    return frozenset(line["label"] for line in lines("top_level_domains"))


def _is_pasted(letter: str) -> bool:
    return (
        is_blank(letter)
        or is_invisible(letter)
        or is_attached(letter)
        or unicodedata.category(letter) in ("Ps", "Pe", "Pi", "Pf")
        or letter in _PASTED
    )


def domain(text: str | None) -> str | None:
    """The normal form of a domain, from a domain, a web address or a mail address."""
    name, on_a_page = _address(text)
    return None if on_a_page and is_shared(name) else name


def is_page_on_shared_host(text: str | None) -> bool:
    """Whether a web address is a page on a host that many share."""
    name, on_a_page = _address(text)
    return on_a_page and is_shared(name)


def _address(text: str | None) -> tuple[str | None, bool]:
    """The domain of a web address, and whether there is a path behind it."""
    bare = stripped(text or "", lambda c: is_blank(c) or is_invisible(c) or is_attached(c))
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
        return letter == "-" or is_letter(letter) or is_digit(letter)

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
        member = stripped(slug.split(",")[0], _is_pasted)
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
        and all(c in "-_" or is_letter(c) or is_digit(c) for c in slug)
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
    return seen(stripped(percent_decode(percent_decode(text)), _is_pasted))


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
    if not _is_host(re.sub("^[A-Za-z][A-Za-z0-9+.-]*://", "", address)):
        return None
    found = re.match(r"[A-Za-z][A-Za-z0-9+.-]*://[^/?]*|[^/?]*", address)
    head = found.group() if found else ""
    return lower(head) + address[len(head) :] or None


def _is_host(address: str) -> bool:
    """Whether an address without a scheme begins with one word that has a dot within."""
    host = re.split("[/?]", address)[0]
    return all(trim(sign) for sign in host) and any(
        sign in ".\u3002\uff0e\uff61" for sign in host[1:-1]
    )
