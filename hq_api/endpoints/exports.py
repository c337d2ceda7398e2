"""Whole lists, streamed from one snapshot: ``GET /v1/leads.csv``, ``GET /v1/leads.ndjson``."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack

from psycopg import sql
from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from hq_api import statements
from hq_api.questions import read_export
from hq_api.resources import Resource
from hq_api.service import Endpoint, Service, caller_of, route

_BLOCK = 64_000  # bytes sent at a time

_FORMATS: dict[str, tuple[str, Callable[..., sql.Composed]]] = {
    "csv": ("text/csv; charset=utf-8", statements.csv_copy),
    "ndjson": ("application/x-ndjson", statements.ndjson_copy),
}


def export_routes(service: Service) -> list[Route]:
    """The routes of all exports."""
    return [
        route(f"/v1/{name}.{form}", _export(service, resource, form))
        for name, resource in service.resources.items()
        if resource.needed is None
        for form in _FORMATS
    ]


def _export(service: Service, resource: Resource, form: str) -> Endpoint:
    async def answer(request: Request) -> Response:
        return await export(service, resource, form, request, request.query_params)

    return answer


async def export(
    service: Service, resource: Resource, form: str, request: Request, query: QueryParams
) -> Response:
    """All rows of a resource that meet the filters of a query.

    Args:
        service: The service.
        resource: What is asked for.
        form: csv or ndjson.
        request: Who asks.
        query: The filters.

    Raises:
        ProblemError: It cannot be understood, is not for this caller, or the database refuses it.
    """
    media_type, copy = _FORMATS[form]
    columns, conditions = await read_export(service.database, resource, caller_of(request), query)
    headers = {
        "Content-Disposition": f'attachment; filename="{resource.name}.{form}"',
        "Cache-Control": "private, no-store",
    }
    if request.method == "HEAD":
        described = Response(media_type=media_type, headers=headers)
        # how long it will be is not known, and an empty answer would not be the same
        del described.headers["content-length"]
        return described
    statement = copy(statements.relation(resource.view), columns, conditions)
    stack = AsyncExitStack()
    # begun before the answer is: what the database refuses is still a problem, not a stump
    blocks = await stack.enter_async_context(
        service.database.blocks(statement, statements.values_of(conditions))
    )
    return _Export(stack, blocks, media_type, headers)


class _Export(StreamingResponse):
    """A stream that gives its connection back however it ends."""

    def __init__(
        self,
        stack: AsyncExitStack,
        blocks: AsyncIterator[bytes],
        media_type: str,
        headers: Mapping[str, str],
    ) -> None:
        super().__init__(_gathered(blocks), media_type=media_type, headers=headers)
        self._stack = stack

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async with self._stack:
            await super().__call__(scope, receive, send)


async def _gathered(blocks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Larger blocks; an error leaves the answer without its end, so that it shows."""
    gathered = bytearray()
    async for block in blocks:
        gathered += block
        if len(gathered) >= _BLOCK:
            yield bytes(gathered)
            gathered.clear()
    if gathered:
        yield bytes(gathered)
