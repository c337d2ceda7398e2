"""What feeds say of people and companies in texts of their own: addresses, numbers, headcounts."""

from __future__ import annotations

import re

from tests.properties.model.forms.addresses import domain
from tests.properties.model.forms.text import clean, is_blank, lower, stripped, trim
from tests.properties.model.forms.values import BUCKETS, size_bucket, whole_number

_FEWEST_DIGITS = 5
_IN_NO_ADDRESS = ':*\u2022,;<>()[]"'
_IN_NO_HOST = "@\uff20\ufe6b/#:,;"
_LINK, _CALL = "mailto:", "tel:"
# 4.91705E+11 has lost digits, 15550100.0 none
_ROUNDED = re.compile(r"[0-9]+(?:[.,][0-9]+)?[Ee][+-]?[0-9]+|[0-9]{1,4}\.0")
_WHOLE = re.compile(r"([+]?[0-9]{5,})\.0")
_THOUSANDS_OR_NONE = re.compile(r"[+]?[1-9][0-9]{0,2}\.000")
_RANGE = re.compile(r"\d+-\d+|\d+\+", re.ASCII)


def email(text: str | None) -> str | None:
    """An e-mail address in lower case: one @, no blank before it, a domain behind it."""
    address = clean(text) or ""
    if address[: len(_LINK)].lower() == _LINK:
        address = stripped(address[len(_LINK) :], is_blank)
        if "%" in address.partition("@")[0]:
            return None
    local, _, host = address.partition("@")
    host = host.partition("?")[0]
    if not local or any(is_blank(c) or c in _IN_NO_ADDRESS for c in local):
        return None
    if any(is_blank(c) or c in _IN_NO_HOST for c in host) or host.endswith("."):
        return None
    found = domain(host)
    if found is None:
        return None
    host = lower(host)
    if not host.isascii() or "xn--" in host:
        www = re.match(r"www[0-9]*\.", host)
        host = (www[0] if www else "") + found
    return f"{lower(local)}@{host}"


def phone(text: str | None) -> str | None:
    """A telephone number as it stands, if it has the digits of one."""
    inner = stripped(text or "", lambda c: is_blank(c) or c in "'=\"")
    if _ROUNDED.fullmatch(inner):
        return None
    if whole := _WHOLE.fullmatch(inner):
        return whole[1]
    bare = stripped(text or "", is_blank)
    if bare[:1] == "'" and bare.count("'") == 1:
        text = bare[1:].removesuffix('"')
    elif bare[:2] == '="' and bare[2:].endswith('"'):
        text = bare[2:-1]
    number = clean(text) or ""
    if number[: len(_CALL)].lower() == _CALL:
        number = clean(number[len(_CALL) :]) or ""
    digits = sum(letter.isascii() and letter.isdigit() for letter in number)
    return number if digits >= _FEWEST_DIGITS else None


def headcount(text: str | None) -> tuple[int | None, str | None] | None:
    """How many people, and the bucket of sizes; None for what is neither a number nor a range."""
    bare = re.sub("[ \u00a0]+(?:[Ee]mployees?|[Pp]eople)[ \u00a0]*$", "", text) if text else text
    if bare and _THOUSANDS_OR_NONE.fullmatch(trim(bare)):
        return None
    number = whole_number(bare, 32)
    if number is not None and number >= 0:
        return number, bucket_of(number)
    size = size_bucket(text)
    if size == "1" or (size is not None and _RANGE.fullmatch(size)):
        low, _, high = size.partition("-")
        return None if high and int(low) > int(high) else (None, size)
    return None


def bucket_of(employees: int) -> str | None:
    """The bucket of LinkedIn that holds so many employees; nobody is in none."""
    for bucket in BUCKETS:
        low, _, high = bucket.removesuffix("+").partition("-")
        most = int(high or low) if bucket != BUCKETS[-1] else employees
        if int(low) <= employees <= most:
            return bucket
    return None
