"""Text: what is blank, what is nothing, how it is trimmed, lowered and compared."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Callable
from functools import cache
from pathlib import Path

_SEEDS = Path(__file__).parents[4] / "seeds"
# seen although they are format characters
_SHOWN = "\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd"
# not seen although they are letters; the empty cell of Braille; one that is not assigned yet
_FILLERS = "\u115f\u1160\u3164\uffa0\u2800\u2065"
_SEPARATORS = "\t\n\v\f\r\x1c\x1d\x1e\x1f\x85"
_LONGEST_NAME = 4000


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


def stripped(text: str, what: Callable[[str], bool]) -> str:
    """Without the characters of a kind at both ends."""
    first, last = 0, len(text)
    while first < last and what(text[first]):
        first += 1
    while last > first and what(text[last - 1]):
        last -= 1
    return text[first:last]


def trim(text: str) -> str:
    """Without blank and invisible characters at both ends."""
    return stripped(text, lambda c: is_blank(c) or is_invisible(c))


def seen(text: str) -> str:
    """Without what is not seen."""
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
    word = comparing(text or "").replace(".", "").replace("_", " ").strip(" !?:;,()[]{}<>*#\"'")
    return None if word in {"", *markers("text"), *markers("name")} else clean(text)


def amount(text: str | None) -> str | None:
    """A text about money; None where it says that nobody knows."""
    known = text is not None and (re.search("[0-9]", text) or clean_name(text.replace(":", " ")))
    return text if known else None


def comparing(text: str) -> str:
    """The form in which names and titles are compared."""
    if len(text.encode()) > _LONGEST_NAME:
        return "".join(c.lower() if c.isascii() else c for c in text).strip(" ")
    text = seen("".join(c for c in text if c not in "\u00ae\u2122\u00a9\u2120"))
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
        alone = is_letter(letter) and not is_letter(before) and not is_digit(before)
    return re.sub(" +", " ", "".join(" " if is_blank(c) else c for c in kept)).strip(" ")


def _folded(letter: str) -> str:
    folded = letter.casefold()
    return _small(folded) if len(folded) == 1 and is_letter(letter) else letter


@cache
def is_letter(letter: str) -> bool:
    """Whether it is a letter or a mark, and seen."""
    hidden = is_invisible(letter) or is_attached(letter)
    return unicodedata.category(letter)[0] in "LM" and not hidden


@cache
def is_digit(letter: str) -> bool:
    """Whether it is a digit of any script."""
    return unicodedata.category(letter) == "Nd"


@cache
def _countries() -> dict[str, str]:
    return {line["spelling"]: line["country"] for line in lines("countries")}


def country(text: str) -> str | None:
    """A country by its name; a spelling that nobody knows as it is."""
    return _countries().get(comparing(text), clean(text))


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
