"""Every text and jsonb column of the database, searched for what identifies a person."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from psycopg import sql

from ingest.postgres.connection import Connection
from ingest.postgres.statements import statement
from ingest.privacy.identity import Identity
from ingest.project import BUILT_SCHEMAS

_MEGABYTE = 1024 * 1024
SMALL = 4 * _MEGABYTE  # bytes of a table that is searched while an erasure waits
_STATE = ("watermarks", "deployments")
_CONTACTS = ("email", "phone")
# what of raw may be changed beside payloads; records and names of files have rules of their own
_TEXTS = ("company_statements", "email_waterfall_jobs")
_DELIVERIES = "outbound_deliveries"  # whose keys are no texts

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class TextTable:
    """A table with text in it.

    Attributes:
        schema: Its schema.
        name: Its name.
        texts: Columns of text.
        documents: Of JSON.
        lists: Of lists of texts.
        size: Bytes.
        is_versioned: It has a column _xid.
        says_so: It has a column that says when something was taken out.
    """

    schema: str
    name: str
    texts: tuple[str, ...]
    documents: tuple[str, ...]
    lists: tuple[str, ...]
    size: int
    is_versioned: bool
    says_so: bool

    @property
    def columns(self) -> tuple[str, ...]:
        """All of them."""
        return (*self.texts, *self.documents, *self.lists)

    def identifier(self) -> sql.Identifier:
        """Its name in SQL."""
        return sql.Identifier(self.schema, self.name)


def text_tables(conn: Connection) -> list[TextTable]:
    """All tables with text that this user may read, but for the bookkeeping of erasures."""
    rows = conn.execute(statement("ingest.privacy", "text_columns"))
    found = [
        TextTable(schema, name, tuple(t or ()), tuple(d or ()), tuple(x or ()), *others)
        for schema, name, t, d, x, *others, is_readable in rows
        if is_readable
    ]
    return [table for table in found if table.schema != "privacy"]


def unreadable(conn: Connection) -> list[str]:
    """Tables with text that this user may not read: no search looks into them."""
    rows = conn.execute(statement("ingest.privacy", "text_columns")).fetchall()
    return [f"{schema}.{name}" for schema, name, *_, is_readable in rows if not is_readable]


def read(tables: list[TextTable], progress: Progress) -> Iterator[TextTable]:
    """The tables one by one, while it is told how many megabytes of how many are read."""
    total = sum(table.size for table in tables) // _MEGABYTE
    done = 0
    for table in tables:
        yield table
        done += table.size
        progress(done // _MEGABYTE, total)


def holds(columns: Iterable[str], person: Identity) -> sql.Composed:
    """SQL condition over x: one of the columns matches the pattern of a person.

    What is cheap comes first.
    """
    together = _together(columns)
    parts = [sql.SQL("privacy.searchable({}) ~* {}").format(together, _bounded(person.pattern()))]
    likely = person.likely()
    if likely is not None:
        quick = sql.SQL('lower({} collate "C") like any({})')
        parts.insert(0, quick.format(together, sql.Literal(likely)))
    return sql.SQL("({})").format(sql.SQL(" and ").join(parts))


def search(conn: Connection, person: Identity, progress: Progress) -> dict[str, int]:
    """How many rows name a person, by table.

    Args:
        conn: A connection whose transaction is open; no lock but that of a reader is taken.
        person: Who is looked for.
        progress: Told how many megabytes of how many are read.
    """
    found: dict[str, int] = {}
    if not person.pattern():
        return found
    for table in read(text_tables(conn), progress):
        query = sql.SQL("select count(*) from {} as x where {}").format(
            table.identifier(), holds(table.columns, person)
        )
        row = conn.execute(query).fetchone()
        if row and row[0]:
            found[f"{table.schema}.{table.name}"] = int(row[0])
    return found


def redact(conn: Connection, person: Identity, table: TextTable) -> int:
    """Take a person out of the texts of a table's rows; how many rows those were.

    Rows of raw say so; those of the models become what the models will make of them.
    """
    return _redact(conn, table, person.pattern(), holds(table.columns, person))


def redact_by_tombstones(conn: Connection, table: TextTable) -> int:
    """Take everybody who is erased out of the texts of a table; how many rows they were in.

    An address or number that stands in a column of its own is that of the person who has the row.
    Names are looked for in small tables: every few words would have to be asked.
    """
    table = replace(table, texts=tuple(name for name in table.texts if name not in _CONTACTS))
    if not table.columns:
        return 0
    together = _together(table.columns)
    found = conn.execute(
        sql.SQL(
            "select privacy.pattern_of(array_agg(distinct f.string))"
            " from {} as x cross join unnest(privacy.found_in({}, {})) as f (string)"
        ).format(table.identifier(), together, sql.Literal(table.size <= SMALL))
    ).fetchone()
    if not found or not found[0]:
        return 0
    where = sql.SQL("privacy.searchable({}) ~* {}").format(together, _bounded(found[0]))
    return _redact(conn, table, found[0], where)


def _redact(conn: Connection, table: TextTable, pattern: str, where: sql.Composable) -> int:
    literal = sql.Literal(pattern)
    changes: list[sql.Composable] = [
        *(_change("privacy.redacted_text", column, literal) for column in table.texts),
        *(_change("privacy.redacted", column, literal) for column in table.documents),
        *(_list_change(column, literal) for column in table.lists),
    ]
    if table.says_so:
        changes.append(sql.SQL("_redacted_at = now()"))
    elif table.is_versioned and table.schema != "raw":
        changes.append(sql.SQL("_xid = pg_current_xact_id()"))
    query = sql.SQL("update {} as x set {} where {}").format(
        table.identifier(), sql.SQL(", ").join(changes), where
    )
    return conn.execute(query).rowcount


def redactable(conn: Connection) -> list[TextTable]:
    """Tables whose texts may be changed: payloads, and what models make of them; not seeds."""
    seeds = {
        name
        for (name,) in conn.execute(
            "select split_part(node, '.', 3) from extracted.deployments where node like 'seed.%'"
        )
    }
    return [
        replace(table, texts=("error",), documents=("body",))
        if table.name == _DELIVERIES
        else table
        for table in text_tables(conn)
        if table.says_so
        or (table.schema == "raw" and table.name in (*_TEXTS, _DELIVERIES))
        or (table.schema in BUILT_SCHEMAS and table.name not in {*seeds, *_STATE})
    ]


def _change(function: str, column: str, pattern: sql.Literal) -> sql.Composed:
    name = sql.SQL(".").join(map(sql.Identifier, function.split(".")))
    target = sql.Identifier(column)
    return sql.SQL("{} = {}(x.{}, {})").format(target, name, target, pattern)


def _list_change(column: str, pattern: sql.Literal) -> sql.Composed:
    target = sql.Identifier(column)
    return sql.SQL(
        "{0} = case when x.{0} is not null then array("
        "select privacy.redacted_text(t.item, {1})"
        " from unnest(x.{0}) with ordinality as t (item, n) order by t.n) end"
    ).format(target, pattern)


def _together(columns: Iterable[str]) -> sql.Composed:
    texts = [sql.SQL("x.{}::text").format(sql.Identifier(column)) for column in columns]
    return sql.SQL("concat_ws(E'\\n', {})").format(sql.SQL(", ").join(texts))


def _bounded(pattern: str) -> sql.Literal:
    return sql.Literal(f"(?<![[:alnum:]])(?:{pattern})(?![[:alnum:]])")
