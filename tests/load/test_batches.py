"""A list of records is told from a record that has a list of that name: none of them is lost."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ingest.formats.json.records import Record, RecordReader
from ingest.payloads.envelopes import RowMaker
from ingest.rejects import Reject
from ingest.workflows.registry import load_registry

REGISTRY = load_registry()
IN = "https://www.linkedin.com/in"
LOST = {"profile_url": f"{IN}/d-lost1", "full_name": "Lost One"}
KEPT = {"profile_url": f"{IN}/d-kept", "full_name": "Kept"}
PERSON = {"linkedin_url": f"{IN}/d-person", "name": "Person"}
MATCH = {"person": PERSON}


def items(text: bytes, workflow: str | None) -> list[Record | Reject]:
    maker = RowMaker(REGISTRY, REGISTRY.resolve(workflow) if workflow else None)
    blocks = (text[start : start + 100_000] for start in range(0, len(text), 100_000))
    return list(RecordReader("file", blocks, batches=maker.batches))


def read(text: bytes, workflow: str | None) -> list[Any]:
    """The records as objects; all of them can be read."""
    found = items(text, workflow)
    return [json.loads(item.text) if isinstance(item, Record) else item.detail for item in found]


def lines(*records: Any) -> bytes:
    return b"".join(json.dumps(record).encode() + b"\n" for record in records)


@pytest.mark.parametrize(
    ("workflow", "record"),
    [
        pytest.param("leadmagic-profile", {**LOST, "results": []}, id="empty list behind the key"),
        pytest.param("leadmagic-profile", {"data": [], **LOST}, id="empty list before the key"),
        pytest.param("leadmagic-profile", {**LOST, "data": [{"a": 1}]}, id="filled list"),
        pytest.param("leadmagic-profile", {"data": [{"a": 1}], **LOST}, id="filled list before"),
        pytest.param("leadmagic-profile", {"profile_url": "https://x.example/p", "results": []}),
        pytest.param("apollo-people-match", {**MATCH, "matches": []}, id="dotted key"),
        pytest.param("apollo-people-match", {"people": [], **MATCH}, id="dotted key behind"),
        pytest.param("apollo-people-match", {"people": [MATCH], **MATCH}, id="one of its kind"),
        pytest.param("pdl-person", {"linkedin_url": f"{IN}/d-pdl", "data": []}, id="bare person"),
        pytest.param("leadmagic-profile", {"raw_payload": KEPT, "data": [KEPT]}, id="payload"),
        pytest.param("leadmagic-profile", {"public_identifier": "d", "data": []}, id="end of it"),
        pytest.param(
            "leadmagic-email", {"full_name": "Ana", "domain": "d.example", "data": []}, id="by name"
        ),
        pytest.param(None, {"company_domain": "d.example", "payloads": []}, id="of no workflow"),
        pytest.param(
            None,
            {"workflow_slug": "leadmagic-profile", **LOST, "results": [{"a": 1}]},
            id="that names its workflow",
        ),
    ],
)
def test_a_record_that_has_a_list_is_a_record(workflow: str | None, record: Any) -> None:
    assert read(lines(record, KEPT, record), workflow) == [record, KEPT, record]


@pytest.mark.parametrize(
    "around",
    [
        pytest.param({}, id="nothing"),
        pytest.param({"status": 200, "profile_url": None, "meta": {"page": 1}}, id="no key"),
        pytest.param({"linkedin": "N/A"}, id="a word for nothing"),
        pytest.param({"url": "https://api.provider.example/v1/people"}, id="where it was asked"),
    ],
)
@pytest.mark.parametrize("is_before", [True, False])
def test_a_list_of_records_is_unwrapped(around: dict[str, Any], is_before: bool) -> None:
    people = {"data": [KEPT, LOST]}
    batch = {**around, **people} if is_before else {**people, **around}
    assert read(lines(batch, LOST), "leadmagic-profile") == [KEPT, LOST, LOST]


@pytest.mark.parametrize(
    "batch",
    [
        pytest.param({"data": {"results": [KEPT, LOST]}}, id="nothing else"),
        pytest.param({"data": {"data": [KEPT, LOST]}}, id="both of one name"),
        pytest.param({"payload": {"results": [KEPT, LOST]}}, id="as of an envelope"),
        pytest.param(
            {
                "status": 200,
                "meta": {"page": 1},
                "data": {"total": 2, "results": [KEPT, LOST], "next": None, "page": {"of": 1}},
                "credits": [3],
                "profile_url": "N/A",
            },
            id="more before and behind",
        ),
    ],
)
def test_a_list_in_a_wrapper_in_a_wrapper_is_unwrapped(batch: Any) -> None:
    assert read(lines(batch, LOST), "leadmagic-profile") == [KEPT, LOST, LOST]
    indented = json.dumps([batch, LOST], indent=2).encode()
    assert read(indented, "leadmagic-profile") == [KEPT, LOST, LOST]


@pytest.mark.parametrize(
    "record",
    [
        pytest.param({**LOST, "data": {"results": [{"a": 1}]}}, id="key before both"),
        pytest.param({"data": {"results": [{"a": 1}]}, **LOST}, id="key behind both"),
        pytest.param({"data": {**LOST, "results": [{"a": 1}]}}, id="key beside the list"),
        pytest.param({"data": {"results": [{"a": 1}], **LOST}}, id="key behind the list"),
        pytest.param({"data": {"results": []}, "raw_payload": KEPT}, id="a payload"),
        pytest.param({"answer": {"results": [KEPT]}}, id="in an object of no known name"),
        pytest.param({"data": {"people": [KEPT]}}, id="of no known name"),
        pytest.param({"data": {"data": {"results": [KEPT]}}}, id="three of them"),
    ],
)
def test_a_record_with_such_a_list_in_an_object_is_a_record(record: Any) -> None:
    assert read(lines(record, KEPT, record), "leadmagic-profile") == [record, KEPT, record]


def test_a_wrapper_around_a_wrapper_may_name_the_workflow() -> None:
    inner = {"results": [KEPT]}
    for batch in (
        {"workflow_slug": "leadmagic-profile", "data": inner},
        {"data": {"workflow_slug": "leadmagic-profile", **inner}},
    ):
        found = items(lines(batch), None)
        assert [item.origin.batch_slug for item in found] == ["leadmagic-profile"]
        assert read(lines(batch), None) == [KEPT]


def test_a_long_list_in_two_wrappers_is_read_to_its_end() -> None:
    many = [{**KEPT, "bio": "x" * 1_000}] * 1_100
    batch = {"status": 200, "data": {"results": many, "total": 1_100}, "took": 3}
    assert read(lines(batch, LOST), "leadmagic-profile") == [*many, LOST]


def test_a_batch_of_nothing_is_no_record() -> None:
    assert read(lines({"data": [], "total": 0}, KEPT), "leadmagic-profile") == [KEPT]


def test_a_wrapper_that_names_its_workflow_is_unwrapped_by_that() -> None:
    batch = {"workflow_slug": "leadmagic-profile", "data": [KEPT, LOST]}
    found = items(lines(batch), None)
    assert [item.origin.batch_slug for item in found] == ["leadmagic-profile"] * 2
    assert read(lines(batch), None) == [KEPT, LOST]


@pytest.mark.parametrize(
    "batch",
    [
        pytest.param({"workflow_slug": "leadmagic-profile", "people": [KEPT]}, id="of another"),
        pytest.param({"workflow_slug": "nobody-knows", "data": [KEPT]}, id="of an unknown one"),
        pytest.param({"data": [KEPT]}, id="of none"),
    ],
)
def test_a_list_that_its_workflow_does_not_name_is_no_list_of_records(batch: Any) -> None:
    assert read(lines(batch), None) == [batch]


def test_a_key_behind_a_list_too_long_to_be_looked_at_is_told() -> None:
    many = [{**KEPT, "bio": "x" * 1_000}] * 1_100
    found = read(lines({"data": many, **LOST}, KEPT), "leadmagic-profile")
    assert found[:-2] == many
    assert "own keys stand behind a long list" in found[-2]
    assert found[-1] == KEPT


def test_a_long_batch_is_read_as_one() -> None:
    many = [{**KEPT, "bio": "x" * 1_000}] * 1_100
    assert read(lines({"data": many, "total": 1_100}, LOST), "leadmagic-profile") == [*many, LOST]
