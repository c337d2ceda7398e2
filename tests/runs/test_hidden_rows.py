"""Rows that do not come as programs write them are seen by the next run, or said by status."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from psycopg import sql

from tests.support.ingesting import ingest, status
from tests.support.scenario import company, rows
from tests.support.warehouse import DbtFailedError, Warehouse, assert_as_built_at_once

DOMAIN = "hidden.example"
COLUMNS = (
    "company_domain, workflow_slug, provider, platform, payload_type, raw_payload, created_at, _xid"
)
RECEIVED = "2026-03-01T08:00:00+00:00"
TABLE = "company_payloads"


@pytest.fixture
def emptied(warehouse: Warehouse) -> Iterator[Warehouse]:
    """A warehouse that was built and has since lost a row, of which a copy was kept."""
    for domain in (DOMAIN, "neighbour.example"):
        warehouse.payload(TABLE, domain, {"name": f"Name of {domain}"}, received=RECEIVED)
    warehouse.conn.execute(
        f"create table public.kept as select {COLUMNS} from raw.{TABLE}"
        f" where company_domain = '{DOMAIN}'".encode()
    )
    warehouse.conn.execute(f"delete from raw.{TABLE} where company_domain = '{DOMAIN}'".encode())
    warehouse.conn.commit()
    warehouse.build()
    yield warehouse
    warehouse.conn.rollback()
    warehouse.conn.execute("drop table public.kept")
    warehouse.conn.commit()
    ingest("init")


def restore(warehouse: Warehouse) -> None:
    """Copy the row back as a dump has it, with the stamp it bore."""
    query = sql.SQL("insert into raw.company_payloads ({0}) select {0} from public.kept")
    warehouse.conn.execute(query.format(sql.SQL(COLUMNS)))
    warehouse.conn.commit()


def said_of(part: str, name: str) -> dict[str, Any]:
    (found,) = (table for table in status()[part] if table["name"] == name)
    return dict(found)


def test_a_restored_row_is_read_by_the_next_run(emptied: Warehouse) -> None:
    restore(emptied)
    assert said_of("raw", TABLE)["untransformed"] == 1
    emptied.build()
    assert company(emptied, DOMAIN)["name"] == f"Name of {DOMAIN}"
    assert said_of("raw", TABLE)["untransformed"] == 0


@pytest.mark.long
def test_a_row_of_a_replica_is_read_by_the_next_run(emptied: Warehouse) -> None:
    emptied.conn.execute("set session_replication_role = replica")
    restore(emptied)
    emptied.conn.execute("reset session_replication_role")
    emptied.conn.commit()
    emptied.build()
    assert company(emptied, DOMAIN)["name"] == f"Name of {DOMAIN}"


def test_a_row_that_was_updated_by_hand_is_read_by_the_next_run(warehouse: Warehouse) -> None:
    raw_id = warehouse.payload(TABLE, DOMAIN, {"name": "Before"}, received=RECEIVED)
    warehouse.build()
    warehouse.conn.execute(
        "update raw.company_payloads set raw_payload = jsonb_build_object('name', 'After')"
        " where id = %s",
        (raw_id,),
    )
    warehouse.conn.commit()
    warehouse.build()
    assert company(warehouse, DOMAIN)["name"] == "After"
    assert_as_built_at_once(warehouse)


def test_what_comes_past_the_triggers_is_said_by_status(emptied: Warehouse) -> None:
    off = "alter table raw.company_payloads {} trigger stamp_foreign_row"
    emptied.conn.execute(off.format("disable").encode())
    restore(emptied)
    emptied.conn.execute(off.format("enable always").encode())
    emptied.conn.commit()
    found = said_of("raw", TABLE)
    assert (found["hidden"], found["untransformed"]) == (1, 0)
    screen = ingest("status").stdout
    assert "raw.company_payloads  1 rows came with the stamp of an earlier transaction" in screen
    emptied.build("--full-refresh")
    assert company(emptied, DOMAIN)["name"] == f"Name of {DOMAIN}"
    assert said_of("raw", TABLE)["hidden"] == 0


def with_triggers_off(warehouse: Warehouse, off: str, on: str) -> None:
    """Copy the row back between two statements about the table's triggers."""
    table = sql.SQL("alter table raw.company_payloads {}")
    warehouse.conn.execute(table.format(sql.SQL(off)))
    restore(warehouse)
    warehouse.conn.execute(table.format(sql.SQL(on)))
    warehouse.conn.commit()


def test_what_a_restore_with_triggers_off_brought_is_read_after_init(emptied: Warehouse) -> None:
    # as pg_restore --disable-triggers does it; a run that began meanwhile has seen all transactions
    with_triggers_off(emptied, "disable trigger all", "enable trigger all")
    emptied.conn.execute("update extracted.watermarks set seen = pg_current_snapshot()")
    emptied.conn.commit()
    assert (said_of("raw", TABLE)["is_guarded"], said_of("raw", TABLE)["hidden"]) == (False, 0)
    assert "raw.company_payloads  its triggers were switched off" in ingest("status").stdout
    with pytest.raises(DbtFailedError, match=r"payloads were switched off.*ingest init"):
        emptied.build()

    said = ingest("init").stderr
    assert "Put the triggers of raw.company_payloads right: 1 rows came" in said
    assert said_of("raw", TABLE)["is_guarded"] is True
    assert said_of("raw", TABLE)["untransformed"] == 1
    emptied.build()
    assert company(emptied, DOMAIN)["name"] == f"Name of {DOMAIN}"
    assert_as_built_at_once(emptied)


def test_a_trigger_that_was_dropped_is_made_again(emptied: Warehouse) -> None:
    emptied.conn.execute("drop trigger stamp_foreign_row on raw.company_payloads")
    restore(emptied)
    assert json.loads(ingest("init", "--json").stdout)["stamped"] == [{"name": TABLE, "rows": 1}]
    assert json.loads(ingest("init", "--json").stdout)["stamped"] == []
    emptied.build()
    assert company(emptied, DOMAIN)["name"] == f"Name of {DOMAIN}"


def test_rows_under_untouched_triggers_are_not_read_again(emptied: Warehouse) -> None:
    off = "alter table raw.company_payloads {} trigger stamp_updated_row"
    emptied.conn.execute(off.format("disable").encode())
    emptied.conn.commit()
    ingest("init")
    assert said_of("raw", TABLE)["untransformed"] == 0


def test_only_the_owner_puts_triggers_right(
    emptied: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    emptied.conn.execute("alter table raw.company_payloads disable trigger all")
    emptied.conn.commit()
    monkeypatch.setenv("PGOPTIONS", "-c role=pg_read_all_data")
    shown = ingest("init").stderr
    monkeypatch.delenv("PGOPTIONS")
    assert "triggers of raw.company_payloads were switched off" in shown
    assert "run ingest init as the owner of these tables" in shown


def test_deleted_rows_are_said_by_status_and_left_out_by_a_full_refresh(
    warehouse: Warehouse,
) -> None:
    for domain in (DOMAIN, "neighbour.example"):
        warehouse.payload(TABLE, domain, {"name": domain}, received=RECEIVED)
    # a source that nothing is extracted of, beside the one that has a table of its own
    warehouse.payload(
        TABLE,
        DOMAIN,
        {"companyName": "Gone"},
        received=RECEIVED,
        workflow_slug="leadmagic-company",
    )
    warehouse.build()
    warehouse.conn.execute(f"delete from raw.{TABLE} where company_domain = '{DOMAIN}'".encode())
    warehouse.conn.commit()
    warehouse.build()
    built = "extracted.company_firmographics"
    observed = "core.company_observations"
    assert said_of("built", built)["orphaned"] == 1
    assert said_of("built", observed)["orphaned"] == 2
    assert f"{built}  1 rows name raw rows that are gone" in ingest("status").stdout
    warehouse.build("--full-refresh")
    assert said_of("built", built)["orphaned"] == 0
    assert said_of("built", observed)["orphaned"] == 0
    assert rows(warehouse, "select domain from core.companies") == [{"domain": "neighbour.example"}]


def test_rows_that_stand_where_their_model_does_not_look_wait(warehouse: Warehouse) -> None:
    # e-mails are read in raw.email_payloads alone
    warehouse.payload(TABLE, DOMAIN, {"name": "Read"}, received=RECEIVED)
    warehouse.payload(TABLE, DOMAIN, {}, received=RECEIVED, workflow_slug="icypeas-email")
    assert said_of("raw", TABLE)["waiting"] == 1


def test_every_raw_table_that_models_read_has_its_triggers(warehouse: Warehouse) -> None:
    """ENABLE ALWAYS, which is A, so that the rows of a replica are stamped, too."""
    found = warehouse.all(
        "select c.relname,"
        " array_agg(t.tgname || ' ' || t.tgenabled::text order by t.tgname)"
        " filter (where not t.tgisinternal)"
        " from pg_class as c"
        " inner join pg_attribute as a on c.oid = a.attrelid and a.attname = '_xid'"
        " left join pg_trigger as t on c.oid = t.tgrelid"
        " where c.relnamespace = 'raw'::regnamespace and c.relkind = 'r' group by c.relname"
    )
    assert len(found) == 16
    assert {tuple(names) for _, names in found} == {("stamp_foreign_row A", "stamp_updated_row A")}
