"""What is answered: for each record, and for the request as a whole."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from uuid import UUID

from hq_api.receiving.delivery import Document, Outcome
from ingest.rejects import Reject

LANDED, AGAIN, SOME, UNKNOWN, CONFLICT, REFUSED = 201, 200, 207, 404, 409, 422
RETRY_SECONDS = "2"


def landed(row_id: UUID, table: str) -> Document:
    """Of a record that landed."""
    return {"status": LANDED, "id": str(row_id), "table": f"raw.{table}"}


def refused(row_id: UUID, reject: Reject, *, is_unknown: bool) -> Document:
    """Of a record that is kept as a reject.

    Args:
        row_id: The reject.
        reject: Why.
        is_unknown: The address of the request names no workflow.
    """
    status = UNKNOWN if is_unknown else REFUSED
    words = {"reason": reject.reason.value, "detail": reject.detail}
    return {"status": status, "id": str(row_id), **words}


def suppressed() -> Document:
    """Of a record about somebody who is erased: it is taken, and nothing of it is kept."""
    return {"status": AGAIN, "suppressed": True}


def conflict() -> Document:
    """Of what differs from what came under its idempotency key before."""
    detail = "something else was delivered under this idempotency key; nothing was taken now"
    return {"status": CONFLICT, "reason": "idempotency_conflict", "detail": detail}


def again(answer: Document) -> Document:
    """Of what was delivered before, by what was answered then."""
    status = AGAIN if answer["status"] == LANDED else answer["status"]
    return {**answer, "status": status, "duplicate": True}


def _is_duplicate(result: Document) -> bool:
    return result["status"] == AGAIN and not result.get("suppressed")


def outcome(results: Sequence[Document], *, is_single: bool) -> Outcome:
    """Of the request, by those of its records, in their order.

    Args:
        results: One for each record.
        is_single: The body is one record and no list: its answer is flat.
    """
    if is_single:
        document = dict(results[0])
        return Outcome(int(str(document.pop("status"))), document)
    statuses = Counter(result["status"] for result in results)
    rejected, conflicts = statuses[UNKNOWN] + statuses[REFUSED], statuses[CONFLICT]
    document = {
        "landed": statuses[LANDED],
        "duplicates": sum(map(_is_duplicate, results)),
        "suppressed": sum(result.get("suppressed", False) is True for result in results),
        "rejected": rejected,
        "conflicts": conflicts,
        "results": list(results),
    }
    if rejected + conflicts < len(results):
        return Outcome(SOME if rejected + conflicts else LANDED, document)
    document["detail"] = "no record of this request landed; results say why, one for each"
    if not rejected:
        return Outcome(CONFLICT, document)
    return Outcome(UNKNOWN if statuses[UNKNOWN] else REFUSED, document)


def unavailable() -> Outcome:
    """Of a request that could not be taken now.

    Not that nothing was: the connection may have been lost in the moment of the commit.
    """
    detail = "the database cannot take deliveries now; send the same again, it lands once"
    headers = {"Retry-After": RETRY_SECONDS}
    return Outcome(503, {"detail": detail, "reason": "unavailable"}, headers)
