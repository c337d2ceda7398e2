"""Who may not be written to. Asked when records are selected, and again when they are sent."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum, auto
from typing import Any, NamedTuple
from uuid import UUID

from ingest.postgres.connection import Connection
from ingest.postgres.privacy_key import telling_whom
from ingest.postgres.statements import statement

_ADDRESS = ("email",)
_PHONE = ("phone_number", "phone")
_URN = ("linkedin_user_profile_urn",)


class Bar(Enum):
    """Why somebody may not be written to."""

    DO_NOT_CONTACT = auto()
    ERASED = auto()


class Addressee(NamedTuple):
    """Whom a record is about.

    Args:
        key: LinkedIn URL.
        body: What is sent, which may name an address, a phone number and a member id.
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
    with telling_whom("nothing was sent"):
        found = conn.execute(
            statement("ingest.outbound", "bars"),
            {
                "urls": [person.key for person in people],
                "emails": [_text(person.body, _ADDRESS) for person in people],
                "phones": [_text(person.body, _PHONE) for person in people],
                "urns": [_text(person.body, _URN) for person in people],
                "rows": [person.row_id for person in people],
            },
        )
        return {
            place - 1: Bar.ERASED if is_erased else Bar.DO_NOT_CONTACT for place, is_erased in found
        }


def _text(body: dict[str, Any], names: Sequence[str]) -> str | None:
    """What stands in the first of these fields that has a text."""
    return next((body[name] for name in names if isinstance(body.get(name), str)), None)
