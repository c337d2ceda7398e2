"""Bodies of requests, read no further than they may be long."""

from __future__ import annotations

import msgspec
from starlette.requests import Request

from hq_api.problems import ProblemError

_MOST = 2_000_000  # bytes: a thousand keys of the longest kind


async def json_body(request: Request) -> dict[str, object]:
    """The JSON object of a request.

    Raises:
        ProblemError: It is too large, not JSON, or no object.
    """
    kind = request.headers.get("content-type", "application/json").partition(";")[0].strip()
    if kind.lower() != "application/json":
        raise ProblemError(415, f"send JSON as application/json, not {kind[:100]}")
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > _MOST:
            raise ProblemError(413, f"a body of more than {_MOST:,} bytes")
    try:
        document = msgspec.json.decode(bytes(body))
    except (msgspec.DecodeError, RecursionError):
        raise ProblemError(400, "the body is not JSON") from None
    if not isinstance(document, dict):
        raise ProblemError(400, "the body is no JSON object")
    return document
