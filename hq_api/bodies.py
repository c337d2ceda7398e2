"""Bodies of requests, read no further than they may be long."""

from __future__ import annotations

from urllib.parse import parse_qsl

import msgspec
from starlette.requests import Request

from hq_api.problems import ProblemError

_MOST = 2_000_000  # bytes: a thousand keys of the longest kind
_MOST_OF_A_FORM = 20_000  # bytes


async def json_body(request: Request) -> dict[str, object]:
    """The JSON object of a request.

    Raises:
        ProblemError: It is too large, not JSON, or no object.
    """
    kind = request.headers.get("content-type", "application/json").partition(";")[0].strip()
    if kind.lower() != "application/json":
        raise ProblemError(415, f"send JSON as application/json, not {kind[:100]}")
    body = await _body(request, _MOST)
    try:
        document = msgspec.json.decode(body)
    except (msgspec.DecodeError, RecursionError):
        raise ProblemError(400, "the body is not JSON") from None
    if not isinstance(document, dict):
        raise ProblemError(400, "the body is no JSON object")
    return document


async def form_body(request: Request) -> dict[str, str]:
    """The fields of a form.

    Raises:
        ProblemError: It is too large, or no form.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/x-www-form-urlencoded":
        raise ProblemError(415, "this path takes a form, as a page sends it")
    body = await _body(request, _MOST_OF_A_FORM)
    return dict(parse_qsl(body.decode("ascii", "replace")))


async def _body(request: Request, most: int) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > most:
            raise ProblemError(413, f"a body of more than {most:,} bytes")
    return bytes(body)
