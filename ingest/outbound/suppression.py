"""Who may not be written to. Asked when records are selected, and again when they are sent."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from enum import Enum, auto
from itertools import zip_longest
from typing import Any, NamedTuple
from uuid import UUID

from ingest.postgres.connection import Connection
from ingest.postgres.privacy_key import telling_whom
from ingest.postgres.statements import statement

# in whatever field, alone or with a name, a scheme or others beside it
_ADDRESS = re.compile(r"[^\s@,:;<>()\[\]\"]+@[^\s@,:;<>()\[\]\"]+")
# any text has digits: what holds a number is known by its name
_PHONE = re.compile("phone|mobile|(?:^|_)(?:cell|tel)(?:$|_)", re.IGNORECASE)
_URN = "linkedin_user_profile_urn"


class Bar(Enum):
    """Why somebody may not be written to."""

    DO_NOT_CONTACT = auto()
    ERASED = auto()


class Addressee(NamedTuple):
    """Whom a record is about.

    Args:
        key: LinkedIn URL.
        body: What is sent, which may name addresses, phone numbers and a member id.
        row_id: The row of Sales Navigator, if it is one.
    """

    key: str
    body: dict[str, Any]
    row_id: UUID | None


def bars_of(conn: Connection, people: Sequence[Addressee]) -> dict[int, Bar]:
    """Which of these people are erased or may not be written to, by their places from 0.

    Args:
        conn: A connection whose transaction is open.
        people: The people.

    Raises:
        IngestError: People are suppressed here, and this session cannot tell whom.
    """
    if not people:
        return {}
    # a record may name several addresses and numbers: one of them is enough
    asked = [
        (place, person, email, phone)
        for place, person in enumerate(people)
        for email, phone in _named(person.body)
    ]
    with telling_whom("nothing was sent"):
        found = conn.execute(
            statement("ingest.outbound", "bars"),
            {
                "urls": [person.key for _, person, _, _ in asked],
                "emails": [email for _, _, email, _ in asked],
                "phones": [phone for _, _, _, phone in asked],
                "urns": [_urn(person.body) for _, person, _, _ in asked],
                "rows": [person.row_id for _, person, _, _ in asked],
            },
        )
        bars: dict[int, Bar] = {}
        for number, is_erased in found:
            place = asked[number - 1][0]
            if is_erased or place not in bars:
                bars[place] = Bar.ERASED if is_erased else Bar.DO_NOT_CONTACT
        return bars


def _named(body: dict[str, Any]) -> list[tuple[str | None, str | None]]:
    """The addresses and numbers in a record, in pairs; one of nothing if there are none."""
    emails: list[str] = []
    phones: list[str] = []
    for name, text in _texts("", body):
        # at the end of a sentence, or quoted
        emails += [address.strip(".'") for address in _ADDRESS.findall(text)]
        if _PHONE.search(name):
            phones.append(text)
    return list(zip_longest(emails, phones)) or [(None, None)]


def _texts(name: str, value: object) -> Iterator[tuple[str, str]]:
    """All texts and numbers in a value, each with the name of the nearest field."""
    if isinstance(value, str | int):
        yield name, str(value)
    elif isinstance(value, dict):
        for inner, each in value.items():
            yield from _texts(str(inner), each)
    elif isinstance(value, list):
        for each in value:
            yield from _texts(name, each)


def _urn(body: dict[str, Any]) -> str | None:
    urn = body.get(_URN)
    return urn if isinstance(urn, str) else None
