"""Tombstones: written, listed, lifted; and the audit of what was done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from ingest import __version__
from ingest.errors import IngestError
from ingest.postgres.connection import Connection, describe
from ingest.postgres.statements import statement


class Scope(StrEnum):
    """What a tombstone says."""

    ERASED = "erased"
    DO_NOT_CONTACT = "do_not_contact"


@dataclass(frozen=True, slots=True)
class Case:
    """What was done for one person under one case: no word of whom.

    Attributes:
        case_ref: The case.
        scope: What its tombstones say.
        identifiers: How many there are, by kind.
        since: When the first was written.
        key_versions: Keys they were made with.
        is_search_cut_off: The search of all texts has not ended.
    """

    case_ref: str
    scope: str
    identifiers: dict[str, int]
    since: datetime
    key_versions: list[int]
    is_search_cut_off: bool


def are_there(conn: Connection) -> bool:
    """Whether anybody is suppressed."""
    return conn.execute("select exists (select from privacy.tombstones)").fetchone() == (True,)


def require_key(conn: Connection, *, to_write: bool = True) -> None:
    """Make sure that this session can tell tombstones, and write new ones.

    Args:
        conn: The session.
        to_write: One without a key is refused also where nobody is suppressed.

    Raises:
        IngestError: Its key is missing or another one.
    """
    row = conn.execute(
        "select privacy.key_fault(), coalesce(current_setting('hq.privacy_key', true), '') <> ''"
    ).fetchone()
    fault, has_key = row or (None, False)
    if fault is None and (has_key or not to_write):
        return
    what, _, hint = (fault or "there is no key; set HQ_PRIVACY_KEY_FILE to its file").partition(
        "; "
    )
    raise IngestError(what, where=describe(conn), hint=hint)


def write(
    conn: Connection, identifiers: Sequence[tuple[str, str]], scope: Scope, case_ref: str
) -> int:
    """Write tombstones; those that are there under the case stay. How many are new.

    A version of a key that no tombstone names any more may be another key by now: the first one was
    lost, and all tombstones were deleted.

    Raises:
        IngestError: This session, or the next one, could not tell them.
    """
    conn.execute(
        """
        insert into privacy.keys as k (version, proof)
        select v.version, privacy.digest('proof', v.version::text)
        from (select current_setting('hq.privacy_version')::integer) as v (version)
        on conflict (version) do update set proof = excluded.proof, used_since = now()
        where not exists (
            select from privacy.tombstones as t where t.key_version = excluded.version
        )
        """
    )
    written = conn.execute(
        """
        insert into privacy.tombstones (digest, kind, scope, case_ref, key_version)
        select distinct
            privacy.digest(i.kind, i.form), i.kind, %(scope)s::text, %(case)s::text,
            current_setting('hq.privacy_version')::integer
        from unnest(%(kinds)s::text[], %(forms)s::text[]) as i (kind, form)
        on conflict (digest, scope, case_ref) do nothing
        """,
        {
            "kinds": [kind for kind, _ in identifiers],
            "forms": [form for _, form in identifiers],
            "scope": scope.value,
            "case": case_ref,
        },
    ).rowcount
    require_key(conn)
    return written


def cases(conn: Connection) -> list[Case]:
    """All cases with tombstones, the newest first."""
    rows = conn.execute(
        """
        select
            case_ref, scope, jsonb_object_agg(kind, n), min(since), array_agg(distinct version),
            scope = 'erased' and exists (
                select from privacy.unfinished_searches as u
                inner join privacy.audit as a on u.audit_id = a.id
                where a.case_ref = t.case_ref
            )
        from (
            select
                case_ref, scope, kind, count(*) as n, min(created_at) as since,
                max(key_version) as version
            from privacy.tombstones
            group by case_ref, scope, kind
        ) as t
        group by case_ref, scope
        order by 4 desc, 1, 2
        """
    )
    return [Case(*row) for row in rows]


def cases_of(conn: Connection, identifiers: Sequence[tuple[str, str]]) -> list[str]:
    """The cases that a person's own identifiers stand in: a name may be somebody else's."""
    own = [(kind, form) for kind, form in identifiers if kind in ("linkedin", "email", "phone")]
    rows = conn.execute(
        """
        select distinct t.case_ref
        from privacy.tombstones as t
        inner join unnest(%s::text[], %s::text[]) as i (kind, form) on t.kind = i.kind
        where
            t.digest = any(
                array(
                    select privacy.digest_by(b, i.kind, i.form)
                    from unnest(
                        current_setting('hq.privacy_key', true)
                        || string_to_array(
                            nullif(current_setting('hq.privacy_older', true), ''), ' '
                        )
                    ) as b
                )
            )
        order by 1
        """,
        ([kind for kind, _ in own], [form for _, form in own]),
    )
    return [case for (case,) in rows]


def lift(conn: Connection, case_ref: str) -> tuple[dict[str, int], int]:
    """Delete the tombstones of a case, in the transaction that is open.

    Rows that were left out because of them alone are new to the models.

    Returns:
        Deleted tombstones by scope, and how many rows are read again.
    """
    before = _withheld(conn)
    gone: dict[str, int] = dict(
        conn.execute(
            "with gone as (delete from privacy.tombstones where case_ref = %s returning scope)"
            " select scope, count(*) from gone group by scope",
            (case_ref,),
        ).fetchall()
    )
    if not gone:
        return gone, 0
    touched = 0
    after = _withheld(conn) if before else set()
    for table in {table for table, _ in before - after}:
        ids = [row_id for name, row_id in before - after if name == table]
        touched += conn.execute(
            f"update raw.{table} set id = id where id = any(%s)".encode(),  # noqa: S608 - ours
            (ids,),
        ).rowcount
    conn.execute(statement("ingest.privacy", "may_be_contacted"))
    return gone, touched


def _withheld(conn: Connection) -> set[tuple[str, UUID]]:
    rows = conn.execute("select raw_table, raw_payload_id from reference.withheld_rows")
    return {(table, row_id) for table, row_id in rows}


def audit(conn: Connection, action: str, case_ref: str | None, counts: dict[str, Any]) -> UUID:
    """Write a line of the audit; its id."""
    row = conn.execute(
        "insert into privacy.audit (action, case_ref, counts, tool_version)"
        " values (%s, %s, %s, %s) returning id",
        (action, case_ref, Jsonb(counts), __version__),
    ).fetchone()
    if row is None:
        raise LookupError("audit")
    return UUID(str(row[0]))
