"""Whatever the destination does: received at most once, acknowledged is sent, doubts are named."""

from __future__ import annotations

import httpx2
import pytest

from ingest.outbound import request, sender
from tests.outbound.sending import SECRET, Sending
from tests.support.ingesting import ingest, rows, value
from tests.support.receiving_end import Answer

OK = Answer()
CUT_OFF = "HTTP/1.1 {} As Told\r\ncontent-length: 100\r\n\r\nthe beg"


@pytest.mark.parametrize(
    ("first", "states", "code"),
    [
        pytest.param(OK, {"sent": 3}, 0, id="200"),
        pytest.param(Answer(202, body="{}"), {"sent": 3}, 0, id="202"),
        pytest.param(Answer(204), {"sent": 3}, 0, id="204"),
        pytest.param(Answer(400, body="no"), {"failed": 1, "sent": 2}, 3, id="400"),
        pytest.param(Answer(422), {"failed": 1, "sent": 2}, 3, id="422"),
        pytest.param(Answer(closes="after"), {"unknown": 1, "sent": 2}, 3, id="closed after"),
        pytest.param(Answer(raw="HTTP/1.1 yes\r\n\r\n"), {"unknown": 1, "sent": 2}, 3, id="lies"),
        pytest.param(Answer(raw=CUT_OFF.format(200)), {"sent": 3}, 0, id="200, cut off"),
        pytest.param(
            Answer(raw=CUT_OFF.format(422)), {"failed": 1, "sent": 2}, 3, id="422, cut off"
        ),
        pytest.param(Answer(closes="before"), {"unknown": 1, "sent": 2}, 3, id="closed before"),
    ],
)
def test_a_record_ends_as_its_answer_says(
    sending: Sending, first: Answer, states: dict[str, int], code: int
) -> None:
    sending.add_rows(3)
    sending.there.script.append(first)
    assert sending.send().exit_code == code
    assert sending.states() == states
    sending.assert_accounted_for()
    assert sending.job()["status"] == "completed"


@pytest.mark.parametrize(
    "refusal",
    [
        Answer(429, {"retry-after": "0"}),
        Answer(429),
        Answer(500),
        Answer(503, {"retry-after": "soon"}),
        Answer(408),
    ],
    ids=["429 with", "429 without", "500", "503", "408"],
)
def test_what_was_not_taken_is_tried_again(sending: Sending, refusal: Answer) -> None:
    sending.add_rows(2)
    sending.there.script.extend([refusal] * 3)
    assert sending.send().exit_code == 0
    assert sending.states() == {"sent": 2}
    assert len(sending.there.received) == 5
    assert sorted(sending.there.ids("acknowledged")) == sorted(sending.ids_of("sent"))
    sending.assert_counts_add_up()


def test_retry_after_is_obeyed(sending: Sending) -> None:
    sending.add_rows(2)
    sending.there.script.append(Answer(429, {"retry-after": "1"}))
    assert sending.send().exit_code == 0
    first, second, third = sending.there.times
    assert 0.95 <= second - first <= 1.6
    assert third - second < 0.5


@pytest.mark.parametrize("header", ["86400", "Thu, 26 Nov 2026 10:00:00 GMT"])
def test_a_long_retry_after_pauses_the_job(sending: Sending, header: str) -> None:
    sending.add_rows(2)
    said = {"retry-after": header, "date": "Thu, 26 Nov 2026 08:00:00 GMT"}
    sending.there.script.append(Answer(429, said))
    result = sending.send()
    assert result.exit_code == 1
    assert "wants to be asked again in" in sending.job()["reason"]
    assert sending.states() == {"pending": 2}

    # whoever comes back too early is told when, and does not wait in silence
    resume = ("send", "resume", str(sending.job()["number"]))
    assert ingest(*resume).exit_code == 1
    assert "only, at 20" in sending.job()["reason"]
    assert len(sending.there.received) == 1
    sending.db.execute("update raw.outbound_destinations set blocked_until = now()")
    sending.db.commit()
    assert ingest(*resume).exit_code == 0
    assert sending.states() == {"sent": 2}


def test_who_answers_late_or_not_at_all_leaves_a_doubt(
    sending: Sending, monkeypatch: pytest.MonkeyPatch
) -> None:
    sending.add_rows(4)
    sending.there.script.extend([OK, Answer(waits=1.0), Answer(None), OK])
    with monkeypatch.context() as impatient:
        impatient.setattr(request, "_TIMEOUT", httpx2.Timeout(0.3))
        assert sending.send().exit_code == 3
    assert sending.states() == {"sent": 2, "unknown": 2}
    assert value(sending.db, "select min(error) from raw.outbound_deliveries") == (
        "no answer in time"
    )
    sending.assert_counts_add_up()
    doubts = sending.ids_of("unknown")

    number = str(sending.job()["number"])
    assert "2 may or may not have arrived" in ingest("send", "status", number).output
    assert ingest("send", "resume", number).exit_code == 3
    assert sending.ids_of("unknown") == doubts  # not without being asked
    assert ingest("send", "resume", number, "--doubts").exit_code == 0
    assert sending.states() == {"sent": 4}
    assert set(sending.there.ids()[-2:]) == doubts


def test_an_answer_without_end_leaves_a_doubt(
    sending: Sending, monkeypatch: pytest.MonkeyPatch
) -> None:
    sending.add_rows(3)
    sending.there.script.extend([OK, Answer(drips=0.1), OK])
    monkeypatch.setattr(sender, "_LONGEST_REQUEST", 1.0)
    assert sending.send().exit_code == 3
    assert sending.states() == {"sent": 2, "unknown": 1}
    assert value(sending.db, "select max(error) from raw.outbound_deliveries") == (
        "no answer in time"
    )
    sending.assert_counts_add_up()


def test_a_destination_may_want_doubts_sent_again(sending: Sending) -> None:
    sending.destination(doubts="at_least_once")
    sending.add_rows(3)
    sending.there.script.append(Answer(closes="after"))
    assert sending.send().exit_code == 0
    assert sending.states() == {"sent": 3}
    assert len(sending.there.received) == 4


@pytest.mark.parametrize("status", [301, 307, 401, 403, 404, 410])
def test_who_refuses_us_pauses_the_job_and_no_record_is_lost(sending: Sending, status: int) -> None:
    sending.add_rows(5)
    sending.there.usual = Answer(status, {"location": "/elsewhere"})
    result = sending.send()
    assert result.exit_code == 1
    job = sending.job()
    assert (job["status"], job["open_count"]) == ("paused", 5)
    assert f"the destination refuses us: answered {status}" in job["reason"]
    assert len(sending.there.received) == 1
    sending.there.usual = OK
    assert ingest("send", "resume", str(job["number"])).exit_code == 0
    assert sending.states() == {"sent": 5}
    sending.assert_counts_add_up()


def test_ten_failures_in_a_row_pause_the_job(sending: Sending) -> None:
    sending.destination(burst=1)
    sending.add_rows(22)
    sending.there.script.extend([OK, *[Answer(400)] * 9, OK, *[Answer(400)] * 10])
    result = sending.send()
    assert result.exit_code == 1
    assert "10 requests in a row failed, the last one: answered 400" in sending.job()["reason"]
    # nine failures and then one that was taken do not pause it
    assert sending.states() == {"sent": 2, "failed": 19, "pending": 1}
    sending.assert_accounted_for()


def test_a_paused_job_whose_records_all_failed_says_how_they_are_sent_again(
    sending: Sending,
) -> None:
    sending.destination(burst=1)
    sending.add_rows(10)
    sending.there.script.extend([Answer(402)] * 10)
    result = sending.send()
    resume = ("send", "resume", str(sending.job()["number"]), "--failed")
    assert f"ingest {' '.join(resume)}" in result.output
    assert ingest(*resume).exit_code == 0
    assert sending.states() == {"sent": 10}


def test_what_was_refused_does_not_come_before_what_was_never_tried(sending: Sending) -> None:
    sending.destination(burst=1)
    sending.add_rows(12)
    sending.there.usual = Answer(400)
    assert sending.send().exit_code == 1
    assert ingest("send", "cancel", str(sending.job()["number"])).exit_code == 0
    sending.there.usual = OK
    result = sending.send()
    assert (result.exit_code, "10 left out: failed before" in result.output) == (0, True)
    assert sending.states() == {"failed": 10, "skipped": 2, "sent": 2}
    assert sending.send("--force").exit_code == 0
    assert sending.flagged() == 12


def test_what_a_later_job_has_sent_is_not_sent_again_by_an_earlier_one(sending: Sending) -> None:
    sending.add_rows(2)
    sending.there.script.extend([Answer(closes="after")] * 4)
    numbers = []
    for _ in range(2):
        assert sending.send("--force").exit_code == 3
        numbers.append(str(sending.job()["number"]))
    # the second job alone was forced, and one of its records is sent by a third
    assert sending.send("--force", "--test", "1").exit_code == 0
    assert len(sending.there.received) == 5
    for number in numbers:
        assert ingest("send", "resume", number, "--doubts").exit_code == 3
    assert len(sending.there.received) == 6
    assert sending.states() == {"unknown": 3, "sent": 2}


def test_a_cancelled_job_may_settle_its_doubts_and_nothing_else(sending: Sending) -> None:
    sending.add_rows(3)
    sending.there.script.extend([Answer(closes="after"), Answer(401)])
    assert sending.send().exit_code == 1
    number = str(sending.job()["number"])
    assert ingest("send", "cancel", number).exit_code == 0
    for options in ((), ("--failed",), ("--doubts", "--failed")):
        refused = ingest("send", "resume", number, *options)
        assert (refused.exit_code, f"resume {number} --doubts" in refused.output) == (2, True)
    assert ingest("send", "resume", number, "--doubts").exit_code == 3
    assert sending.states() == {"skipped": 2, "sent": 1}
    assert len(sending.there.received) == 3
    sending.assert_counts_add_up()


def test_doubts_that_a_destination_takes_no_more_stay(sending: Sending) -> None:
    sending.destination(lifetime_limit=2)
    sending.add_rows(2)
    sending.there.script.extend([Answer(closes="after")] * 2)
    assert sending.send().exit_code == 3
    result = ingest("send", "resume", str(sending.job()["number"]), "--doubts")
    assert (result.exit_code, "2 more do not fit" in result.output) == (1, True)
    assert sending.states() == {"unknown": 2}


def test_of_requests_that_fail_together_one_counts(sending: Sending) -> None:
    sending.destination(burst=16)
    sending.add_rows(30)
    sending.there.script.extend([OK, *[Answer(503, waits=0.2)] * 16])
    assert sending.send().exit_code == 0
    assert sending.states() == {"sent": 30}
    assert max(rows(sending.db, "select attempts from raw.outbound_deliveries")) == (2,)
    sending.assert_counts_add_up()


def test_a_record_is_given_up_after_eight_attempts(sending: Sending) -> None:
    sending.add_rows(1)
    sending.there.usual = Answer(500)
    assert sending.send().exit_code == 3
    assert rows(sending.db, "select state, attempts, error from raw.outbound_deliveries") == [
        ("failed", 8, "given up after 8 attempts: answered 500")
    ]
    assert sending.job()["status"] == "failed"


def test_nobody_at_the_other_end(sending: Sending) -> None:
    sending.add_rows(3)
    sending.monkeypatch.setenv("HQ_TEST_URL", "http://127.0.0.1:9/")
    assert sending.send().exit_code == 1
    assert sending.states() == {"pending": 3}
    assert "no connection" in sending.job()["reason"]
    # nothing can have arrived, so that nothing is used up of the destination's life
    assert value(sending.db, "select submitted from raw.outbound_destinations") == 0


def test_neither_address_nor_secret_is_said_or_stored(sending: Sending) -> None:
    sending.add_rows(2)
    told = f"who sends {SECRET} to {sending.there.url}?\x1b[2J"
    sending.there.usual = Answer(400, body=told)
    results = [sending.send(), ingest("send", "jobs"), ingest("send", "status", "1")]
    said = "".join(result.output for result in results)
    stored = "\n".join(
        str(row)
        for table in ("outbound_deliveries", "email_waterfall_jobs", "outbound_destinations")
        for row in rows(sending.db, f"select t::text from raw.{table} as t")
    )
    assert "who sends *** to ***" in stored
    for secret in (SECRET, "of-secret-address", "\x1b"):
        assert secret not in said + stored
    assert sending.there.headers[0]["x-clay-webhook-auth"] == SECRET


def test_no_part_of_the_address_is_said_or_stored(sending: Sending) -> None:
    """A 404 names the path alone, often escaped, and the path is the secret of a webhook."""
    path = "/v3/sources/webhook/pull-in-data-0199"
    address = sending.there.url.replace("http://", "http://robot:pass-word@").partition("/hook")[0]
    sending.monkeypatch.setenv("HQ_TEST_URL", f"{address}{path}?key=of%2Fthe+house")
    escaped = path.replace("/", "\\/")
    sending.add_rows(6)
    sending.there.script.extend(
        Answer(400, body=body)
        for body in (
            f"Cannot POST {path}",
            f'{{"path": "{escaped}"}}',
            f"<pre>Cannot POST {path.replace('/', '&#x2F;')}</pre>",
            f"no flow pull-in-data-0199 for robot:pass-word, of/the+house {path.upper()}",
            f"{path.replace('/', '%2F')} {path.replace('/', '%252f')}",
            # the end of what is looked at falls into it
            f"{' ' * 1970}no {path}",
        )
    )
    sending.send()
    said = ingest("send", "status", "1").output + str(
        rows(
            sending.db,
            "select d::text, j::text from raw.outbound_deliveries as d,"
            " raw.email_waterfall_jobs as j",
        )
    )
    assert sending.states() == {"failed": 6}
    assert "answered 400: Cannot POST ***" in said
    for part in ("pull-in", "webhook", "pass-word", "the+house"):
        assert part not in said.lower()


def test_several_records_a_request_end_together(sending: Sending) -> None:
    sending.destination(records_per_request=10)
    sending.add_rows(25)
    sending.there.script.extend([OK, Answer(closes="after")])
    assert sending.send().exit_code == 3
    assert sending.states() == {"sent": 15, "unknown": 10}
    assert len(sending.there.headers) == 3
    sending.assert_accounted_for()
