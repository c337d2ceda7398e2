"""Feeds whose rows have a key: what is known is corrected or left alone, what is new is added.

Rows are landed in a temporary table and merged in one statement. There is no unique index to lean
on, because other programs may have inserted duplicates; of those the newest is corrected, and
loads of one feed merge one at a time.
"""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from psycopg import sql

from ingest.postgres.connection import Connection
from ingest.postgres.locks import hold, lock_of_text
from ingest.postgres.statements import statement
from ingest.workflows.feeds import UNSTORED, Column, Feed, Holds

TEMPORARY_SCHEMA = "pg_temp"

# Small letters by a table of ours: lower() is the database's, which may leave É as it is or take
# the dot from an i. Of the scripts that names are written in, those that have capitals.
_SMALL = {
    capital: capital.lower()[0]
    for capital in map(chr, (*range(0xC0, 0x590), *range(0x1E00, 0x2000)))
    if capital.lower() != capital
}
_TEXT_KEY = """
    case
        when {{0}} ~ '[{capitals}]'
            then translate(lower({{0}} collate "C"), '{capitals}', '{small}')
        else lower({{0}} collate "C")
    end collate "default"
""".format(capitals="".join(_SMALL), small="".join(_SMALL.values()))
_TRIMMED = r"btrim({}, E' \t\n\r\u00a0')"
# Coarser than the normal form of a domain, which may not exist yet: a load works before any dbt
# command. It tells rows of one feed apart and is stored nowhere.
_DOMAIN_KEY = r"""
    rtrim(
        regexp_replace(
            split_part(
                translate(regexp_replace({}, '^(?:[a-z][a-z0-9+.-]*:)?//', ''), '?#:', '///'),
                '/',
                1
            ),
            '^(?:.*@)?(?:www[0-9]*\.)?',
            ''
        ),
        '.'
    )
"""

# A value puts right what could not be stored before.
_UNSTORED_NOW = """
    nullif(
        (coalesce(r._unstored, '{{}}') - array_remove(array[{}], null))
        || coalesce(m._unstored, '{{}}'),
        '{{}}'
    )
"""


def domain_key(expression: sql.Composable) -> sql.Composed:
    """SQL: what two spellings of a domain have in common."""
    return sql.SQL(_DOMAIN_KEY).format(text_key(expression))


def text_key(expression: sql.Composable) -> sql.Composed:
    """SQL: what two spellings of a name have in common."""
    return sql.SQL(_TEXT_KEY).format(sql.SQL(_TRIMMED).format(expression))


def make_room(conn: Connection, feed: Feed) -> None:
    """Make the temporary table that takes the rows of a file; it ends with the transaction."""
    conn.execute(
        sql.SQL(
            "create temp table {} (like {} including defaults including constraints) on commit drop"
        ).format(sql.Identifier(feed.table), _table(feed))
    )


def merge(
    conn: Connection, feed: Feed, load_id: UUID, announce_wait: Callable[[str], None]
) -> dict[str, int]:
    """Bring the rows from there into the raw table.

    Of several rows with one key the later one counts, column by column: an empty cell, or a
    column the file does not have, takes no value away.

    Args:
        conn: A connection whose transaction has landed the rows.
        feed: Their feed; it has a key.
        load_id: The load, which becomes that of every row it added or corrected.
        announce_wait: Told whom to wait for, in words, if another load of the feed is merging.

    Returns:
        How many of the rows of the file were new, updated, unchanged, and repeated in the file.
    """
    hold(conn, lock_of_text(f"merge into raw.{feed.table}"), announce_wait)
    conn.execute(sql.SQL("analyze {}").format(_landed(feed)))
    row = conn.execute(_merge(feed), {"load": load_id}).fetchone()
    new, updated, matched, landed = row or (0, 0, 0, 0)
    return {
        "new": new,
        "updated": updated,
        "unchanged": matched - new - updated,
        "repeated": landed - matched,
    }


def _sql(name: str) -> sql.SQL:
    return statement("ingest.feeds", name)


def _table(feed: Feed) -> sql.Identifier:
    return sql.Identifier("raw", feed.table)


def _landed(feed: Feed) -> sql.Identifier:
    return sql.Identifier(TEMPORARY_SCHEMA, feed.table)


def _merge(feed: Feed) -> sql.Composed:
    names = [sql.Identifier(name) for name in (*(c.name for c in feed.columns), UNSTORED)]
    key_names = [sql.Identifier(f"key_{n}") for n, _ in enumerate(feed.key)]
    keys = [
        sql.SQL("{} as {}").format(_key(column), name)
        for column, name in zip(feed.key_columns, key_names, strict=True)
    ]
    newest = [
        sql.SQL(
            "(array_agg({0} order by id desc) filter (where {0} is not null))[1] as {0}"
        ).format(name)
        for name in names
    ]
    comma = sql.SQL(", ")
    return _sql("merge").format(
        table=_table(feed),
        landed=_landed(feed),
        columns=comma.join(names),
        keys=comma.join(keys),
        key_names=comma.join(key_names),
        newest=comma.join(newest),
        correct=_correction(feed) if feed.updates else _sql("correct_nothing"),
    )


def _correction(feed: Feed) -> sql.Composed:
    names = [sql.Identifier(column.name) for column in feed.columns]
    given = [
        sql.SQL("case when m.{} is not null then {} end").format(
            sql.Identifier(column.name), sql.Literal(column.name)
        )
        for column in feed.columns
    ]
    becomes: list[sql.Composable] = [
        sql.SQL("coalesce(m.{0}, r.{0})").format(name) for name in names
    ]
    becomes.append(sql.SQL(_UNSTORED_NOW).format(sql.SQL(", ").join(given)))
    names.append(sql.Identifier(UNSTORED))
    assignments = [
        sql.SQL("{} = {}").format(name, value) for name, value in zip(names, becomes, strict=True)
    ]
    return _sql("correct").format(
        table=_table(feed),
        assignments=sql.SQL(", ").join(assignments),
        is_values=sql.SQL(", ").join(sql.SQL("r.{}").format(name) for name in names),
        becomes=sql.SQL(", ").join(becomes),
    )


def _key(column: Column) -> sql.Composed:
    name = sql.Identifier(column.name)
    return domain_key(name) if column.holds is Holds.DOMAIN else text_key(name)
