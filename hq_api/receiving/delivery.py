"""What is delivered with one request, and what is answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

Document = dict[str, object]

# of a request, decompressed
LARGEST_BODY = 10_000_000  # bytes
LARGEST_RECORD = 1_000_000  # bytes
MOST_RECORDS = 1_000


@dataclass(frozen=True, slots=True)
class Delivery:
    """One request.

    Args:
        workflow: What its address names; None if the records are to name their workflow.
        body: As it came, ``LARGEST_BODY`` at most.
        content_type: Of the body, as the request says.
        content_encoding: How the body is compressed, as the request says.
        idempotency_key: What tells it from other requests, if the sender says so.
        key_name: The name of the API key it came with.
        workflows: The slugs of those that the key may deliver for; None: all.
    """

    workflow: str | None
    body: bytes
    content_type: str | None = None
    content_encoding: str | None = None
    idempotency_key: str | None = None
    key_name: str = "anonymous"
    workflows: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is answered.

    Args:
        status: The HTTP status; 2xx only once everything that was taken is committed.
        document: The answer; from 400 on its ``detail`` says what is wrong.
        headers: Further headers of the answer.
    """

    status: int
    document: Document
    headers: Mapping[str, str] = field(default_factory=dict)


class RefusedDeliveryError(Exception):
    """A request that is refused as a whole, and of which nothing is kept.

    Args:
        status: The HTTP status.
        reason: The kind of fault, in snake case.
        detail: What is wrong, and what to do.
        headers: Further headers of the answer.
    """

    def __init__(
        self, status: int, reason: str, detail: str, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(detail)
        self.outcome = Outcome(status, {"detail": detail, "reason": reason}, headers or {})
