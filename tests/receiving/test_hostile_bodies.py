"""Records that nobody would send on purpose: each lands, or is refused with its reason."""

from __future__ import annotations

from uuid import UUID

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hq_api.receiving.delivery import LARGEST_RECORD
from ingest.postgres.connection import Connection
from tests.receiving.conftest import Deliver
from tests.support import hostile
from tests.support.hostile_files import file_cases
from tests.support.ingesting import rows, written

CASES = hostile.record_cases()


def test_each_by_itself(db: Connection, deliver: Deliver) -> None:
    wrong, landed, rejected = [], 0, 0
    for number, case in enumerate(CASES):
        # so that none is taken for another one sent again
        answer = deliver(case.text, idempotency_key=str(number))
        found = (answer.status, answer.document.get("reason"))
        expected: list[tuple[int, object]] = [(422, case.reason) if case.reason else (201, None)]
        if len(case.text) > LARGEST_RECORD:
            expected = [(413, "record_too_large")]
        elif case.reason == "too_deep":
            # without an end it may be told by that
            expected.append((422, "malformed_json"))
        if found not in expected:
            wrong.append((case.name, found, expected))
        landed += answer.status == 201
        rejected += answer.status == 422
    assert wrong == []
    assert written(db)[1:] == (landed, rejected)
    assert rows(db, "select sum(landed), sum(rejected) from raw.loads") == [(landed, rejected)]


def test_all_in_lists(db: Connection, deliver: Deliver) -> None:
    small = [case for case in CASES if len(case.text) < 50_000]
    for start in range(0, len(small), 100):
        batch = small[start : start + 100]
        text = b"".join(case.text + b"\n" + hostile.good(n) + b"\n" for n, case in enumerate(batch))
        answer = deliver(text, idempotency_key=f"list {start}")
        assert answer.status == 207
        results = answer.document["results"]
        assert isinstance(results, list)
        found = {result["key"] for result in results if result["status"] == 201}
        # whatever stands on a line, what stands on the next one lands
        assert {f"good-{n}.example" for n in range(len(batch))} <= found
    landed, rejected = written(db)[1:]
    assert rows(db, "select sum(landed), sum(rejected) from raw.loads") == [(landed, rejected)]
    assert rejected >= sum(case.reason is not None for case in small)


def test_hostile_files_as_bodies(db: Connection, deliver: Deliver) -> None:
    for case in file_cases():
        answer = deliver(case.content, idempotency_key=case.name)
        assert answer.status in (201, 207, 413, 422), case.name
    landed, rejected = written(db)[1:]
    assert rows(db, "select sum(landed), sum(rejected) from raw.loads") == [(landed, rejected)]


def test_a_batch_whose_workflow_has_a_nul_in_its_name(db: Connection, deliver: Deliver) -> None:
    text = (
        b'{"workflow_slug":"a\\u0000b","payloads":[{"domain":"a.example"},{"domain":"b.example"}]}'
    )
    answer = deliver(text, None)
    assert answer.status == 422
    assert rows(db, "select distinct reason, _workflow_slug from raw.rejects") == [
        ("unknown_workflow", "ab")
    ]


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    noise=st.lists(
        st.one_of(
            st.binary(max_size=40),
            st.sampled_from([b"{", b"}", b"[", b"]", b",", b"\n", b'"', b'{"payloads":[', b"\x00"]),
            st.integers(0, 9).map(hostile.good),
        ),
        max_size=12,
    ),
    workflow=st.one_of(st.none(), st.text(max_size=10), st.just("clay-company-firmographics")),
    key=st.one_of(st.none(), st.characters(codec="latin-1").map(lambda c: f"x{c}")),
)
def test_noise_is_answered_and_counted(
    db: Connection, deliver: Deliver, noise: list[bytes], workflow: str | None, key: str | None
) -> None:
    answer = deliver(b"".join(noise), workflow or None, idempotency_key=key)
    assert answer.status in (200, 201, 207, 404, 409, 413, 422)
    if "id" in answer.document:
        assert UUID(str(answer.document["id"])).version == 7
    landed, rejected = written(db)[1:]
    found = rows(db, "select coalesce(sum(landed), 0), coalesce(sum(rejected), 0) from raw.loads")
    assert found == [(landed, rejected)]
