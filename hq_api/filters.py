"""Filters of a query string: ``column=value``, ``column.gte=value``, ``has=column``.

Every parameter is understood or refused; the refusal names the nearest one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from psycopg import sql

from hq_api.catalogue import Column
from hq_api.problems import bad_parameter
from hq_api.values import BadValueError, checked
from ingest.errors import did_you_mean

_EQUAL, _NOT = "", "not"
NAMES_ONE = (_EQUAL, _NOT)  # operators that compare with a whole value
_ORDERED = {"gt": ">", "gte": ">=", "lt": "<", "lte": "<="}
_TEXTUAL = ("contains", "prefix")
_KNOWN = "has"
_UNKNOWN = "lacks"

# what cannot be compared with anything
_OPAQUE = ("xid8", "pg_snapshot", "jsonb")

_MOST_VALUES = 200  # in all filters of a request


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition of a row, in SQL, with the values of its placeholders."""

    sql: sql.Composable
    values: tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Filter:
    """One filter as it was asked for.

    Args:
        column: The column.
        operator: "" for equality, else the word behind the point, or has or lacks.
        values: What to compare with; a row meets the filter with any of them.
    """

    column: Column
    operator: str
    values: tuple[str, ...] = ()

    def condition(self) -> Condition:
        """The filter in SQL."""
        name = sql.Identifier(self.column.name)
        if self.operator in (_KNOWN, _UNKNOWN):
            word = sql.SQL("not " if self.operator == _KNOWN else "")
            return Condition(sql.SQL("{} is {}null").format(name, word), ())
        if self.operator in _ORDERED:
            compared = sql.SQL("{} {} {}").format(
                name, sql.SQL(_ORDERED[self.operator]), self._placeholder()
            )
            return Condition(compared, self.values)
        if self.operator in _TEXTUAL:
            return Condition(self._looked_for(name), self.values)
        if self.column.is_list:
            same = sql.SQL("{} && {}::{}").format(
                name, sql.Placeholder(), sql.SQL(self.column.type)
            )
            return Condition(_negated(same, self.operator), (list(self.values),))
        if len(self.values) == 1:
            same = sql.SQL("{} = {}").format(name, self._placeholder())
            return Condition(_negated(same, self.operator), self.values)
        same = sql.SQL("{} = any({}::{}[])").format(
            name, sql.Placeholder(), sql.SQL(self.column.type)
        )
        return Condition(_negated(same, self.operator), (list(self.values),))

    def _placeholder(self) -> sql.Composed:
        return sql.SQL("{}::{}").format(sql.Placeholder(), sql.SQL(self.column.type))

    def _looked_for(self, name: sql.Identifier) -> sql.Composed:
        test = (
            sql.SQL("starts_with(lower({}), lower({}))")
            if self.operator == "prefix"
            else sql.SQL("strpos(lower({}), lower({})) > 0")
        )
        each = [test.format(name, sql.Placeholder()) for _ in self.values]
        return sql.SQL("({})").format(sql.SQL(" or ").join(each))


def _negated(condition: sql.Composed, operator: str) -> sql.Composable:
    """What is not equal; a value that is not known is not equal to any."""
    return sql.SQL("({}) is not true").format(condition) if operator == _NOT else condition


def operators_of(column: Column) -> tuple[str, ...]:
    """The operators that a column takes, equality as ""."""
    if column.type in _OPAQUE:
        return ()
    if column.is_list or column.type in ("boolean", "uuid"):
        return (_EQUAL, _NOT)
    if column.type == "text":
        return (_EQUAL, _NOT, *_TEXTUAL)
    return (_EQUAL, _NOT, *_ORDERED)


def parameters_of(columns: Mapping[str, Column]) -> dict[str, tuple[Column, str]]:
    """The parameters that filter rows of these columns: name -> column and operator."""
    return {
        f"{column.name}.{operator}" if operator else column.name: (column, operator)
        for column in columns.values()
        for operator in operators_of(column)
    }


def read_filters(
    pairs: Iterable[tuple[str, str]], columns: Mapping[str, Column], others: Sequence[str]
) -> list[Filter]:
    """The filters of a query string.

    Args:
        pairs: Its parameters, in order; those of one name are alternatives.
        columns: The columns that exist for the caller.
        others: Parameters that are no filters, which are known and left out here.

    Raises:
        ProblemError: One is not known, or its value is none of the column's type.
    """
    known = parameters_of(columns)
    filters: list[Filter] = []
    given: dict[str, list[str]] = {}
    for number, (name, text) in enumerate(pairs):
        if number >= _MOST_VALUES:
            raise bad_parameter(name, f"more than {_MOST_VALUES} parameters in one request")
        if name in (_KNOWN, _UNKNOWN):
            filters.extend(_presence(name, text, columns))
        elif name in known:
            given.setdefault(name, []).append(_read(name, text, known[name][0]))
        elif name not in others:
            everything = [*others, *known, _KNOWN, _UNKNOWN]
            raise bad_parameter(
                name, f"unknown parameter {name[:100]!r}{did_you_mean(name[:100], everything)}"
            )
    for name, values in given.items():
        column, operator = known[name]
        if operator in _ORDERED and len(values) > 1:
            raise bad_parameter(name, f"{name} is given {len(values)} times; a limit is one value")
        filters.append(Filter(column, operator, tuple(values)))
    return filters


def _presence(operator: str, text: str, columns: Mapping[str, Column]) -> list[Filter]:
    filters = []
    for name in text.split(","):
        column = columns.get(name)
        if column is None:
            raise bad_parameter(
                operator, f"there is no column {name[:100]!r}{did_you_mean(name[:100], columns)}"
            )
        filters.append(Filter(column, operator))
    return filters


def _read(name: str, text: str, column: Column) -> str:
    try:
        return checked(text, column.type)
    except BadValueError as fault:
        raise bad_parameter(name, f"the value of {name} {fault}") from None
