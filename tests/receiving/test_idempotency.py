"""What is delivered again lands once: by a key of the request, a field, or the content."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from hq_api.receiving import idempotency
from hq_api.receiving.delivery import Delivery, Outcome
from hq_api.receiving.receive import receive
from ingest.postgres.connection import Connection, connect
from ingest.workflows.registry import Registry, load_registry
from tests.receiving.conftest import Deliver
from tests.support.ingesting import FIRMOGRAPHICS, rows, value, written
from tests.support.processes import start, wait_until

ACME = b'{"company_domain":"acme.example","raw_payload":{"name":"Acme"}}'
ACME_LATER = b'{"company_domain":"acme.example","raw_payload":{"name":"Acme Inc."}}'
TWO = b"[" + ACME + b"," + ACME_LATER + b"]"
BAD = b'{"name":"Acme"}'


def expire(db: Connection) -> None:
    """Let all keys be a second older than they are remembered."""
    db.execute("update raw.idempotency_keys set expires_at = now() - interval '1 second'")
    db.commit()


def remembered(db: Connection) -> list[float]:
    """For how many hours each key is still remembered."""
    query = "select round(extract(epoch from expires_at - now()) / 3600) from raw.idempotency_keys"
    return [float(hours) for (hours,) in rows(db, query)]


def again(first: Outcome) -> tuple[int, dict[str, object]]:
    """What a second delivery of one record is answered."""
    return 200, {**first.document, "duplicate": True}


class TestByContent:
    def test_the_same_content_is_the_same_delivery_for_a_day(
        self, db: Connection, deliver: Deliver
    ) -> None:
        first = deliver(ACME)
        second = deliver(b'{ "raw_payload" : {"name":"Acme"}, "company_domain":"acme.example"}')
        assert (second.status, second.document) == again(first)
        assert written(db) == (1, 1, 0)
        assert remembered(db) == [24]
        expire(db)
        third = deliver(ACME)
        assert (third.status, third.document["id"] == first.document["id"]) == (201, False)
        assert written(db) == (1, 2, 0)
        assert deliver(ACME).document["id"] == third.document["id"]

    @pytest.mark.parametrize(
        "other",
        [
            pytest.param(ACME_LATER, id="payload"),
            pytest.param(ACME.replace(b"acme.", b"www.acme."), id="key"),
        ],
    )
    def test_another_content_is_another_delivery(self, deliver: Deliver, other: bytes) -> None:
        assert [deliver(text).status for text in (ACME, other)] == [201, 201]

    def test_so_is_the_same_for_another_workflow(self, deliver: Deliver) -> None:
        assert [deliver(ACME, w).status for w in (FIRMOGRAPHICS, "clay-find-companies")] == [
            *(201, 201)
        ]

    def test_whoever_sends_it(self, db: Connection, deliver: Deliver) -> None:
        assert [deliver(ACME, key_name=name).status for name in ("one", "two")] == [201, 200]
        assert rows(db, "select file_name, records from raw.loads") == [("http:one", 1)]

    def test_within_one_request(self, db: Connection, deliver: Deliver) -> None:
        answer = deliver(b"[" + b",".join([ACME, ACME_LATER, ACME]) + b"]")
        results: Any = answer.document["results"]
        assert (answer.status, answer.document["duplicates"]) == (201, 1)
        assert [result["status"] for result in results] == [201, 201, 200]
        assert results[2]["id"] == results[0]["id"]
        assert written(db) == (1, 2, 0)
        assert deliver(TWO).document["duplicates"] == 2

    def test_what_was_refused_is_one_reject(self, db: Connection, deliver: Deliver) -> None:
        first, second = deliver(BAD), deliver(BAD)
        assert (first.status, second.status) == (422, 422)
        assert second.document == {**first.document, "duplicate": True}
        assert written(db) == (1, 0, 1)

    def test_what_was_refused_is_kept_for_each_workflow(
        self, db: Connection, deliver: Deliver
    ) -> None:
        refused = [deliver(BAD, workflow) for workflow in (FIRMOGRAPHICS, "clay-find-companies")]
        assert [answer.document.get("duplicate") for answer in refused] == [None, None]
        query = "select workflow_slug, rejected from raw.loads order by 1"
        assert rows(db, query) == [(FIRMOGRAPHICS, 1), ("clay-find-companies", 1)]

    def test_the_same_result_of_another_delivery_lands_for_that_one(
        self, db: Connection, deliver: Deliver
    ) -> None:
        ids = [f"0199f3c2-0000-7000-8000-00000000000{n}" for n in (1, 2)]
        bodies = [ACME.replace(b"{", f'{{"_hq_delivery_id":"{i}",'.encode(), 1) for i in ids]
        assert [deliver(body).status for body in (*bodies, *bodies)] == [201, 201, 200, 200]
        assert written(db) == (1, 2, 0)

    def test_what_the_server_refused_is_one_reject(self, db: Connection, deliver: Deliver) -> None:
        text = b'{"domain":"acme.example","n":1e999999}'
        first, second = deliver(text), deliver(text)
        assert (second.status, second.document) == (422, {**first.document, "duplicate": True})
        assert written(db) == (1, 0, 1)


class TestByRequest:
    def test_the_same_answer_for_a_month(self, db: Connection, deliver: Deliver) -> None:
        first = deliver(ACME, idempotency_key="1")
        second = deliver(ACME, idempotency_key="1")
        assert (second.status, second.document) == again(first)
        assert written(db) == (1, 1, 0)
        assert remembered(db) == [30 * 24]

    def test_of_a_list_too(self, db: Connection, deliver: Deliver) -> None:
        text = TWO[:-1] + b"," + BAD + b"]"
        first: Any = deliver(text, idempotency_key="1").document
        second: Any = deliver(text, idempotency_key="1").document
        assert (second["landed"], second["duplicates"], second["rejected"]) == (0, 2, 1)
        assert [(r["id"], r.get("key")) for r in second["results"]] == [
            (r["id"], r.get("key")) for r in first["results"]
        ]
        assert [r["duplicate"] for r in second["results"]] == [True] * 3
        assert written(db) == (1, 2, 1)

    def test_the_sender_knows_better_than_the_content(
        self, db: Connection, deliver: Deliver
    ) -> None:
        for key in ("1", "2", None):
            assert deliver(ACME, idempotency_key=key).status == 201
        assert written(db) == (1, 3, 0)

    def test_another_body_under_it_is_a_conflict(self, db: Connection, deliver: Deliver) -> None:
        deliver(ACME, idempotency_key="1")
        for text, workflow in [(ACME_LATER, FIRMOGRAPHICS), (ACME, "clay-find-companies")]:
            answer = deliver(text, workflow, idempotency_key="1")
            assert (answer.status, answer.document["reason"]) == (409, "idempotency_conflict")
        assert deliver(TWO, idempotency_key="1").status == 409
        assert written(db) == (1, 1, 0)

    def test_keys_of_different_senders_are_different(
        self, db: Connection, deliver: Deliver
    ) -> None:
        deliver(ACME, idempotency_key="1", key_name="one")
        assert deliver(ACME_LATER, idempotency_key="1", key_name="two").status == 201
        assert written(db) == (2, 2, 0)

    def test_one_of_a_delivery_that_was_not_taken_is_free(self, deliver: Deliver) -> None:
        only = frozenset({"clay-person-profile"})
        assert deliver(ACME, idempotency_key="1", workflows=only).status == 403
        assert deliver(ACME_LATER, idempotency_key="1").status == 201

    @pytest.mark.parametrize("key", ["", " ", "x" * 256])
    def test_no_key_at_all(self, db: Connection, deliver: Deliver, key: str) -> None:
        assert deliver(ACME, idempotency_key=key).status == 400
        assert written(db) == (0, 0, 0)


class TestByField:
    @pytest.fixture
    def numbered(self, db: Connection) -> Callable[[bytes, str], Outcome]:
        """Delivers for a workflow whose records have a number."""
        known = load_registry()
        told = replace(known.resolve(FIRMOGRAPHICS), idempotency_field="delivery")
        registry = Registry({**known.workflows, FIRMOGRAPHICS: told}, known.aliases)

        def make(body: bytes, key_name: str = "tests") -> Outcome:
            delivery = Delivery(FIRMOGRAPHICS, body, "application/json", key_name=key_name)
            with connect() as conn:
                return receive(conn, delivery, registry)

        assert db
        return make

    @pytest.mark.parametrize(
        "place", ['"delivery":7,"raw_payload":{"a":%d}', '"raw_payload":{"delivery":"7","a":%d}']
    )
    def test_it_tells_deliveries_apart(
        self, db: Connection, numbered: Callable[..., Outcome], place: str
    ) -> None:
        texts = [f'{{"company_domain":"a.example",{place % n}}}'.encode() for n in (1, 2)]
        first, second = numbered(texts[0]), numbered(texts[0])
        assert (second.status, second.document) == again(first)
        assert numbered(texts[1]).status == 409
        assert numbered(texts[1], "another").status == 201
        assert written(db) == (2, 2, 0)
        assert remembered(db) == [720, 720]

    def test_in_a_list_only_what_differs_is_a_conflict(
        self, db: Connection, numbered: Callable[..., Outcome]
    ) -> None:
        record = '{"company_domain":"%s.example","delivery":%d,"raw_payload":{}}'
        text = ",".join(record % said for said in (("a", 1), ("b", 2), ("c", 1), ("a", 1)))
        answer = numbered(f"[{text}]".encode())
        results: Any = answer.document["results"]
        assert (answer.status, answer.document["conflicts"]) == (207, 1)
        assert [result["status"] for result in results] == [201, 201, 409, 200]
        assert written(db) == (1, 2, 0)

    def test_without_it_the_content_counts(self, numbered: Callable[..., Outcome]) -> None:
        assert [numbered(ACME).status for _ in range(2)] == [201, 200]


class TestAtOnce:
    @pytest.mark.parametrize(
        "count",
        [pytest.param(160, id="some"), pytest.param(1_000, id="many", marks=pytest.mark.long)],
    )
    def test_deliveries_of_one_record_land_it_once(self, db: Connection, count: int) -> None:
        registry = load_registry()
        found: list[Outcome] = []

        def run() -> None:
            with connect() as conn:
                for _ in range(count // 8):
                    delivery = Delivery(FIRMOGRAPHICS, ACME, "application/json")
                    found.append(receive(conn, delivery, registry))

        threads = [threading.Thread(target=run) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(outcome.status for outcome in found) == [200] * (count - 1) + [201]
        assert {outcome.document["id"] for outcome in found} == {
            str(value(db, "select id from raw.company_payloads"))
        }
        assert rows(db, "select records, _requests from raw.loads") == [(1, 1)]

    def test_lists_that_overlap_in_other_orders(self, db: Connection) -> None:
        registry = load_registry()
        names = [f"c{n}.example" for n in range(60)]
        found: list[Outcome] = []

        def run(places: list[str]) -> None:
            records = [{"company_domain": name, "raw_payload": {}} for name in places]
            body = json.dumps(records).encode()
            with connect() as conn:
                for _ in range(5):
                    delivery = Delivery(FIRMOGRAPHICS, body, "application/json")
                    found.append(receive(conn, delivery, registry))

        orders = [names, names[::-1], names[30:] + names[:30], names[::2] + names[1::2]]
        threads = [threading.Thread(target=run, args=(order,)) for order in orders]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert {outcome.status for outcome in found} == {201}
        assert sum(int(str(outcome.document["landed"])) for outcome in found) == 60
        assert written(db) == (1, 60, 0)

    @pytest.mark.parametrize("is_killed", [True, False])
    def test_who_comes_second_waits_and_takes_over_from_a_killed_one(
        self, db: Connection, is_killed: bool
    ) -> None:
        def first() -> None:
            delivery = Delivery(FIRMOGRAPHICS, ACME, "application/json")
            with connect(application_name="first") as conn, conn.transaction(), conn.cursor() as _:
                # the commit is this transaction's, which waits for the second one
                receive(conn, delivery, load_registry())
                conn.execute("select pg_advisory_lock(16)")

        db.execute("select pg_advisory_lock(16)")
        db.commit()
        process = start(first)
        waiting = "exists (select from pg_locks where locktype = 'advisory' and not granted)"
        wait_until(db, waiting)
        outcomes: list[Outcome] = []

        def second() -> None:
            with connect(application_name="second") as conn:
                delivery = Delivery(FIRMOGRAPHICS, ACME, "application/json")
                outcomes.append(receive(conn, delivery, load_registry()))

        thread = threading.Thread(target=second)
        thread.start()
        wait_until(
            db,
            "exists (select from pg_locks as l inner join pg_stat_activity as a on l.pid = a.pid"
            " where a.application_name = 'second' and not l.granted)",
        )
        if is_killed:
            process.kill()
            # nobody tells the server that its client is gone while it waits for a lock
            db.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity"
                " where application_name = 'first'"
            )
        db.execute("select pg_advisory_unlock(16)")
        db.commit()
        thread.join()
        if not is_killed:
            process.succeed()
        assert [outcome.status for outcome in outcomes] == [201 if is_killed else 200]
        assert written(db) == (1, 1, 0)


class TestPruning:
    def test_old_receipts_go_in_small_bites(
        self, db: Connection, deliver: Deliver, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(idempotency, "_BITE", 3)
        for n in range(12):
            deliver(b'{"domain":"c%d.example"}' % n)
        expire(db)
        left = []
        for n in range(100, 103):
            deliver(b'{"domain":"c%d.example"}' % n)
            left.append(
                value(db, "select count(*) from raw.idempotency_keys where expires_at <= now()")
            )
        # three and as many again as two for each that is made
        assert left == [7, 2, 0]

    def test_a_request_that_is_known_prunes_too(self, db: Connection, deliver: Deliver) -> None:
        deliver(ACME_LATER)
        expire(db)
        for _ in range(2):
            deliver(ACME)
        assert remembered(db) == [24]
