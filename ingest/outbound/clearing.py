"""What a destination answers, without its own address and secret, which it likes to repeat."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from urllib.parse import parse_qsl, unquote, urlsplit

_LEAST = 8  # characters of a part of an address that may be a secret of its own
_CLEARED = "***"
_LARGEST_UNIT = 0xFFFF  # the last character that JSON escapes as one unit
_LAST_WORD = re.compile(r"[^\s\"'<>,]*\Z")


class Clearing:
    """Takes an address and what goes with it out of texts.

    Args:
        url: The address.
        values: Values of the headers that have the secret.
    """

    def __init__(self, url: str, values: Iterable[str]) -> None:
        words = {word for value in values for word in (value, *value.split())}
        found = {unquote(part) for part in (*_parts(url), *words)} - {""}
        longest_first = sorted(found, key=lambda part: (-len(part), part))
        self._pattern = re.compile("|".join(map(_in_any_spelling, longest_first)), re.IGNORECASE)

    def cleared(self, text: str, *, is_cut: bool = False) -> str:
        """The text with *** where they were; of one that was cut off without its last word."""
        if is_cut:
            text = _LAST_WORD.sub("", text)
        return self._pattern.sub(_CLEARED, text)


def _parts(url: str) -> Iterator[str]:
    """An address, and what of it is a secret where it stands alone."""
    parts = urlsplit(url)
    yield url
    yield from (parts.netloc.rpartition("@")[0], parts.password or "", parts.query)
    if parts.query:
        yield f"{parts.path}?{parts.query}"
    if parts.path.strip("/"):
        yield parts.path
    short = (
        *(parts.netloc, parts.hostname or "", parts.username or "", parts.fragment),
        parts.path.strip("/"),
        *parts.path.split("/"),
        *(value for _, value in parse_qsl(parts.query, keep_blank_values=True)),
    )
    yield from (part for part in short if len(part) >= _LEAST)


def _in_any_spelling(text: str) -> str:
    """A pattern of a text as it is, or escaped for an address, JSON or HTML, also repeatedly."""
    return "".join(map(_character, text))


def _character(character: str) -> str:
    code = ord(character)
    names = {"&": "amp", "<": "lt", ">": "gt", '"': "quot", "'": "apos", "/": "sol"}
    in_utf8 = "".join(f"%(?:25){{0,3}}{byte:02x}" for byte in character.encode(errors="replace"))
    spellings = [rf"\\{{0,8}}{re.escape(character)}", in_utf8]
    if character == " ":
        spellings.append(r"\+")
    if code <= _LARGEST_UNIT:
        spellings.append(rf"\\+u{code:04x}")
    if not character.isalnum():
        escaped = [f"#0*{code}", f"#x0*{code:x}"]
        escaped += [names[character]] if character in names else []
        spellings.append(f"&(?:amp;){{0,3}}(?:{'|'.join(escaped)});")
    return f"(?:{'|'.join(spellings)})"
