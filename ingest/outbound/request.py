"""One request over HTTP, and what its end means for the records it took.

Nothing of the address or of the secret leaves this module: what is said of a fault is cleared of
both, whatever the other end puts into its answer.
"""

from __future__ import annotations

import ssl
import time
from collections.abc import Sequence
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from enum import StrEnum
from types import TracebackType
from typing import Self

import httpx2
import msgspec

from ingest.outbound.clearing import Clearing
from ingest.outbound.destinations import Destination
from ingest.terminal.screen import printable

_TIMEOUT = httpx2.Timeout(30.0, connect=10.0)
_ANSWER_READ = 2_000  # bytes of an answer that are looked at
_ANSWER_SECONDS = 5.0  # of one that drips; what has come by then has to do
_ANSWER_KEPT = 200  # characters of a refusal that are kept
_LONGEST_WAIT = 86_400.0  # seconds that are believed of a Retry-After

_REFUSES_EVERYBODY = (401, 403, 404, 405, 407, 410)
_TRY_AGAIN = (408, 421, 425, 429)
_TOO_MANY = 429


class End(StrEnum):
    """How a request ended, for its records."""

    SENT = "sent"  # acknowledged
    FAILED = "failed"  # refused for what is in them
    AGAIN = "again"  # not taken, and may be tried again
    UNKNOWN = "unknown"  # may or may not have arrived
    REFUSED = "refused"  # the destination takes nothing from us as things are


@dataclass(frozen=True)
class Outcome:
    """What came of a request.

    Args:
        end: How it ended.
        status: The status that was answered, if any was.
        error: What was wrong, in words.
        retry_after: Seconds after which the destination wants to be asked again, if it said so.
        may_have_arrived: Whether the destination may count the records as submitted.
    """

    end: End
    status: int | None = None
    error: str | None = None
    retry_after: float | None = None
    may_have_arrived: bool = True


class Client:
    """Sends requests to one destination; a context manager.

    Args:
        destination: Where to.

    Raises:
        IngestError: Its address or its secret cannot be had.
    """

    def __init__(self, destination: Destination) -> None:
        self._url = destination.url()
        headers = destination.headers()
        self._clearing = Clearing(self._url, headers.values())
        self._is_array = destination.records_per_request > 1
        self._client = httpx2.Client(
            timeout=_TIMEOUT,
            follow_redirects=False,
            headers={"content-type": "application/json", "user-agent": "hq-warehouse", **headers},
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._client.close()

    def post(self, bodies: Sequence[object]) -> Outcome:
        """Send records in one request; whatever comes of it is an outcome."""
        content = msgspec.json.encode(bodies if self._is_array else bodies[0])
        try:
            with self._client.stream("POST", self._url, content=content) as answer:
                return self._of_answer(answer)
        except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.ProxyError) as fault:
            end = End.REFUSED if _is_certificate(fault) else End.AGAIN
            return Outcome(end, None, self._words("no connection", fault), may_have_arrived=False)
        except (httpx2.InvalidURL, UnicodeError) as fault:
            words = self._words("the address is none", fault)
            return Outcome(End.REFUSED, None, words, may_have_arrived=False)
        except (httpx2.ReadTimeout, httpx2.WriteTimeout):
            return Outcome(End.UNKNOWN, None, "no answer in time")
        except httpx2.TransportError as fault:
            return Outcome(End.UNKNOWN, None, self._words("the connection broke", fault))

    def _of_answer(self, answer: httpx2.Response) -> Outcome:
        status = answer.status_code
        text = self._text_of(answer)
        if answer.is_success:
            return Outcome(End.SENT, status)
        words = f"answered {status}{text}"
        if answer.is_server_error or status in _TRY_AGAIN:
            has_arrived = status != _TOO_MANY
            return Outcome(End.AGAIN, status, words, _retry_after(answer), has_arrived)
        if answer.is_redirect or status in _REFUSES_EVERYBODY:
            return Outcome(End.REFUSED, status, words, may_have_arrived=False)
        return Outcome(End.FAILED, status, words)

    def _text_of(self, answer: httpx2.Response) -> str:
        """The beginning of an answer, ready to follow its status; "" if it has none.

        Of one that was read to its end the connection serves the next request.
        """
        found, is_whole = b"", False
        patient_until = time.monotonic() + _ANSWER_SECONDS
        try:
            for part in answer.iter_raw():
                found += part
                if len(found) >= _ANSWER_READ or time.monotonic() > patient_until:
                    break
            else:
                is_whole = len(found) <= _ANSWER_READ
        except httpx2.TransportError:
            pass  # the status is what counts
        words = self._cleared(found[:_ANSWER_READ].decode(errors="replace"), is_cut=not is_whole)
        return f": {words}" if words else ""

    def _words(self, what: str, fault: Exception) -> str:
        words = self._cleared(str(fault))
        return f"{what}: {words}" if words else what

    def _cleared(self, text: str, *, is_cut: bool = False) -> str:
        text = self._clearing.cleared(text, is_cut=is_cut)
        return " ".join(printable(text).split())[:_ANSWER_KEPT]


def _is_certificate(fault: BaseException) -> bool:
    """Whether a certificate was refused, which no waiting mends."""
    seen: BaseException | None = fault
    while seen is not None:
        if isinstance(seen, ssl.SSLCertVerificationError):
            return True
        seen = seen.__cause__ or seen.__context__
    return "CERTIFICATE_VERIFY_FAILED" in str(fault)


def _retry_after(answer: httpx2.Response) -> float | None:
    """Seconds until the destination wants to be asked again.

    A date is compared with the one of the answer itself: our clock may be another.
    """
    said = answer.headers.get("retry-after", "").strip()
    if said.isascii() and said.isdigit():
        return min(float(said), _LONGEST_WAIT)
    try:
        at, now = (parsedate_to_datetime(x) for x in (said, answer.headers.get("date", "")))
        return min(max((at - now).total_seconds(), 0.0), _LONGEST_WAIT)
    except (ValueError, TypeError):
        return None
