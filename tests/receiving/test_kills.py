"""Killed at any moment, the service has taken what it has said it took, and nothing by half."""

from __future__ import annotations

import http.client
import json
import threading
import time
from dataclasses import dataclass, field

import pytest

from hq_api.receiving.connections import APPLICATION
from ingest.postgres.connection import Connection
from tests.support.ingesting import rows, written
from tests.support.processes import wait_until_gone
from tests.support.receiving import Service, post, service

CLIENTS = 8
AT_ONCE = 3  # records of a request; the last one is refused


@dataclass
class Said:
    """What clients sent and were answered.

    Args:
        sent: Numbers of requests.
        taken: Those that were answered with 2xx.
    """

    sent: set[int] = field(default_factory=set)
    taken: set[int] = field(default_factory=set)


def _body(number: int) -> bytes:
    records = [
        {"company_domain": f"{number}-{n}.example", "raw_payload": {"n": n}}
        for n in range(AT_ONCE - 1)
    ]
    return json.dumps([*records, {"number": number}]).encode()


def _deliver(served: Service, client: int, said: Said) -> None:
    conn = served.connection()
    number = client
    try:
        while True:
            said.sent.add(number)
            status, document = post(conn, _body(number))
            assert (status, document["landed"], document["rejected"]) == (207, AT_ONCE - 1, 1)
            said.taken.add(number)
            number += CLIENTS
    except (OSError, http.client.HTTPException, json.JSONDecodeError):
        pass  # it was killed
    finally:
        conn.close()


def _killed_under_load(db: Connection, seconds: float) -> tuple[int, int]:
    """Kill the service after a while; how many requests were taken, and how many sent."""
    said = Said()
    with service() as served:
        clients = [
            threading.Thread(target=_deliver, args=(served, client, said))
            for client in range(CLIENTS)
        ]
        for client in clients:
            client.start()
        time.sleep(seconds)
        served.kill()
        for client in clients:
            client.join()
    wait_until_gone(db, APPLICATION)
    kept = rows(
        db,
        "select split_part(company_domain, '-', 1)::integer, count(*) from raw.company_payloads"
        " group by 1",
    )
    refused = rows(
        db, "select (record::jsonb ->> 'number')::integer, count(*) from raw.rejects group by 1"
    )
    there = {number for number, _ in kept}
    assert said.taken <= there <= said.sent
    # a request is there as a whole
    assert {count for _, count in kept} <= {AT_ONCE - 1}
    assert sorted(refused) == sorted((number, 1) for number in there)
    landed, rejected = written(db)[1:]
    query = "select sum(landed), sum(rejected), sum(_requests) from raw.loads"
    assert rows(db, query) == [(landed, rejected, len(there))]
    ((keys,),) = rows(db, "select count(*) from raw.idempotency_keys")
    assert keys == landed + rejected
    return len(said.taken), len(there)


def test_what_was_answered_is_there_and_nothing_by_half(db: Connection) -> None:
    taken, there = _killed_under_load(db, 1.0)
    assert 0 < taken <= there <= taken + CLIENTS


def test_what_is_sent_again_after_a_kill_lands_once(db: Connection) -> None:
    _, there = _killed_under_load(db, 0.3)
    with service() as served:
        conn = served.connection()
        for number in range(CLIENTS):
            assert post(conn, _body(number))[0] in (201, 207)
            assert post(conn, _body(number))[1]["duplicates"] == AT_ONCE - 1
    ((twice,),) = rows(
        db,
        "select count(*) - count(distinct company_domain) from raw.company_payloads",
    )
    assert twice == 0
    assert written(db)[1] >= there


@pytest.mark.long
@pytest.mark.parametrize("round_", range(20))
def test_again_and_again(db: Connection, round_: int) -> None:
    _killed_under_load(db, 0.2 + 0.15 * round_)


def test_asked_to_stop_it_answers_what_it_has_begun(db: Connection) -> None:
    said = Said()
    with service() as served:
        clients = [
            threading.Thread(target=_deliver, args=(served, client, said))
            for client in range(CLIENTS)
        ]
        for client in clients:
            client.start()
        time.sleep(0.5)
        served.process.terminate()
        for client in clients:
            client.join()
        assert served.process.wait(timeout=30) in (0, -15)
    landed = rows(db, "select count(*) from raw.company_payloads")[0][0]
    assert landed == len(said.taken) * (AT_ONCE - 1)
