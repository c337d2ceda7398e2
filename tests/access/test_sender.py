"""Who sends writes two columns of what was received, and its own ledger; results are a loader's."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from click.testing import Result

from ingest.outbound import destinations
from ingest.outbound.destinations import Destination
from tests.support.receiving_end import ReceivingEnd
from tests.support.role_place import LOADER, SENDER, Place
from tests.support.warehouse import PROJECT

FIRMOGRAPHICS = ("--workflow", "clay-company-firmographics")


@pytest.fixture(scope="module")
def place(new_place: Callable[[], Place]) -> Place:
    """A database with roles, which nothing was built in yet."""
    place = new_place()
    place.init()
    place.init("--roles")
    return place


def assert_permitted(result: Result) -> None:
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert result.exit_code == 0, result.output


@pytest.mark.parametrize(
    ("role", "statement"),
    [
        (LOADER, "update raw.outbound_deliveries set state = 'pending'"),
        (LOADER, "insert into raw.outbound_destinations (name, tokens) values ('a', 1)"),
        (SENDER, "update raw.salesnav_scrapes set first_name = ''"),
        (SENDER, "insert into raw.salesnav_scrapes (first_name) values ('')"),
        (SENDER, "select from raw.person_payloads"),
        (SENDER, "delete from raw.outbound_deliveries"),
        (SENDER, "create table raw.own (a int)"),
    ],
)
def test_the_server_refuses(place: Place, role: str, statement: str) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        place.execute(statement, role)


def test_columns_that_are_written_by_roles_are_these(place: Place) -> None:
    found = place.all(
        "select pg_get_userbyid(a.grantee), c.attrelid::regclass::text, c.attname,"
        " a.privilege_type from pg_attribute as c cross join aclexplode(c.attacl) as a"
        " inner join pg_class as t on c.attrelid = t.oid"
        " where t.relnamespace = 'raw'::regnamespace"
    )
    assert sorted(found) == [
        (LOADER, "raw.outbound_deliveries", "result_at", "UPDATE"),
        (LOADER, "raw.outbound_deliveries", "result_id", "UPDATE"),
        (LOADER, "raw.outbound_deliveries", "result_table", "UPDATE"),
        (SENDER, "raw.salesnav_scrapes", "clay_batch_number", "UPDATE"),
        (SENDER, "raw.salesnav_scrapes", "sent_to_clay_at", "UPDATE"),
    ]


def test_a_sender_sends_rows_and_a_loader_lands_their_results(
    place: Place, write: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    file = str(PROJECT / "tests" / "data" / "feeds" / "salesnav-export.tsv")
    assert_permitted(place.ingest("load", "--workflow", "salesnav-export", file, role=LOADER))
    with ReceivingEnd() as there:
        monkeypatch.setenv("HQ_TEST_URL", there.url)
        end = Destination("end", "clay", "salesnav", "env:HQ_TEST_URL", rate=1_000, burst=1_000)
        monkeypatch.setattr(destinations, "load_destinations", lambda: {"end": end})
        assert_permitted(place.ingest("send", "salesnav", "--destination", "end", role=SENDER))
    counts = "select count(*) > 0, count(*) - count(sent_to_clay_at) from raw.salesnav_scrapes"
    assert place.all(counts) == [(True, 0)]
    result = write(
        f'{{"domain": "came-back.example", "_hq_delivery_id": "{there.ids()[0]}"}}', "back.json"
    )
    assert_permitted(place.ingest("load", *FIRMOGRAPHICS, str(result), role=LOADER))
    assert place.all(
        "select state, result_table from raw.outbound_deliveries where id = %s", there.ids()[0]
    ) == [("sent", "company_payloads")]
