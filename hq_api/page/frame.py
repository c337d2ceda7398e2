"""How every page is made: its template, its links, what it lets the browser do."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from importlib import resources
from urllib.parse import quote, urlencode

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Scope

from hq_api.callers import Caller
from hq_api.page import cells
from hq_api.service import Service, route

_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self';"
    " base-uri 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    # a form that is sent without a referrer has no origin, and would be refused
    "Referrer-Policy": "same-origin",
    "Cache-Control": "private, no-store",
}
_STYLE = (resources.files("hq_api.page") / "style.css").read_bytes()
_STYLE_VERSION = hashlib.sha256(_STYLE).hexdigest()[:12]

# set in the scope of a request that a page answers
MARK = "hq.page"

PageEndpoint = Callable[[Request], Awaitable[Response]]

_TEMPLATES = Environment(
    loader=PackageLoader("hq_api.page"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_TEMPLATES.filters.update(
    web_link=cells.web_link, number=cells.number, words=cells.words, shortened=cells.shortened
)


def page_route(service: Service, path: str, endpoint: PageEndpoint) -> Route:
    """A route of a page that needs to know who looks at it; the cookie will do.

    Args:
        service: The service.
        path: Its path.
        endpoint: What makes it.
    """

    async def answer(request: Request) -> Response:
        request.scope[MARK] = True
        request.state.caller = await service.doorkeeper.caller(request, cookie=True)
        return await endpoint(request)

    return route(path, answer)


def open_route(path: str, endpoint: PageEndpoint, *methods: str) -> Route:
    """A route of a page that everybody may see."""

    async def answer(request: Request) -> Response:
        request.scope[MARK] = True
        return await endpoint(request)

    return route(path, answer, *methods)


def style_route() -> Route:
    """The route of the style sheet."""

    async def answer(request: Request) -> Response:  # noqa: ARG001
        headers = {"Cache-Control": "public, max-age=31536000, immutable"}
        return Response(_STYLE, media_type="text/css", headers=headers)

    return route("/style.css", answer)


def render(
    service: Service,
    scope: Scope,
    template: str,
    values: Mapping[str, object],
    *,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """A page.

    Args:
        service: The service.
        scope: The request it answers.
        template: The name of its template.
        values: What the template shows.
        status: The HTTP status.
        headers: Further headers.
    """
    connection = HTTPConnection(scope)
    caller = getattr(connection.state, "caller", None)
    text = _TEMPLATES.get_template(template).render(
        link=partial(link, scope),
        style=link(scope, "style.css", query={"v": _STYLE_VERSION}),
        viewer=caller if isinstance(caller, Caller) else None,
        with_keys=service.settings.with_keys,
        **values,
    )
    return Response(
        text,
        status_code=status,
        media_type="text/html",
        headers={**_HEADERS, **(headers or {})},
    )


def link(
    scope: Scope,
    *segments: str,
    query: Mapping[str, str] | list[tuple[str, str]] | None = None,
) -> str:
    """The address of a page, below whatever path the service is under.

    Args:
        scope: The request whose answer has the link.
        segments: The segments of its path, not encoded.
        query: Its query, in which an empty value is none.
    """
    path = "/".join(quote(segment, safe="") for segment in segments)
    pairs = query.items() if isinstance(query, Mapping) else query or ()
    asked = urlencode([(name, value) for name, value in pairs if value])
    return f"{root_of(scope)}/{path}{'?' if asked else ''}{asked}"


def root_of(scope: Scope) -> str:
    """What a proxy puts before every path."""
    root: str = scope.get("root_path", "")
    return quote(root.rstrip("/"))
