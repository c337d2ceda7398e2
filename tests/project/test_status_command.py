"""`ingest status`: what is there, what waits, and what no model has read yet."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from click.testing import CliRunner, Result

from ingest.cli import cli
from ingest.errors import IngestError
from ingest.postgres.connection import Connection, connect
from ingest.schema.migrate import migrate
from ingest.terminal.tables import age
from tests.support.ingesting import load, status
from tests.support.scratch import NewDatabase
from tests.support.warehouse import Warehouse


def ingest_status(*options: str) -> Result:
    return CliRunner().invoke(cli, ["status", *options], standalone_mode=False)


def raw(found: dict[str, Any], name: str) -> dict[str, Any]:
    return next(table for table in found["raw"] if table["name"] == name)


def rows_of(found: dict[str, Any], name: str) -> int:
    return next(int(table["rows"]) for table in found["built"] if table["name"] == name)


def test_a_database_without_raw_schema_gets_one_sentence(
    new_database: NewDatabase,
) -> None:
    new_database(None)
    result = ingest_status()
    assert isinstance(result.exception, IngestError)
    assert result.exception.sentence().endswith("not there yet; run ingest init.")
    assert result.stdout == ""


@pytest.fixture
def unbuilt(new_database: NewDatabase) -> Warehouse:
    """An initialised database in which nothing was ever built."""
    new_database(None)
    conn = connect(application_name="tests")
    migrate(conn)
    return Warehouse(conn)


def test_before_the_first_build_every_raw_row_waits_for_it(unbuilt: Warehouse) -> None:
    unbuilt.payload("company_payloads", "acme-widgets.example", {"name": "Acme"})
    found = status()
    assert raw(found, "company_payloads") == {
        "name": "company_payloads",
        "rows": 1,
        "untransformed": 1,
        "waiting": 0,
        "hidden": 0,
        "is_guarded": True,
    }
    assert found["built"] == []
    assert (found["issues"], found["last_build"], found["last_load"]) == (None, None, None)
    text = ingest_status().stdout
    assert "none yet; run ingest dbt build" in text
    assert "not known before the first build" in text
    unbuilt.conn.close()


def test_rows_are_untransformed_until_the_next_build(warehouse: Warehouse) -> None:
    warehouse.payload("company_payloads", "acme-widgets.example", {"name": "Acme"})
    warehouse.build()
    built = status()
    assert raw(built, "company_payloads")["untransformed"] == 0
    assert rows_of(built, "extracted.company_firmographics") == 1
    assert rows_of(built, "core.companies") == rows_of_core(warehouse)

    warehouse.payload("company_payloads", "dunmore-grocers.example", {"name": "Dunmore"})
    later = status()
    assert raw(later, "company_payloads") == {
        "name": "company_payloads",
        "rows": 2,
        "untransformed": 1,
        "waiting": 0,
        "hidden": 0,
        "is_guarded": True,
    }
    assert later["untransformed"] == 1
    assert rows_of(later, "extracted.company_firmographics") == 1


def rows_of_core(warehouse: Warehouse) -> int:
    return int(warehouse.one("select count(*) from core.companies")[0])


@pytest.mark.long
def test_a_row_one_of_several_models_has_not_read_is_untransformed(warehouse: Warehouse) -> None:
    warehouse.payload("person_payloads", "https://www.linkedin.com/in/ana-example", {"name": "Ana"})
    warehouse.build()
    warehouse.payload("person_payloads", "https://www.linkedin.com/in/bo-example", {"name": "Bo"})
    warehouse.build("--select", "person_profile")
    assert raw(status(), "person_payloads")["untransformed"] == 1
    warehouse.build()
    assert raw(status(), "person_payloads")["untransformed"] == 0


def test_a_late_commit_is_untransformed(warehouse: Warehouse) -> None:
    with connect(application_name="tests") as late:
        late.execute(
            "insert into raw.company_payloads"
            " (company_domain, workflow_slug, provider, platform, payload_type, raw_payload)"
            " values ('late.example', 'w', 'p', 'p', 'firmographics', '{}')"
        )
        warehouse.build()
        assert raw(status(), "company_payloads")["untransformed"] == 0  # nobody can see it
        late.commit()
    assert raw(status(), "company_payloads")["untransformed"] == 1


def test_rows_of_a_workflow_nothing_reads_wait(warehouse: Warehouse) -> None:
    acme, ana = "acme-widgets.example", "https://www.linkedin.com/in/ana-example"
    warehouse.payload("company_payloads", acme, {}, workflow_slug="vc-portfolio")
    warehouse.payload("company_discovery", acme, {}, workflow_slug="acme-technographics")
    warehouse.payload("person_payloads", ana, {}, workflow_slug="clay-native-person-enrichment")
    warehouse.build()
    found = status()
    waiting = {table["name"]: table["waiting"] for table in found["raw"] if table["rows"]}
    assert waiting == {"company_payloads": 1, "company_discovery": 1, "person_payloads": 0}
    assert (found["waiting"], found["unregistered"], found["untransformed"]) == (2, 1, 0)
    said = " ".join(ingest_status().stdout.split())
    assert "2 rows wait for a model that reads their workflow" in said
    assert "1 of them bear a workflow that is not registered" in said


@pytest.mark.long
def test_a_table_no_model_reads_is_never_untransformed(warehouse: Warehouse) -> None:
    warehouse.build()
    warehouse.row(
        "email_waterfall_jobs",
        status="pending",
        total_records=1,
        sent_count=0,
        failed_count=0,
        clay_webhook_url="https://clay.example/hook",
    )
    assert raw(status(), "email_waterfall_jobs")["untransformed"] is None


@pytest.mark.parametrize(
    "change",
    [
        """ '{"cluster": "0"}' """,
        """ '{"source.hq_warehouse.raw.company_payloads": 0}' """,
    ],
    ids=["another-cluster", "another-table"],
)
def test_a_watermark_that_means_nothing_here_leaves_all_rows_untransformed(
    warehouse: Warehouse, change: str
) -> None:
    warehouse.payload("company_payloads", "acme-widgets.example", {})
    warehouse.build()
    statement = (
        f"update extracted.watermarks set fingerprint = fingerprint || {change}"
        " where model = 'company_firmographics'"
    )
    warehouse.conn.execute(statement.encode())
    warehouse.conn.commit()
    assert raw(status(), "company_payloads")["untransformed"] == 1


@pytest.mark.long
def test_the_watermark_of_a_model_that_is_gone_does_not_count(warehouse: Warehouse) -> None:
    warehouse.payload("company_payloads", "acme-widgets.example", {})
    warehouse.build()
    warehouse.conn.execute(
        "insert into extracted.watermarks (model, seen, fingerprint, advanced_at)"
        " select 'a_model_of_old', '1:1:', fingerprint, advanced_at"
        " from extracted.watermarks where model = 'company_firmographics'"
    )
    warehouse.conn.commit()
    assert raw(status(), "company_payloads")["untransformed"] == 0


def test_rejects_issues_and_the_last_load_are_shown(
    warehouse: Warehouse, tmp_path_factory: pytest.TempPathFactory
) -> None:
    file = tmp_path_factory.mktemp("drop") / "firms.ndjson"
    file.write_text('{"domain": "acme-widgets.example", "founded": "circa 1990"}\nno json\n')
    load(file)
    warehouse.build()
    found = status()
    assert (found["rejects"], found["issues"]) == (1, 1)
    assert found["last_load"]["file_name"] == str(file)
    assert (found["last_load"]["landed"], found["last_load"]["rejected"]) == (1, 1)
    text = ingest_status().stdout
    assert "1 landed, 1 rejected" in " ".join(text.split())
    assert "rejects       1; see ingest rejects" in text


def test_status_needs_no_right_to_write(db: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    del db  # initialised, and named by the PG variables
    monkeypatch.setenv("PGOPTIONS", "-c default_transaction_read_only=on")
    assert status()["rejects"] == 0


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (timedelta(seconds=-3), "just now"),
        (timedelta(0), "just now"),
        (timedelta(seconds=1), "1 second ago"),
        (timedelta(seconds=59), "59 seconds ago"),
        (timedelta(minutes=1), "1 minute ago"),
        (timedelta(minutes=119), "1 hour ago"),
        (timedelta(days=2, hours=5), "2 days ago"),
        (timedelta(days=1200), "1,200 days ago"),
    ],
    ids=str,
)
def test_an_age_is_told_in_its_largest_unit(span: timedelta, words: str) -> None:
    assert age(span) == words
