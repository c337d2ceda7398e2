"""Rejects into ``raw.rejects``."""

from __future__ import annotations

from uuid import UUID

from ingest.landing.copy import LandingRow, Target
from ingest.rejects import Reject

REJECTS = Target(
    table="rejects",
    columns=(
        *("id", "load_id", "line", "reason", "detail", "record"),
        *("_offset", "_workflow_slug", "_is_whole"),
    ),
    types=("uuid", "uuid", "int8", "text", "text", "text", "int8", "text", "bool"),
    must_land=True,
)


def row_of(reject: Reject, row_id: UUID, load_id: UUID) -> LandingRow:
    """The row of a reject.

    Args:
        reject: The reject.
        row_id: The row's id.
        load_id: The load that refused the record; its ledger row is there already.
    """
    origin = reject.origin
    slug = origin.batch_slug
    values = (
        row_id,
        load_id,
        origin.line,
        reject.reason.value,
        reject.detail,
        origin.text(),
        origin.offset if origin.can_retry else None,
        # PostgreSQL has no NUL, and no workflow has one in its name
        slug.replace("\x00", "") if slug else slug,
        origin.is_whole(),
    )
    return LandingRow(values, origin)
