"""The reviewed list of destinations: a wrong line is refused by name, a secret is never told."""

from __future__ import annotations

import ssl
import subprocess
from pathlib import Path
from shutil import which

import pytest

from ingest.errors import IngestError
from ingest.outbound.destinations import Destination, load_destinations
from tests.outbound.sending import Sending
from tests.support.ingesting import ingest
from tests.support.receiving_end import ReceivingEnd

HEADER = (
    "name,kind,takes,url_from,secret_from,rate,burst,max_bytes,records_per_request,"
    "lifetime_limit,required_fields,doubts,description\n"
)
RIGHT = ["end", "clay", "emails", "env:A", "file:b", "0.5", "20", "1000", "5", "", "a b"]
RIGHT += ["at_most_once", ""]
COLUMNS = HEADER.strip().split(",")


def test_a_line_is_read_as_it_stands(tmp_path: Path) -> None:
    (tmp_path / "destinations.csv").write_text(HEADER + ",".join(RIGHT) + "\n")
    assert load_destinations(tmp_path) == {
        "end": Destination(
            *("end", "clay", "emails", "env:A", "file:b", 0.5, 20, 1000, 5),
            *(None, ("a", "b"), "at_most_once"),
        )
    }


@pytest.mark.parametrize(
    ("column", "cell", "said"),
    [
        ("kind", "carrier pigeon", "one of clay, webhook"),
        ("takes", "people", "one of emails, salesnav"),
        ("url_from", "https://app.example/hook", "env: and the name of a variable"),
        ("secret_from", "swordfish", "env: and the name of a variable"),
        ("rate", "0", "records a second"),
        ("rate", "1e9", "records a second"),
        ("burst", "4", "at least the records of one request, 5"),
        ("max_bytes", "many", "a whole number from 1"),
        ("lifetime_limit", "0", "a whole number from 1"),
        ("doubts", "perhaps", "one of at_most_once, at_least_once"),
    ],
)
def test_a_wrong_cell_is_refused_with_its_line(
    tmp_path: Path, column: str, cell: str, said: str
) -> None:
    line = dict(zip(COLUMNS, RIGHT, strict=True)) | {column: cell}
    (tmp_path / "destinations.csv").write_text(HEADER + ",".join(line.values()) + "\n")
    with pytest.raises(IngestError) as refused:
        load_destinations(tmp_path)
    assert said in str(refused.value)
    assert "destinations.csv:2" in str(refused.value)


def test_the_shipped_list_is_right() -> None:
    shipped = load_destinations()
    assert {d.takes for d in shipped.values()} == {"emails", "salesnav"}
    assert all(d.lifetime_limit == 50_000 and d.rate == 10 for d in shipped.values())


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"url_from": "env:HQ_NOT_SET"}, "its url is not there: variable HQ_NOT_SET is missing"),
        ({"secret_from": "file:/nowhere/at/all"}, "its secret is not there: file /nowhere/at/all"),
        ({"url_from": "env:HQ_TEST_SECRET"}, "what env:HQ_TEST_SECRET says is no https address"),
        ({"takes": "emails"}, "destination end takes emails, not salesnav"),
        ({"name": "ent"}, "unknown destination 'end' (did you mean ent?)"),
    ],
)
def test_what_cannot_be_sent_to_makes_no_job(
    sending: Sending, change: dict[str, str], said: str
) -> None:
    sending.destination(**change)
    sending.add_rows(1)
    result = sending.send()
    assert (result.exit_code, said in result.output) == (1, True), result.output
    assert sending.states() == {}


@pytest.mark.parametrize("address", ["https://host:abc/x", "https://a..b/x", "https://xn--\u00e4/"])
def test_an_address_that_nothing_can_be_sent_to(sending: Sending, address: str) -> None:
    sending.monkeypatch.setenv("HQ_TEST_URL", address)
    sending.add_rows(1)
    assert "is no https address" in sending.send().output
    assert sending.states() == {}
    # what is found out by sending only leaves no doubt
    sending.monkeypatch.setattr(Destination, "url", lambda _: address)
    assert sending.send().exit_code == 1
    assert sending.states() == {"pending": 1}
    assert "the address is none" in sending.job()["reason"]


def test_http_is_for_this_machine_alone(sending: Sending) -> None:
    sending.monkeypatch.setenv("HQ_TEST_URL", "http://clay.example/hook")
    sending.add_rows(1)
    assert "is no https address" in sending.send().output


@pytest.mark.skipif(which("openssl") is None, reason="makes a certificate")
@pytest.mark.parametrize(("name", "status"), [("127.0.0.1", "completed"), ("127.0.0.2", "paused")])
def test_a_certificate_is_looked_at(
    sending: Sending, tmp_path: Path, name: str, status: str
) -> None:
    words = (
        "req -x509 -newkey rsa:2048 -nodes -days 2 -keyout key.pem -out cert.pem"
        f" -subj /CN={name} -addext subjectAltName=IP:{name}"
    )
    subprocess.run(["openssl", *words.split()], cwd=tmp_path, check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "cert.pem", tmp_path / "key.pem")
    sending.monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "cert.pem"))
    with ReceivingEnd(tls=context) as there:
        sending.there = there
        sending.destination()
        sending.add_rows(2)
        sending.send()
        job = sending.job()
        assert job["status"] == status, job
        if status == "paused":
            assert "the destination refuses us: no connection: " in job["reason"]
            assert sending.states() == {"pending": 2}
            assert there.received == []
        else:
            assert sending.states() == {"sent": 2}


def test_nothing_was_sent_yet(sending: Sending) -> None:
    assert "Nothing has been sent yet" in ingest("send", "jobs").output
    none = sending.send()
    assert (none.exit_code, "Nothing to send; no job was made" in none.output) == (0, True)
    for words in (("status", "1"), ("resume", "x"), ("cancel", "9")):
        result = ingest("send", *words)
        assert (result.exit_code, "see ingest send jobs" in result.output) == (2, True)
