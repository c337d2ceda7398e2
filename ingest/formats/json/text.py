r"""JSON text without Python objects: where a value ends, and escapes PostgreSQL cannot store.

``jsonb`` holds neither U+0000 nor half of a surrogate pair, and one of them anywhere in a
document makes the server refuse all of it. Both can only arrive as ``\u`` escapes (as bytes they
are invalid JSON or invalid UTF-8), so they are taken out of the text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum, auto

import msgspec

_ANY = msgspec.json.Decoder(msgspec.Raw)
_STRING = msgspec.json.Decoder(str)

_POSITION = re.compile(r"^JSON is malformed: (.+) \(byte (\d+)\)$")
_TRAILING = "trailing characters"

_HIGH = rb"[dD][89abAB][0-9a-fA-F]{2}"
_LOW = rb"[dD][c-fC-F][0-9a-fA-F]{2}"
_SUSPECT = re.compile(rb"\\u(?:0000|[dD][89a-fA-F])")
# Every escape is consumed whole, so that the u of an escaped backslash (\\u0000) is left alone.
_ESCAPE = re.compile(
    rb"\\(?:u(?:(?P<nul>0000)|%b\\u%b|(?P<lone>[dD][89a-fA-F][0-9a-fA-F]{2}))|.)" % (_HIGH, _LOW),
    re.DOTALL,
)
_REPLACEMENT = rb"\ufffd"
_PAIR_LENGTH = 12  # an escaped surrogate pair, in bytes


class Ending(Enum):
    """What was found where a JSON value was expected."""

    WHOLE = auto()
    CUT = auto()
    MALFORMED = auto()
    TOO_DEEP = auto()


@dataclass(frozen=True, slots=True)
class Found:
    """The first value of a stretch of JSON text.

    Args:
        ending: Whether it is whole.
        at: Index just behind a whole value; of the fault in a malformed one; else 0.
        detail: The fault in words.
    """

    ending: Ending
    at: int = 0
    detail: str = ""


def first_value(text: bytes | memoryview) -> Found:
    """Find the end of the JSON value that the text begins with; more text may follow it."""
    try:
        _ANY.decode(text)
    except msgspec.DecodeError as fault:
        return _read_fault(str(fault), len(text))
    except RecursionError:
        return Found(Ending.TOO_DEEP, detail="the record is nested more than about 900 levels deep")
    return Found(Ending.WHOLE, len(text))


def _read_fault(message: str, length: int) -> Found:
    position = _POSITION.match(message)
    if position is None:
        return Found(Ending.CUT, length, "the record does not end")
    what, at = position[1], int(position[2])
    if what == _TRAILING:
        # the decoder names the byte behind the one it stumbled over
        return Found(Ending.WHOLE, at - 1)
    return Found(Ending.MALFORMED, at, what)


def without_unstorable(text: bytes) -> bytes:
    r"""JSON text with ``\u0000`` removed and lone surrogates replaced by U+FFFD.

    Returns:
        The same object when there was nothing to do.
    """
    if _SUSPECT.search(text) is None:
        return text
    cleaned = _ESCAPE.sub(_storable, text)
    return text if cleaned == text else cleaned


def _storable(escape: re.Match[bytes]) -> bytes:
    if escape["nul"]:
        return b""
    return _REPLACEMENT if escape["lone"] else escape[0]


def replace_lone_surrogates(text: bytes, *, final: bool) -> tuple[bytes, list[int]]:
    r"""Replace lone surrogates by ``\ufffd``, which is as long: no other byte moves.

    Args:
        text: JSON text that begins outside of any string; it may stop anywhere.
        final: Nothing follows the text, so an escape at its very end has no second half.

    Returns:
        The text and the indexes at which escapes were replaced.
    """
    horizon = len(text) if final else len(text) - _PAIR_LENGTH
    found = [
        escape.start()
        for escape in _ESCAPE.finditer(text)
        if escape["lone"] and escape.start() < horizon
    ]
    if not found:
        return text, found
    patched = bytearray(text)
    for start in found:
        patched[start : start + len(_REPLACEMENT)] = _REPLACEMENT
    return bytes(patched), found


def clean_encoded(payload: bytes) -> bytes:
    """Clean the document inside a JSON string, however often it is encoded.

    Args:
        payload: A JSON string whose own escapes are clean.

    Returns:
        The same object when there was nothing to do.
    """
    if b"\\\\u" not in payload:
        return payload
    document = _STRING.decode(payload).encode()
    cleaned = without_unstorable(document)
    if cleaned.lstrip().startswith(b'"'):
        cleaned = _clean_if_string(cleaned)
    return payload if cleaned == document else msgspec.json.encode(cleaned.decode())


def _clean_if_string(document: bytes) -> bytes:
    found = first_value(document)
    return clean_encoded(document) if found == Found(Ending.WHOLE, len(document)) else document


def is_utf8(text: bytes) -> bool:
    """Whether the bytes are valid UTF-8."""
    if text.isascii():
        return True
    try:
        text.decode()
    except UnicodeDecodeError:
        return False
    return True
