"""The records in a body."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass

from hq_api.receiving.delivery import (
    LARGEST_BODY,
    LARGEST_RECORD,
    MOST_RECORDS,
    Delivery,
    RefusedDeliveryError,
)
from ingest.errors import IngestError
from ingest.formats.json.batch import Batches
from ingest.formats.json.records import Record, RecordReader
from ingest.rejects import RECORD_BYTES_CAP, Origin, Reason, Reject

# A page of another site can make a browser send other types without asking first, so that they
# would let any page deliver to a service that runs without keys.
_LINES = ("application/x-ndjson", "application/ndjson", "application/jsonl", "application/x-jsonl")
_JSON = "application/json"
_JSON_SUFFIX = "+json"

_GZIP = ("gzip", "x-gzip")
_GZIP_HEADER = 31  # of zlib's window sizes: with header and checksum of gzip

_BEFORE = b" \t\r\n,\xef\xbb\xbf"  # what the reader takes for blanks


@dataclass(frozen=True, slots=True)
class Body:
    """What was read of a body.

    Args:
        text: All of it, decompressed.
        items: The records, and what could not be read as one, in order.
        is_single: It is one value by itself and no list, however short.
    """

    text: bytes
    items: list[Record | Reject]
    is_single: bool


def read(delivery: Delivery, batches: Batches | None = None) -> Body:
    """Read the records of a delivery.

    Args:
        delivery: The delivery.
        batches: How batches are told from records.

    Raises:
        RefusedDeliveryError: The body is of another type, cannot be decompressed, is larger than
            allowed, or holds no record.
    """
    is_lines = _checked_type(delivery.content_type) in _LINES
    text = _decompressed(delivery)
    if len(text) > LARGEST_BODY:
        raise too_large()
    items: list[Record | Reject] = []
    try:
        for item in RecordReader("body", iter((text,)), batches=batches):
            items.append(item)
            _check_size(items)
    except IngestError as fault:
        # where it ends too early, what stands before cannot be trusted to be all that was meant
        origin = Origin(1, 0, text[:RECORD_BYTES_CAP], can_retry=True)
        return Body(text, [Reject(origin, Reason.MALFORMED_JSON, fault.what)], is_single=True)
    if not items:
        raise RefusedDeliveryError(422, "no_records", "there is no record in the body")
    begin = len(text) - len(text.lstrip(_BEFORE))
    is_alone = len(items) == 1 and items[0].origin.offset == begin
    return Body(text, items, is_single=is_alone and not is_lines)


def too_large(headers: Mapping[str, str] | None = None) -> RefusedDeliveryError:
    """The refusal of a body that is too large."""
    return RefusedDeliveryError(
        413,
        "body_too_large",
        f"a body may have {LARGEST_BODY // 1_000_000} MB, decompressed; send fewer records at once,"
        " or load them as a file (ingest load)",
        headers,
    )


def _check_size(items: list[Record | Reject]) -> None:
    if len(items) > MOST_RECORDS:
        raise RefusedDeliveryError(
            413, "too_many_records", f"a request may bring {MOST_RECORDS:,} records; send fewer"
        )
    size = len(items[-1].origin.raw)
    if size > LARGEST_RECORD:
        raise RefusedDeliveryError(
            413,
            "record_too_large",
            f"record {len(items):,} has {size:,} bytes, and may have {LARGEST_RECORD:,}; "
            "load it as a file (ingest load)",
        )


def _checked_type(content_type: str | None) -> str:
    kind = (content_type or "").partition(";")[0].strip(" \t").lower()
    if kind == _JSON or kind in _LINES or kind.endswith(_JSON_SUFFIX):
        return kind
    what = kind or "a body without a Content-Type"
    raise RefusedDeliveryError(
        415,
        "not_json",
        f"{what} is not taken here; send {_JSON} or {_LINES[0]}. Tables are loaded as files "
        "(ingest load)",
        {"Accept": f"{_JSON}, {_LINES[0]}"},
    )


def _decompressed(delivery: Delivery) -> bytes:
    encoding = (delivery.content_encoding or "identity").strip(" \t").lower()
    if encoding == "identity":
        return delivery.body
    if encoding not in _GZIP:
        raise RefusedDeliveryError(
            415,
            "unknown_encoding",
            f"a body is sent as it is or compressed by gzip, not by {encoding[:40]}",
            {"Accept-Encoding": "gzip, identity"},
        )
    unpacking = zlib.decompressobj(_GZIP_HEADER)
    try:
        text = unpacking.decompress(delivery.body, LARGEST_BODY + 1)
    except zlib.error as fault:
        raise _damaged("is damaged") from fault
    if len(text) > LARGEST_BODY:
        raise too_large()
    if not unpacking.eof:
        raise _damaged("ends early")
    if unpacking.unused_data:
        raise _damaged("has something behind it")
    return text


def _damaged(how: str) -> RefusedDeliveryError:
    return RefusedDeliveryError(400, "damaged_gzip", f"the gzip data of the body {how}; send again")
