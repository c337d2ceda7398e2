"""The application: routes behind the door, and what lives as long as the process."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from hq_api.callers import Doorkeeper
from hq_api.compression import Compression
from hq_api.database import Database
from hq_api.endpoints.documents import document_routes, written_out_routes
from hq_api.endpoints.exports import export_routes
from hq_api.endpoints.lists import list_routes
from hq_api.endpoints.lookups import lookup_routes
from hq_api.endpoints.meta import meta_routes, unknown_path
from hq_api.endpoints.search import search_routes
from hq_api.front import Front, log_to_standard_error
from hq_api.page.refusals import refusals
from hq_api.page.routes import page_routes
from hq_api.problems import ProblemError
from hq_api.receiving.endpoint import Receiver
from hq_api.resources import Resource, parts_of, read_resources
from hq_api.service import Service, snapshots_of, versions_of
from hq_api.settings import Settings, handed_on
from ingest.workflows.registry import load_registry

_BEHIND_THE_DOOR = "/v1/"
_COMPRESSED_FROM = 1_000  # bytes


class Door:
    """Lets nobody at the data who has no key; puts the caller beside the request.

    Args:
        app: What is behind it.
        doorkeeper: Who finds out who calls.
    """

    def __init__(self, app: ASGIApp, doorkeeper: Doorkeeper) -> None:
        self._app = app
        self._doorkeeper = doorkeeper

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or refuse it."""
        if scope["type"] == "http" and _route_path(scope).startswith(_BEHIND_THE_DOOR):
            scope["state"]["caller"] = await self._doorkeeper.caller(Request(scope))
        await self._app(scope, receive, send)


def create_app(settings: Settings, resources: Mapping[str, Resource] | None = None) -> Starlette:
    """The application.

    Args:
        settings: How it is run.
        resources: What can be asked for; by default what the project's views give.
    """
    database = Database(settings.connections, settings.answer_seconds)
    doorkeeper = Doorkeeper(
        database if settings.with_keys else None, settings.rate / settings.workers
    )
    found = read_resources() if resources is None else resources
    service = Service(
        *(settings, database, doorkeeper, found, tuple(parts_of(found))),
        versions=versions_of(database),
        snapshots=snapshots_of(database),
    )

    receiver = Receiver(load_registry())

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        await database.open()
        receiver.open()
        beside = [
            asyncio.create_task(work) for work in (doorkeeper.note_uses(), service.check_kept())
        ]
        try:
            yield
        finally:
            for task in beside:
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task
            await asyncio.to_thread(receiver.close)
            await database.close()

    app = Starlette(
        routes=_routes(service, receiver),
        middleware=[
            Middleware(Front, refusal=refusals(service)),
            Middleware(Door, doorkeeper=doorkeeper),
            Middleware(Compression, minimum_size=_COMPRESSED_FROM),
        ],
        exception_handlers={HTTPException: _refused},
        lifespan=lifespan,
    )
    app.router.redirect_slashes = False
    app.state.service = service
    return app


def served() -> Starlette:
    """The application of a worker process, with the settings of the command."""
    log_to_standard_error()
    return create_app(handed_on())


def _routes(service: Service, receiver: Receiver) -> Sequence[BaseRoute]:
    return [
        *meta_routes(service),
        *receiver.routes(),
        *search_routes(service),
        *lookup_routes(service),
        # before the many lists: what is asked for most is found first
        *document_routes(service),
        *list_routes(service),
        *export_routes(service),
        *written_out_routes(service),
        *page_routes(service),
    ]


async def _refused(request: Request, fault: Exception) -> Response:
    """What the framework refuses: paths that are not there, other methods."""
    if not isinstance(fault, HTTPException):
        raise fault
    if fault.status_code == 404:  # noqa: PLR2004
        raise unknown_path(request) from None
    detail = f"this path is not asked with {request.method[:20]}"
    raise ProblemError(fault.status_code, detail, headers=fault.headers) from None


def _route_path(scope: Scope) -> str:
    path: str = scope["path"]
    return path.removeprefix(scope.get("root_path", "").rstrip("/"))
