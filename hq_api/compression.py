"""Compressed answers, for callers who take them."""

from __future__ import annotations

from collections.abc import Iterable

from starlette.datastructures import Headers
from starlette.middleware.gzip import GZipMiddleware
from starlette.types import Receive, Scope, Send

_HEADER = b"accept-encoding"
_GZIP = ("gzip", "x-gzip")  # one coding, by RFC 9110


class Compression(GZipMiddleware):
    """Compresses with gzip, but not for callers who say that they do not take it."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] == "http":
            # said so that what is inherited understands it
            taken = "gzip" if _takes_gzip(Headers(scope=scope)) else "identity"
            others = [(name, text) for name, text in scope["headers"] if name != _HEADER]
            scope["headers"] = [*others, (_HEADER, taken.encode())]
        await super().__call__(scope, receive, send)


def _takes_gzip(headers: Headers) -> bool:
    """Whether gzip is among the codings of a request, with a weight above zero."""
    weights = dict(_codings(headers.getlist(_HEADER.decode())))
    return any(weights.get(name, 0.0) > 0 for name in _GZIP)


def _codings(lines: Iterable[str]) -> Iterable[tuple[str, float]]:
    for text in ",".join(lines).split(","):
        name, _, weight = text.partition(";")
        yield name.strip().lower(), _weight(weight)


def _weight(text: str) -> float:
    """A weight as ``q=0.5``: 1 if none is given, 0 if it cannot be read."""
    name, _, value = text.partition("=")
    if not name.strip():
        return 1.0
    try:
        return float(value) if name.strip().lower() == "q" else 0.0
    except ValueError:
        return 0.0
