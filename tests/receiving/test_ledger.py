"""What the ledger, ids and rejects say of deliveries, and how rejects land after all."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from hq_api.receiving.delivery import Delivery
from hq_api.receiving.receive import receive
from ingest.landing import hours, ledger
from ingest.landing.hours import Hour
from ingest.landing.ledger import Counts
from ingest.landing.rows import RequestIds, time_in
from ingest.postgres.connection import Connection, connect
from ingest.rejects import RECORD_TEXT_CAP
from ingest.workflows.registry import Registry, Workflow, load_registry
from tests.receiving.conftest import Deliver
from tests.support.ingesting import FIRMOGRAPHICS, ingest, load, rows, status, value, written

LATER = Workflow("acme-technographics", "leadmagic", "direct", "technographics", "company", "")


def record(domain: str) -> bytes:
    return b'{"company_domain":"%b","raw_payload":{"n":1}}' % domain.encode()


@pytest.fixture
def register(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """What a line more in seeds/registry/workflows.csv does."""

    def add() -> None:
        known = load_registry()
        grown = Registry({**known.workflows, LATER.slug: LATER}, known.aliases)
        monkeypatch.setattr("ingest.commands.rejects.load_registry", lambda: grown)

    return add


class TestHours:
    def test_a_row_for_each_sender_and_workflow(self, db: Connection, deliver: Deliver) -> None:
        for n, (name, workflow) in enumerate(
            [
                *(
                    ("clay", FIRMOGRAPHICS),
                    ("clay", FIRMOGRAPHICS),
                    ("clay", "clay-find-companies"),
                ),
                *(("zapier", FIRMOGRAPHICS), ("clay", None), ("clay", "no-such")),
            ]
        ):
            deliver(record(f"{n}.example"), workflow, key_name=name)
        deliver(b"[" + record("8.example") + b',{"a":1}]', key_name="clay")
        query = """
            select file_name, workflow_slug, _requests, records, landed, rejected
            from raw.loads order by file_name, workflow_slug
        """
        assert rows(db, query) == [
            ("http:clay", "clay-company-firmographics", 3, 4, 3, 1),
            ("http:clay", "clay-find-companies", 1, 1, 1, 0),
            ("http:clay", None, 2, 2, 0, 2),
            ("http:zapier", "clay-company-firmographics", 1, 1, 1, 0),
        ]

    def test_what_bytes_and_sha256_are(self, db: Connection, deliver: Deliver) -> None:
        now = datetime.now(UTC)
        for n in (1, 2):
            deliver(record(f"{n}.example"))
        said = ("http:tests", FIRMOGRAPHICS, f"{now:%Y-%m-%dT%H}:00:00+00:00")
        assert rows(db, "select bytes, file_sha256 from raw.loads") == [
            (2 * len(record("1.example")), hashlib.sha256("\0".join(said).encode()).hexdigest())
        ]

    def test_an_hour_begins_a_row(
        self, db: Connection, deliver: Deliver, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        ids = []
        for minute in (0, 59, 61):

            class _Clock(datetime):
                minutes = minute

                @classmethod
                def now(cls, tz: object = None) -> datetime:  # type: ignore[override]
                    assert tz is UTC
                    return datetime(2026, 3, 1, 10, tzinfo=UTC) + timedelta(minutes=cls.minutes)

            monkeypatch.setattr(hours, "datetime", _Clock)
            deliver(record(f"{minute}.example"))
            ids.append(
                value(db, "select _load_id from raw.company_payloads order by id desc limit 1")
            )
        assert ids[0] == ids[1] != ids[2]
        assert [time_in(id_).hour for id_ in ids] == [10, 10, 11]
        assert rows(db, "select id, records from raw.loads order by id") == [
            (ids[0], 2),
            (ids[2], 1),
        ]

    def test_counts_add_up_when_many_deliver_at_once(self, db: Connection) -> None:
        registry = load_registry()

        def run(number: int) -> None:
            with connect() as conn:
                for n in range(15):
                    body = (
                        b"[" + record(f"{number}-{n}.example") + b',{"a":%d}]' % (number * 99 + n)
                    )
                    receive(conn, Delivery(FIRMOGRAPHICS, body, "application/json"), registry)

        threads = [threading.Thread(target=run, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        query = "select _requests, records, landed, rejected from raw.loads"
        assert rows(db, query) == [(60, 120, 60, 60)]
        assert written(db) == (1, 60, 60)
        # each reject has a place of its own, in the order in which they were counted
        places = [place for (place,) in rows(db, "select _offset from raw.rejects order by 1")]
        assert places == list(range(2, 121, 2))

    def test_what_was_known_counts_nothing(self, db: Connection, deliver: Deliver) -> None:
        for _ in range(3):
            deliver(record("a.example"))
        assert rows(db, "select _requests, records from raw.loads") == [(1, 1)]

    def test_it_waits_for_nobody_who_is_still_landing(self, db: Connection) -> None:
        """The row is locked when all else is done, and no foreign key asks for it before."""
        registry = load_registry()
        with connect() as slow, connect() as quick:
            receive(
                slow, Delivery(FIRMOGRAPHICS, record("a.example"), "application/json"), registry
            )
            with slow.transaction():
                slow.execute(
                    "insert into raw.rejects (load_id, line, reason)"
                    " select id, 1, 'no_key' from raw.loads"
                )
                quick.execute("set lock_timeout = '1s'")
                quick.commit()
                body = b"[" + record("b.example") + b',{"a":1}]'
                answer = receive(quick, Delivery(FIRMOGRAPHICS, body, "application/json"), registry)
                assert answer.status == 207
        assert value(db, "select records from raw.loads") == 3

    def test_one_hour_has_one_id_everywhere(self) -> None:
        at = datetime(2026, 3, 1, 10, tzinfo=UTC)
        id_ = Hour("clay", None, at).load_id
        assert (id_.version, id_.variant) == (7, "specified in RFC 4122")
        assert time_in(id_) == at
        others = [
            Hour("clay", "a", at),
            Hour("clay2", None, at),
            Hour("clay", None, at - timedelta(hours=1)),
        ]
        assert len({id_, *(other.load_id for other in others)}) == 4
        assert Hour("clay", None, at).load_id == id_


class TestIds:
    def test_they_sort_by_receipt_and_then_by_place(self, db: Connection, deliver: Deliver) -> None:
        names = [f"{n}-{i}.example" for n in range(20) for i in range(3)]
        for n in range(20):
            deliver(b"[" + b",".join(map(record, names[3 * n : 3 * n + 3])) + b"]")
        query = "select company_domain from raw.company_payloads order by id"
        assert [domain for (domain,) in rows(db, query)] == names

    def test_a_file_that_is_loaded_between_two_deliveries_sorts_between_them(
        self, db: Connection, deliver: Deliver
    ) -> None:
        deliver(record("first.example"))
        load("-", stdin=record("second.example"))
        deliver(record("third.example"))
        query = "select company_domain from raw.company_payloads order by id"
        assert rows(db, query) == [("first.example",), ("second.example",), ("third.example",)]

    def test_they_are_version_7_and_none_comes_twice(self) -> None:
        before = datetime.now(UTC) - timedelta(milliseconds=1)
        made = [
            ids.at(offset)
            for ids in [RequestIds() for _ in range(500)]
            for offset in (0, 1, 2**24 - 1)
        ]
        assert len({*made}) == 1_500
        assert {(id_.version, id_.variant) for id_ in made} == {(7, "specified in RFC 4122")}
        assert before <= time_in(made[0]) <= datetime.now(UTC)
        for place in range(0, 1_500, 3):
            assert made[place] < made[place + 1] < made[place + 2]


class TestRejects:
    def test_they_land_after_a_fix_as_if_they_had_never_been_refused(
        self, db: Connection, deliver: Deliver, register: Callable[[], None]
    ) -> None:
        early = deliver(record("early.example"), LATER.slug).document["id"]
        named = b'{"workflow_slug":"acme-technographics",' + record("named.example")[1:]
        deliver(b"[" + record("bad.example") + b"," + named + b"]", None)
        deliver(record("late.example"))
        register()
        result = ingest("rejects", "retry")
        assert result.exit_code == 3, result.output  # one names no workflow
        assert "http:tests" in result.stderr
        assert rows(
            db,
            "select company_domain, workflow_slug from raw.company_payloads order by id",
        ) == [
            ("early.example", LATER.slug),
            ("named.example", LATER.slug),
            ("late.example", FIRMOGRAPHICS),
        ]
        assert rows(
            db,
            f"""
            select p.id = r.id, p.created_at < r_late.created_at, p._load_id = r._landed_by
            from raw.company_payloads as p
            inner join raw.rejects as r on p.id = r.id
            cross join raw.company_payloads as r_late
            where p.id = '{early}' and r_late.company_domain = 'late.example'
            """,
        ) == [(True, True, True)]
        assert rows(
            db,
            "select _requests, records, landed, rejected from raw.loads order by started_at, id",
        ) == [(2, 3, 0, 3), (1, 1, 1, 0), (None, 2, 2, 0)]
        assert value(db, "select count(*) from raw.rejects where _is_open") == 1

    def test_many_of_one_hour_are_tried_once_each(
        self, db: Connection, deliver: Deliver, register: Callable[[], None]
    ) -> None:
        for n in range(3):
            names = [f"{n}-{i}.example" for i in range(70)]
            deliver(b"[" + b",".join(map(record, names)) + b"]", LATER.slug)
        register()
        assert ingest("rejects", "retry").exit_code == 0
        assert value(db, "select count(distinct company_domain) from raw.company_payloads") == 210
        assert value(db, "select count(*) from raw.company_payloads") == 210
        assert "No rejects." in ingest("rejects", "retry").stderr

    def test_what_comes_while_they_are_tried_is_none_that_needs_a_file(
        self, deliver: Deliver, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        deliver(b'{"a":1}')
        mark = ledger.mark_refused

        def mark_and_deliver(*said: Any) -> None:
            mark(*said)
            deliver(b'{"b":1}')

        monkeypatch.setattr(ledger, "mark_refused", mark_and_deliver)
        said = ingest("rejects", "retry").stderr
        assert "1 rejected again" in said
        assert "need their file" not in said

    def test_one_too_long_to_keep_has_to_be_delivered_again(
        self, db: Connection, deliver: Deliver
    ) -> None:
        deliver(b'{"a":"' + b"x" * RECORD_TEXT_CAP + b'"}')
        assert "1 need their file" in ingest("rejects", "retry").stderr
        assert rows(db, "select _is_whole, length(record) from raw.rejects") == [(False, 100_000)]

    def test_they_are_settled_like_others(self, db: Connection, deliver: Deliver) -> None:
        deliver(b'{"a":1}')
        load_id = str(value(db, "select id from raw.loads"))
        assert ingest("rejects", "settle", load_id, "--why", "a test").exit_code == 0
        assert status()["rejects"] == 0


class TestScreens:
    def test_loads(self, db: Connection, deliver: Deliver) -> None:
        assert db
        for n in range(2):
            deliver(record(f"{n}.example"), key_name="clay")
        said = ingest("loads").stdout
        assert f"http:clay ({FIRMOGRAPHICS})" in said
        assert "2 records: 2 landed, 0 rejected, in 2 requests" in said
        (entry,) = json.loads(ingest("loads", "--json").stdout)
        assert (entry["file_name"], entry["requests"]) == ("http:clay", 2)

    def test_status_counts_receipts_among_no_payloads(
        self, db: Connection, deliver: Deliver
    ) -> None:
        assert db
        deliver(record("a.example"))
        found = status()
        assert "idempotency_keys" not in {table["name"] for table in found["raw"]}
        assert found["last_load"]["file_name"] == "http:tests"


def test_an_hour_counts_what_it_is_told(db: Connection) -> None:
    hour = Hour("clay", None, datetime(2026, 3, 1, 10, tzinfo=UTC))
    with db.transaction():
        assert hour.add(db, Counts(landed=2, rejected=1, cleaned=1), 10) == 0
        assert hour.add(db, Counts(landed=0, rejected=1, cleaned=0), 5) == 3
    query = "select id, bytes, records, landed, rejected, cleaned, _requests from raw.loads"
    assert rows(db, query) == [(UUID(str(hour.load_id)), 15, 4, 2, 2, 1, 2)]
