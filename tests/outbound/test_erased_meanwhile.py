"""Somebody is erased while something is sent of them, and what the destination says of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ingest.outbound.request import Client
from ingest.postgres import privacy_key
from ingest.postgres.connection import connect
from ingest.privacy.erase import erase
from ingest.privacy.identity import Given
from tests.outbound.sending import Sending, quick
from tests.support.ingesting import ingest, rows, value
from tests.support.privacy import use_key
from tests.support.receiving_end import Answer, ReceivingEnd
from tests.support.warehouse import Warehouse

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


def erase_eva() -> None:
    with connect() as conn:
        erase(conn, Given("eva-gone-1"), "A-1", print, dry_run=False)


def outcomes(sending: Sending) -> list[tuple[Any, ...]]:
    """Who, what became of it, and why, in the order in which it was to be sent."""
    return rows(
        sending.db,
        "select substring(entity_key from '[^/]*$'), state, error"
        " from raw.outbound_deliveries order by number",
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
