"""The description of the service as OpenAPI 3.1, made of the same tables as the service itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from hq_api import keys
from hq_api.catalogue import Column
from hq_api.filters import parameters_of
from hq_api.paging import COUNTS, DEFAULT_LIMIT, LARGEST_LIMIT
from hq_api.resources import Part, Resource
from hq_api.values import LONGEST
from ingest import __version__

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
_TEXT: Schema = {"type": "string"}
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
_OWNERS = {
    "companies": ("A domain in any spelling, or an address on it.", "acme-widgets.example"),
    "people": ("A LinkedIn slug, the address of a profile, or an id.", "ana-example"),
    "icps": (
        "The slug of an ideal customer profile, or its owner's domain.",
        "northwind-tools-example",
    ),
}
_INSIDE = {"people": ("roles", "education")}


def openapi(resources: Mapping[str, Resource], parts: Iterable[Part]) -> Schema:
    """The description of these resources, and of what belongs to their rows."""
    paths: Schema = {}
    for resource in resources.values():
        paths[f"/v1/{resource.name}"] = {"get": _list(resource)}
        if resource.needed is None:
            for form, media in (("csv", "text/csv"), ("ndjson", "application/x-ndjson")):
                paths[f"/v1/{resource.name}.{form}"] = {"get": _export(resource, form, media)}
    for part in parts:
        paths[f"/v1/{part.of}/{{owner}}/{part.name}"] = {
            "get": _list(part.resource, part.of, f"{part.of}_{part.name}")
        }
    for name in _OWNERS.keys() & resources.keys():
        paths[f"/v1/{name}/{{owner}}"] = {"get": _document(resources[name])}
    for name in {"companies", "people"} & resources.keys():
        paths[f"/v1/{name}/lookup"] = {"post": _lookup(resources[name])}
    paths |= _others()
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "HQ Database API",
            "version": __version__,
            "description": (
                "The answers of the warehouse: companies, people and who to talk to. Each list"
                " takes its columns as filters and is read page by page, by next."
            ),
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "security": [{"bearer": []}, {"header": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer"},
                "header": {"type": "apiKey", "in": "header", "name": "x-api-key"},
            },
            "schemas": {
                **{_name(r): _row(r) for r in resources.values()},
                "Problem": _PROBLEM,
            },
            "responses": {
                "Problem": {
                    "description": "The request gets no answer, and why (RFC 9457).",
                    "content": {"application/problem+json": {"schema": _ref("schemas", "Problem")}},
                }
            },
        },
    }


_PROBLEM: Schema = {
    "type": "object",
    "required": ["type", "title", "status", "detail", "request_id"],
    "properties": {
        "type": _TEXT,
        "title": _TEXT,
        "status": {"type": "integer"},
        "detail": _TEXT,
        "request_id": _TEXT,
        "parameter": {**_TEXT, "description": "The parameter that is wrong."},
    },
}


def _ref(kind: str, name: str) -> Schema:
    return {"$ref": f"#/components/{kind}/{name}"}


def _name(resource: Resource) -> str:
    return "".join(word.capitalize() for word in resource.name.split("-"))


def _row(resource: Resource) -> Schema:
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
    schema = _type(column)
    if column.is_list:
        schema = {"type": "array", "items": schema}
    if column.is_nullable:
        schema = {**schema, "type": [schema["type"], "null"]}
    described = {**schema, "description": column.description}
    return {**described, "x-personal-data": True} if column.is_personal else described


def _type(column: Column) -> Schema:
    return _TYPES.get(column.type.removesuffix("[]").partition("(")[0], _TEXT)


def _answers(schema: Schema, description: str, media: str = "application/json") -> Schema:
    return {
        "200": {"description": description, "content": {media: {"schema": schema}}},
        "default": _ref("responses", "Problem"),
    }


def _filters(resource: Resource) -> list[Schema]:
    found = []
    for name, (column, operator) in parameters_of(resource.columns).items():
        schema = _type(column)
        if schema.get("type") == "string" and "format" not in schema:
            schema = {**schema, "maxLength": LONGEST}
        several = operator not in ("gt", "gte", "lt", "lte")
        needed = resource.needed == name
        found.append(
            {
                "name": name,
                "in": "query",
                "required": needed,
                "description": _OPERATORS[operator],
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


def _paging(resource: Resource) -> list[Schema]:
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
        ("next", _TEXT, "What the page before gave as next."),
        ("sort", {"enum": orders}, "The order, by key if not given; - turns it round."),
        ("count", {"enum": list(COUNTS)}, "Count all rows, too; exactly, if that is quick enough."),
        (
            "group_by",
            {"enum": list(resource.columns)},
            "Instead of rows: the values of a column, and how many rows have each.",
        ),
    )
    return [
        {"name": name, "in": "query", "description": words, "schema": schema}
        for name, schema, words in parameters
    ]


def _owner(of: str) -> Schema:
    words, example = _OWNERS[of]
    return {
        "name": "owner",
        "in": "path",
        "required": True,
        "description": words,
        "schema": {"type": "string", "minLength": 1},
        "example": example,
    }


def _list(resource: Resource, of: str | None = None, operation: str | None = None) -> Schema:
    page = {
        "type": "object",
        "required": ["data", "next"],
        "properties": {
            "data": {
                "type": "array",
                "items": {"anyOf": [_ref("schemas", _name(resource)), _GROUP]},
            },
            "next": {
                "type": ["string", "null"],
                "description": "What the next page is asked with.",
            },
            "count": {"type": ["integer", "null"]},
            "count_is": {"enum": [*COUNTS, None]},
            "count_reason": _TEXT,
            "cursor": {**_TEXT, "description": "Of changes: what to ask with since next time."},
        },
        "additionalProperties": False,
    }
    parameters = [*_filters(resource), *_paging(resource)]
    if of:
        parameters = [_owner(of), *({**p, "required": False} for p in parameters)]
    if resource.name == "changes":
        words = "Only what changed since an earlier answer: its cursor."
        parameters.append({"name": "since", "in": "query", "description": words, "schema": _TEXT})
    return {
        "operationId": f"list_{operation or resource.name}".replace("-", "_"),
        "summary": resource.name.replace("-", " ").capitalize(),
        "description": _needs(resource),
        "parameters": parameters,
        "responses": _answers(page, "A page."),
    }


_GROUP: Schema = {
    "type": "object",
    "required": ["value", "count"],
    "properties": {"value": {}, "count": {"type": "integer"}},
    "additionalProperties": False,
}


def _needs(resource: Resource) -> str:
    scope = keys.READ_PEOPLE if resource.is_about_people else keys.READ_COMPANIES
    return f"{resource.view.description} Needs scope {scope}."


def _export(resource: Resource, form: str, media: str) -> Schema:
    return {
        "operationId": f"export_{resource.name}_{form}".replace("-", "_"),
        "summary": f"{resource.name.replace('-', ' ').capitalize()} as {form.upper()}, all of them",
        "description": f"{_needs(resource)} And scope {keys.EXPORT}.",
        "parameters": _filters(resource),
        "responses": _answers(_TEXT, "All rows, from one snapshot.", media),
    }


def _document(resource: Resource) -> Schema:
    row = _row(resource)
    inside = {
        name: {"type": "array", "items": _ref("schemas", name.capitalize())}
        for name in _INSIDE.get(resource.name, ())
    }
    schema = {
        **row,
        "properties": {"asked_for": _TEXT, **row["properties"], **inside},
        "required": ["asked_for", *row["required"]],
    }
    return {
        "operationId": f"get_{resource.name}",
        "summary": f"One of {resource.name}",
        "description": _needs(resource),
        "parameters": [_owner(resource.name)],
        "responses": _answers(schema, "The row, and what belongs to it."),
    }


def _lookup(resource: Resource) -> Schema:
    one: Schema = {"description": "A text; anything else is an input that nothing is found for."}
    forms: list[Schema] = [
        {"keys": {"type": "array", "items": one, "maxItems": 1000}},
        {"key": one},
        {"name": {**_TEXT, "maxLength": LONGEST, "pattern": r"\S"}},
    ]
    request = {
        "anyOf": [
            {
                "type": "object",
                "required": list(form),
                "properties": form,
                "additionalProperties": False,
            }
            for form in forms
        ]
    }
    return {
        "operationId": f"look_up_{resource.name}",
        "summary": f"Look {resource.name} up by their keys",
        "description": (
            "Many keys: an answer for each, in their order. One: a flat answer. A name has"
            f" candidates. {_needs(resource)}"
        ),
        "requestBody": {"required": True, "content": {"application/json": {"schema": request}}},
        "responses": _answers({"type": "object"}, "What is known; what is not says why."),
    }


def _plain(operation: str, summary: str, schema: Schema, media: str = "application/json") -> Schema:
    return {
        "get": {
            "operationId": operation,
            "summary": summary,
            "security": [],
            "responses": _answers(schema, summary, media),
        }
    }


def _received(*, with_workflow: bool) -> Schema:
    """A delivery of payloads; what cannot land is kept as a reject, and answered as a problem."""
    anything: Schema = {"type": "object"}
    workflow = {
        "name": "workflow",
        "in": "path",
        "required": True,
        "description": "A registered workflow, one of /v1/vocabularies?vocabulary=workflow.",
        "schema": {**_TEXT, "minLength": 1},
    }
    known = {
        "name": "Idempotency-Key",
        "in": "header",
        "description": "Names this request for 30 days: sent again, it lands once.",
        "schema": {**_TEXT, "maxLength": 255},
    }
    record = {"anyOf": [anything, {"type": "array", "items": anything, "maxItems": 1000}]}
    said = {"application/json": {"schema": anything}}
    return {
        "post": {
            "operationId": "receive" if with_workflow else "receive_envelopes",
            "summary": "Deliver payloads" + ("" if with_workflow else " that name their workflow"),
            "description": f"Lands as a file would; answered after the commit. Needs scope"
            f" {keys.WRITE_RAW}.",
            "parameters": [*([workflow] if with_workflow else []), known],
            "requestBody": {
                "required": True,
                "content": {
                    "application/json": {"schema": record},
                    "application/x-ndjson": {"schema": _TEXT},
                },
            },
            "responses": {
                "200": {"description": "Delivered before.", "content": said},
                "201": {"description": "Landed.", "content": said},
                "207": {"description": "Some landed; each says so.", "content": said},
                "default": _ref("responses", "Problem"),
            },
        }
    }


def _others() -> Mapping[str, Schema]:
    anything: Schema = {"type": "object"}
    search = _plain("search", "Companies and people by name, domain or profile", anything)
    del search["get"]["security"]
    search["get"]["parameters"] = [
        {"name": "q", "in": "query", "required": True, "schema": {**_TEXT, "minLength": 2}},
        {"name": "entity", "in": "query", "schema": {"enum": ["company", "person"]}},
    ]
    version = _plain("version", "Which data answers are made of", anything)
    del version["get"]["security"]
    return {
        "/v1/raw/{workflow}": _received(with_workflow=True),
        "/v1/raw": _received(with_workflow=False),
        "/v1/search": search,
        "/v1/version": version,
        "/healthz": _plain("alive", "Whether the process lives", anything),
        "/readyz": _plain("ready", "Whether it can answer", anything),
        "/openapi.json": _plain("description", "This description", anything),
        "/metrics": _plain("metrics", "Counts and times for Prometheus", _TEXT, "text/plain"),
    }
