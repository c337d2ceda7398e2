"""What is said of a record without a key: what it has instead, and the change that would tell."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ingest.characters import trim
from ingest.payloads.members import Fields, Said, members_of, text_of
from ingest.terminal.screen import printable
from ingest.workflows.registry import Workflow
from ingest.workflows.routes import COMPANY_KEY, PERSON_KEY, REGISTRY, Route

_LIST_OF_OBJECTS = re.compile(rb"\[\s*\{")
# what a key looks like, for a record that has it where nobody looks
_LOOKS_LIKE = {
    PERSON_KEY: re.compile(r"(?:https?://)?(?:[a-z]+\.)?linkedin\.com/in/.", re.IGNORECASE),
    COMPANY_KEY: re.compile(r"(?:https?://)?(?:[\w-]+\.)+[a-z]{2,}(?:/|\Z)", re.IGNORECASE),
}
_DEEPEST = 2  # objects in objects that are looked into for it
_MOST_NAMED = 12  # keys in one sentence
_LONGEST_NAME = 60  # characters of a key in a sentence


def no_key(said: Said, workflow: Workflow, route: Route) -> str:
    """Why a record has no key, what it has instead, and the change that would tell."""
    name = route.required[0]
    others = [other for other in (*route.bare_keys, *route.names) if other != name]
    hint = f", and there is no {' or '.join(dict.fromkeys(others))}" if others else ""
    if route.instead:
        hint += f", nor {', or '.join(' and '.join(group) for group in route.instead)}"
    has = f"the record has {_keys_of(said.record)}"
    if not said.is_bare:
        has += f", its payload {_keys_of(said.payload)}"
    remedy = _remedy({**said.payload, **said.record}, route)
    change = f"; {remedy} of {workflow.slug} in {REGISTRY}" if remedy else ""
    return f"{name} is missing, null or blank{hint}; {has}{change}"


def _remedy(members: Fields, route: Route) -> str | None:
    """What to write where in the registry, if a record hides its key or a list of records."""
    hidden = _lists_in(members)
    if hidden:
        return f"write {_shown(hidden[0])}[] into the wrapper_keys"
    looks = _LOOKS_LIKE.get(route.required[0], _LOOKS_LIKE[COMPANY_KEY])
    alike = next((path for path, text in _texts(members) if looks.match(text)), None)
    return f"{_shown(alike)} looks like it: write it into the key_fields" if alike else None


def _lists_in(fields: Fields) -> list[str]:
    """The members that hold a list of objects."""
    return [name for name, value in fields.items() if _LIST_OF_OBJECTS.match(bytes(value))]


def _texts(members: Fields, before: str = "") -> Iterator[tuple[str, str]]:
    """The texts of an object and of the objects in it, with the paths to them."""
    for key, value in members.items():
        if bytes(value).startswith(b"{") and before.count(".") < _DEEPEST:
            yield from _texts(members_of(bytes(value)), f"{before}{key}.")
        elif bytes(value).startswith(b'"'):
            yield f"{before}{key}", trim(text_of(value) or "")


def _keys_of(fields: Fields) -> str:
    """What keys an object has, and which of them hide records; never what stands there."""
    names = [_shown(name) for name in list(fields)[:_MOST_NAMED]]
    if not names:
        return "no keys"
    more = f" and {len(fields) - len(names)} more" if len(fields) > len(names) else ""
    hidden = ", ".join(map(_shown, _lists_in(fields)[:_MOST_NAMED]))
    hint = f" (a list of objects stands under {hidden})" if hidden else ""
    return f"the keys {', '.join(names)}{more}{hint}"


def _shown(name: str) -> str:
    return printable(name[:_LONGEST_NAME])
