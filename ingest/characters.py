"""Blank and invisible characters of Unicode 16.0.0.

This file is made by seeds/vocabularies/renew.py.
The SQL functions trim the same ones (macro ``blanks``).
"""

from __future__ import annotations

BLANKS = (
    "\u0009\u000a\u000b\u000c\u000d\u001c\u001d\u001e\u001f\u0020\u0085\u00a0\u00ad\u061c\u115f"
    "\u1160\u1680\u180e\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u200b"
    "\u200c\u200d\u200e\u200f\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u202f\u205f\u2060\u2061"
    "\u2062\u2063\u2064\u2065\u2066\u2067\u2068\u2069\u206a\u206b\u206c\u206d\u206e\u206f\u2800"
    "\u3000\u3164\ufeff\uffa0\ufff9\ufffa\ufffb\U0001bca0\U0001bca1\U0001bca2\U0001bca3\U0001d173"
    "\U0001d174\U0001d175\U0001d176\U0001d177\U0001d178\U0001d179\U0001d17a"
)


def trim(text: str) -> str:
    """Text without the blank and invisible characters at its ends."""
    return text.strip(BLANKS)
