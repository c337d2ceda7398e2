"""Pieces of the OpenAPI description: types, rows, parameters, answers."""

from __future__ import annotations

from typing import Any

from hq_api.catalogue import Column
from hq_api.filters import NAMES_ONE, parameters_of
from hq_api.identifiers import is_domain, is_profile
from hq_api.paging import COUNTS, DEFAULT_LIMIT, LARGEST_LIMIT
from hq_api.resources import Resource
from hq_api.values import LONGEST

Schema = dict[str, Any]

_TYPES: dict[str, Schema] = {
    "integer": {"type": "integer", "minimum": -(2**31), "maximum": 2**31 - 1},
    "bigint": {"type": "integer", "minimum": -(2**63), "maximum": 2**63 - 1},
    "numeric": {"type": "number"},
    "boolean": {"type": "boolean"},
    "uuid": {"type": "string", "format": "uuid"},
    "date": {"type": "string", "format": "date"},
    "timestamptz": {"type": "string", "format": "date-time"},
}
TEXT: Schema = {"type": "string"}
_OBJECT: Schema = {"type": "object"}  # what a view has as jsonb
_OPERATORS = {
    "": "Equal to this; given several times, to any of them.",
    "not": "Not equal to this; what is not known is not equal.",
    "gt": "Greater.",
    "gte": "Greater or equal.",
    "lt": "Less.",
    "lte": "Less or equal.",
    "contains": "Contains this, without regard to case.",
    "prefix": "Begins with this, without regard to case.",
}
_DOMAIN = "A domain in any spelling; what is none is refused."
_PROFILE = "A LinkedIn slug, the address of a profile, or an id; what is none is refused."
OWNERS = {
    "companies": ("A domain in any spelling, or an address on it.", "acme-widgets.example"),
    "people": ("A LinkedIn slug, the address of a profile, or an id.", "ana-example"),
    "icps": (
        "The slug of an ideal customer profile, or its owner's domain.",
        "northwind-tools-example",
    ),
}

PROBLEM: Schema = {
    "type": "object",
    "required": ["type", "title", "status", "detail", "request_id"],
    "properties": {
        "type": TEXT,
        "title": TEXT,
        "status": {"type": "integer"},
        "detail": TEXT,
        "request_id": TEXT,
        "parameter": {**TEXT, "description": "The parameter that is wrong."},
    },
}


def ref(kind: str, name: str) -> Schema:
    """A component by its name."""
    return {"$ref": f"#/components/{kind}/{name}"}


def name_of(resource: Resource) -> str:
    """What a row of a resource is called among the components."""
    return "".join(word.capitalize() for word in resource.name.split("-"))


def row_of(resource: Resource) -> Schema:
    """A row; what a key does not open is not in it, so only what every key sees is required."""
    required = list(resource.columns_for(personal=False))
    return {
        "type": "object",
        "description": resource.view.description,
        "required": [] if resource.is_about_people else required,
        "properties": {column.name: _value(column) for column in resource.columns.values()},
        "additionalProperties": False,
    }


def _value(column: Column) -> Schema:
    schema = _OBJECT if column.type == "jsonb" else _type(column)
    if column.is_list:
        schema = {"type": "array", "items": schema}
    if column.is_nullable:
        schema = {**schema, "type": [schema["type"], "null"]}
    described = {**schema, "description": column.description}
    return {**described, "x-personal-data": True} if column.is_personal else described


def _type(column: Column) -> Schema:
    return _TYPES.get(column.type.removesuffix("[]"), TEXT)


def answers(schema: Schema, description: str, media: str = "application/json") -> Schema:
    """An answer of this schema, and all others, which are problems."""
    return {
        "200": {"description": description, "content": {media: {"schema": schema}}},
        "default": ref("responses", "Problem"),
    }


def filters_of(resource: Resource) -> list[Schema]:
    """The parameters that filter the rows of a resource."""
    found = []
    for name, (column, operator) in parameters_of(resource.columns).items():
        schema = _type(column)
        if schema.get("type") == "string" and "format" not in schema:
            schema = {**schema, "maxLength": LONGEST}
        kind = ""
        if operator in NAMES_ONE and (is_domain(column) or is_profile(column)):
            kind = f" {_DOMAIN if is_domain(column) else _PROFILE}"
            schema = {**schema, "minLength": 1, "pattern": r"\S"}
        several = operator not in ("gt", "gte", "lt", "lte")
        needed = resource.needed == name
        found.append(
            {
                "name": name,
                "in": "query",
                "required": needed,
                "description": _OPERATORS[operator] + kind,
                "schema": {"type": "array", "items": schema, "minItems": 1} if several else schema,
                **({"style": "form", "explode": True} if several else {}),
            }
        )
    columns = list(resource.columns)
    for name, words in (("has", "Only rows where these are known."), ("lacks", "Where not.")):
        found.append(
            {
                "name": name,
                "in": "query",
                "description": f"{words} Separated by commas.",
                "schema": {"type": "array", "items": {"enum": columns}, "minItems": 1},
                "style": "form",
                "explode": False,
            }
        )
    return found


def paging_of(resource: Resource) -> list[Schema]:
    """The parameters of pages, orders and counts."""
    orders = [
        f"{turned}{name}" for name in (*resource.key, *resource.sortable) for turned in ("", "-")
    ]
    limit = {
        "type": "integer",
        "minimum": 1,
        "maximum": LARGEST_LIMIT,
        "default": DEFAULT_LIMIT,
    }
    parameters: tuple[tuple[str, Schema, str], ...] = (
        ("limit", limit, "The most rows."),
        ("next", TEXT, "What the page before gave as next."),
        (
            "sort",
            {"enum": orders},
            "The order, by key if not given; - turns it round. Not together with group_by.",
        ),
        (
            "count",
            {"enum": list(COUNTS)},
            "Count all rows, too; exactly, if that is quick enough. Not together with group_by.",
        ),
        (
            "group_by",
            {"enum": [column.name for column in resource.columns.values() if not column.is_list]},
            (
                "Instead of rows: the values of a column, and how many rows have each. Not together"
                " with sort or count: groups are ordered by value and are not counted."
            ),
        ),
    )
    return [
        {"name": name, "in": "query", "description": words, "schema": schema}
        for name, schema, words in parameters
    ]


def owner_of(of: str) -> Schema:
    """The part of a path that names one company, person or profile."""
    words, example = OWNERS[of]
    return {
        "name": "owner",
        "in": "path",
        "required": True,
        "description": words,
        "schema": {"type": "string", "minLength": 1},
        "example": example,
    }
