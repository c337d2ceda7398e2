"""How fast it goes: the rate, bursts, the life of a destination, and many records."""

from __future__ import annotations

from statistics import linear_regression
from typing import Any
from uuid import UUID

import pytest

from ingest.outbound import ledger, sender
from ingest.outbound.destinations import Destination
from ingest.postgres.connection import Connection
from tests.outbound.sending import Sending
from tests.support.ingesting import ingest, rows, value
from tests.support.processes import dies_before, patched, start, wait_until_gone
from tests.support.receiving_end import Answer


@pytest.mark.parametrize(
    ("rate", "seconds", "within"),
    [(40.0, 3, 0.1), pytest.param(10.0, 60, 0.02, marks=pytest.mark.long)],
)
def test_the_rate_is_kept(sending: Sending, rate: float, seconds: int, within: float) -> None:
    burst = 5
    sending.destination(rate=rate, burst=burst)
    records = burst + int(rate * seconds)
    sending.add_rows(records)
    assert sending.send().exit_code == 0
    times = sending.there.times
    assert len(times) == records
    # the bucket was filling while the burst went; a line through the rest minds no single stall
    steady = times[2 * burst :]
    kept = linear_regression(steady, range(len(steady))).slope
    assert kept == pytest.approx(rate, rel=within)


def test_slow_answers_do_not_make_it_slow(sending: Sending) -> None:
    """One after the other they would be three a second, at any load of this machine."""
    sending.destination(rate=40.0, burst=16)
    sending.there.usual = Answer(waits=0.3)
    sending.add_rows(120)
    assert sending.send().exit_code == 0
    steady = sending.there.times[40:]
    assert 20.0 < linear_regression(steady, range(len(steady))).slope < 50.0
    sending.assert_accounted_for()


def test_a_connection_serves_many_requests(sending: Sending) -> None:
    sending.destination(burst=1)
    sending.there.usual = Answer(body='{"success": true}')
    sending.add_rows(20)
    assert sending.send().exit_code == 0
    assert (len(sending.there.received), sending.there.connections) == (20, 1)


@pytest.mark.parametrize("leap", ["1 hour", "-1 hour"])
def test_a_clock_that_jumps_makes_no_flood_and_no_standstill(sending: Sending, leap: str) -> None:
    """The server's clock is what counts; the bucket was filled an hour ago, or will be."""
    sending.destination(rate=50.0, burst=5)
    sending.add_rows(1)
    assert sending.send().exit_code == 0
    sending.db.execute(
        f"update raw.outbound_destinations set refilled_at = refilled_at - interval '{leap}'"
    )
    sending.db.commit()
    sending.add_rows(20)
    assert sending.send().exit_code == 0
    times = sending.there.times[1:]
    took = times[-1] - times[0]
    # at most the burst at once, the rest at 50 a second
    assert 14 / 50 <= took <= 2.0


def test_the_life_of_a_destination_ends(sending: Sending) -> None:
    sending.destination(lifetime_limit=20)
    sending.add_rows(25)
    assert sending.send("--batch-size", "17").exit_code == 0
    refused = sending.send()
    assert refused.exit_code == 1
    assert "17 of the 20 records of its life are used, 8 more do not fit; send 3" in refused.output
    warned = sending.send("--batch-size", "2")
    assert (warned.exit_code, "Warning: destination end" in warned.output) == (0, True)
    assert len(sending.there.received) == 19


def test_a_job_pauses_at_the_limit(sending: Sending) -> None:
    """Something else used the webhook up since the job was made."""
    sending.add_rows(5)
    small = sending.destination(lifetime_limit=5)
    began = ledger.claim

    def claim(conn: Connection, _: Destination, job_id: UUID) -> Any:
        conn.execute("update raw.outbound_destinations set submitted = greatest(submitted, 2)")
        return began(conn, small, job_id)

    sending.monkeypatch.setattr(ledger, "claim", claim)
    assert sending.send().exit_code == 1
    reason = "the destination has taken 5 of the 5 records of its life"
    assert reason in sending.job()["reason"]
    assert sending.states() == {"sent": 3, "pending": 2}


@pytest.mark.long
def test_ten_thousand_records(sending: Sending) -> None:
    sending.destination(records_per_request=50)
    sending.add_rows(10_000)
    assert sending.send("--batch-size", "9000").exit_code == 0
    assert sending.send().exit_code == 0
    assert (
        value(sending.db, "select max(clay_batch_number) from raw.salesnav_scrapes")
        == (sending.job()["number"])
    )
    assert len(set(sending.there.ids())) == 10_000
    sending.assert_accounted_for()


def test_a_row_is_sent_without_what_is_ours(sending: Sending) -> None:
    sending.add_rows(1)
    assert sending.send().exit_code == 0
    (row_id,) = rows(sending.db, "select id::text from raw.salesnav_scrapes")[0]
    assert sending.there.received == [
        {
            "_hq_delivery_id": sending.there.ids()[0],
            "_hq_row_id": row_id,
            "first_name": "Ana",
            "company": "Acme",
            "linkedin_url_user_profile": "https://www.linkedin.com/in/person-1",
        }
    ]


def test_what_lacks_a_field_is_named_once_and_fills_no_batch(sending: Sending) -> None:
    """Batches went out with rows that lacked what the other end needs."""
    sending.add_rows(4, first_name=None)
    sending.add_rows(3)
    first = sending.send("--batch-size", "2")
    assert (first.exit_code, "4 not sent: first_name missing" in first.output) == (3, True)
    assert sending.states() == {"skipped": 4, "sent": 2}
    assert sending.send().exit_code == 0
    assert sending.states() == {"skipped": 4, "sent": 3}
    sending.assert_accounted_for()


def test_a_field_that_is_gone_when_it_is_sent(sending: Sending) -> None:
    sending.add_rows(3)
    assert start(patched(sender, "send", dies_before, sending.send)).is_killed()
    sending.destination(max_bytes=400)
    sending.db.execute(
        "update raw.outbound_deliveries set body = case number"
        ' when 1 then body || \'{"first_name": " "}\''
        " when 2 then body || jsonb_build_object('notes', repeat('x', 500)) else body end"
    )
    sending.db.commit()
    wait_until_gone(sending.db, sender.APPLICATION)
    result = ingest("send", "resume", str(sending.job()["number"]))
    assert result.exit_code == 3
    assert sending.states() == {"skipped": 2, "sent": 1}
    assert len(sending.there.received) == 1
