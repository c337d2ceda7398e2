"""What is said of a record without a key: what it has instead, and the change that would tell."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from ingest.characters import trim
from ingest.formats.json.text import first_value
from ingest.payloads.members import Fields, Said, first_text, members_of, text_of, texts
from ingest.seeds import social_hosts
from ingest.terminal.screen import printable
from ingest.workflows.registry import Workflow
from ingest.workflows.routes import REGISTRY, Route, wrappers_of

_LIST_OF_OBJECTS = re.compile(rb"\[\s*\{")
_NEXT_OBJECT = re.compile(rb"\s*,\s*(?=\{)")
# what a key looks like, for a record that has it where nobody looks
_IS_PERSON = re.compile(r"(?:https?://)?(?:[a-z]+\.)?linkedin\.com/in/.", re.IGNORECASE)
_IS_COMPANY = re.compile(r"(?:https?://)?(?P<host>(?:[\w-]+\.)+[a-z]{2,})(?:/|\Z)", re.IGNORECASE)
_DEEPEST = 2  # objects in objects that are looked into for it
_MOST_LOOKED_AT = 3  # items of a list
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
    remedy = _elsewhere(said, workflow, route)
    if remedy is None and (change := _change(said, route)) is not None:
        remedy = f"{change} of {workflow.slug} in {REGISTRY}"
    return f"{name} is missing, null or blank{hint}; {has}{f'; {remedy}' if remedy else ''}"


def _elsewhere(said: Said, workflow: Workflow, route: Route) -> str | None:
    """Where the records stand, if that is in a list that no change of the registry would open."""
    wrappers = set(wrappers_of(workflow))
    for path, items in _lists_below(said.payload):
        if not _are_records(items, said.payload, route):
            continue
        *around, name = path.split(".")
        if not said.is_bare:
            around = [next(filter(wrappers.__contains__, said.record), ""), *around]
        is_nested = len(around) > 1 or not wrappers.issuperset(around)
        if around and (is_nested or name not in workflow.lists):
            return f"the list under {_shown(path)} is read where no other object is around it"
        if name in workflow.lists:
            return (
                f"the list under {_shown(path)} is opened when a file is loaded, not by a retry, "
                "if nothing but short values, workflow_slug among them, stands before it"
            )
    return None


def _change(said: Said, route: Route) -> str | None:
    """What to write where in the registry, if a record hides its key or a list of records."""
    for name in _lists_in(said.record) if said.is_bare else ():
        if _are_records(bytes(said.record[name]), said.record, route):
            return f"write {_shown(name)}[] into the wrapper_keys"
    for name, value in said.record.items() if said.is_bare else ():
        if bytes(value).startswith(b"{") and _has_key(members_of(bytes(value)), route):
            return f"write {_shown(name)} into the wrapper_keys"
    looks, names = _looks_like(route), _key_names(route)
    members = {**said.payload, **said.record}
    # a known name inside of an object is no other name for the key: what is around it is unknown
    found = (path.rpartition(".") for path, text in _texts(members) if looks(text))
    alike = next(("".join(path) for path in found if not path[1] or path[2] not in names), None)
    if alike is None:
        return None
    name = _shown(alike)
    if " " not in name:
        return f"{name} looks like it: write it into the key_fields"
    return (
        f"{name} looks like it: rename it, or if this is a table load it again with "
        f"{name.replace(' ', '_')} in the key_fields"
    )


def _lists_below(fields: Fields, before: str = "") -> Iterator[tuple[str, bytes]]:
    """The lists of objects in an object and in the objects in it, with the paths to them."""
    for key, value in fields.items():
        text = bytes(value)
        if _LIST_OF_OBJECTS.match(text):
            yield f"{before}{key}", text
        elif text.startswith(b"{") and before.count(".") < _DEEPEST:
            yield from _lists_below(members_of(text), f"{before}{key}.")


def _are_records(items: bytes, around: Fields, route: Route) -> bool:
    """Whether the items of a list have keys, and are of another kind than what is around them."""
    place = items.index(b"{")
    for _ in range(_MOST_LOOKED_AT):
        found = first_value(memoryview(items)[place:])
        members = members_of(items[place : place + found.at])
        if _has_key(members, route):
            return members.keys().isdisjoint(around)
        following = _NEXT_OBJECT.match(items, place + found.at)
        if following is None:
            break
        place = following.end()
    return False


def _has_key(members: Fields, route: Route) -> bool:
    """Whether an object says what a key looks like where a key of the workflow may stand."""
    if any(map(_looks_like(route), texts(members, (*_key_names(route), *route.bare_keys)))):
        return True
    return first_text(members, route.slug_names) is not None or any(
        all(first_text(members, route.words[column]) for column in group) for group in route.instead
    )


def _key_names(route: Route) -> tuple[str, ...]:
    plain = (name for name in route.bare_keys if "." not in name)
    return (route.required[0], *route.names, *plain)


def _looks_like(route: Route) -> Callable[[str], bool]:
    if route.is_of_people:
        return lambda text: _IS_PERSON.match(trim(text)) is not None
    return _is_of_company


def _is_of_company(text: str) -> bool:
    address = _IS_COMPANY.match(trim(text))
    if address is None:
        return False
    labels = address["host"].lower().split(".")
    hosts = (".".join(labels[place:]) for place in range(len(labels)))
    return social_hosts().isdisjoint(hosts)


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
