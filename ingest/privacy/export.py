"""Everything that is held of a person, as one document: what they may ask for."""

from __future__ import annotations

from typing import Any

from psycopg import sql

from ingest.postgres.connection import Connection, describe
from ingest.postgres.statements import statement
from ingest.privacy import tombstones
from ingest.privacy.cases import require_nameless
from ingest.privacy.identity import Given, Identity, find
from ingest.privacy.search import Progress, TextTable, holds, read, text_tables

Document = dict[str, Any]

# raw tables whose rows are each one person's
_KEYED = ("person_payloads", "person_discovery", "email_payloads", "salesnav_scrapes")
# columns that say how we keep a row, and nothing of anybody
_OURS = ["_xid", "_first_xid", "_is_object", "_issues", "_title_words", "_name_key"]


def export(conn: Connection, given: Given, case_ref: str | None, progress: Progress) -> Document:
    """Everything held of a person, in one snapshot.

    Args:
        conn: A connection outside any transaction.
        given: Who.
        case_ref: The case, for the audit.
        progress: Told how many megabytes of how many are searched.
    """
    with conn.transaction():
        conn.execute("set transaction isolation level repeatable read")
        person = find(conn, given)
        require_nameless(conn, case_ref or "", person)
        values = person.values(conn)
        query = statement("ingest.privacy", "keyed_rows").format(
            salesnav=statement("ingest.privacy", "salesnav_rows")
        )
        conn.execute(
            sql.SQL("create temporary table erased_rows on commit drop as ") + query, values
        )
        document: Document = {
            "database": describe(conn),
            "made_at": _one(conn, "select now()"),
            "identified_by": {
                "profiles": person.urls,
                "emails": person.emails,
                "phones": person.phones,
                "urns": person.urns,
                "names": [*person.names, *person.shared_names],
            },
            "received": _received(conn),
            "values": _rows(conn, "evidence", values),
            "made_of_it": _built(conn, values),
            "said_by_others": _mentions(conn, person, progress),
            "sent_to": _sent(conn, values),
            "suppressed_by": _cases(conn, person),
        }
        tombstones.audit(conn, "export", case_ref, _numbers(document))
    return document


def _received(conn: Connection) -> list[Document]:
    """Raw rows, with who brought them and when."""
    found = []
    for table in _KEYED:
        query = sql.SQL(
            "select to_jsonb(r) - %s::text[], l.file_name, coalesce(r.created_at, r._received_at)"
            " from {} as r inner join erased_rows as e on r.id = e.id"
            " left join raw.loads as l on r._load_id = l.id order by r.id"
        ).format(sql.Identifier("raw", table))
        for row, file_name, at in conn.execute(query, (_OURS,)).fetchall():
            provider = row.get("provider") or "linkedin sales navigator"
            found.append(
                {
                    "table": f"raw.{table}",
                    "provider": provider,
                    "received_at": at,
                    "loaded_from": file_name,
                    "row": row,
                }
            )
    return found


def _built(conn: Connection, values: dict[str, Any]) -> dict[str, list[Document]]:
    found: dict[str, list[Document]] = {}
    for schema, name, person, raw_row, *_ in conn.execute(
        statement("ingest.privacy", "tables_of_people")
    ).fetchall():
        conditions: list[sql.Composable] = []
        if person:
            conditions.append(
                sql.SQL("t.{} = any(%(urls)s::text[])").format(sql.Identifier(person))
            )
        if raw_row:
            conditions.append(
                sql.SQL("t.{} in (select id from erased_rows)").format(sql.Identifier(raw_row))
            )
        query = sql.SQL("select to_jsonb(t) - %(ours)s::text[] from {} as t where {}").format(
            sql.Identifier(schema, name), sql.SQL(" or ").join(conditions)
        )
        if rows := [row for (row,) in conn.execute(query, {**values, "ours": _OURS})]:
            found[f"{schema}.{name}"] = rows
    return found


def _mentions(conn: Connection, person: Identity, progress: Progress) -> list[Document]:
    """Where else something identifies them: only that, because the rest is about others."""
    if not person.pattern():
        return []
    found = []
    payloads = [table for table in text_tables(conn) if table.schema == "raw"]
    for table in read(payloads, progress):
        found += _mentions_in(conn, person, table)
    return found


def _mentions_in(conn: Connection, person: Identity, table: TextTable) -> list[Document]:
    is_keyed = table.name in _KEYED
    text = sql.SQL("concat_ws(E'\\n', {})").format(
        sql.SQL(", ").join(
            sql.SQL("x.{}::text").format(sql.Identifier(column)) for column in table.columns
        )
    )
    others = sql.SQL(" and x.id not in (select id from erased_rows)" if is_keyed else " and true")
    query = sql.SQL(
        "select to_jsonb(x) ->> 'id', array(select distinct m[1] from"
        " regexp_matches({text}, {pattern}, 'gi') as m) from {table} as x where {where}{others}"
    ).format(
        text=sql.SQL("privacy.searchable({})").format(text),
        pattern=sql.Literal(f"({person.pattern()})"),
        table=table.identifier(),
        where=holds(table.columns, person),
        others=others,
    )
    return [
        {"table": f"{table.schema}.{table.name}", "id": row_id, "says": says}
        for row_id, says in conn.execute(query).fetchall()
    ]


def _sent(conn: Connection, values: dict[str, Any]) -> list[Document]:
    if _one(conn, "select to_regclass('raw.outbound_deliveries') is null"):
        return []
    return _rows(conn, "sent", values)


def _cases(conn: Connection, person: Identity) -> list[str]:
    if _one(conn, "select coalesce(current_setting('hq.privacy_key', true), '') = ''"):
        return []
    return tombstones.cases_of(conn, person.identifiers(conn))


def _rows(conn: Connection, name: str, values: dict[str, Any]) -> list[Document]:
    return [row for (row,) in conn.execute(statement("ingest.privacy", name), values).fetchall()]


def _one(conn: Connection, query: str) -> Any:  # noqa: ANN401 - whatever was asked
    row = conn.execute(query.encode()).fetchone()
    return row[0] if row else None


def _numbers(document: Document) -> dict[str, int]:
    built = {name: len(rows) for name, rows in document["made_of_it"].items()}
    received = len(document["received"])
    return {**built, "raw": received, "said_by_others": len(document["said_by_others"])}
