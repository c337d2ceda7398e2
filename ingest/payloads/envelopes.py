"""From a record to a row: which workflow, which key, which payload.

A record is an envelope (its payload under one of the wrapper keys) or a bare payload (the whole
object). Keys and payloads land as received; the only things ever taken out of them are characters
that PostgreSQL cannot store.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cached_property
from uuid import UUID

import msgspec

from ingest.characters import trim
from ingest.formats.content import Content
from ingest.formats.json.batch import BATCH_LIST, Batches
from ingest.formats.json.records import Record, RecordReader
from ingest.formats.json.text import clean_encoded
from ingest.landing.rows import DELIVERY_ID, FLAGS, Row
from ingest.payloads.keys import has_key, key_of, optional, required
from ingest.payloads.members import Fields, Said, first_text, members_of, text_of
from ingest.rejects import Reason, RefusedError, Reject
from ingest.workflows.registry import Registry, UnknownWorkflowError, Workflow
from ingest.workflows.routes import (
    RECORD_NAMES,
    WRAPPER_KEYS,
    WRAPPER_SUFFIX,
    NoRouteError,
    Route,
    providers_of,
    route_of,
    wrappers_of,
)

_NO_WORKFLOW = (
    "the record names no workflow_slug and the load was given no --workflow; "
    "that of a batch stands before its payloads"
)
_EMPTY_PAYLOADS = (b"{}", b"[]", b'""')


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
        self._providers = providers_of(registry.workflows.values())
        self._default = (
            None if workflow is None else (workflow, route_of(workflow, self._providers))
        )
        self._named: dict[str, tuple[Workflow, Route]] = {}

    @cached_property
    def batches(self) -> Batches:
        """How the batches of a file are told from its records."""
        workflows = [self._workflow] if self._workflow else self._registry.workflows.values()
        return Batches(
            (name for found in workflows for name in found.lists),
            self._is_batch,
            (name for found in workflows for name in wrappers_of(found)),
        )

    def _is_batch(self, name: str, slug: str | None, fields: Fields) -> bool:
        """Whether an object is a batch by its list of this name: it has no key and no payload."""
        others = {key: value for key, value in fields.items() if key != name}
        is_filled = name not in fields or bytes(fields[name]).strip(b"[ \t\r\n]") != b""
        try:
            workflow, route = self._route(slug)
        except RefusedError:
            # whatever it is cannot land as a record; what it holds may name its workflow
            is_record = _has_payload(others, WRAPPER_KEYS) or first_text(others, RECORD_NAMES)
            return name == BATCH_LIST and not is_record
        if name != BATCH_LIST and name not in workflow.lists:
            return False
        if _has_payload(others, route.payload_keys):
            return False
        return not has_key(others, route, beside_records=is_filled)

    @property
    def names(self) -> tuple[str, ...]:
        """The headers of a table of payloads that can tell whom its rows are about."""
        if self._default is None:
            return ()
        _, route = self._default
        others = (name for words in route.words.values() for name in words)
        paths = (*route.required, *route.bare_keys, *route.names, *route.slug_names, *others)
        firsts = (path.partition(".")[0] for path in paths)
        return tuple(dict.fromkeys((*paths, *firsts, *WRAPPER_KEYS, *route.wrapper_keys)))

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
        said = Said(fields, None if wrapped is None else payload)
        others = {name: optional(said, route, name) for name in route.optional}
        values = (
            key_of(said, workflow, route, others),
            *(required(name, text_of(fields.get(name))) for name in route.required[1:]),
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
        return self._route(text_of(record.fields.get("workflow_slug")) or record.origin.batch_slug)

    def _route(self, name: str | None) -> tuple[Workflow, Route]:
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
            route = route_of(workflow, self._providers)
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


class PayloadFile:
    """A file of payloads, on the way into the raw tables of their workflows.

    Args:
        content: The file.
        maker: Makes rows of its records.
    """

    def __init__(self, content: Content, maker: RowMaker) -> None:
        self._content = content
        self._batches = maker.batches
        self.row = maker.row

    def records(self, progress: Callable[[int], None]) -> Iterator[Record | Reject]:
        """The records of the file, and what could not be read as one.

        Raises:
            IngestError: The file is cut off, damaged or of another kind.
        """
        blocks = self._content.blocks(progress)
        return iter(RecordReader(self._content.name, blocks, batches=self._batches))

    def finish(self) -> dict[str, int]:
        """Nothing remains to be done: payloads are only ever added."""
        return {}


def _delivery_id(record: Record, payload: bytes) -> UUID | None:
    """The delivery that a record answers, as its envelope or its payload says; None if none."""
    if DELIVERY_ID.encode() not in record.text:  # nearly always, and not worth decoding
        return None
    text = first_text(record.fields, (DELIVERY_ID,)) or first_text(
        members_of(payload), (DELIVERY_ID,)
    )
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
    value = first_text(record.fields, (name,))
    if value is None and (payload := _wrapped_payload(record.fields, route)) is not None:
        value = first_text(members_of(payload), (name,))
    return value


def _wrapped_payload(fields: Fields, route: Route) -> bytes | None:
    """The payload of an envelope as JSON text, None if the record is no envelope.

    Raises:
        RefusedError: It is an envelope, and its payload is null or another provider's.
    """
    is_null, foreign = False, None
    others = (name for name in fields if name.endswith(WRAPPER_SUFFIX))
    for name in (*route.payload_keys, *others):
        if name not in fields:
            continue
        payload = bytes(fields[name])
        if payload == b"null":
            is_null = True
        elif name not in route.foreign_keys:
            return payload
        else:
            foreign = foreign or name
    if foreign is not None:
        raise RefusedError(
            Reason.NO_PAYLOAD,
            f"{foreign} is the answer of another provider than the workflow's, whose payload "
            f"is {'null' if route.own_key in fields else 'missing'} ({route.own_key})",
        )
    if is_null:
        raise RefusedError(Reason.NO_PAYLOAD, "the payload is null")
    return None


def _has_payload(fields: Fields, names: tuple[str, ...]) -> bool:
    """Whether an object is an envelope, and there is something in it."""
    return any(
        (name in names or name.endswith(WRAPPER_SUFFIX)) and members_of(bytes(value))
        for name, value in fields.items()
    )


def _flag(value: msgspec.Raw | None, payload: bytes) -> bool:
    """What an envelope says, else whether there is anything in the payload."""
    said = FLAGS.get(trim(text_of(value) or "").lower())
    return payload not in _EMPTY_PAYLOADS if said is None else said
