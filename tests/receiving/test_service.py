"""The door itself: addresses, keys, problem documents, slow and lying senders, a database away."""

from __future__ import annotations

import asyncio
import gzip
import json
import logging
import socket
import threading
import time

import psycopg
import pytest
from starlette.requests import Request
from starlette.types import Message

from hq_api.receiving import endpoint
from hq_api.receiving.connections import APPLICATION, connections
from hq_api.receiving.delivery import LARGEST_BODY, Delivery, RefusedDeliveryError
from hq_api.receiving.endpoint import Receiver
from hq_api.receiving.receive import receive
from ingest.postgres.connection import Connection, connect
from ingest.workflows.registry import load_registry
from tests.support.hostile import MARK
from tests.support.ingesting import FIRMOGRAPHICS, rows, value, written
from tests.support.receiving import JSON, LINES, PATH, Service, post

ACME = b'{"company_domain":"acme.example","raw_payload":{"name":"Acme"}}'


def raw(served: Service, text: bytes, *, wait: float = 0.0) -> bytes:
    """What is answered to bytes on the wire, the last of them after a while."""
    with socket.create_connection(("127.0.0.1", served.port), timeout=60) as wire:
        wire.sendall(text[:-1])
        time.sleep(wait)
        wire.sendall(text[-1:])
        return wire.recv(65_536)


def head(*lines: str) -> bytes:
    said = (f"POST {PATH} HTTP/1.1", "Host: x", "Content-Type: application/json", *lines)
    return "\r\n".join((*said, "", "")).encode()


class TestAddresses:
    @pytest.mark.parametrize("path", [PATH, PATH + "/"])
    def test_a_slash_at_the_end_changes_nothing(
        self, db: Connection, served: Service, path: str
    ) -> None:
        status, document = post(served.connection(), ACME, path=path)
        assert (status, document["key"]) == (201, "acme.example")
        assert rows(db, "select workflow_slug from raw.loads") == [(FIRMOGRAPHICS,)]

    @pytest.mark.parametrize("path", ["/v1/raw", "/v1/raw/"])
    def test_without_a_workflow_envelopes_name_theirs(
        self, db: Connection, served: Service, path: str
    ) -> None:
        text = ACME[:-1] + b',"workflow_slug":"clay-company-firmographics"}'
        assert post(served.connection(), text, path=path)[0] == 201
        assert written(db) == (1, 1, 0)

    @pytest.mark.parametrize("name", ["no-such", "a%00b", "a%2Fb", "%ff%fe", "a/b", "%F0%9F%91%BB"])
    def test_unknown_ones(self, db: Connection, served: Service, name: str) -> None:
        status, document = post(served.connection(), ACME, path=f"/v1/raw/{name}")
        assert (status, document["reason"]) == (404, "unknown_workflow")
        assert written(db) == (1, 0, 1)

    def test_only_post(self, db: Connection, served: Service) -> None:
        assert db
        conn = served.connection()
        for method in ("GET", "PUT", "DELETE"):
            conn.request(method, PATH)
            answer = conn.getresponse()
            answer.read()
            assert answer.status == 405


class TestForms:
    def test_lines_compressed(self, db: Connection, served: Service) -> None:
        lines = b"".join(b'{"domain":"c%d.example"}\n' % n for n in range(300))
        headers = {**LINES, "Content-Encoding": "gzip"}
        status, document = post(served.connection(), gzip.compress(lines), headers)
        assert (status, document["landed"]) == (201, 300)
        assert written(db) == (1, 300, 0)

    def test_a_problem_is_a_problem_document(self, db: Connection, served: Service) -> None:
        conn = served.connection()
        conn.request("POST", PATH, b'{"a":1}', JSON)
        answer = conn.getresponse()
        document = json.loads(answer.read())
        assert answer.getheader("Content-Type") == "application/problem+json"
        assert (document["status"], document["reason"]) == (422, "no_key")
        assert document["id"] == value(db, "select id::text from raw.rejects")
        assert {"type", "title", "detail"} <= document.keys()

    def test_an_idempotency_key(self, db: Connection, served: Service) -> None:
        assert db
        headers = {**JSON, "Idempotency-Key": "abc"}
        found = [post(served.connection(), ACME, headers)[0] for _ in range(2)]
        other = post(served.connection(), ACME + b" ", headers)[0]
        assert [*found, other] == [201, 200, 409]


class TestCallers:
    def test_the_ledger_bears_their_names(self, db: Connection, served: Service) -> None:
        post(served.connection(), ACME, {**JSON, "test-name": "clay tables"})
        assert rows(db, "select file_name from raw.loads") == [("http:clay tables",)]

    def test_who_may_only_read_delivers_nothing(self, db: Connection, served: Service) -> None:
        headers = {**JSON, "test-scopes": "read:companies read:people export"}
        assert post(served.connection(), ACME, headers)[0] == 403
        assert written(db) == (0, 0, 0)

    def test_one_of_other_workflows(self, db: Connection, served: Service) -> None:
        headers = {**JSON, "test-workflows": "clay-person-profile"}
        assert post(served.connection(), ACME, headers)[0] == 403
        assert written(db) == (0, 0, 0)


class TestSizes:
    def test_too_much_is_answered_however_it_is_sent(self, db: Connection, served: Service) -> None:
        conn = served.connection()
        for body in (b" " * (LARGEST_BODY + 1), b" " * (2 * LARGEST_BODY)):
            assert post(conn, body)[0] == 413
            assert post(conn, iter([body]))[0] == 413  # in chunks, without a length
        assert post(conn, ACME)[0] == 201
        assert written(db) == (1, 1, 0)

    def test_far_too_much_is_refused_before_it_comes(self, db: Connection, served: Service) -> None:
        for announced in ("1000000000", "9" * 18):
            answer = raw(served, head(f"Content-Length: {announced}"))
            assert answer.startswith(b"HTTP/1.1 413")
            assert b"connection: close" in answer.lower()
        assert written(db) == (0, 0, 0)

    def test_what_does_not_end_is_cut_off(self, db: Connection, served: Service) -> None:
        block = b"%x\r\n%b\r\n" % (1_000_000, b" " * 1_000_000)
        with socket.create_connection(("127.0.0.1", served.port), timeout=60) as wire:
            wire.sendall(head("Transfer-Encoding: chunked"))
            sent = 0
            try:
                for sent in range(1, 200):  # noqa: B007
                    wire.sendall(block)
            except OSError:
                pass
            assert sent < 100
        assert written(db) == (0, 0, 0)

    def test_a_body_shorter_than_announced_is_not_taken(
        self, db: Connection, served: Service
    ) -> None:
        with socket.create_connection(("127.0.0.1", served.port), timeout=60) as wire:
            wire.sendall(head(f"Content-Length: {len(ACME) + 10}") + ACME)
            wire.shutdown(socket.SHUT_WR)
            while wire.recv(65_536):
                pass
        assert post(served.connection(), ACME)[0] == 201
        assert written(db) == (1, 1, 0)

    def test_one_longer_than_announced_is_cut_there(self, db: Connection, served: Service) -> None:
        answer = raw(
            served, head(f"Content-Length: {len(ACME)}") + ACME + b'{"domain":"x.example"}'
        )
        # what is behind the body is no request, and may end the connection before the answer
        assert answer.startswith((b"HTTP/1.1 201", b"HTTP/1.1 400"))
        assert written(db) in ((1, 1, 0), (0, 0, 0))

    def test_a_slow_one_holds_nobody_up(self, db: Connection, served: Service) -> None:
        slow: list[bytes] = []
        text = head(f"Content-Length: {len(ACME)}") + ACME
        threads = [
            threading.Thread(target=lambda: slow.append(raw(served, text, wait=1.0)))
            for _ in range(30)
        ]
        for thread in threads:
            thread.start()
        begin = time.monotonic()
        assert post(served.connection(), b'{"domain":"quick.example"}')[0] == 201
        assert time.monotonic() - begin < 1.0
        for thread in threads:
            thread.join()
        assert sorted(answer[9:12] for answer in slow) == [b"200"] * 29 + [b"201"]
        assert written(db) == (1, 2, 0)

    def test_one_that_does_not_come_is_given_up(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(endpoint, "_BODY_SECONDS", 0.05)
        assert _refused([b"{"], more=True) == 408

    def test_there_is_a_limit_to_what_is_held(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(endpoint, "_MOST_HELD", 10)
        assert _refused([b"12345", b"67890", b"1"]) == 503


def _refused(blocks: list[bytes], *, more: bool = False) -> int:
    """The status that a body is refused with, which comes in these blocks and may never end."""
    receiver = Receiver(load_registry())
    held = endpoint._Held(receiver)
    left = [*blocks]

    async def body() -> Message:
        if not left:
            await asyncio.Event().wait()
        block = left.pop(0)
        return {"type": "http.request", "body": block, "more_body": bool(left) or more}

    request = Request({"type": "http", "method": "POST", "headers": []}, body)
    with pytest.raises(RefusedDeliveryError) as fault:
        asyncio.run(endpoint._body_of(request, held))
    held.release()
    assert receiver._held == 0
    return fault.value.outcome.status


class TestDatabaseAway:
    @pytest.fixture
    def delivery(self) -> Delivery:
        return Delivery(FIRMOGRAPHICS, ACME, "application/json")

    def test_one_that_may_not_be_written(self, db: Connection, delivery: Delivery) -> None:
        with connect() as conn:
            conn.execute("set default_transaction_read_only to on")
            conn.commit()
            answer = receive(conn, delivery, load_registry())
        assert (answer.status, answer.headers) == (503, {"Retry-After": "2"})
        assert written(db) == (0, 0, 0)

    def test_one_that_is_locked(self, db: Connection, delivery: Delivery) -> None:
        with connect() as conn, db.transaction():
            db.execute("lock table raw.company_payloads in share mode")
            conn.execute("set lock_timeout to '50ms'")
            conn.commit()
            assert receive(conn, delivery, load_registry()).status == 503
            conn.rollback()
        assert written(db) == (0, 0, 0)

    def test_one_that_is_gone_and_comes_back(
        self, db: Connection, delivery: Delivery, served: Service
    ) -> None:
        assert post(served.connection(), ACME)[0] == 201
        with connect() as conn:
            db.execute("select pg_terminate_backend(%s)", (conn.info.backend_pid,))
            db.commit()
            assert receive(conn, delivery, load_registry()).status == 503
        query = (
            "select count(pg_terminate_backend(pid)) from pg_stat_activity"
            f" where application_name = '{APPLICATION}' and datname = current_database()"
        )
        assert value(db, query) >= 1
        assert post(served.connection(), ACME)[0] == 200

    def test_one_that_was_not_set_up(self, db: Connection, delivery: Delivery) -> None:
        with connect() as conn, conn.transaction(force_rollback=True):
            conn.execute("alter table raw.idempotency_keys rename to elsewhere")
            assert receive(conn, delivery, load_registry()).status == 503
        assert written(db) == (0, 0, 0)

    def test_nobody_waits_for_ever_behind_others(
        self, db: Connection, delivery: Delivery, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(endpoint, "_TURN_SECONDS", 0.05)
        receiver = Receiver(load_registry(), size=1)
        receiver.open()

        async def deliver_behind_another() -> list[int]:
            async with receiver._turns:
                late = await receiver._received(delivery)
            return [late.status, (await receiver._received(delivery)).status]

        assert asyncio.run(deliver_behind_another()) == [503, 201]
        receiver.close()
        assert written(db) == (1, 1, 0)

    def test_a_defect_is_no_excuse(self, db: Connection, delivery: Delivery) -> None:
        """What the server refuses for another reason is raised, and nothing is taken."""
        with connect() as conn, conn.transaction(force_rollback=True):
            conn.execute("alter table raw.loads add constraint full_up check (records < 1)")
            with pytest.raises(psycopg.errors.CheckViolation):
                receive(conn, delivery, load_registry())
        assert written(db) == (0, 0, 0)


class TestSessions:
    def test_they_are_set_as_those_of_the_loader(self, db: Connection) -> None:
        assert db
        with connections(1) as pool, pool.connection() as conn:
            found = {
                name: value(conn, f"show {name}")
                for name in ("search_path", "TimeZone", "lock_timeout", "application_name")
            }
        assert found == {
            "search_path": "pg_catalog",
            "TimeZone": "UTC",
            "lock_timeout": "10s",
            "application_name": APPLICATION,
        }


def test_nothing_of_a_payload_is_logged(db: Connection, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    text = f'{{"domain":"{MARK}","n":1e999999}}'.encode()
    with connect() as conn:
        for body in (text, text[:-1], f'{{"workflow_slug":"{MARK}"}}'.encode()):
            delivery = Delivery(None, body, "application/json", idempotency_key=MARK)
            receive(conn, delivery, load_registry())
        conn.execute("set default_transaction_read_only to on")
        conn.commit()
        assert (
            receive(conn, Delivery(None, text, "application/json"), load_registry()).status == 503
        )
    assert db
    assert "SQLSTATE 25006" in caplog.text
    assert MARK not in caplog.text
