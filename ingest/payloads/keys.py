"""Whom or what a record is about, as its envelope or its payload says it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain

from ingest.characters import trim
from ingest.landing.rows import LONGEST_KEY
from ingest.payloads.advice import no_key
from ingest.payloads.members import Fields, Said, first_text, text_of, texts
from ingest.rejects import Reason, RefusedError
from ingest.seeds import key_markers
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
    name = route.required[0]
    stated: str | None = None
    for value in _key_texts(said, route):
        if is_usable(value):
            return required(name, value)
        stated = stated or value
    if any(all(is_usable(others[column] or "") for column in group) for group in route.instead):
        return None
    if stated is not None:
        return required(name, stated)  # the models report it
    raise RefusedError(Reason.NO_KEY, no_key(said, workflow, route))


def _key_texts(said: Said, route: Route) -> Iterator[str]:
    """What a record says where its key may stand, in the order in which it counts."""
    name, record = route.required[0], said.record
    yield from texts(record, (name,) if said.is_bare else (name, *route.names))
    if route.bare_keys:
        yield from texts(said.payload, route.bare_keys)
        yield from texts(record, route.bare_keys)
    if said.is_bare:
        yield from texts(record, route.names)
    for members in (record, said.payload):
        for slug in texts(members, route.slug_names):
            yield route.key_of_slug(trim(slug)) if is_usable(slug) else slug


def is_usable(text: str) -> bool:
    """Whether a text may be somebody's key: it is not blank, and no word for nothing."""
    said = trim(text).rstrip(".")
    return said != "" and said.lower() not in key_markers()


def has_key(fields: Fields, route: Route, *, beside_records: bool) -> bool:
    """Whether an object has a key of its own, whatever it is worth.

    Args:
        fields: Its members.
        route: That of its workflow.
        beside_records: They stand beside a list that holds something: an answer may repeat there
            where it was asked for, which is no person's page.
    """
    names = (route.required[0], *route.names, *route.bare_keys, *route.slug_names)
    for key in texts(fields, names):
        is_elsewhere = route.is_of_people and "://" in key and "linkedin." not in key.lower()
        if not beside_records or (is_usable(key) and not is_elsewhere):
            return True
    return any(
        all(first_text(fields, route.words[column]) for column in group) for group in route.instead
    )


def optional(said: Said, route: Route, name: str) -> str | None:
    """What a record says of a column it can do without."""
    words = route.words.get(name)
    if words is None:
        return text_of(said.record.get(name))
    stated: str | None = None
    for value in chain(texts(said.record, words), texts(said.payload, words)):
        if is_usable(value):
            return value
        stated = stated or value
    return stated


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
