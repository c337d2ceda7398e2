"""Somebody is erased while something is sent of them, and what the destination says of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ingest.outbound import sender
from ingest.outbound.request import Client
from ingest.postgres import privacy_key
from ingest.postgres.connection import connect
from ingest.privacy.erase import erase
from ingest.privacy.identity import Given
from tests.outbound.sending import Sending, quick
from tests.support.ingesting import ingest, rows, value
from tests.support.privacy import use_key
from tests.support.receiving_end import Answer, ReceivingEnd
from tests.support.warehouse import Warehouse, insert_load

PROFILE = "https://www.linkedin.com/in/"
QUOTED = 'cannot take {"full_name": "Eva Gone", "linkedin_url": "linkedin.com/in/eva-gone-1"}'
TWO = f"""
select t.linkedin_url, t.full_name
from (
    values ('{PROFILE}eva-gone-1', 'Eva Gone'), ('{PROFILE}fay-stays-2', 'Fay Stays')
) as t (linkedin_url, full_name)
"""


@pytest.fixture
def sending(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[Sending]:
    """Eva and Fay, whom one request takes."""
    quick(monkeypatch)
    path = tmp_path / "key"
    privacy_key.make(path)
    use_key(monkeypatch, path)
    for slug in ("eva-gone-1", "fay-stays-2"):
        profile = {"name": " ".join(slug.split("-")[:2]).title()}
        warehouse.payload("person_payloads", PROFILE + slug, profile)
    export_of_eva(warehouse)
    warehouse.build()
    with ReceivingEnd() as there:
        made = Sending(warehouse.conn, there, monkeypatch)
        made.destination(
            takes="emails", records_per_request=2, required_fields=("linkedin_url", "full_name")
        )
        yield made


def send(folder: Path, query: str) -> Any:
    path = folder / "query.sql"
    path.write_text(query)
    return ingest("send", "emails", "--destination", "end", "--sql", path)


def export_of_eva(warehouse: Warehouse) -> None:
    """A row of Sales Navigator from which her address and number are known."""
    warehouse.row(
        "salesnav_scrapes",
        upload_id=insert_load(warehouse.conn),
        linkedin_url_user_profile=f"{PROFILE}eva-gone-1",
        email="eva@gone.example",
        phone_number="+49 30 7654321",
    )


def erase_eva() -> None:
    with connect() as conn:
        erase(conn, Given("eva-gone-1"), "A-1", print, dry_run=False)


def outcomes(sending: Sending) -> list[tuple[Any, ...]]:
    """Who, what became of it, and why, in the order in which it was to be sent."""
    return rows(
        sending.db,
        "select substring(entity_key from '[^/]*$'), state, error"
        " from raw.outbound_deliveries order by job_id, number",
    )


@pytest.mark.parametrize(
    ("answer", "of_eva", "of_fay"),
    [
        pytest.param(422, "failed", ("failed", "answered 422", None), id="422"),
        pytest.param(500, "unknown", ("sent", None, None), id="500"),
        pytest.param(
            401,
            "unknown",
            ("pending", "answered 401", "the destination refuses us: answered 401"),
            id="401",
        ),
        pytest.param(200, "sent", ("sent", None, None), id="200"),
    ],
)
def test_nothing_is_written_of_whoever_was_erased_meanwhile(
    sending: Sending, tmp_path: Path, answer: int, of_eva: str, of_fay: tuple[str | None, ...]
) -> None:
    sending.there.script.append(Answer(answer, body=QUOTED))
    post = Client.post
    asked: list[list[object]] = []

    def posted(client: Client, bodies: list[object]) -> Any:
        outcome = post(client, bodies)
        if not asked:
            asked.append(bodies)
            erase_eva()
        return outcome

    sending.monkeypatch.setattr(Client, "post", posted)
    send(tmp_path, TWO)
    assert len(asked[0]) == 2
    assert outcomes(sending) == [("", of_eva, None), ("fay-stays-2", *of_fay[:2])]
    assert value(sending.db, "select _reason from raw.email_waterfall_jobs") == of_fay[2]
    sending.assert_counts_add_up_of_jobs()
    # nothing of it goes again
    received = len(sending.there.received)
    ingest("send", "resume", str(sending.job()["number"]), "--doubts")
    again = [record["full_name"] for record in sending.there.received[received:]]
    assert "Eva Gone" not in again


def test_what_was_said_of_a_neighbour_in_the_request_names_her_no_more(
    sending: Sending, tmp_path: Path
) -> None:
    """Both bear the one answer, which quotes Eva; and the record of Gus has her address."""
    sending.there.usual = Answer(422, body=QUOTED)
    send(tmp_path, TWO)
    sending.there.usual = Answer(200)
    send(
        tmp_path,
        f"select '{PROFILE}gus-else-3' as linkedin_url, 'Gus Else' as full_name,"
        " 'eva@gone.example' as email, 'with Eva Gone' as note",
    )
    done = ingest("privacy", "erase", "eva-gone-1", "--case", "A-1", "--json")
    assert json.loads(done.stdout)["found_afterwards"] == {}
    assert outcomes(sending) == [
        ("", "failed", None),
        (
            "fay-stays-2",
            "failed",
            'answered 422: cannot take {"full_name": "[redacted]", "linkedin_url": "[redacted]"}',
        ),
        ("gus-else-3", "sent", None),
    ]
    ((body,),) = rows(sending.db, "select body from raw.outbound_deliveries where state = 'sent'")
    assert (body["email"], body["note"]) == ("[redacted]", "with [redacted]")
    assert (
        value(
            sending.db,
            "select count(*) from raw.outbound_deliveries as d where d::text ilike '%eva%'",
        )
        == 0
    )


@pytest.mark.parametrize(
    "known_by",
    [{"work_email": "Eva <EVA@gone.example>"}, {"phone": "+49 (30) 765-43-21"}],
    ids=["address", "number"],
)
def test_a_record_that_waits_and_has_her_address_is_not_sent(
    sending: Sending, tmp_path: Path, known_by: dict[str, str]
) -> None:
    ((name, said),) = known_by.items()
    began = sender.send

    def after_the_job(*words: Any, **options: Any) -> None:
        erase_eva()
        states = "select state, body from raw.outbound_deliveries"
        assert rows(sending.db, states) == [("suppressed", {})]
        began(*words, **options)

    sending.monkeypatch.setattr(sender, "send", after_the_job)
    result = send(
        tmp_path,
        f"select '{PROFILE}gus-else-3' as linkedin_url, 'G' as full_name, '{said}' as {name}",
    )
    assert result.exit_code == 3, result.output
    assert sending.there.received == []
    assert sending.states() == {"suppressed": 1}
