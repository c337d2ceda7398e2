"""The description of the service as OpenAPI 3.1, made of the same tables as the service itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from hq_api import keys
from hq_api.paging import COUNTS
from hq_api.resources import Part, Resource
from hq_api.schemas import (
    OWNERS,
    PROBLEM,
    TEXT,
    Schema,
    answers,
    filters_of,
    name_of,
    owner_of,
    paging_of,
    ref,
    row_of,
)
from hq_api.values import LONGEST
from ingest import __version__

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
    for name in OWNERS.keys() & resources.keys():
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
                **{name_of(r): row_of(r) for r in resources.values()},
                "Problem": PROBLEM,
            },
            "responses": {
                "Problem": {
                    "description": "The request gets no answer, and why (RFC 9457).",
                    "content": {"application/problem+json": {"schema": ref("schemas", "Problem")}},
                }
            },
        },
    }


def _list(resource: Resource, of: str | None = None, operation: str | None = None) -> Schema:
    page = {
        "type": "object",
        "required": ["data", "next"],
        "properties": {
            "data": {
                "type": "array",
                "items": {"anyOf": [ref("schemas", name_of(resource)), _GROUP]},
            },
            "next": {
                "type": ["string", "null"],
                "description": "What the next page is asked with.",
            },
            "count": {"type": ["integer", "null"]},
            "count_is": {"enum": [*COUNTS, None]},
            "count_reason": TEXT,
            "cursor": {**TEXT, "description": "Of changes: what to ask with since next time."},
        },
        "additionalProperties": False,
    }
    parameters = [*filters_of(resource), *paging_of(resource)]
    if of:
        parameters = [owner_of(of), *({**p, "required": False} for p in parameters)]
    if resource.name == "changes":
        words = "Only what changed since an earlier answer: its cursor."
        parameters.append({"name": "since", "in": "query", "description": words, "schema": TEXT})
    return {
        "operationId": f"list_{operation or resource.name}".replace("-", "_"),
        "summary": resource.name.replace("-", " ").capitalize(),
        "description": _needs(resource, of),
        "parameters": parameters,
        "responses": answers(page, "A page."),
    }


_GROUP: Schema = {
    "type": "object",
    "required": ["value", "count"],
    "properties": {"value": {}, "count": {"type": "integer"}},
    "additionalProperties": False,
}


def _needs(resource: Resource, of: str | None = None) -> str:
    """What a view holds, and which scopes open it, or what of it belongs to one of its owners."""
    scopes = [keys.READ_PEOPLE if resource.is_about_people else keys.READ_COMPANIES]
    if of == "people" and not resource.is_about_people:
        scopes.append(keys.READ_PEOPLE)
    needed = f"Needs scope{'' if len(scopes) == 1 else 's'} {' and '.join(scopes)}."
    if of is None and resource.open_for_companies is not None:
        needed += f" Rows about people need {keys.READ_PEOPLE} as well."
    return f"{resource.view.description} {needed}"


def _export(resource: Resource, form: str, media: str) -> Schema:
    return {
        "operationId": f"export_{resource.name}_{form}".replace("-", "_"),
        "summary": f"{resource.name.replace('-', ' ').capitalize()} as {form.upper()}, all of them",
        "description": f"{_needs(resource)} And scope {keys.EXPORT}.",
        "parameters": filters_of(resource),
        "responses": answers(TEXT, "All rows, from one snapshot.", media),
    }


def _document(resource: Resource) -> Schema:
    row = row_of(resource)
    inside = {
        name: {"type": "array", "items": ref("schemas", name.capitalize())}
        for name in _INSIDE.get(resource.name, ())
    }
    schema = {
        **row,
        "properties": {"asked_for": TEXT, **row["properties"], **inside},
        "required": ["asked_for", *row["required"]],
    }
    return {
        "operationId": f"get_{resource.name}",
        "summary": f"One of {resource.name}",
        "description": _needs(resource),
        "parameters": [owner_of(resource.name)],
        "responses": answers(schema, "The row, and what belongs to it."),
    }


def _lookup(resource: Resource) -> Schema:
    one: Schema = {"description": "A text; anything else is an input that nothing is found for."}
    forms: list[Schema] = [
        {"keys": {"type": "array", "items": one, "maxItems": 1000}},
        {"key": one},
        {"name": {**TEXT, "maxLength": LONGEST, "pattern": r"\S"}},
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
        "responses": answers({"type": "object"}, "What is known; what is not says why."),
    }


def _plain(operation: str, summary: str, schema: Schema, media: str = "application/json") -> Schema:
    return {
        "get": {
            "operationId": operation,
            "summary": summary,
            "security": [],
            "responses": answers(schema, summary, media),
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
        "schema": {**TEXT, "minLength": 1},
    }
    known = {
        "name": "Idempotency-Key",
        "in": "header",
        "description": "Names this request for 30 days: sent again, it lands once.",
        "schema": {**TEXT, "maxLength": 255},
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
                    "application/x-ndjson": {"schema": TEXT},
                },
            },
            "responses": {
                "200": {"description": "Delivered before.", "content": said},
                "201": {"description": "Landed.", "content": said},
                "207": {"description": "Some landed; each says so.", "content": said},
                "default": ref("responses", "Problem"),
            },
        }
    }


def _others() -> Mapping[str, Schema]:
    anything: Schema = {"type": "object"}
    search = _plain("search", "Companies and people by name, domain or profile", anything)
    del search["get"]["security"]
    search["get"]["parameters"] = [
        {"name": "q", "in": "query", "required": True, "schema": {**TEXT, "minLength": 2}},
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
        "/metrics": _plain("metrics", "Counts and times for Prometheus", TEXT, "text/plain"),
    }
