"""Names as people write them, and what of them is the name."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

_BRACKETS = re.compile(r"[(\[{（][^()\[\]{}（）]*[)\]}）]")  # noqa: RUF001 - as people write them
# behind a comma: MBA, PhD, Ph.D., CFA®
_TITLE = re.compile(r"\S*[A-Z]\S*[A-Z]\S*|\S+\.\S*")


def plain_names(names: Iterable[str]) -> list[str]:
    """What names are without what people put around them, where that differs.

    That is what stands in brackets, titles behind a comma, and signs at the ends: "Ada Lintel,
    MBA", "Ada Lintel (she/her) ✨".
    """
    known = list(names)
    found = {plain for name in known if (plain := _plain(name))}
    return sorted(found - {*known})


def _plain(name: str) -> str:
    whole = _BRACKETS.sub(" ", name)
    first, *behind = map(_without_signs, whole.split(","))
    if not all(map(_TITLE.fullmatch, filter(None, behind))):
        return _without_signs(whole)
    # what is left of "Lintel, ADA" is no name
    return "" if behind and " " not in first else first


def _without_signs(text: str) -> str:
    """What begins and ends with a letter or number."""
    places = [place for place, c in enumerate(text) if _is_of_a_name(c)]
    if not places:
        return ""
    end = places[-1] + 1
    while end < len(text) and unicodedata.combining(text[end]):
        end += 1
    return " ".join(text[places[0] : end].split())


def _is_of_a_name(character: str) -> bool:
    return unicodedata.category(character)[0] in "LN" or character in ".'’"  # noqa: RUF001
