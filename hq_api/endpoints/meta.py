"""What the service says of itself: that it lives, of which data it answers, how it does."""

from __future__ import annotations

import ipaddress

from prometheus_client import CONTENT_TYPE_LATEST
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from hq_api.metrics import exposition
from hq_api.openapi import openapi
from hq_api.problems import ProblemError
from hq_api.service import Service, json_response, route


def meta_routes(service: Service) -> list[Route]:
    """Their routes."""
    described = openapi(service.resources, service.parts)

    async def healthz(request: Request) -> Response:  # noqa: ARG001
        return json_response({"status": "alive"})

    async def readyz(request: Request) -> Response:  # noqa: ARG001
        return json_response({"status": "ready", **await service.version()})

    async def version(request: Request) -> Response:  # noqa: ARG001
        return json_response(await service.version())

    async def specification(request: Request) -> Response:  # noqa: ARG001
        return json_response(described)

    async def metrics(request: Request) -> Response:
        if not is_local(request):
            await service.doorkeeper.caller(request)
        return Response(exposition(), media_type=CONTENT_TYPE_LATEST)

    return [
        route("/healthz", healthz),
        route("/readyz", readyz),
        route("/v1/version", version),
        route("/openapi.json", specification),
        route("/metrics", metrics),
    ]


def is_local(request: Request) -> bool:
    """Whether the request comes from this machine, and from no proxy on it."""
    if request.headers.get("x-forwarded-for") or request.headers.get("forwarded"):
        return False
    try:
        return request.client is not None and ipaddress.ip_address(request.client.host).is_loopback
    except ValueError:  # a name, as test clients have
        return False


def unknown_path(request: Request) -> ProblemError:
    """The problem of a path that nothing is under."""
    return ProblemError(404, f"there is nothing under {request.url.path[:200]}; see /openapi.json")
