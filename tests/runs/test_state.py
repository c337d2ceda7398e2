"""What models remember of their reading: seen, thrown away, and advanced by real runs alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from psycopg.types.json import Jsonb

from tests.support.ingesting import ingest, status
from tests.support.runs import models, remembered
from tests.support.warehouse import (
    Warehouse,
    assert_as_built_at_once,
    dbt,
    differences,
    logged,
    parsed_project,
)


def marks(warehouse: Warehouse) -> dict[str, str]:
    """The watermarks of the models; what tests have looked at stands in the same table."""
    found = dict(warehouse.all("select model, w::text from extracted.watermarks as w"))
    return {model.name: found[model.name] for model in models() if model.name in found}


def built() -> dict[str, dict[str, Any]]:
    """What `ingest status` says of each table that a model fills."""
    return {table["name"]: table for table in status()["built"]}


def test_there_is_one_watermark_for_each_model(stale: Warehouse) -> None:
    assert marks(stale).keys() == {model.name for model in models()}


@pytest.mark.long
def test_nothing_but_a_run_advances_a_watermark(stale: Warehouse) -> None:
    before = marks(stale)
    for words in (
        ["compile"],
        ["show", "--select", "people"],
        ["test", "--select", "people"],
        ["test", "--select", "test_type:unit,person_profile"],
        ["run", "--empty"],
        ["build", "--empty", "--select", "people"],
        ["source", "freshness"],
        ["list"],
        ["run-operation", "personal_data"],
    ):
        dbt(*words, may_fail=words == ["source", "freshness"])
        assert marks(stale) == before, words


def test_a_run_of_some_models_advances_theirs_alone(stale: Warehouse) -> None:
    before = remembered(stale)
    dbt("run", "--select", "person_profile")
    after = remembered(stale)
    assert [name for name in after if after[name] != before[name]] == ["person_profile"]


@pytest.mark.long
def test_a_failed_run_advances_nothing_of_what_failed(stale: Warehouse) -> None:
    before = remembered(stale)
    stale.conn.execute(
        "alter table extracted.person_profile add constraint refuses check (id is null) not valid"
    )
    stale.conn.commit()
    result = dbt("run", may_fail=True)
    stale.conn.execute("alter table extracted.person_profile drop constraint refuses")
    stale.conn.commit()
    assert not result.success
    after = remembered(stale)
    kept = [name for name in after if after[name] == before[name]]
    # itself, and all that reads it
    assert {"person_profile", "person_experience", "people", "companies"} <= set(kept)
    assert "company_firmographics" not in kept
    stale.build()
    assert_as_built_at_once(stale)


@pytest.mark.long
def test_what_is_remembered_can_be_thrown_away(stale: Warehouse) -> None:
    stale.build()
    before = stale.snapshot()
    for forget in (
        "truncate extracted.watermarks",
        "delete from extracted.watermarks where model like 'person%'",
        "delete from extracted.watermarks where model in ('companies', 'company_observations')",
        "drop table extracted.watermarks",
    ):
        stale.conn.execute(forget.encode())
        stale.conn.commit()
        stale.build()
        assert differences(before, stale.snapshot()) == {}
        assert marks(stale).keys() == {model.name for model in models()}


@pytest.mark.long
def test_a_table_dropped_before_an_empty_run_is_filled_with_all_of_it_again(
    stale: Warehouse,
) -> None:
    stale.build()
    before = stale.snapshot()
    stale.conn.execute("drop table extracted.person_education")
    stale.conn.commit()
    dbt("run", "--empty")
    assert stale.one("select count(*) from extracted.person_education") == (0,)
    stale.build()
    assert differences(before, stale.snapshot()) == {}


@pytest.mark.long
def test_defer_reads_and_advances_what_is_selected_alone(stale: Warehouse, tmp_path: Path) -> None:
    parsed_project().write(str(tmp_path / "manifest.json"))  # type: ignore[no-untyped-call]
    before = remembered(stale)
    words = ["--select", "company_icp", "--defer", "--favor-state", "--state", str(tmp_path)]
    dbt("run", *words)
    after = remembered(stale)
    assert [name for name in after if after[name] != before[name]] == ["company_icp"]
    stale.build()
    assert_as_built_at_once(stale)


class TestStatus:
    def test_a_model_that_has_read_all_has_nothing_to_read(self, stale: Warehouse) -> None:
        stale.build()
        found = built()
        assert {t["rescan"] for t in found.values()} == {None}
        assert {name: t["unseen"] for name, t in found.items() if t["unseen"]} == {}
        assert len(found) == len(models())

    def test_each_model_says_how_much_it_has_to_read(self, warehouse: Warehouse) -> None:
        warehouse.build()
        person = "https://www.linkedin.com/in/ana-example"
        warehouse.payload("person_payloads", person, {"name": "Ana Example"})
        assert built()["extracted.person_profile"]["unseen"] == 1
        # its sources are a built table and the payloads behind it
        assert built()["extracted.person_education"]["unseen"] == 1
        assert built()["extracted.company_discovery"]["unseen"] == 0
        warehouse.build("--select", "person_profile")
        assert built()["extracted.person_profile"]["unseen"] == 0
        assert built()["extracted.person_education"]["unseen"] == 2

    @pytest.mark.long
    def test_what_changed_is_named_beforehand_as_the_run_will_name_it(
        self, stale: Warehouse
    ) -> None:
        stale.build()
        named = "source.hq_warehouse.raw.person_payloads"
        of_old = dict.fromkeys(
            ("seed.hq_warehouse.payload_types", "function.hq_warehouse.as_date"), "of old"
        )
        changed = "update extracted.watermarks set fingerprint = fingerprint || %s"
        for change, fingerprint, reason in (
            ("delete from extracted.watermarks", None, "nothing is remembered"),
            (changed, {"cluster": "0"}, "it was read on another server"),
            (changed, {"table": 0}, "its table is new"),
            (changed, {named: 0}, "person_payloads was replaced"),
            (changed, of_old, "its function as_date changed, its seed payload_types changed"),
        ):
            statement = change + " where model = 'person_profile'"
            stale.conn.execute(statement.encode(), [Jsonb(fingerprint)] if fingerprint else None)
            stale.conn.commit()
            found = built()
            assert found["extracted.person_profile"]["rescan"] == reason
            rescans = [table["name"] for table in found.values() if table["rescan"]]
            assert rescans == ["extracted.person_profile"]
            said = ingest("status").stdout
            assert "1 models read all again" in " ".join(said.split())
            # the screen is narrow
            assert f"all again: {reason.split(',')[0]}" in said
            assert logged("run", "-s", "person_profile") == [
                f"person_profile reads everything: {reason}"
            ]
            assert built()["extracted.person_profile"]["rescan"] is None
