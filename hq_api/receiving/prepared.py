"""What can be said of a delivery before the database is asked."""

from __future__ import annotations

from typing import NamedTuple

from hq_api.receiving import idempotency
from hq_api.receiving.bodies import Body, read
from hq_api.receiving.delivery import Delivery, RefusedDeliveryError
from hq_api.receiving.idempotency import IdempotencyKey
from ingest.formats.json.records import Record
from ingest.landing.rows import Row
from ingest.payloads.envelopes import RowMaker, field_text
from ingest.rejects import Origin, Reason, RefusedError, Reject
from ingest.workflows.registry import Registry, UnknownWorkflowError, Workflow
from ingest.workflows.routes import NoRouteError

_LONGEST_NAME = 200  # characters kept of a workflow in an address
_LONGEST_KEY = 255  # characters of an idempotency key
_NO_CHARACTER = "\ufffd"


class Ready(NamedTuple):
    """A record that can land.

    Args:
        origin: Where it stood.
        row: What it becomes.
        known_by: What tells it from others, unless the request as a whole is told.
    """

    origin: Origin
    row: Row
    known_by: IdempotencyKey


class Prepared:
    """A delivery that has been read.

    Args:
        delivery: The delivery.
        registry: The registered workflows.

    Attributes:
        slug: The workflow that its address names; None if it names none that payloads land for.
        is_unknown: Its address names a workflow that is not registered.
        body: What was read of it.
        items: A row or a reject for each of the records.
        known_by: What tells the request from others, if its sender says so.

    Raises:
        RefusedDeliveryError: It is refused as a whole.
    """

    def __init__(self, delivery: Delivery, registry: Registry) -> None:
        self._delivery = delivery
        self._name = _printable(delivery.workflow)
        self._refusal: RefusedError | None = None  # of whatever comes to this address
        workflow = self._workflow(registry)
        self._maker = RowMaker(registry, workflow)
        self.slug = workflow.slug if workflow else None
        self.body: Body = read(delivery, self._maker.batches)
        self.known_by = self._known_by()
        self.items = [self._item(item) for item in self.body.items]

    @property
    def is_unknown(self) -> bool:
        """Whether its address names a workflow that is not registered."""
        return self._refusal is not None and self._refusal.reason is Reason.UNKNOWN_WORKFLOW

    def _workflow(self, registry: Registry) -> Workflow | None:
        """The workflow of the address; None without one, or if nothing can land there."""
        if self._name is None:
            return None
        try:
            workflow = registry.resolve(self._name)
            self._check_allowed(workflow.slug)
            RowMaker(registry, workflow)
        except UnknownWorkflowError as fault:
            self._check_allowed(None)
            self._refusal = RefusedError(Reason.UNKNOWN_WORKFLOW, str(fault))
        except NoRouteError as fault:
            self._refusal = RefusedError(Reason.NO_ROUTE, str(fault))
        else:
            return workflow
        return None

    def _check_allowed(self, slug: str | None) -> None:
        """Refuse a delivery if its key is for other workflows; None is one that nobody knows."""
        allowed = self._delivery.workflows
        if allowed is not None and slug not in allowed:
            raise RefusedDeliveryError(
                403,
                "workflow_not_allowed",
                f"this key delivers for {', '.join(sorted(allowed)) or 'no workflow'} only; "
                "nothing was taken",
            )

    def _known_by(self) -> IdempotencyKey | None:
        key = self._delivery.idempotency_key
        if key is None:
            return None
        if not key.strip(" \t") or len(key) > _LONGEST_KEY:
            raise RefusedDeliveryError(
                400, "bad_idempotency_key", f"an Idempotency-Key has 1 to {_LONGEST_KEY} characters"
            )
        return idempotency.of_request(self._delivery.key_name, key, self._name, self.body.text)

    def _item(self, item: Record | Reject) -> Ready | Reject:
        if self._refusal is not None:
            # the name goes with the record, so that it can be tried again
            origin = item.origin._replace(batch_slug=self._name)
            why = item if isinstance(item, Reject) else self._refusal
            return Reject(origin, why.reason, why.detail)
        if isinstance(item, Reject):
            return item
        try:
            return self._ready(item)
        except RefusedError as fault:
            return Reject(item.origin, fault.reason, fault.detail)

    def _ready(self, record: Record) -> Ready:
        try:
            workflow, route = self._maker.route(record)
        except RefusedError as fault:
            if fault.reason is Reason.UNKNOWN_WORKFLOW:
                self._check_allowed(None)
            raise
        self._check_allowed(workflow.slug)
        row = self._maker.row(record)
        field = workflow.idempotency_field
        value = field_text(record, route, field) if field else None
        known_by = (
            idempotency.of_row(row)
            if value is None
            else idempotency.of_field(self._delivery.key_name, workflow.slug, value, row)
        )
        return Ready(record.origin, row, known_by)


def _printable(name: str | None) -> str | None:
    if name is None:
        return None
    return "".join(c if c.isprintable() else _NO_CHARACTER for c in name[:_LONGEST_NAME])
