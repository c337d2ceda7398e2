"""The SQL of lists: what filters, an order and a position ask of a view."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from psycopg import sql

from hq_api.catalogue import Column, View
from hq_api.filters import Condition
from hq_api.paging import Term, order_by

# a spreadsheet takes a cell that begins so for a formula; by their numbers, which a server compares
# twenty of in a row in the time of one pattern
_FORMULA = sql.SQL(", ").join(sql.Literal(ord(sign)) for sign in "=+-@\t\r")


def relation(view: View) -> sql.Identifier:
    """A view in SQL."""
    return sql.Identifier("api", view.name)


def where(conditions: Sequence[Condition]) -> sql.Composed:
    """The conditions that a row has to meet, all of them."""
    if not conditions:
        return sql.SQL("true").format()
    return sql.SQL(" and ").join(condition.sql for condition in conditions)


def values_of(conditions: Iterable[Condition]) -> list[object]:
    """The values of their placeholders, in order."""
    return [value for condition in conditions for value in condition.values]


def names(columns: Mapping[str, Column]) -> sql.SQL:
    """A list of columns."""
    return _names(tuple(columns))


@lru_cache
def _names(columns: tuple[str, ...]) -> sql.SQL:
    # in words, because putting them together takes longer than anything else of a statement
    return sql.SQL(sql.SQL(", ").join(map(sql.Identifier, columns)).as_string())


def page(
    source: sql.Composable,
    columns: Mapping[str, Column],
    conditions: Sequence[Condition],
    order: Sequence[Term],
    limit: int,
) -> tuple[sql.Composed, list[object]]:
    """A page of rows, each as the text of a JSON object, in order.

    Args:
        source: The relation.
        columns: What of a row is wanted.
        conditions: What it has to meet.
        order: The order of the rows.
        limit: The most rows.
    """
    query = sql.SQL(
        "select row_to_json(d)::text from"
        " (select {names} from {source} where {where} order by {order} limit {limit}) as d"
    ).format(
        names=names(columns),
        source=source,
        where=where(conditions),
        order=order_by(order),
        # in words, because a plan that is kept is made for this many rows
        limit=sql.Literal(limit),
    )
    return query, values_of(conditions)


def with_lists(row: sql.Composed, lists: Sequence[sql.Composed]) -> sql.Composed:
    """A query of one row and what belongs to it: a page, and beside it pages as JSON lists.

    The values of its placeholders are those of the lists, then those of the row.
    """
    listed = [
        sql.SQL(
            ", (select '[' || coalesce(string_agg(p.line, ','), '') || ']' from ({}) as p (line))"
        ).format(each)
        for each in lists
    ]
    return sql.SQL("select o.line{} from ({}) as o (line)").format(sql.SQL("").join(listed), row)


def count(source: sql.Composable, conditions: Sequence[Condition]) -> sql.Composed:
    """How many rows meet the conditions."""
    return sql.SQL("select count(*) from {} where {}").format(source, where(conditions))


def estimate(source: sql.Composable, conditions: Sequence[Condition]) -> sql.Composed:
    """How many rows the planner expects to meet the conditions, as a plan in JSON."""
    return sql.SQL("explain (format json) select from {} where {}").format(
        source, where(conditions)
    )


def groups(source: sql.Composable, column: Column, conditions: Sequence[Condition]) -> sql.Composed:
    """A relation of the values of a column, each with how many rows have it."""
    return sql.SQL(
        "(select {column} as value, count(*) as count from {source} where {where} group by 1)"
        " as grouped"
    ).format(column=sql.Identifier(column.name), source=source, where=where(conditions))


def values_in(
    source: sql.Composable, columns: Sequence[str], conditions: Sequence[Condition]
) -> sql.Composed:
    """The values of text columns, each with how many rows have it, in one reading of the rows.

    A row of the answer is the column, the value and the number; what is not known is left out.
    """
    pairs = sql.SQL(", ").join(
        sql.SQL("({}, {})").format(sql.Literal(name), sql.Identifier(name)) for name in columns
    )
    return sql.SQL(
        "select v.name, v.value, count(*) from {source}"
        " cross join lateral (values {pairs}) as v (name, value)"
        " where {where} and v.value is not null group by 1, 2 order by 1, 3 desc, 2"
    ).format(source=source, pairs=pairs, where=where(conditions))


def csv_copy(
    source: sql.Composable, columns: Mapping[str, Column], conditions: Sequence[Condition]
) -> sql.Composed:
    """A COPY of the rows as CSV with a header; a list is a JSON array, and no cell is a formula."""
    cells = sql.SQL(", ").join(_cell(column) for column in columns.values())
    return sql.SQL(
        "copy (select {cells} from {source} where {where}) to stdout (format csv, header)"
    ).format(cells=cells, source=source, where=where(conditions))


def ndjson_copy(
    source: sql.Composable, columns: Mapping[str, Column], conditions: Sequence[Condition]
) -> sql.Composed:
    """A COPY of the rows as lines of JSON.

    JSON has no control characters, so with these as quote and delimiter no line is ever quoted.
    """
    return sql.SQL(
        "copy (select row_to_json(d) from (select {names} from {source} where {where}) as d)"
        " to stdout (format csv, quote e'\\x01', delimiter e'\\x02')"
    ).format(names=names(columns), source=source, where=where(conditions))


def _cell(column: Column) -> sql.Composed:
    name = sql.Identifier(column.name)
    if column.is_list:
        return sql.SQL("to_json({0})::text as {0}").format(name)
    if column.type == "boolean":
        return sql.SQL("{0}::text as {0}").format(name)
    if column.type == "timestamptz":
        return sql.SQL("to_json({0}) #>> '{{}}' as {0}").format(name)
    if column.type == "text":
        harmless = sql.SQL("case when ascii({0}) in ({1}) then '''' || {0} else {0} end as {0}")
        return harmless.format(name, _FORMULA)
    return sql.SQL("{0}").format(name)
