"""What is delivered by HTTP of somebody erased, and what comes back of what was sent of them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from psycopg.types.json import Jsonb

from hq_api.receiving.delivery import Delivery, Outcome
from hq_api.receiving.receive import receive
from ingest.postgres.connection import connect
from ingest.workflows.registry import load_registry
from tests.support.ingesting import ingest, load
from tests.support.scenario import scenario
from tests.support.warehouse import Warehouse

PROFILE = "https://www.linkedin.com/in/"


def record(slug: str) -> dict[str, Any]:
    return {"linkedin_url": PROFILE + slug, "raw_payload": {"name": slug}}


def deliver(workflow: str, body: object, key: str | None = None) -> Outcome:
    content = json.dumps(body).encode()
    delivery = Delivery(workflow, content, content_type="application/json", idempotency_key=key)
    with connect() as conn:
        return receive(conn, delivery, load_registry())


def of_request() -> Outcome:
    """A request that its sender numbers, with Uma and Vic."""
    return deliver("clay-person-profile", [record("uma-gone-1"), record("vic-stays-2")], "one")


def results(outcome: Outcome) -> list[dict[str, Any]]:
    """What was answered, record by record."""
    found = outcome.document["results"]
    assert isinstance(found, list)
    return found


def sent(warehouse: Warehouse, slug: str) -> str:
    """A delivery that was sent, and its id."""
    conn = warehouse.conn
    row = conn.execute(
        "with job as ("
        " insert into raw.email_waterfall_jobs (total_records, clay_webhook_url, _kind)"
        " values (0, 'end', 'emails') returning id)"
        " insert into raw.outbound_deliveries (job_id, number, destination, entity, entity_key,"
        " dedupe_key, body, state, sent_at)"
        " select id, 1, 'end', 'person', %(url)s, %(url)s, %(body)s, 'sent', now() from job"
        " returning id::text",
        {"url": PROFILE + slug, "body": Jsonb({"linkedin_url": PROFILE + slug})},
    ).fetchone()
    conn.commit()
    assert row
    return str(row[0])


@pytest.fixture(scope="module")
def before(key_file: object) -> Iterator[tuple[Warehouse, Outcome, dict[str, str]]]:
    """A warehouse, what was answered before Uma was erased, and what was sent of whom."""
    assert key_file
    with scenario() as warehouse:
        first = of_request()
        deliver("clay-person-profile", record("uma-gone-1") | {"linkedin_url": "uma-gone-1"})
        warehouse.build()
        ids = {slug: sent(warehouse, slug) for slug in ("uma-gone-1", "vic-stays-2")}
        done = ingest("privacy", "erase", "uma-gone-1", "--case", "DSR-1", "--json")
        assert json.loads(done.stdout)["rows"]["raw.person_payloads"] == 2, done.output
        yield warehouse, first, ids


def test_the_same_request_is_answered_as_it_was_but_for_who_is_gone(
    before: tuple[Warehouse, Outcome, dict[str, str]],
) -> None:
    warehouse, first, _ = before
    landed = "select linkedin_url from raw.person_payloads order by id"
    there = warehouse.all(landed)
    again = of_request()
    assert results(again)[0] == {"status": 200, "suppressed": True, "duplicate": True}
    assert results(again)[1]["duplicate"] is True
    assert results(again)[1]["id"] == results(first)[1]["id"]
    assert warehouse.all(landed) == there == [(PROFILE + "vic-stays-2",)]
    other = deliver("clay-person-profile", [record("vic-stays-2")], "one")
    assert other.document["conflicts"] == 1


def test_a_result_of_what_was_sent_of_them_is_suppressed(
    before: tuple[Warehouse, Outcome, dict[str, str]], tmp_path: Path
) -> None:
    """By a file and by HTTP; one that lands, and one that would be a reject."""
    warehouse, _, ids = before
    for slug, kept in (("uma-gone-1", False), ("vic-stays-2", True)):
        records: tuple[dict[str, Any], ...] = (
            {"workflow_slug": "clay-company-firmographics", "company_domain": f"{slug}.example"},
            {"workflow_slug": "clay-company-firmographics", "email": f"new@{slug}.example"},
        )
        bodies = [
            each | {"_hq_delivery_id": ids[slug], "raw_payload": {"n": n, "name": "X"}}
            for n, each in enumerate(records)
        ]
        file = tmp_path / f"{slug}.ndjson"
        file.write_text("".join(f"{json.dumps(body)}\n" for body in bodies))
        load(file, workflow=None)
        counted = "select landed, rejected, suppressed from raw.loads order by id desc limit 1"
        assert warehouse.one(counted) == ((1, 1, 0) if kept else (0, 0, 2))
        bodies = [body | {"raw_payload": {"n": 9, "name": "Y"}} for body in bodies]
        answer = deliver("clay-company-firmographics", bodies).document
        assert (answer["landed"], answer["rejected"], answer["suppressed"]) == (
            (1, 1, 0) if kept else (0, 0, 2)
        )
    assert warehouse.all("select distinct company_domain from raw.company_payloads") == [
        ("vic-stays-2.example",)
    ]
    assert warehouse.all("select count(*) from raw.rejects where record like '%%uma%%'") == [(0,)]
    noted = "select id::text, result_id is not null from raw.outbound_deliveries order by id"
    assert warehouse.all(noted) == [(ids["uma-gone-1"], False), (ids["vic-stays-2"], True)]
