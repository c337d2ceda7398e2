"""From a record to a row: which workflow, which key, which payload.

A record is an envelope (its payload under one of the wrapper keys) or a bare payload (the whole
object). Keys and payloads land as received; the only things ever taken out of them are characters
that PostgreSQL cannot store.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import msgspec

from ingest.formats.content import Content
from ingest.formats.json.records import Record, RecordReader
from ingest.formats.json.text import clean_encoded
from ingest.landing.rows import FLAGS, LONGEST_KEY, Row
from ingest.rejects import Reason, RefusedError, Reject
from ingest.workflows.registry import Registry, UnknownWorkflowError, Workflow
from ingest.workflows.routes import WRAPPER_KEYS, NoRouteError, Route, route_of

_FIELDS = msgspec.json.Decoder(dict[str, msgspec.Raw])
_STRING = msgspec.json.Decoder(str)
# how often a payload may be encoded as a string, as for the models (reference.payload_object)
ENCODINGS = 2
_NO_WORKFLOW = (
    "the record names no workflow_slug and the load was given no --workflow; "
    "that of a batch stands before its payloads"
)
_EMPTY_PAYLOADS = (b"{}", b"[]", b'""')

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

    def row(self, record: Record) -> Row:
        """The row of a record.

        Raises:
            RefusedError: The record names no workflow or the wrong one, or lacks its key or its
                payload.
        """
        fields = record.fields
        workflow, route = self._route(record)
        wrapped = _wrapped_payload(fields)
        if wrapped is None and not route.bare_keys:
            raise RefusedError(
                Reason.NO_PAYLOAD, f"no payload: {workflow.slug} takes envelopes with raw_payload"
            )
        payload = record.text if wrapped is None else wrapped
        stored = clean_encoded(payload) if payload.startswith(b'"') else payload
        key, *others = route.required
        values = (
            _key(fields, key, route.bare_keys, payload),
            *(_key(fields, name) for name in others),
            *(_text(fields.get(name)) for name in route.optional),
            workflow.slug,
            workflow.provider,
            workflow.platform,
            workflow.payload_type,
            msgspec.Raw(stored),
            *(_flag(fields.get(name), stored) for name in route.flags),
        )
        return Row(route, values, record.cleaned or stored is not payload)

    def _route(self, record: Record) -> tuple[Workflow, Route]:
        name = _text(record.fields.get("workflow_slug")) or record.origin.batch_slug
        if name is None or not name.strip():
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


class PayloadFile:
    """A file of payloads, on the way into the raw tables of their workflows.

    Args:
        content: The file.
        maker: Makes rows of its records.
    """

    def __init__(self, content: Content, maker: RowMaker) -> None:
        self._content = content
        self.row = maker.row

    def records(self, progress: Callable[[int], None]) -> Iterator[Record | Reject]:
        """The records of the file, and what could not be read as one.

        Raises:
            IngestError: The file is cut off, damaged or of another kind.
        """
        return iter(RecordReader(self._content, progress))

    def finish(self) -> dict[str, int]:
        """Nothing remains to be done: payloads are only ever added."""
        return {}


def _wrapped_payload(fields: _Fields) -> bytes | None:
    """The payload of an envelope as JSON text, None if the record is no envelope.

    Raises:
        RefusedError: It is an envelope, and its payload is null.
    """
    is_envelope = False
    for name in WRAPPER_KEYS:
        if name in fields:
            is_envelope = True
            payload = bytes(fields[name])
            if payload != b"null":
                return payload
    if is_envelope:
        raise RefusedError(Reason.NO_PAYLOAD, "the payload is null")
    return None


def _key(fields: _Fields, name: str, stand_ins: tuple[str, ...] = (), payload: bytes = b"") -> str:
    """A required text: the field of that name, else the first stand-in the payload has."""
    value = _text(fields.get(name))
    if stand_ins and (value is None or not value.strip()):
        inside = _members(payload)
        candidates = (_text(inside.get(stand_in)) for stand_in in stand_ins)
        value = next((found for found in candidates if found and found.strip()), None)
    if value is None or not value.strip():
        others = [stand_in for stand_in in stand_ins if stand_in != name]
        hint = f", and the payload has no {' or '.join(others)}" if others else ""
        raise RefusedError(Reason.NO_KEY, f"{name} is missing, null or blank{hint}")
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
            text = _STRING.decode(text).strip().encode()
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
    said = FLAGS.get((_text(value) or "").strip().lower())
    return payload not in _EMPTY_PAYLOADS if said is None else said
