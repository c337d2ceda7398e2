"""From a record to a row: which workflow, which key, which payload.

A record is an envelope (its payload under one of the wrapper keys) or a bare payload (the whole
object). Keys and payloads land as received; the only things ever taken out of them are characters
that PostgreSQL cannot store.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from uuid import UUID

import msgspec

from ingest.characters import trim
from ingest.formats.content import Content
from ingest.formats.json.records import Record, RecordReader
from ingest.formats.json.text import clean_encoded
from ingest.landing.rows import DELIVERY_ID, FLAGS, LONGEST_KEY, Row
from ingest.rejects import Reason, RefusedError, Reject
from ingest.terminal.screen import printable
from ingest.workflows.registry import Registry, UnknownWorkflowError, Workflow
from ingest.workflows.routes import (
    COMPANY_KEY,
    LIST_SUFFIX,
    REGISTRY,
    WRAPPER_KEYS,
    WRAPPER_SUFFIX,
    NoRouteError,
    Route,
    route_of,
)

_FIELDS = msgspec.json.Decoder(dict[str, msgspec.Raw])
_STRING = msgspec.json.Decoder(str)
# how often a payload may be encoded as a string, as for the models (reference.payload_object)
ENCODINGS = 2
_NO_WORKFLOW = (
    "the record names no workflow_slug and the load was given no --workflow; "
    "that of a batch stands before its payloads"
)
_EMPTY_PAYLOADS = (b"{}", b"[]", b'""')

_LIST_OF_OBJECTS = re.compile(rb"\[\s*\{")
# what a key looks like, for a record that has it where nobody looks
_LOOKS_LIKE = {
    "linkedin_url": re.compile(r"(?:https?://)?(?:[a-z]+\.)?linkedin\.com/in/.", re.IGNORECASE),
    COMPANY_KEY: re.compile(r"(?:https?://)?(?:[\w-]+\.)+[a-z]{2,}(?:/|\Z)", re.IGNORECASE),
}
_DEEPEST = 2  # objects in objects that are looked into for it
_MOST_NAMED = 12  # keys in one sentence
_LONGEST_NAME = 60  # characters of a key in a sentence

_Fields = Mapping[str, msgspec.Raw]


class RowMaker:
    """Makes rows of the records of one file.

    Args:
        registry: The registered workflows.
        workflow: The workflow of records that name none; None if each record has to name one.

    Raises:
        NoRouteError: The given workflow's records cannot land as payloads.
    """

    def __init__(self, registry: Registry, workflow: Workflow | None) -> None:
        self._registry = registry
        self._workflow = workflow
        self._default = None if workflow is None else (workflow, route_of(workflow))
        self._named: dict[str, tuple[Workflow, Route]] = {}

    @property
    def lists(self) -> tuple[str, ...]:
        """What the list of records may be called in a file of the given workflow."""
        keys = self._workflow.wrapper_keys if self._workflow else ()
        return tuple(key.removesuffix(LIST_SUFFIX) for key in keys)

    @property
    def names(self) -> frozenset[str]:
        """The headers of a table of payloads that can tell whom its rows are about."""
        if self._default is None:
            return frozenset()
        _, route = self._default
        others = (name for words in route.words.values() for name in words)
        paths = (*route.required, *route.names, *route.bare_keys, *route.slug_names, *others)
        firsts = (path.partition(".")[0] for path in paths)
        return frozenset((*paths, *firsts, *WRAPPER_KEYS, *route.wrapper_keys))

    def row(self, record: Record) -> Row:
        """The row of a record.

        Raises:
            RefusedError: The record names no workflow or the wrong one, or lacks its key or its
                payload.
        """
        fields = record.fields
        workflow, route = self.route(record)
        wrapped = _wrapped_payload(fields, route)
        if wrapped is None and not route.bare_keys:
            raise RefusedError(
                Reason.NO_PAYLOAD, f"no payload: {workflow.slug} takes envelopes with raw_payload"
            )
        payload = record.text if wrapped is None else wrapped
        stored = clean_encoded(payload) if payload.startswith(b'"') else payload
        said = _Said(fields, None if wrapped is None else payload)
        others = {name: _optional(said, route, name) for name in route.optional}
        values = (
            _key(said, workflow, route, others),
            *(_required(name, _text(fields.get(name))) for name in route.required[1:]),
            *others.values(),
            workflow.slug,
            workflow.provider,
            workflow.platform,
            workflow.payload_type,
            msgspec.Raw(stored),
            *(_flag(fields.get(name), stored) for name in route.flags),
        )
        is_cleaned = record.cleaned or stored is not payload
        return Row(route, values, is_cleaned, _delivery_id(record, payload))

    def route(self, record: Record) -> tuple[Workflow, Route]:
        """The workflow of a record, and where its rows land.

        Raises:
            RefusedError: The record names no workflow, an unknown one, one without a route, or
                another than the load.
        """
        name = _text(record.fields.get("workflow_slug")) or record.origin.batch_slug
        if name is None or not trim(name):
            if self._default is None:
                raise RefusedError(Reason.NO_WORKFLOW, _NO_WORKFLOW)
            return self._default
        if name not in self._named:
            self._named[name] = self._look_up(name)
        return self._named[name]

    def _look_up(self, name: str) -> tuple[Workflow, Route]:
        try:
            workflow = self._registry.resolve(name)
            route = route_of(workflow)
        except UnknownWorkflowError as fault:
            raise RefusedError(Reason.UNKNOWN_WORKFLOW, str(fault)) from fault
        except NoRouteError as fault:
            raise RefusedError(Reason.NO_ROUTE, str(fault)) from fault
        if self._workflow is not None and workflow != self._workflow:
            raise RefusedError(
                Reason.WORKFLOW_MISMATCH,
                f"the record names workflow {workflow.slug}, the load {self._workflow.slug}",
            )
        return workflow, route


class _Said:
    """What a record says beside its payload and in it.

    Args:
        record: Its members.
        payload: The payload of an envelope, None if the record is the payload.

    Attributes:
        record: As given.
        is_bare: The record is the payload.
    """

    def __init__(self, record: _Fields, payload: bytes | None) -> None:
        self.record = record
        self.is_bare = payload is None
        self._payload = payload

    @cached_property
    def payload(self) -> _Fields:
        """The members of the payload."""
        return self.record if self._payload is None else _members(self._payload)


class PayloadFile:
    """A file of payloads, on the way into the raw tables of their workflows.

    Args:
        content: The file.
        maker: Makes rows of its records.
    """

    def __init__(self, content: Content, maker: RowMaker) -> None:
        self._content = content
        self._lists = maker.lists
        self.row = maker.row

    def records(self, progress: Callable[[int], None]) -> Iterator[Record | Reject]:
        """The records of the file, and what could not be read as one.

        Raises:
            IngestError: The file is cut off, damaged or of another kind.
        """
        blocks = self._content.blocks(progress)
        return iter(RecordReader(self._content.name, blocks, lists=self._lists))

    def finish(self) -> dict[str, int]:
        """Nothing remains to be done: payloads are only ever added."""
        return {}


def _delivery_id(record: Record, payload: bytes) -> UUID | None:
    """The delivery that a record answers, as its envelope or its payload says; None if none."""
    if DELIVERY_ID.encode() not in record.text:  # nearly always, and not worth decoding
        return None
    text = _first(record.fields, (DELIVERY_ID,)) or _first(_members(payload), (DELIVERY_ID,))
    try:
        return UUID(trim(text)) if text else None
    except ValueError:
        return None


def field_text(record: Record, route: Route, name: str) -> str | None:
    """What a record says in a field of its envelope, else of its payload; None if nothing.

    Args:
        record: A record that a row was made of.
        route: That of its workflow.
        name: The field.
    """
    value = _first(record.fields, (name,))
    if value is None and (payload := _wrapped_payload(record.fields, route)) is not None:
        value = _first(_members(payload), (name,))
    return value


def _wrapped_payload(fields: _Fields, route: Route) -> bytes | None:
    """The payload of an envelope as JSON text, None if the record is no envelope.

    Raises:
        RefusedError: It is an envelope, and its payload is null.
    """
    is_envelope = False
    named = (key for key in route.wrapper_keys if not key.endswith(LIST_SUFFIX))
    others = (name for name in fields if name.endswith(WRAPPER_SUFFIX))
    for name in (*WRAPPER_KEYS, *named, *others):
        if name in fields:
            is_envelope = True
            payload = bytes(fields[name])
            if payload != b"null":
                return payload
    if is_envelope:
        raise RefusedError(Reason.NO_PAYLOAD, "the payload is null")
    return None


def _key(
    said: _Said, workflow: Workflow, route: Route, others: Mapping[str, str | None]
) -> str | None:
    """The key of a record: what its envelope says, else its payload; None if other columns do.

    A bare payload is searched for the keys of its kind before other words for them.
    """
    name, record = route.required[0], said.record
    value = _first(record, (name,) if said.is_bare else (name, *route.names))
    if value is None and route.bare_keys:
        value = _first(said.payload, route.bare_keys) or _first(record, route.bare_keys)
    if value is None and said.is_bare:
        value = _first(record, route.names)
    if value is None:
        slug = _first(record, route.slug_names) or _first(said.payload, route.slug_names)
        value = None if slug is None else route.key_of_slug(trim(slug))
    if value is not None:
        return _required(name, value)
    if any(all(trim(others[column] or "") for column in group) for group in route.instead):
        return None
    raise RefusedError(Reason.NO_KEY, _no_key(said, workflow, route))


def _no_key(said: _Said, workflow: Workflow, route: Route) -> str:
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


def _remedy(members: _Fields, route: Route) -> str | None:
    """What to write where in the registry, if a record hides its key or a list of records."""
    hidden = _lists_in(members)
    if hidden:
        return f"write {_shown(hidden[0])}[] into the wrapper_keys"
    looks = _LOOKS_LIKE.get(route.required[0], _LOOKS_LIKE[COMPANY_KEY])
    alike = next((path for path, text in _texts(members) if looks.match(text)), None)
    return f"{_shown(alike)} looks like it: write it into the key_fields" if alike else None


def _lists_in(fields: _Fields) -> list[str]:
    """The members that hold a list of objects."""
    return [name for name, value in fields.items() if _LIST_OF_OBJECTS.match(bytes(value))]


def _texts(members: _Fields, before: str = "") -> Iterator[tuple[str, str]]:
    """The texts of an object and of the objects in it, with the paths to them."""
    for key, value in members.items():
        if bytes(value).startswith(b"{") and before.count(".") < _DEEPEST:
            yield from _texts(_members(bytes(value)), f"{before}{key}.")
        elif bytes(value).startswith(b'"'):
            yield f"{before}{key}", trim(_text(value) or "")


def _optional(said: _Said, route: Route, name: str) -> str | None:
    """What a record says of a column it can do without."""
    words = route.words.get(name)
    if words is None:
        return _text(said.record.get(name))
    return _first(said.record, words) or _first(said.payload, words)


def _first(fields: _Fields, names: tuple[str, ...]) -> str | None:
    """The first of these fields that says anything; dots lead into objects."""
    values = (_text(_member(fields, name)) for name in names)
    return next((value for value in values if value and trim(value)), None)


def _member(fields: _Fields, path: str) -> msgspec.Raw | None:
    if path in fields:
        return fields[path]
    name, _, rest = path.partition(".")
    return _member(_members(bytes(fields[name])), rest) if rest and name in fields else None


def _keys_of(fields: _Fields) -> str:
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


def _required(name: str, value: str | None) -> str:
    """A text that a row cannot do without."""
    if value is None or not trim(value):
        raise RefusedError(Reason.NO_KEY, f"{name} is missing, null or blank")
    if len(value) > LONGEST_KEY:
        raise RefusedError(
            Reason.KEY_TOO_LONG,
            f"{name} has {len(value):,} characters, more than {LONGEST_KEY:,} are no key",
        )
    return value


def _members(payload: bytes) -> _Fields:
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


def _text(value: msgspec.Raw | None) -> str | None:
    """A string as it is, a number or boolean as its JSON text; null, lists and objects: None."""
    if value is None:
        return None
    text = bytes(value)
    if text.startswith(b'"'):
        return _STRING.decode(text)
    return None if text == b"null" or text.startswith((b"{", b"[")) else text.decode()


def _flag(value: msgspec.Raw | None, payload: bytes) -> bool:
    """What an envelope says, else whether there is anything in the payload."""
    said = FLAGS.get(trim(_text(value) or "").lower())
    return payload not in _EMPTY_PAYLOADS if said is None else said
