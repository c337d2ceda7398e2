"""One company, one person, one profile, with what belongs to it."""

from __future__ import annotations

from urllib.parse import unquote

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from hq_api.endpoints.lists import owner_of
from hq_api.filters import Condition
from hq_api.identifiers import likely_key
from hq_api.problems import ProblemError, bad_parameter
from hq_api.questions import allowed_columns, read_row_with, same_as
from hq_api.resources import Resource
from hq_api.service import Endpoint, Service, caller_of, json_response, route

# what a document of one row has inside: resource, column that names the owner, order
_INSIDE = {
    "companies": (),
    "people": (("roles", "experience_order"), ("education", "education_order")),
    "icps": (),
}
_KEYS = {"companies": "domain", "people": "linkedin_url", "icps": "slug"}
_NOBODY = {"companies": "no company has the domain", "people": "nobody has the profile"}


def document_routes(service: Service) -> list[Route]:
    """The routes of single rows."""
    return _routes(service, "{owner}")


def written_out_routes(service: Service) -> list[Route]:
    """The routes of single rows named by an address with slashes, which any path may look like."""
    return _routes(service, "{owner:path}")


def _routes(service: Service, owner: str) -> list[Route]:
    return [
        route(f"/v1/{name}/{owner}", _document(service, service.resources[name]))
        for name in _KEYS.keys() & service.resources.keys()
    ]


def _document(service: Service, resource: Resource) -> Endpoint:
    async def answer(request: Request) -> Response:
        for name in request.query_params:
            raise bad_parameter(name, f"unknown parameter {name[:100]!r}: one row takes none")
        asked_for = unquote(request.path_params["owner"])
        allowed_columns(resource, caller_of(request))

        async def make() -> Response:
            # most are asked for by the key itself, and then nothing has to find it
            likely = likely_key(resource.name, asked_for)
            key, document = likely, None
            if likely is not None:
                document = await read_document(service, resource, request, likely)
            if document is None:
                key = await owner_of(service, resource.name, asked_for)
                if key != likely:
                    document = await read_document(service, resource, request, key)
            if document is None:
                nobody = _NOBODY.get(resource.name, "there is no")
                raise ProblemError(404, f"{nobody} {key}", asked_for=asked_for[:2000])
            return json_response({"asked_for": asked_for, **document})

        return await service.cached(request, make, resource)

    return answer


async def read_document(
    service: Service, resource: Resource, request: Request, key: str
) -> dict[str, object] | None:
    """One row with what belongs to it, as far as the caller may read it; None if there is none."""
    caller, column = caller_of(request), _KEYS[resource.name]

    def owned(whose: Resource) -> tuple[Condition, ...]:
        return (same_as(column, whose.columns[column], key),)

    names = _INSIDE[resource.name] if caller.may_read_people else ()
    inside = [(service.resources[name], order) for name, order in names]
    found = await read_row_with(
        *(service.database, resource, caller, owned(resource)),
        [(each, owned(each), order) for each, order in inside],
    )
    if not found:
        return None
    row, *lists = found
    document: dict[str, object] = dict(msgspec.json.decode(row, type=dict[str, msgspec.Raw]))
    document |= {each.name: listed for (each, _), listed in zip(inside, lists, strict=True)}
    return document
