"""Values that cannot belong to their column: the sign of a row whose cells have moved.

Only what is certain counts. That a city is unknown or a domain is none proves nothing; an address
in a city or an amount of money in a LinkedIn address does.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from ingest.workflows.feeds import Holds

_NUMBER = r"\d+(?:,\d{3})*(?:\.\d+)?"
_SIGN = r"[$€£¥]"
_AMOUNT = rf"{_SIGN}?\s?{_NUMBER}\s?[kmb]?"
_BOUND = r"(?:less than|more than|over|under|up to|[<>])\s?"

_IS_ADDRESS = re.compile(r"(?:https?://|www\.)\S+|\S*linkedin\.com/\S*", re.IGNORECASE)
_IS_NUMBER = re.compile(_NUMBER)
# $12M · 10M-25M · $1M to $10M · 51-200 employees · 10,001+ · less than $1M
_IS_AMOUNT = re.compile(
    rf"(?:{_BOUND}{_AMOUNT}|{_SIGN}\s?{_NUMBER}\s?[kmb]?|{_NUMBER}\s?[kmb]"
    rf"|{_AMOUNT}\s?\+|{_AMOUNT}\s?(?:-|\u2013|to)\s?{_AMOUNT}\+?)(?:\s?employees)?",
    re.IGNORECASE,
)
_AT_LINKEDIN = re.compile(r"linkedin\.|lnkd\.in|^/|^urn:li:", re.IGNORECASE)
# what people write where there is nothing
_NOTHING = frozenset(
    ("n/a", "na", "-", "\u2013", "\u2014", "none", "null", "none found", "none found.")
)


def misfit(holds: Holds, value: str) -> str | None:
    """What a value is that its column cannot hold, in words; None if it may belong there.

    The words never repeat the value.
    """
    check = _CHECKS.get(holds)
    if check is None:
        return None
    text = value.strip()
    return None if text.lower() in _NOTHING else check(text)


def _in_words(text: str) -> str | None:
    return "a web address" if _IS_ADDRESS.fullmatch(text) else None


def _in_place(text: str) -> str | None:
    return _in_words(text) or _amount(text)


def _in_address(text: str) -> str | None:
    return _amount(text) or ("a number" if _IS_NUMBER.fullmatch(text) else None)


def _in_linkedin(text: str) -> str | None:
    if _AT_LINKEDIN.search(text):
        return None
    return _in_address(text) or "no LinkedIn address"


def _in_email(text: str) -> str | None:
    return None if "@" in text else "no e-mail address"


def _amount(text: str) -> str | None:
    return "an amount or a range" if _IS_AMOUNT.fullmatch(text) else None


_CHECKS: dict[Holds, Callable[[str], str | None]] = {
    Holds.WORDS: _in_words,
    Holds.PLACE: _in_place,
    Holds.ADDRESS: _in_address,
    Holds.DOMAIN: _in_address,
    Holds.LINKEDIN: _in_linkedin,
    Holds.EMAIL: _in_email,
}
