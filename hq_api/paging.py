"""Keyset paging: the next page begins behind the last row of this one, whatever happens meanwhile.

``next`` holds the order's values of the last row and a digest of what was asked for, so that it
continues the same question only.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import msgspec
from psycopg import sql

from hq_api.catalogue import Column
from hq_api.filters import Condition
from hq_api.problems import bad_parameter
from hq_api.values import checked

DEFAULT_LIMIT = 100
LARGEST_LIMIT = 1_000
COUNTS = ("exact", "estimated")

LONGEST_TOKEN = 20_000  # characters
_DIGEST_BYTES = 12


@dataclass(frozen=True, slots=True)
class Term:
    """One column of an order, which puts what is not known last."""

    column: Column
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Position:
    """Where a page begins.

    Args:
        values: The order's values of the row before it, as text.
        snapshot: Of a list of changes, the snapshot that its first page was read in.
    """

    values: tuple[str | None, ...]
    snapshot: str | None = None


class _Token(msgspec.Struct, array_like=True, forbid_unknown_fields=True):
    digest: str
    values: list[str | None]
    snapshot: str | None = None


def order_of(
    key: Sequence[str], columns: Mapping[str, Column], sort: str | None, sortable: Sequence[str]
) -> tuple[Term, ...]:
    """The order of the rows: as asked for, then by key.

    Raises:
        ProblemError: Rows are not ordered by what was asked for.
    """
    terms = []
    if sort is not None:
        name = sort.removeprefix("-")
        if name not in (*sortable, *key) or name not in columns:
            allowed = ", ".join((*key, *sortable))
            raise bad_parameter(
                "sort", f"rows are ordered by {allowed}; - before it turns it round"
            )
        terms.append(Term(columns[name], descending=sort.startswith("-")))
    named = {term.column.name for term in terms}
    return (*terms, *(Term(columns[name]) for name in key if name not in named))


def order_by(order: Sequence[Term]) -> sql.Composed:
    """The order in SQL."""
    return sql.SQL(", ").join(
        sql.SQL("{}{}{}").format(
            sql.Identifier(term.column.name),
            sql.SQL(" desc" if term.descending else ""),
            # the default where it ascends, and said it keeps an index from serving it
            sql.SQL(" nulls last" if term.descending and term.column.is_nullable else ""),
        )
        for term in order
    )


def behind(order: Sequence[Term], position: Position) -> Condition:
    """The rows behind a position, in SQL."""
    if not any(term.descending or term.column.is_nullable for term in order):
        return _row_behind(order, position.values)
    cases: list[sql.Composable] = []
    values: list[object] = []
    for n, (term, value) in enumerate(zip(order, position.values, strict=True)):
        if value is None:  # nothing is behind what is not known
            continue
        same: list[sql.Composable] = []
        for before, known in zip(order[:n], position.values[:n], strict=True):
            name = sql.Identifier(before.column.name)
            if known is None:
                same.append(sql.SQL("{} is null").format(name))
            else:
                same.append(sql.SQL("{} = {}").format(name, _mark(before)))
                values.append(known)
        name = sql.Identifier(term.column.name)
        further = sql.SQL("{} {} {}").format(
            name, sql.SQL("<" if term.descending else ">"), _mark(term)
        )
        values.append(value)
        if term.column.is_nullable:
            further = sql.SQL("({} or {} is null)").format(further, name)
        cases.append(sql.SQL("({})").format(sql.SQL(" and ").join([*same, further])))
    if not cases:
        return Condition(sql.SQL("false"), ())
    return Condition(sql.SQL("({})").format(sql.SQL(" or ").join(cases)), tuple(values))


def _row_behind(order: Sequence[Term], values: Sequence[str | None]) -> Condition:
    """One comparison of rows, which an index of these columns serves.

    Its beginnings follow from it, and are said because the columns may be those of several tables:
    so the index of the first one serves, too.
    """
    conditions: list[sql.Composable] = []
    given: list[str | None] = []
    for n in range(1, len(order) + 1):
        names = sql.SQL(", ").join(sql.Identifier(term.column.name) for term in order[:n])
        marks = sql.SQL(", ").join(map(_mark, order[:n]))
        operator = sql.SQL(">" if n == len(order) else ">=")
        conditions.append(sql.SQL("({}) {} ({})").format(names, operator, marks))
        given += values[:n]
    return Condition(sql.SQL(" and ").join(conditions), tuple(given))


def _mark(term: Term) -> sql.Composed:
    return sql.SQL("{}::{}").format(sql.Placeholder(), sql.SQL(term.column.type))


def digest(*asked: object) -> str:
    """What was asked for, in a few characters."""
    text = msgspec.json.encode(asked)
    return hashlib.sha256(text).hexdigest()[: 2 * _DIGEST_BYTES]


def token(position: Position, asked: str) -> str:
    """The position as callers give it back."""
    held = _Token(asked, list(position.values), position.snapshot)
    return base64.urlsafe_b64encode(msgspec.json.encode(held)).rstrip(b"=").decode()


def read_token(text: str, asked: str, order: Sequence[Term]) -> Position:
    """The position of a token.

    Raises:
        ProblemError: It is none, or it continues another question.
    """
    fault = bad_parameter("next", "next is not what an answer gave")
    if len(text) > LONGEST_TOKEN:
        raise fault
    try:
        padded = text.encode("ascii") + b"=" * (-len(text) % 4)
        held = msgspec.json.decode(base64.b64decode(padded, b"-_", validate=True), type=_Token)
    except (ValueError, msgspec.DecodeError):
        raise fault from None
    if held.digest != asked:
        raise bad_parameter(
            "next", "next continues another question; ask with the same filters and order"
        )
    try:
        values = tuple(
            value and checked(value, term.column.type, longest=LONGEST_TOKEN)
            for value, term in zip(held.values, order, strict=True)
        )
    except ValueError:
        raise fault from None
    if any(v is None and not t.column.is_nullable for v, t in zip(values, order, strict=True)):
        raise fault
    return Position(values, held.snapshot)
