"""A question for rows of a resource, read from a query string."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import msgspec
from psycopg import sql
from starlette.datastructures import QueryParams

from hq_api import statements
from hq_api.callers import Caller
from hq_api.catalogue import Column
from hq_api.database import Database
from hq_api.filters import NAMES_ONE, Condition, Filter, read_filters
from hq_api.identifiers import (
    NO_DOMAIN,
    NO_PROFILE,
    company_domains,
    is_domain,
    is_profile,
    person_urls,
)
from hq_api.keys import EXPORT, READ_COMPANIES, READ_PEOPLE
from hq_api.paging import (
    COUNTS,
    DEFAULT_LIMIT,
    LARGEST_LIMIT,
    Position,
    Term,
    behind,
    digest,
    order_of,
    read_token,
)
from hq_api.problems import bad_parameter
from hq_api.resources import Part, Resource
from hq_api.values import BadValueError, checked

LIST_PARAMETERS = ("limit", "next", "sort", "count", "group_by")

_ALL = 1_000_000  # rows of one owner


@dataclass(frozen=True)
class Question:
    """Which rows, in which order, how many.

    Args:
        source: The relation.
        columns: The columns that are wanted.
        conditions: What a row has to meet.
        order: The order of the rows.
        asked: A digest of all that, which a position belongs to.
        limit: The most rows.
        position: Where to begin.
        count: How rows are to be counted, if at all.
        is_filtered: Whether values decide which plan is a good one.
        is_in_order: Whether the rows are in this order without being sorted.
        is_of_everything: Whether they may be worked out from all rows there are.
    """

    source: sql.Composable
    columns: Mapping[str, Column]
    conditions: tuple[Condition, ...]
    order: tuple[Term, ...]
    asked: str
    limit: int = DEFAULT_LIMIT
    position: Position | None = None
    count: str | None = None
    is_filtered: bool = True
    is_in_order: bool = False
    is_of_everything: bool = False

    def page(self) -> tuple[sql.Composed, list[object]]:
        """The statement of its page, which asks for one row more to see whether there is one."""
        further = (behind(self.order, self.position),) if self.position else ()
        return statements.page(
            self.source,
            self.columns,
            (*self.conditions, *further),
            self.order,
            self.limit + 1,
        )


def allowed_columns(resource: Resource, caller: Caller) -> Mapping[str, Column]:
    """The columns of a resource that exist for a caller.

    Raises:
        ProblemError: None of its rows do.
    """
    caller.require(READ_PEOPLE if resource.is_about_people else READ_COMPANIES)
    return resource.columns_for(personal=caller.may_read_people)


def same_as(name: str, column: Column, value: str) -> Condition:
    """A condition that a column has a value."""
    return Condition(
        sql.SQL("{} = {}::{}").format(
            sql.Identifier(name), sql.Placeholder(), sql.SQL(column.type)
        ),
        (value,),
    )


def standing_conditions(resource: Resource, caller: Caller) -> tuple[Condition, ...]:
    """What every row has to meet for this caller: of companies and people, companies only."""
    if resource.open_for_companies is None or caller.may_read_people:
        return ()
    return (same_as("entity", resource.columns["entity"], "company"),)


def owned_by(part: Part, owner: str) -> tuple[Condition, ...]:
    """What rows of a part have to meet to belong to an owner."""
    columns = part.resource.columns
    owned = (same_as(part.column, columns[part.column], owner),)
    return (*owned, same_as("entity", columns["entity"], part.entity)) if part.entity else owned


async def read_rows(
    database: Database,
    resource: Resource,
    caller: Caller,
    conditions: Sequence[Condition],
    *,
    order: Sequence[str] = (),
    limit: int = _ALL,
) -> list[msgspec.Raw]:
    """Rows that meet conditions, as far as the caller may read them.

    Args:
        database: Where to read.
        resource: What is asked for.
        caller: Who asks.
        conditions: What a row has to meet.
        order: Columns to order by before the key, with - before one that descends.
        limit: The most rows.

    Raises:
        ProblemError: None of its rows exist for the caller.
    """
    query, values = _rows(resource, caller, conditions, order, limit)
    return [msgspec.Raw(text.encode()) for (text,) in await database.rows_of_keys(query, values)]


async def read_row_with(
    database: Database,
    resource: Resource,
    caller: Caller,
    conditions: Sequence[Condition],
    lists: Sequence[tuple[Resource, Sequence[Condition], str]],
) -> list[msgspec.Raw]:
    """One row and the lists of what belongs to it, in one statement; nothing if there is no row.

    Args:
        database: Where to read.
        resource: What is asked for.
        caller: Who asks.
        conditions: What the row has to meet.
        lists: Of each what is listed, what its rows have to meet and the column of their order.

    Raises:
        ProblemError: None of its rows exist for the caller.
    """
    row, of_row = _rows(resource, caller, conditions, (), 1)
    listed = [_rows(each, caller, met, (order,), _ALL) for each, met, order in lists]
    query = statements.with_lists(row, [statement for statement, _ in listed])
    values = [value for _, some in listed for value in some] + of_row
    found = await database.rows_of_keys(query, values)
    return [msgspec.Raw(text.encode()) for text in found[0]] if found else []


def _rows(
    resource: Resource,
    caller: Caller,
    conditions: Sequence[Condition],
    order: Sequence[str],
    limit: int,
) -> tuple[sql.Composed, list[object]]:
    names = (*order, *(name for name in resource.key if name not in order))
    return statements.page(
        statements.relation(resource.view),
        allowed_columns(resource, caller),
        (*conditions, *standing_conditions(resource, caller)),
        [Term(resource.columns[n.removeprefix("-")], n.startswith("-")) for n in names],
        limit,
    )


async def read_question(
    database: Database,
    resource: Resource,
    caller: Caller,
    query: QueryParams,
    *,
    owned: tuple[Condition, ...] = (),
    others: tuple[str, ...] = (),
) -> Question:
    """The question of a query string.

    Args:
        database: Where domains and profiles find their normal forms.
        resource: What is asked for.
        caller: Who asks.
        query: The query string.
        owned: What rows have to meet anyway.
        others: Further parameters that the endpoint reads itself.

    Raises:
        ProblemError: It cannot be understood, or is not for this caller.
    """
    columns = allowed_columns(resource, caller)
    filters = read_filters(query.multi_items(), columns, (*LIST_PARAMETERS, *others))
    named = {f.column.name for f in filters if not f.operator}
    resource.require_filters(named, is_owned=bool(owned))
    resolved = [await _resolved(database, f) for f in filters]
    conditions = (
        *owned,
        *standing_conditions(resource, caller),
        *(f.condition() for f in resolved),
    )
    source: sql.Composable = statements.relation(resource.view)
    order = order_of(resource.key, columns, single(query, "sort"), resource.sortable)
    grouped = single(query, "group_by")
    if grouped is not None:
        source, columns, conditions, order = _grouped(source, columns, conditions, query)
    asked = digest(
        resource.name,
        sorted((f.column.name, f.operator, f.values) for f in resolved),
        [(repr(c.sql), c.values) for c in owned],
        [(t.column.name, t.descending) for t in order],
        grouped,
    )
    question = Question(
        *(source, columns, conditions, order, asked),
        limit=_limit(query),
        is_filtered=grouped is not None or not all(_is_by_key(f, resource) for f in resolved),
        is_in_order=single(query, "sort") is None and _is_in_order(resource, conditions),
        is_of_everything=resource.is_of_everything,
    )
    token = single(query, "next")
    if token is not None:
        question = replace(question, position=read_token(token, asked, order))
    return replace(question, count=_count(query))


async def read_export(
    database: Database, resource: Resource, caller: Caller, query: QueryParams
) -> tuple[Mapping[str, Column], tuple[Condition, ...]]:
    """The columns and conditions of an export, which has no pages.

    Raises:
        ProblemError: It cannot be understood, or is not for this caller.
    """
    caller.require(EXPORT)
    columns = allowed_columns(resource, caller)
    filters = read_filters(query.multi_items(), columns, ())
    resolved = [await _resolved(database, f) for f in filters]
    standing = standing_conditions(resource, caller)
    return columns, (*standing, *(f.condition() for f in resolved))


def single(query: QueryParams, name: str) -> str | None:
    """A parameter that may be given once.

    Raises:
        ProblemError: It is given more often.
    """
    values = query.getlist(name)
    if len(values) > 1:
        raise bad_parameter(name, f"{name} is given {len(values)} times")
    return values[0] if values else None


def _is_in_order(resource: Resource, conditions: Sequence[Condition]) -> bool:
    """Whether the rows come in the order of the key without being sorted."""
    return resource.is_in_order or (resource.is_in_order_as_a_whole and not conditions)


def _is_by_key(asked: Filter, resource: Resource) -> bool:
    return asked.column.name in resource.key and not asked.operator and len(asked.values) == 1


async def _resolved(database: Database, asked: Filter) -> Filter:
    """A filter of domains or profiles with their keys for whatever spelling was given."""
    name = asked.column.name
    if asked.operator not in NAMES_ONE or not asked.values:
        return asked
    if is_domain(asked.column):
        found, fault = await company_domains(database, asked.values), NO_DOMAIN
    elif is_profile(asked.column):
        found, fault = await person_urls(database, asked.values), NO_PROFILE
    else:
        return asked
    for value, key in zip(asked.values, found, strict=True):
        if key is None:
            raise bad_parameter(name, f"{value[:100]!r} is {fault}")
    return replace(asked, values=tuple(key for key in found if key is not None))


def _grouped(
    source: sql.Composable,
    columns: Mapping[str, Column],
    conditions: tuple[Condition, ...],
    query: QueryParams,
) -> tuple[sql.Composable, Mapping[str, Column], tuple[Condition, ...], tuple[Term, ...]]:
    """The question for the values of a column, each with the number of its rows."""
    name = single(query, "group_by") or ""
    column = columns.get(name)
    if column is None:
        raise bad_parameter("group_by", f"there is no column {name[:100]!r}")
    if column.is_list:
        raise bad_parameter("group_by", f"{name} is a list, by which rows are not grouped")
    if single(query, "sort") is not None or single(query, "count") is not None:
        raise bad_parameter("group_by", "groups are ordered by value and are not counted")
    value = replace(column, name="value", is_nullable=True)
    counted = Column("count", "bigint", "How many rows have it.", False, False)
    relation = statements.groups(source, column, conditions)
    inner = Condition(sql.SQL("true"), tuple(statements.values_of(conditions)))
    return relation, {"value": value, "count": counted}, (inner,), (Term(value),)


def _limit(query: QueryParams) -> int:
    text = single(query, "limit")
    if text is None:
        return DEFAULT_LIMIT
    try:
        limit = int(checked(text, "integer"))
    except BadValueError:
        limit = 0
    if not 1 <= limit <= LARGEST_LIMIT:
        raise bad_parameter("limit", f"limit is a whole number from 1 to {LARGEST_LIMIT}")
    return limit


def _count(query: QueryParams) -> str | None:
    count = single(query, "count")
    if count is not None and count not in COUNTS:
        raise bad_parameter("count", f"count is {' or '.join(COUNTS)}")
    return count
