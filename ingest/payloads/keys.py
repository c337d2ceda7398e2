"""Whom or what a record is about, as its envelope or its payload says it."""

from __future__ import annotations

from collections.abc import Mapping

from ingest.characters import trim
from ingest.landing.rows import LONGEST_KEY
from ingest.payloads.advice import no_key
from ingest.payloads.members import Fields, Said, first_text, text_of
from ingest.rejects import Reason, RefusedError
from ingest.workflows.registry import Workflow
from ingest.workflows.routes import Route


def key_of(
    said: Said, workflow: Workflow, route: Route, others: Mapping[str, str | None]
) -> str | None:
    """The key of a record: what its envelope says, else its payload; None if other columns do.

    A bare payload is searched for the keys of its kind before other words for them.

    Args:
        said: The record.
        workflow: Its workflow.
        route: That of its workflow.
        others: What it says of the columns it can do without.

    Raises:
        RefusedError: It has none, or one that is too long.
    """
    name, record = route.required[0], said.record
    value = first_text(record, (name,) if said.is_bare else (name, *route.names))
    if value is None and route.bare_keys:
        value = first_text(said.payload, route.bare_keys) or first_text(record, route.bare_keys)
    if value is None and said.is_bare:
        value = first_text(record, route.names)
    if value is None:
        slug = first_text(record, route.slug_names) or first_text(said.payload, route.slug_names)
        value = None if slug is None else route.key_of_slug(trim(slug))
    if value is not None:
        return required(name, value)
    if any(all(trim(others[column] or "") for column in group) for group in route.instead):
        return None
    raise RefusedError(Reason.NO_KEY, no_key(said, workflow, route))


def has_key(fields: Fields, route: Route, *, beside_records: bool) -> bool:
    """Whether an object has a key of its own, whatever it is worth.

    Args:
        fields: Its members.
        route: That of its workflow.
        beside_records: They stand beside a list that holds something: an answer may repeat there
            where it was asked for, which is no person's page.
    """
    names = (route.required[0], *route.names, *route.bare_keys, *route.slug_names)
    key = first_text(fields, names)
    if key is not None:
        is_elsewhere = route.is_of_people and "://" in key and "linkedin." not in key.lower()
        return not (is_elsewhere and beside_records)
    return any(
        all(first_text(fields, route.words[column]) for column in group) for group in route.instead
    )


def optional(said: Said, route: Route, name: str) -> str | None:
    """What a record says of a column it can do without."""
    words = route.words.get(name)
    if words is None:
        return text_of(said.record.get(name))
    return first_text(said.record, words) or first_text(said.payload, words)


def required(name: str, value: str | None) -> str:
    """A text that a row cannot do without.

    Raises:
        RefusedError: There is none, or too much of it.
    """
    if value is None or not trim(value):
        raise RefusedError(Reason.NO_KEY, f"{name} is missing, null or blank")
    if len(value) > LONGEST_KEY:
        raise RefusedError(
            Reason.KEY_TOO_LONG,
            f"{name} has {len(value):,} characters, more than {LONGEST_KEY:,} are no key",
        )
    return value
