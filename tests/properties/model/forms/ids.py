"""Ids that follow from natural keys, as docs/decisions describes their layout."""

from __future__ import annotations

import hashlib
from uuid import UUID


def entity_id(kind: str, key: str, item: str) -> UUID:
    """The hash of the parts, each behind its length, as a UUID of version 8."""
    parts = (text.encode() for text in (kind, key, item))
    encoded = b"".join(b"%d:%b," % (len(part), part) for part in parts)
    digits = list(hashlib.sha256(encoded).hexdigest()[:32])
    digits[12] = digits[16] = "8"
    return UUID("".join(digits))
