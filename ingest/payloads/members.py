"""What records and payloads say: their members stay JSON text until one of them is asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property

import msgspec

from ingest.characters import trim

# how often a payload may be encoded as a string, as for the models (reference.payload_object)
ENCODINGS = 2

_FIELDS = msgspec.json.Decoder(dict[str, msgspec.Raw])
_STRING = msgspec.json.Decoder(str)

Fields = Mapping[str, msgspec.Raw]


class Said:
    """What a record says beside its payload and in it.

    Args:
        record: Its members.
        payload: The payload of an envelope, None if the record is the payload.

    Attributes:
        record: As given.
        is_bare: The record is the payload.
    """

    def __init__(self, record: Fields, payload: bytes | None) -> None:
        self.record = record
        self.is_bare = payload is None
        self._payload = payload

    @cached_property
    def payload(self) -> Fields:
        """The members of the payload."""
        return self.record if self._payload is None else members_of(self._payload)


def members_of(payload: bytes) -> Fields:
    """The members of a payload, also of one that is encoded as a string; none if it has none."""
    text = payload
    try:
        for _ in range(ENCODINGS):
            if not text.startswith(b'"'):
                break
            text = trim(_STRING.decode(text)).encode()
        return _FIELDS.decode(text)
    except (msgspec.DecodeError, RecursionError):
        return {}


def text_of(value: msgspec.Raw | None) -> str | None:
    """A string as it is, a number or boolean as its JSON text; null, lists and objects: None."""
    if value is None:
        return None
    text = bytes(value)
    if text.startswith(b'"'):
        return _STRING.decode(text)
    return None if text == b"null" or text.startswith((b"{", b"[")) else text.decode()


def first_text(fields: Fields, names: tuple[str, ...]) -> str | None:
    """The first of these fields that says anything; dots lead into objects."""
    return next(texts(fields, names), None)


def texts(fields: Fields, names: tuple[str, ...]) -> Iterator[str]:
    """What these fields say, those left out that say nothing; dots lead into objects."""
    for name in names:
        value = text_of(member(fields, name))
        if value and trim(value):
            yield value


def member(fields: Fields, path: str) -> msgspec.Raw | None:
    """The member at the end of a path with dots, or of that very name; None if there is none."""
    if path in fields:
        return fields[path]
    name, _, rest = path.partition(".")
    return member(members_of(bytes(fields[name])), rest) if rest and name in fields else None
