"""Errors as callers see them: RFC 9457 problem documents."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import msgspec
from starlette.responses import Response
from starlette.types import Scope

MEDIA_TYPE = "application/problem+json"

TITLES = {
    400: "The request cannot be understood",
    401: "No valid key",
    403: "The key does not allow this",
    404: "Not found",
    405: "Method not allowed",
    406: "Not acceptable",
    408: "The body took too long",
    409: "The same key, another body",
    413: "Too large",
    415: "Unsupported media type",
    422: "The record was rejected",
    429: "Too many requests",
    500: "Something went wrong here",
    503: "The warehouse cannot answer now",
    504: "The answer takes too long",
}


class ProblemError(Exception):
    """A request that gets no answer.

    Args:
        status: The HTTP status.
        detail: What is wrong with this request, and what to do.
        headers: Further headers of the answer.
        members: Further members of the document, such as the parameter.
    """

    def __init__(
        self,
        status: int,
        detail: str,
        *,
        headers: Mapping[str, str] | None = None,
        **members: object,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.headers = dict(headers or {})
        self.members = members


# how a problem is told: request, problem, the request's id
Refusal = Callable[[Scope, ProblemError, str], Response]


def bad_parameter(parameter: str, detail: str) -> ProblemError:
    """The problem of one parameter."""
    return ProblemError(400, detail, parameter=parameter)


def problem_response(problem: ProblemError, request_id: str) -> Response:
    """A problem as an answer."""
    document = {
        "type": "about:blank",
        "title": TITLES.get(problem.status, "The request failed"),
        "status": problem.status,
        "detail": problem.detail,
        "request_id": request_id,
        **problem.members,
    }
    return Response(
        msgspec.json.encode(document),
        status_code=problem.status,
        media_type=MEDIA_TYPE,
        headers=problem.headers,
    )
