"""What comes back with the id of a delivery is its result, by a file or by HTTP."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from hq_api.app import create_app
from hq_api.settings import Settings
from tests.outbound.sending import Sending
from tests.support.ingesting import ingest, load, rows, status


@pytest.fixture
def ids(sending: Sending) -> list[str]:
    """The ids of three deliveries that were sent."""
    sending.add_rows(3)
    assert sending.send().exit_code == 0
    return sending.there.ids()


def results(sending: Sending) -> dict[str, tuple[str, str]]:
    """Table and key of the row that came back, by delivery."""
    query = (
        "select d.id::text, d.result_table, p.company_domain from raw.outbound_deliveries as d"
        " inner join raw.company_payloads as p on d.result_id = p.id where d.result_at is not null"
    )
    return {found: (table, key) for found, table, key in rows(sending.db, query)}


def ndjson(*records: dict[str, Any]) -> str:
    return "".join(json.dumps(record) + "\n" for record in records)


def test_a_file_closes_the_loop(
    sending: Sending, ids: list[str], write: Callable[..., Path]
) -> None:
    file = write(
        ndjson(
            {"domain": "bare.example", "_hq_delivery_id": ids[0]},
            # in the envelope, and in the payload behind it
            {
                "company_domain": "envelope.example",
                "_hq_delivery_id": f" {ids[1].upper()} ",
                "raw_payload": {"name": "Envelope"},
            },
            # nobody's, none, and a record that does not land
            {"domain": "a.example", "_hq_delivery_id": "0199f3c2-0000-7000-8000-000000000000"},
            {"domain": "b.example", "_hq_delivery_id": "none of ours"},
            {"domain": "c.example", "_hq_delivery_id": None},
            {"name": "without a key", "_hq_delivery_id": ids[2]},
        ),
        "results.ndjson",
    )
    assert load(file).exit_code == 3
    closed = {
        ids[0]: ("company_payloads", "bare.example"),
        ids[1]: ("company_payloads", "envelope.example"),
    }
    assert results(sending) == closed
    # what comes later does not take the place of the first
    later = write(ndjson({"domain": "later.example", "_hq_delivery_id": ids[0]}), "later.ndjson")
    assert load(later).exit_code == 0
    assert results(sending) == closed
    job = json.loads(ingest("send", "jobs", "--json").stdout)[0]
    assert job["awaited"] == 1
    sending.assert_counts_add_up()


def test_a_payload_in_a_string_and_a_row_the_server_refuses(
    sending: Sending, ids: list[str], write: Callable[..., Path]
) -> None:
    encoded = json.dumps({"name": "Encoded", "_hq_delivery_id": ids[0]})
    refused = f'{{"domain":"d.example","a":1e999999,"_hq_delivery_id":"{ids[1]}"}}\n'
    file = write(
        ndjson({"company_domain": "string.example", "raw_payload": encoded}) + refused,
        "odd.ndjson",
    )
    assert load(file).exit_code == 3
    assert results(sending) == {ids[0]: ("company_payloads", "string.example")}


def test_a_request_closes_the_loop(sending: Sending, ids: list[str]) -> None:
    app = create_app(Settings(with_keys=False, rate=1e6))
    with TestClient(app, base_url="http://localhost") as http:
        answer = http.post(
            "/v1/raw/clay-company-firmographics",
            json={
                "company_domain": "h.example",
                "_hq_delivery_id": ids[2],
                "raw_payload": {"a": 1},
            },
        )
    assert answer.status_code == 201, answer.text
    assert results(sending) == {ids[2]: ("company_payloads", "h.example")}


def test_status_tells_what_is_open_in_doubt_and_awaited(sending: Sending, ids: list[str]) -> None:
    sending.db.execute(
        "update raw.outbound_deliveries set sent_at = now() - interval '8 days' where id = %s",
        (ids[0],),
    )
    sending.db.execute(
        "update raw.outbound_deliveries set state = 'unknown', sent_at = null where id = %s",
        (ids[1],),
    )
    sending.db.commit()
    assert status()["outbound"] == {"open": 0, "doubtful": 1, "awaited": 1, "paused": 0}
    assert "1 in doubt, 1 without a result for 7 days; see ingest send jobs" in " ".join(
        ingest("status").output.split()
    )
