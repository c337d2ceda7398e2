"""What feeds say of people and companies in texts of their own: addresses, numbers, headcounts."""

from __future__ import annotations

import re

from tests.properties.model.forms.addresses import domain
from tests.properties.model.forms.text import clean, is_blank, lower
from tests.properties.model.forms.values import BUCKETS, size_bucket, whole_number

_FEWEST_DIGITS = 5
_IN_NO_ADDRESS = ':*\u2022,;<>()[]"'
_RANGE = re.compile(r"\d+-\d+|\d+\+", re.ASCII)


def email(text: str | None) -> str | None:
    """An e-mail address in lower case: one @, no blank before it, a domain behind it."""
    address = clean(text) or ""
    local, _, host = address.partition("@")
    if not local or any(is_blank(c) or c in _IN_NO_ADDRESS for c in local):
        return None
    if "@" in host or host.endswith(".") or domain(host) is None:
        return None
    return lower(address)


def phone(text: str | None) -> str | None:
    """A telephone number as it stands, if it has the digits of one."""
    number = clean(text) or ""
    digits = sum(letter.isascii() and letter.isdigit() for letter in number)
    return number if digits >= _FEWEST_DIGITS else None


def headcount(text: str | None) -> tuple[int | None, str | None] | None:
    """How many people, and the bucket of sizes; None for what is neither a number nor a range."""
    bare = re.sub("[ \u00a0]+(?:[Ee]mployees?|[Pp]eople)[ \u00a0]*$", "", text) if text else text
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
