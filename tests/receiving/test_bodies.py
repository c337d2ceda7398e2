"""What a body may be: its type, its size, its compression."""

from __future__ import annotations

import gzip
import json
import zlib

import pytest

from hq_api.receiving import bodies
from hq_api.receiving.delivery import (
    LARGEST_BODY,
    LARGEST_RECORD,
    MOST_RECORDS,
    Delivery,
    RefusedDeliveryError,
)

ACME = b'{"domain":"acme.example"}'
JSON = "application/json"


def read(body: bytes, kind: str | None = JSON, encoding: str | None = None) -> bodies.Body:
    return bodies.read(Delivery(None, body, content_type=kind, content_encoding=encoding))


def refused(
    body: bytes, kind: str | None = JSON, encoding: str | None = None
) -> tuple[int, object]:
    with pytest.raises(RefusedDeliveryError) as fault:
        read(body, kind, encoding)
    assert fault.value.outcome.document["detail"]
    return fault.value.outcome.status, fault.value.outcome.document["reason"]


def of_size(size: int) -> bytes:
    """A record of so many bytes."""
    return b'{"domain":"acme.example","text":"%b"}' % (b"x" * (size - 35))


class TestTypes:
    @pytest.mark.parametrize(
        "kind",
        [
            *(JSON, "Application/JSON; charset=utf-8", "application/vnd.api+json"),
            *("application/x-ndjson", "application/jsonl", " application/json "),
        ],
    )
    def test_json_is_taken(self, kind: str) -> None:
        assert len(read(ACME, kind).items) == 1

    @pytest.mark.parametrize(
        "kind",
        [
            *(None, "", "text/csv", "text/tab-separated-values", "application/vnd.ms-excel"),
            *("multipart/form-data; boundary=x", "text/plain", "application/x-www-form-urlencoded"),
        ],
    )
    def test_tables_are_not_and_nothing_that_any_page_can_send(self, kind: str | None) -> None:
        assert refused(ACME, kind) == (415, "not_json")


class TestSizes:
    def test_a_record(self) -> None:
        assert len(of_size(1_000)) == 1_000
        assert len(read(of_size(LARGEST_RECORD)).items) == 1
        assert refused(of_size(LARGEST_RECORD + 1)) == (413, "record_too_large")
        assert refused(b"[" + ACME + b"," + of_size(LARGEST_RECORD + 1) + b"]") == (
            *(413, "record_too_large"),
        )

    def test_records(self) -> None:
        assert len(read(b"\n".join([ACME] * MOST_RECORDS)).items) == MOST_RECORDS
        for joined in (b"\n", b","):
            assert refused(joined.join([ACME] * (MOST_RECORDS + 1))) == (413, "too_many_records")

    def test_what_is_no_record_counts_as_well(self) -> None:
        assert refused(b"no\n" * 100_000) == (413, "too_many_records")

    def test_a_body(self) -> None:
        full = b"[" + b",".join([of_size(999_998)] * 10) + b"]"
        assert len(full) <= LARGEST_BODY
        assert len(read(full).items) == 10
        assert refused(full + b" " * (LARGEST_BODY - len(full) + 1)) == (413, "body_too_large")


class TestCompression:
    @pytest.mark.parametrize("encoding", ["gzip", "GZIP", "x-gzip", " gzip "])
    def test_gzip(self, encoding: str) -> None:
        assert read(gzip.compress(ACME), encoding=encoding).text == ACME

    @pytest.mark.parametrize("encoding", [None, "identity", ""])
    def test_none(self, encoding: str | None) -> None:
        assert read(ACME, encoding=encoding).text == ACME

    @pytest.mark.parametrize("encoding", ["br", "zstd", "deflate", "gzip, gzip", "x" * 5_000])
    def test_any_other(self, encoding: str) -> None:
        assert refused(ACME, encoding=encoding) == (415, "unknown_encoding")

    def test_a_bomb_is_given_up_at_the_limit(self) -> None:
        packing = zlib.compressobj(1, wbits=31)
        block = b" " * 10_000_000
        bomb = b"".join(packing.compress(block) for _ in range(10)) + packing.flush()
        assert len(bomb) < 1_000_000
        assert refused(bomb, encoding="gzip") == (413, "body_too_large")

    @pytest.mark.parametrize(
        "body",
        [
            pytest.param(gzip.compress(ACME)[:-9], id="cut off"),
            pytest.param(gzip.compress(ACME)[:-8] + bytes(8), id="wrong checksum"),
            pytest.param(ACME, id="not compressed"),
            pytest.param(b"", id="nothing"),
            pytest.param(gzip.compress(ACME) * 2, id="two in one"),
            pytest.param(gzip.compress(ACME) + ACME, id="something behind it"),
        ],
    )
    def test_damaged(self, body: bytes) -> None:
        assert refused(body, encoding="gzip") == (400, "damaged_gzip")


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(b'{"a":[' * 100_000, id="lists"),
        pytest.param(b"[" * 500_000, id="brackets"),
        pytest.param(b'{"payloads":[' * 50_000, id="batches"),
        pytest.param((b'{"a":"' + b"\\\\" * 4_000 + b"\n") * 200, id="strings without an end"),
        pytest.param((b'{"a":[' + b"1," * 4_000 + b"\n") * 200, id="lists without an end"),
    ],
)
def test_what_never_ends_is_read_all_the_same(text: bytes) -> None:
    assert read(text).items


def test_bodies_of_a_batch_hand_their_workflow_on() -> None:
    body = read(json.dumps({"workflow_slug": "w", "payloads": [{"a": 1}]}).encode())
    assert [item.origin.batch_slug for item in body.items] == ["w"]
