"""Values that cannot belong to their column: the signs of a row whose cells have moved.

One sign proves nothing: people write odd things into cells, and such a value lands and is reported.
Cells that moved give themselves away together, so a row counts as shifted from two signs on. The
words for nothing ("Not found") are no sign, as they stand in any column; nor is a page on another
social network where one on LinkedIn belongs.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from ingest.characters import trim
from ingest.landing.rows import FLAGS
from ingest.seeds import null_markers, social_hosts
from ingest.workflows.feeds import Holds

ENOUGH = 2  # signs that together make a row a shifted one

_NUMBER = r"\d+(?:,\d{3})*(?:\.\d+)?"
_SIGN = r"[$€£¥]"
_AMOUNT = rf"{_SIGN}?\s?{_NUMBER}\s?[kmb]?"
_BOUND = r"(?:less than|more than|over|under|up to|[<>])\s?"

_IS_ADDRESS = re.compile(r"(?:https?://|www\.|urn:li:)\S+|\S*linkedin\.com/\S*", re.IGNORECASE)
_IS_EMAIL = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")
_IS_NUMBER = re.compile(_NUMBER)
# $12M · 10M-25M · $1M to $10M · 51-200 employees · 10,001+ · less than $1M
_IS_AMOUNT = re.compile(
    rf"(?:{_BOUND}{_AMOUNT}|{_SIGN}\s?{_NUMBER}\s?[kmb]?|{_NUMBER}\s?[kmb]"
    rf"|{_AMOUNT}\s?\+|{_AMOUNT}\s?(?:-|\u2013|to)\s?{_AMOUNT}\+?)(?:\s?employees)?",
    re.IGNORECASE,
)
_AT_LINKEDIN = re.compile(r"linkedin\.|lnkd\.in|^/|^urn:li:", re.IGNORECASE)
_IS_PROFILE = re.compile(r"linkedin\.com/(?:company|school|in)/", re.IGNORECASE)
_HOST = re.compile(r"(?:https?://)?(?:www\.)?([^/?#\s]+)[/?#]\S", re.IGNORECASE)
_HAS_DIGIT = re.compile(r"\d")
# What is written for nothing in as many words as one likes; single markers are in their seed.
_IS_NOTHING = re.compile(
    r"(?:[-\u2013\u2014?.#]+"
    r"|(?:none|not|nothing|no [\w -]+?) (?:found|available|applicable|listed|provided|known|data)"
    r"|[\w -]+ (?:unknown|undisclosed|not disclosed|confidential))\.?"
)
_SIZES_IN_WORDS = frozenset(("myself only", "self-employed", "self employed"))
_SENTENCE = 6  # words
_SHORT = 100  # characters; nothing is said in less


def misfit(holds: Holds, value: str) -> str | None:
    """What a value is that its column cannot hold, in words; None if it may belong there.

    The words never repeat the value.
    """
    check = _CHECKS.get(holds)
    if check is None:
        return None
    text = trim(value)
    wrong = check(text)
    return None if wrong is None or _is_nothing(text) else wrong


def _is_nothing(text: str) -> bool:
    said = text[:_SHORT].lower()
    return said.rstrip(".") in null_markers() or _IS_NOTHING.fullmatch(said) is not None


def _in_words(text: str) -> str | None:
    if _IS_ADDRESS.fullmatch(text):
        return "a web address"
    return "an e-mail address" if _IS_EMAIL.fullmatch(text) else None


def _in_place(text: str) -> str | None:
    return _in_words(text) or _amount(text)


def _in_label(text: str) -> str | None:
    return _in_place(text) or _number(text)


def _in_quantity(text: str) -> str | None:
    if _HAS_DIGIT.search(text):
        return _in_words(text)
    return None if text.lower() in _SIZES_IN_WORDS else "no number"


def _in_address(text: str) -> str | None:
    if text.lower() in FLAGS:
        return "a yes or no"
    return _amount(text) or _number(text) or _sentence(text)


def _in_page(text: str) -> str | None:
    return "a LinkedIn page" if _IS_PROFILE.search(text) else _in_address(text)


def _in_linkedin(text: str) -> str | None:
    # a page on another network is in its place, though of no use
    if _AT_LINKEDIN.search(text) or _on_social_host(text):
        return None
    return _in_address(text) or "no LinkedIn address"


def _on_social_host(text: str) -> bool:
    found = _HOST.match(text)
    return found is not None and found[1].lower() in social_hosts()


def _in_email(text: str) -> str | None:
    return None if "@" in text else "no e-mail address"


def _in_flag(text: str) -> str | None:
    return _in_place(text) or ("words" if " " in text else None)


def _amount(text: str) -> str | None:
    return "an amount or a range" if _IS_AMOUNT.fullmatch(text) else None


def _number(text: str) -> str | None:
    return "a number" if _IS_NUMBER.fullmatch(text) else None


def _sentence(text: str) -> str | None:
    return "a sentence" if len(text.split(maxsplit=_SENTENCE)) >= _SENTENCE else None


_CHECKS: dict[Holds, Callable[[str], str | None]] = {
    Holds.WORDS: _in_words,
    Holds.PLACE: _in_place,
    Holds.LABEL: _in_label,
    Holds.QUANTITY: _in_quantity,
    Holds.ADDRESS: _in_address,
    Holds.PAGE: _in_page,
    Holds.DOMAIN: _in_address,
    Holds.LINKEDIN: _in_linkedin,
    Holds.EMAIL: _in_email,
    Holds.FLAG: _in_flag,
    Holds.LIST: _in_place,
}
