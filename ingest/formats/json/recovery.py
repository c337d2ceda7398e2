"""Where reading goes on after a record that cannot be read, so that its neighbours are not lost.

A broken record gives no sure sign of its end. In the order of trust:
its brackets balance on its line; a later line begins a record as its own line did; on the same
line something begins with the same first key.
"""

from __future__ import annotations

import re
from functools import lru_cache

# An unbalanced record is not looked at further than this, in bytes.
_REACH = 1 << 24
# Columns beyond this are those of a record in the middle of a line: no indentation.
_DEEPEST_INDENTATION = 8

_TOKEN = re.compile(rb'"[^"\\\n]*+(?:\\.[^"\\\n]*+)*"|["{}\[\]]')
_FIRST_KEY = re.compile(rb'\{\s*+("(?:[^"\\\n]|\\.){1,200}")\s*+:')
_CLOSES = {b"{": b"}", b"[": b"]"}

IN_LIST = re.compile(rb"(?=[,\]\n])")
IN_LINES = re.compile(rb"(?=\n)")


def balanced_end(buffer: bytes, start: int) -> int | None:
    """Index behind the bracket that closes the one at ``start``, on the same line.

    A list that ends where the record should have ended (``{"a": 1]``) ends the record too.

    Returns:
        None if the brackets do not balance before the end of the line, or a string does not end.
    """
    newline = buffer.find(b"\n", start, start + _REACH)
    open_brackets: list[bytes] = []
    limit = start + _REACH if newline == -1 else newline
    for token in _TOKEN.finditer(buffer, start, limit):
        bracket = token[0]
        if bracket in _CLOSES:
            open_brackets.append(_CLOSES[bracket])
        elif bracket == b'"':
            return None
        elif len(bracket) == 1:
            if bracket != open_brackets.pop():
                return token.start() if bracket == b"]" and not open_brackets else None
            if not open_brackets:
                return token.end()
    return None


def begins_alike(buffer: bytes, start: int, index: int) -> bool:
    """Whether an object with the same first key as the one at ``start`` begins at an index."""
    key = _FIRST_KEY.match(buffer, start)
    other = _FIRST_KEY.match(buffer, index)
    return key is not None and other is not None and key[1] == other[1]


def next_start(buffer: bytes, start: int, column: int, *, in_list: bool) -> re.Pattern[bytes]:
    """A pattern whose match ends where the record after a broken one begins.

    Args:
        buffer: Holds the beginning of the broken record.
        start: Index at which it begins.
        column: Its distance from the start of its line, in bytes: in a pretty-printed file the
            objects inside a record are indented further than the record.
        in_list: It is an element of an array, so the end of the array ends it as well.
    """
    key = _FIRST_KEY.match(buffer, start)
    return _next_start(min(column, _DEEPEST_INDENTATION), key[1] if key else None, in_list)


@lru_cache(maxsize=32)
def _next_start(column: int, key: bytes | None, in_list: bool) -> re.Pattern[bytes]:
    opening = rb"[{\]]" if in_list else rb"\{"
    later_line = rb"\n[ \t]{0,%d}(?:,[ \t]*)?(?=%b)" % (column, opening)
    if key is None:
        return re.compile(later_line)
    same_line = rb"[,}][ \t]*(?=\{\s*%b\s*:)" % re.escape(key)
    return re.compile(rb"%b|%b" % (later_line, same_line))
