"""What each model has read, as ``extracted.watermarks`` remembers it, and whether it still counts.

dbt writes the watermarks (``macros/incremental/watermark.sql``) and compares all of their basis.
Here it is compared as far as the database alone tells; what the checkout's code and seeds are,
only dbt knows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from psycopg.rows import TupleRow

from ingest.postgres.connection import Connection
from ingest.project import BUILT_SCHEMAS

# the snapshot that contains nothing
_NOTHING = "1:1:"

# Tables of the project's models with their watermarks. The basis names a table that is read by its
# id in dbt: source.<project>.<source>.<table> or model.<project>.<model>.
_TABLES = """
    with tables as (
        select c.oid, c.relname, n.nspname
        from pg_class as c
        inner join pg_namespace as n
            on c.relnamespace = n.oid and n.nspname = any(%(schemas)s)
        where c.relkind = 'r' and c.relname = any(%(models)s)
    )

    select
        t.nspname,
        t.relname,
        w.advanced_at,
        w.seen::text,
        w.basis ->> 'cluster' is distinct from cluster.system_identifier::text as is_elsewhere,
        w.basis ->> 'table' is distinct from t.oid::text as is_new,
        upstream.relations,
        upstream.replaced
    from tables as t
    left join extracted.watermarks as w on t.relname = w.model
    cross join pg_control_system() as cluster
    cross join lateral (
        select
            array_agg(r.relation::text order by r.relation::text)
                filter (where r.relation is not null) as relations,
            array_agg(r.key order by r.key)
                filter (where r.relation::oid::text is distinct from r.value) as replaced
        from (
            select
                split_part(b.key, '.', -1) as key,
                b.value,
                case
                    when starts_with(b.key, 'source.')
                        then to_regclass('raw.' || quote_ident(split_part(b.key, '.', -1)))
                    else (
                        select u.oid::regclass from tables as u
                        where u.relname = split_part(b.key, '.', -1)
                    )
                end as relation
            from jsonb_each_text(w.basis) as b (key, value)
            where b.key ~ '^(source|model)\\.[^ ]+$'
        ) as r
    ) as upstream
    order by array_position(%(schemas)s, t.nspname::text), t.relname
"""


@dataclass(frozen=True, slots=True)
class Watermark:
    """How far a model has read.

    Attributes:
        schema: Where its table is.
        model: Its name, and its table's.
        read_at: When it last read; None if nothing is remembered.
        seen: The snapshot it read with, as PostgreSQL writes one; one that contains nothing if
            the model will read everything again.
        reads: The tables it reads, with their schemas; empty if nothing is remembered.
        rescan: Why it will read everything again; None if it will read what is new.
    """

    schema: str
    model: str
    read_at: datetime | None
    seen: str
    reads: tuple[str, ...]
    rescan: str | None


def watermarks(conn: Connection, models: Sequence[str]) -> list[Watermark]:
    """The watermarks of the models whose tables exist; none before the first build.

    Args:
        conn: A connection to an initialised database.
        models: Names of the project's models: the watermark of one that is gone stands still.
    """
    there = conn.execute("select to_regclass('extracted.watermarks') is not null").fetchone()
    if there != (True,):
        return []
    named = {"schemas": list(BUILT_SCHEMAS), "models": list(models)}
    return [_watermark(row) for row in conn.execute(_TABLES, named)]


def _watermark(row: TupleRow) -> Watermark:
    schema, model, read_at, seen, is_elsewhere, is_new, reads, replaced = row
    reasons = (
        ("nothing is remembered", seen is None),
        ("it was read on another server", is_elsewhere),
        ("its table is another one", is_new),
        (f"replaced since: {', '.join(replaced or ())}", bool(replaced)),
    )
    rescan = next((reason for reason, holds in reasons if holds), None)
    return Watermark(
        schema=schema,
        model=model,
        read_at=read_at,
        seen=_NOTHING if rescan or seen is None else seen,
        reads=tuple(reads or ()),
        rescan=rescan,
    )
