"""Signing in: a cookie holds the key for the pages, which cannot send a header."""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from hq_api.bodies import form_body
from hq_api.callers import COOKIE
from hq_api.page.frame import link, open_route, render, root_of
from hq_api.problems import ProblemError
from hq_api.service import Service


def session_routes(service: Service) -> list[Route]:
    """The routes of signing in and out."""

    async def sign_in(request: Request) -> Response:
        if request.method != "POST":
            if not service.settings.with_keys:
                return _gone_to(link(request.scope))
            return render(service, request.scope, "sign_in.html", _shown("/"))
        require_own_form(request)
        fields = await form_body(request)
        to = _path_within(fields.get("to", ""))
        try:
            await service.doorkeeper.caller_with(fields.get("key", "").strip())
        except ProblemError as problem:
            if problem.status != 401:  # noqa: PLR2004 - no valid key
                raise
            shown = _shown(to, problem.detail)
            return render(service, request.scope, "sign_in.html", shown, status=problem.status)
        response = _gone_to(root_of(request.scope) + to)
        if service.settings.with_keys:
            response.set_cookie(
                COOKIE,
                fields["key"].strip(),
                path=_cookie_path(request),
                secure=request.url.scheme == "https",
                httponly=True,
                samesite="strict",
            )
        return response

    async def sign_out(request: Request) -> Response:
        require_own_form(request)
        response = _gone_to(link(request.scope, "sign-in"))
        response.delete_cookie(
            COOKIE,
            path=_cookie_path(request),
            secure=request.url.scheme == "https",
            httponly=True,
            samesite="strict",
        )
        return response

    return [
        open_route("/sign-in", sign_in, "GET", "POST"),
        open_route("/sign-out", sign_out, "POST"),
    ]


def require_own_form(request: Request) -> None:
    """Make sure that a form was sent by one of our pages.

    Raises:
        ProblemError: It was not, or the browser does not say.
    """
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        is_own = site == "same-origin"
    else:
        try:
            host = urlsplit(request.headers.get("origin", "")).netloc
        except ValueError:
            host = ""
        is_own = bool(host) and host == request.headers.get("host")
    if not is_own:
        raise ProblemError(403, "this form was not sent by a page of this service")


def _shown(to: str, fault: str | None = None) -> dict[str, object]:
    return {"to": to, "fault": fault, "again": None}


def _path_within(text: str) -> str:
    """A path of ours; / for anything that leads elsewhere."""
    is_ours = text.startswith("/") and not text.startswith(("//", "/\\")) and text.isprintable()
    return text if is_ours and text.isascii() else "/"


def _gone_to(address: str) -> Response:
    return RedirectResponse(address, status_code=303, headers={"Cache-Control": "no-store"})


def _cookie_path(request: Request) -> str:
    return root_of(request.scope) or "/"
