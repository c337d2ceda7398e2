"""Raw rows as the model reads them, and which payload of an entity wins."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from typing import Any
from uuid import UUID

from tests.properties.model import forms

Row = dict[str, Any]

LONGEST_VALUE = 1_000  # characters of a reported value
NEVER = datetime.min.replace(tzinfo=UTC)

# what a reason says of a value that has no normal form
NO_DOMAIN, NO_PERSON, NO_COMPANY = (
    "not a domain",
    "not a LinkedIn profile URL",
    "not a LinkedIn company URL",
)
SHARED_HOST = "a page on a shared host"
NO_OBJECT, NO_LIST, NO_OBJECTS = "not a JSON object", "not a list", "not a list of objects"
NO_TEXT, NO_TEXTS = "not text", "not a list of texts"

EARLIEST = timedelta(hours=24)  # before its refresh may a payload be received and be believed


@dataclass(frozen=True)
class AnyOf:
    """A value that the rules leave open: any of these will do, but always the same one."""

    values: tuple[Any, ...]


def open_choice(values: Iterable[Any]) -> Any:
    """The value, where all agree; else any of them."""
    found = tuple(dict.fromkeys(values)) or (None,)
    return found[0] if len(found) == 1 else AnyOf(found)


@dataclass(frozen=True)
class Issue:
    """A value that could not be used, and where it stood."""

    raw_table: str
    raw_payload_id: UUID
    field: str
    value: str | None
    reason: str


def unusable(row_of: tuple[str, UUID], name: str, value: str, reason: str) -> Issue:
    """The issue of a value, with what can be said beyond that it is no domain."""
    if reason == NO_DOMAIN and forms.is_page_on_shared_host(value):
        reason = SHARED_HOST
    return Issue(*row_of, name, value[:LONGEST_VALUE], reason)


def receipt(row: Row) -> datetime:
    """When a raw row was received."""
    received: datetime = row["created_at"] or row["_received_at"]
    return received


@dataclass
class Payload:
    """A raw payload row.

    Args:
        table: Its raw table.
        row: The row.
        key: The entity it is about, in normal form; None where it feeds no entity.
    """

    table: str
    row: Row
    key: str | None

    @cached_property
    def content(self) -> dict[str, Any] | None:
        """The payload as an object; None if it is none."""
        return forms.payload_object(self.row["raw_payload"])

    @cached_property
    def said_refresh(self) -> str | None:
        """When the provider last refreshed it, in its words."""
        return forms.text_of((self.content or {}).get("last_refresh"))

    @cached_property
    def refreshed(self) -> datetime | None:
        """When the provider last refreshed it; None where that cannot be believed."""
        said = forms.moment(self.said_refresh)
        return None if said is None or said - self.received > EARLIEST else said

    def states(self, marks: Mapping[str, str]) -> bool:
        """Whether a field that marks its kind has a value, or, of `field.*`, a member of it.

        Args:
            marks: What is read of fields -> their names.
        """
        content = self.content or {}
        return any(
            forms.says_something(value, read_as)
            for read_as, names in marks.items()
            for name in names.split()
            for value in (
                members_of(content, name.removesuffix(".*"))
                if name.endswith(".*")
                else [content.get(name)]
            )
        )

    @property
    def received(self) -> datetime:
        """When it was received."""
        return receipt(self.row)

    @property
    def id(self) -> UUID:
        """The raw row; ids sort by arrival."""
        return UUID(str(self.row["id"]))

    @property
    def order(self) -> tuple[datetime, datetime, UUID]:
        """The greatest of an entity's payloads wins."""
        return (self.refreshed or NEVER, self.received, self.id)


@dataclass
class Entity:
    """All that was received of one entity.

    Args:
        key: Its natural key.
        payloads: Its payloads, the winner first.
        created_at: The first receipt of any raw row with its key.
    """

    key: str
    payloads: list[Payload]
    created_at: datetime

    @property
    def winner(self) -> Payload:
        """The payload its row is parsed from."""
        return self.payloads[0]


def entities(payloads: Iterable[Payload]) -> list[Entity]:
    """The entities that candidates are about, in order of their keys."""
    found: dict[str, list[Payload]] = {}
    for payload in payloads:
        if payload.key is not None:
            found.setdefault(payload.key, []).append(payload)
    return [
        Entity(
            key,
            sorted(theirs, key=lambda p: p.order, reverse=True),
            min(p.received for p in theirs),
        )
        for key, theirs in sorted(found.items())
    ]


def members_of(content: dict[str, Any], field: str) -> list[Any]:
    """The values of a field that is an object."""
    value = content.get(field)
    return [*value.values()] if isinstance(value, dict) else []


def roles_of(content: dict[str, Any]) -> list[dict[str, Any]]:
    """The roles of a profile, in their order."""
    listed = forms.list_of(content.get("experience")) or []
    return [role for role in listed if isinstance(role, dict)]


def latest_role(content: dict[str, Any]) -> dict[str, Any]:
    """The role that is called the latest, else the first current one, else the first."""
    said = content.get("latest_experience")
    if isinstance(said, dict) and any(value is not None for value in said.values()):
        return said
    roles = roles_of(content)
    current = (role for role in roles if forms.boolean(forms.text_of(role.get("is_current"))))
    return next(current, roles[0] if roles else {})


@dataclass
class Reader:
    """Reads the fields of an object and keeps what it could not use.

    Args:
        payload: The payload the object is, or is part of.
        fields: The object.
        path: Where it stands in the payload, for example ``experience[2].``.
        issues: Takes what could not be used.
    """

    payload: Payload
    fields: dict[str, Any]
    path: str = ""
    issues: list[Issue] = field(default_factory=list)

    def report(self, name: str, value: str, reason: str) -> None:
        """Note a value that could not be used."""
        self.issues.append(unusable((self.payload.table, self.payload.id), name, value, reason))

    def text(self, name: str) -> str | None:
        """A text, trimmed; None for a null marker; an object or a list is none and reported."""
        found: str | None = self._form(name, forms.plain, NO_TEXT)
        return found

    def _form(self, name: str, form: Callable[[str | None], Any], reason: str) -> Any:
        text = forms.text_of(self.fields.get(name))
        value = form(text)
        if value is None and forms.clean(text) is not None:
            self.report(self.path + name, text or "", reason)
        return value

    def domain(self, name: str) -> str | None:
        """A domain in normal form."""
        found: str | None = self._form(name, forms.domain, NO_DOMAIN)
        return found

    def company_url(self, name: str) -> str | None:
        """A company's LinkedIn URL in normal form."""
        found: str | None = self._form(name, forms.company_url, NO_COMPANY)
        return found

    def number(self, name: str, bits: int = 32) -> int | None:
        """A whole number of that many bits."""
        form = lambda text: forms.whole_number(text, bits)  # noqa: E731
        found: int | None = self._form(name, form, "not a whole number")
        return found

    def year(self, name: str) -> int | None:
        """A year."""
        found: int | None = self._form(name, forms.year, "not a year")
        return found

    def day(self, name: str) -> date | None:
        """A date."""
        found: date | None = self._form(name, forms.day, "not a date")
        return found

    def flag(self, name: str) -> bool | None:
        """A boolean."""
        found: bool | None = self._form(name, forms.boolean, "neither true nor false")
        return found

    def list_of(
        self,
        name: str,
        reason: str = NO_LIST,
        fits: Callable[[Any], bool] = lambda item: True,  # noqa: ARG005
    ) -> list[Any] | None:
        """An array, also one that came as JSON text.

        Args:
            name: The field.
            reason: What is reported where it is no array, or where an item does not fit.
            fits: Whether an item is of the kind that belongs there; null always is.
        """
        value = self.fields.get(name)
        items = forms.list_of(value)
        wrong = items is None or not all(item is None or fits(item) for item in items)
        if wrong and value is not None:
            self.report(self.path + name, forms.json_text(value), reason)
        return items

    def texts(self, name: str) -> list[Any] | None:
        """An array of texts, as received; also of numbers, but not of objects or arrays."""
        return self.list_of(name, NO_TEXTS, lambda item: not isinstance(item, dict | list))

    def objects(self, name: str) -> list[tuple[int, dict[str, Any]]]:
        """The objects of an array with their positions."""
        items = self.list_of(name, NO_OBJECTS, lambda item: isinstance(item, dict)) or []
        return [(n, item) for n, item in enumerate(items) if isinstance(item, dict)]

    def names_of(self, name: str, member: str) -> None:
        """Report objects and arrays that stand where items of an array have their names."""
        for n, item in enumerate(forms.list_of(self.fields.get(name)) or []):
            text = forms.text_of(item.get(member)) if isinstance(item, dict) else None
            if text is not None and text[:1] in ("{", "[") and forms.plain(text) is None:
                self.report(f"{self.path}{name}[{n}].{member}", text, NO_TEXT)

    def part(self, fields: dict[str, Any], path: str) -> Reader:
        """A reader of an object inside this one."""
        return Reader(self.payload, fields, path, self.issues)
