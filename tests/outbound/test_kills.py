"""Killed at any moment, a sender leaves what can be resumed: nothing twice, nothing lost."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

import psycopg
import pytest

from ingest.errors import IngestError
from ingest.outbound import jobs, ledger, sender
from ingest.outbound.request import Client
from ingest.postgres.connection import connect
from tests.outbound.sending import Sending
from tests.support.ingesting import ingest
from tests.support.processes import (
    dies_after,
    dies_at_call,
    dies_before,
    patched,
    start,
    start_held,
    wait_until,
    wait_until_gone,
)
from tests.support.receiving_end import Answer

RECORDS = 6
IN_FLIGHT = "(select count(*) from raw.outbound_deliveries where state = 'in_flight')"


def send() -> None:
    ingest("send", "salesnav", "--destination", "end")


def resume(sending: Sending) -> None:
    wait_until_gone(sending.db, sender.APPLICATION)
    ingest("send", "resume", str(sending.job()["number"]))


def end_the_servers_side(sending: Sending) -> None:
    sending.db.execute(
        "select pg_terminate_backend(pid) from pg_stat_activity"
        f" where application_name = '{sender.APPLICATION}' and datname = current_database()"
    )
    sending.db.commit()


@pytest.mark.parametrize(
    ("owner", "name", "patch", "states"),
    [
        pytest.param(jobs, "create_job", dies_before, {}, id="before the job"),
        pytest.param(jobs, "create_job", dies_after, {}, id="before its commit"),
        pytest.param(sender, "send", dies_before, {"sent": 6}, id="before the first claim"),
        pytest.param(ledger, "claim", dies_at_call(2), {"sent": 6}, id="before a claim"),
        pytest.param(ledger, "claim", dies_after, {"sent": 6}, id="in a claim"),
        pytest.param(
            Client, "post", dies_at_call(2), {"sent": 5, "unknown": 1}, id="before a request"
        ),
        pytest.param(Client, "post", dies_after, {"sent": 5, "unknown": 1}, id="behind the answer"),
        pytest.param(
            ledger, "record", dies_after, {"sent": 5, "unknown": 1}, id="before the answer's commit"
        ),
    ],
)
def test_a_killed_sender_resumes_with_what_is_left(
    sending: Sending,
    owner: Any,
    name: str,
    patch: Callable[..., Any],
    states: dict[str, int],
) -> None:
    sending.destination(burst=1)  # one request at a time
    sending.add_rows(RECORDS)
    assert start(patched(owner, name, patch, send)).is_killed()
    wait_until_gone(sending.db, sender.APPLICATION)
    sending.assert_accounted_for()
    if not states:
        assert sending.states() == {}
        return
    resume(sending)
    assert sending.states() == states
    sending.assert_accounted_for()


@pytest.mark.parametrize(
    "times", [pytest.param(4, id="4"), pytest.param(20, id="20", marks=pytest.mark.long)]
)
def test_killed_again_and_again_it_comes_to_its_end(sending: Sending, times: int) -> None:
    records = 100 * times
    sending.add_rows(records)
    moments = random.Random(19)
    assert start(patched(sender, "send", dies_before, send)).is_killed()
    number = str(sending.job()["number"])
    for _ in range(times):
        process = start(lambda: ingest("send", "resume", number))
        time.sleep(moments.uniform(0.02, 0.4))
        process.kill()
        wait_until_gone(sending.db, sender.APPLICATION)
        sending.assert_accounted_for()
    resume(sending)
    states = sending.states()
    assert states.keys() <= {"sent", "unknown"}
    assert sum(states.values()) == records
    assert states.get("unknown", 0) <= 16 * times
    assert sending.job()["status"] == "completed"
    sending.assert_accounted_for()


def test_killed_with_several_requests_under_way(sending: Sending) -> None:
    sending.destination(burst=4)
    sending.there.usual = Answer(waits=0.3)
    sending.there.script.append(Answer())
    sending.add_rows(12)
    process = start(send)
    wait_until(sending.db, f"{IN_FLIGHT} = 4")
    process.kill()
    resume(sending)
    assert sending.states() == {"unknown": 4, "sent": 8}
    sending.assert_accounted_for()


def test_the_servers_side_is_killed_with_several_requests_under_way(sending: Sending) -> None:
    sending.destination(burst=4)
    sending.there.script.extend([Answer(), *[Answer(waits=0.5)] * 4])
    sending.add_rows(12)
    process = start(send)
    wait_until(sending.db, f"{IN_FLIGHT} = 4")
    end_the_servers_side(sending)
    process.end()
    assert sending.states() == {"sent": 5, "pending": 7}
    resume(sending)
    assert sending.states() == {"sent": 12}
    sending.assert_accounted_for()


def test_the_servers_side_is_killed_in_the_middle_of_a_request(sending: Sending) -> None:
    """The sender lives, and knows the answer: it says so over another connection, and ends."""
    sending.add_rows(RECORDS)
    sending.there.script.append(Answer(waits=0.5))
    process = start(send)
    wait_until(sending.db, f"{IN_FLIGHT} = 1")
    end_the_servers_side(sending)
    process.end()
    assert sending.states() == {"sent": 1, "pending": 5}
    resume(sending)
    assert sending.states() == {"sent": 6}
    sending.assert_accounted_for()


@pytest.mark.parametrize(
    "fault", [IngestError("the key is gone"), psycopg.OperationalError("gone"), LookupError("no")]
)
def test_what_ends_a_sender_loses_no_answer(sending: Sending, fault: Exception) -> None:
    """Three requests are under way when the fourth cannot be claimed."""
    sending.destination(burst=4)
    sending.there.script.extend([Answer(), *[Answer(waits=0.5)] * 3])
    sending.add_rows(RECORDS)
    claim = ledger.claim
    claims: list[ledger.Claim] = []

    def claim_four(*words: Any) -> Any:
        if len(claims) == 4:
            raise fault
        claimed = claim(*words)
        if isinstance(claimed, ledger.Claim):
            claims.append(claimed)
        return claimed

    sending.monkeypatch.setattr(ledger, "claim", claim_four)
    sending.send()
    assert sending.states() == {"sent": 4, "pending": 2}
    sending.assert_accounted_for()


@pytest.mark.parametrize("status", [503, 401])
def test_what_is_refused_while_its_job_is_cancelled_is_over(sending: Sending, status: int) -> None:
    sending.there.script.append(Answer(status, waits=1.0))
    sending.add_rows(3)
    process = start(send)
    wait_until(sending.db, f"{IN_FLIGHT} = 1")
    assert ingest("send", "cancel", str(sending.job()["number"])).exit_code == 0
    process.end()
    assert sending.states() == {"skipped": 3}
    assert sending.job()["status"] == "cancelled"
    sending.assert_counts_add_up()


@pytest.mark.parametrize(
    ("doubts", "states", "said"),
    [
        ("at_most_once", {"unknown": 1, "skipped": 2, "sent": 2}, True),
        ("at_least_once", {"skipped": 3, "sent": 3}, False),
    ],
)
def test_what_a_killed_sender_of_a_cancelled_job_leaves(
    sending: Sending, doubts: str, states: dict[str, int], said: bool
) -> None:
    sending.destination(doubts=doubts)
    sending.add_rows(3)
    assert start(patched(Client, "post", dies_before, send)).is_killed()
    wait_until_gone(sending.db, sender.APPLICATION)
    assert ingest("send", "cancel", str(sending.job()["number"])).exit_code == 0
    result = sending.send()
    assert ("1 records that the last sender had under way are in doubt" in result.output) is said
    assert sending.states() == states
    sending.assert_accounted_for()


def test_two_senders_at_once_are_one(sending: Sending) -> None:
    sending.add_rows(RECORDS)
    held = start_held(Client, "post", send, after=True)
    result = sending.send()
    assert result.exit_code == 1
    assert "somebody is sending there: server process" in result.output
    assert ingest("send", "resume", str(sending.job()["number"])).exit_code == 1
    held.kill()
    resume(sending)
    assert sending.states() == {"sent": 5, "unknown": 1}
    sending.assert_accounted_for()


def test_a_cancelled_job_stops_its_sender(sending: Sending) -> None:
    sending.destination(rate=5.0, burst=1)
    sending.add_rows(RECORDS)
    process = start(send)
    wait_until(sending.db, "exists (select from raw.outbound_deliveries where state = 'sent')")
    number = str(sending.job()["number"])
    assert ingest("send", "cancel", number).exit_code == 0
    process.end()
    assert sending.job()["status"] == "cancelled"
    assert sending.states().keys() == {"sent", "skipped"}
    sending.assert_accounted_for()
    assert ingest("send", "resume", number).exit_code == 2
    # what was not sent may be, by another job
    left = RECORDS - sending.states()["sent"]
    sending.destination()
    assert sending.send().exit_code == 0
    assert (sending.job()["sent_count"], sending.flagged()) == (left, RECORDS)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_one_who_is_asked_to_stop_finishes_the_request(sending: Sending, number: int) -> None:
    sending.destination(rate=5.0, burst=1)
    sending.add_rows(RECORDS)
    process = start(send)
    wait_until(sending.db, "exists (select from raw.outbound_deliveries where state = 'sent')")
    os.kill(process.pid, number)
    process.end()
    job = sending.job()
    assert (job["status"], job["reason"]) == ("paused", "interrupted")
    assert sending.states().keys() == {"sent", "pending"}
    sending.assert_accounted_for()


def test_help_needs_no_extra() -> None:
    words = [sys.executable, "-m", "ingest", "send", "emails", "--help"]
    assert subprocess.run(words, capture_output=True, check=False).returncode == 0


def test_a_sender_that_is_just_ending_is_waited_for(sending: Sending) -> None:
    """It is gone for whoever started it, but not yet for the server."""
    sending.add_rows(1)
    with connect(application_name="ending") as ending:
        assert jobs.take_lock(ending, "end") is None
        soon = threading.Timer(0.1, ending.close)
        soon.start()
        result = sending.send()
        soon.join()
    assert (result.exit_code, sending.states()) == (0, {"sent": 1})
