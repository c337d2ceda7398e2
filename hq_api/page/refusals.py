"""Problems as people read them, where a page was asked for."""

from __future__ import annotations

from http import HTTPStatus

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import Scope

from hq_api.callers import COOKIE
from hq_api.metrics import NO_ROUTE
from hq_api.page.frame import MARK, render, root_of
from hq_api.problems import TITLES, ProblemError, Refusal, problem_response
from hq_api.service import Service

_FOR_PROGRAMS = "/v1/"


def refusals(service: Service) -> Refusal:
    """How a problem is told: by a page where a page was asked for, else by a document."""

    def answer(scope: Scope, problem: ProblemError, request_id: str) -> Response:
        if not _wants_page(scope):
            return problem_response(problem, request_id)
        if problem.status == HTTPStatus.UNAUTHORIZED:
            return _sign_in(service, scope, problem)
        return render(
            *(service, scope, "problem.html"),
            {
                "problem": problem,
                "title": TITLES.get(problem.status, "The request failed"),
                "request_id": request_id,
            },
            status=problem.status,
            headers=problem.headers,
        )

    return answer


def _wants_page(scope: Scope) -> bool:
    if scope.get(MARK):
        return True
    path: str = scope["path"].removeprefix(scope.get("root_path", "").rstrip("/"))
    is_for_programs = path.startswith(_FOR_PROGRAMS) or scope["hq.route"] != NO_ROUTE
    return not is_for_programs and "text/html" in Headers(scope=scope).get("accept", "")


def _sign_in(service: Service, scope: Scope, problem: ProblemError) -> Response:
    path = _asked_for(scope) if scope["method"] == "GET" else "/"
    headers = Headers(scope=scope)
    # a cookie that is for this site alone is not sent where another site's link is followed
    followed = headers.get("sec-fetch-site") == "cross-site"
    had_key = f"{COOKIE}=" in headers.get("cookie", "")
    return render(
        *(service, scope, "sign_in.html"),
        {
            "fault": problem.detail if had_key else None,
            "to": path,
            "again": root_of(scope) + path if followed else None,
        },
        status=problem.status,
        headers=problem.headers,
    )


def _asked_for(scope: Scope) -> str:
    path = scope["path"].removeprefix(scope.get("root_path", "").rstrip("/"))
    query = scope.get("query_string", b"").decode("latin-1")
    return f"{path}?{query}" if query else path
