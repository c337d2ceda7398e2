"""What models remember of their reading: seen, thrown away, and advanced by real runs alone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from runs import models, remembered
from test_semantics_history import History
from warehouse import Warehouse, _manifest, dbt, differences

from ingest.cli import cli

RECORDS = 60


@pytest.fixture
def lived(warehouse: Warehouse) -> Warehouse:
    """A warehouse that was built, with records that came since."""
    history = History(warehouse)
    add(history)
    warehouse.build()
    add(history)
    return warehouse


def add(history: History) -> None:
    for _ in range(RECORDS):
        history.record()


def marks(warehouse: Warehouse) -> dict[str, str]:
    """The watermarks of the models; what tests have looked at stands in the same table."""
    found = dict(warehouse.all("select model, w::text from extracted.watermarks as w"))
    return {model.name: found[model.name] for model in models() if model.name in found}


def built(*options: str) -> dict[str, dict[str, Any]]:
    """What `ingest status` says of each table that a model fills."""
    result = CliRunner().invoke(cli, ["status", "--json", *options], standalone_mode=False)
    assert result.exception is None, result.output
    return {table["name"]: table for table in json.loads(result.stdout)["built"]}


def test_there_is_one_watermark_for_each_model(lived: Warehouse) -> None:
    assert marks(lived).keys() == {model.name for model in models()}


@pytest.mark.long
def test_nothing_but_a_run_advances_a_watermark(lived: Warehouse) -> None:
    before = marks(lived)
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
        assert marks(lived) == before, words


def test_a_run_of_some_models_advances_theirs_alone(lived: Warehouse) -> None:
    before = remembered(lived)
    dbt("run", "--select", "person_profile")
    after = remembered(lived)
    assert [name for name in after if after[name] != before[name]] == ["person_profile"]


@pytest.mark.long
def test_a_failed_run_advances_nothing_of_what_failed(lived: Warehouse) -> None:
    before = remembered(lived)
    lived.conn.execute(
        "alter table extracted.person_profile add constraint refuses check (id is null) not valid"
    )
    lived.conn.commit()
    result = dbt("run", may_fail=True)
    lived.conn.execute("alter table extracted.person_profile drop constraint refuses")
    lived.conn.commit()
    assert not result.success
    after = remembered(lived)
    kept = [name for name in after if after[name] == before[name]]
    # itself, and all that reads it
    assert {"person_profile", "person_experience", "people", "companies"} <= set(kept)
    assert "company_firmographics" not in kept
    assert_the_next_run_completes(lived)


def assert_the_next_run_completes(warehouse: Warehouse) -> None:
    warehouse.build()
    found = warehouse.snapshot()
    warehouse.empty()
    warehouse.build()
    assert differences(found, warehouse.snapshot()) == {}


def test_what_is_remembered_can_be_thrown_away(lived: Warehouse) -> None:
    lived.build()
    before = lived.snapshot()
    for forget in (
        "truncate extracted.watermarks",
        "delete from extracted.watermarks where model like 'person%'",
        "delete from extracted.watermarks where model in ('companies', 'company_mentions')",
        "drop table extracted.watermarks",
    ):
        lived.conn.execute(forget.encode())
        lived.conn.commit()
        lived.build()
        assert differences(before, lived.snapshot()) == {}
        assert marks(lived).keys() == {model.name for model in models()}


@pytest.mark.long
def test_a_table_dropped_before_an_empty_run_is_filled_with_all_of_it_again(
    lived: Warehouse,
) -> None:
    lived.build()
    before = lived.snapshot()
    lived.conn.execute("drop table extracted.person_education")
    lived.conn.commit()
    dbt("run", "--empty")
    assert lived.one("select count(*) from extracted.person_education") == (0,)
    lived.build()
    assert differences(before, lived.snapshot()) == {}


@pytest.mark.long
def test_defer_reads_and_advances_what_is_selected_alone(lived: Warehouse, tmp_path: Path) -> None:
    _manifest().write(str(tmp_path / "manifest.json"))  # type: ignore[no-untyped-call]
    before = remembered(lived)
    words = ["--select", "company_icp", "--defer", "--favor-state", "--state", str(tmp_path)]
    dbt("run", *words)
    after = remembered(lived)
    assert [name for name in after if after[name] != before[name]] == ["company_icp"]
    assert_the_next_run_completes(lived)


class TestStatus:
    def test_a_model_that_has_read_all_has_nothing_to_read(self, lived: Warehouse) -> None:
        lived.build()
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
    def test_a_basis_that_holds_no_more_is_named(self, lived: Warehouse) -> None:
        lived.build()
        for change, reason in (
            ("delete from {}", "nothing is remembered"),
            (
                """update {} set basis = basis || '{{"cluster": "0"}}'""",
                "it was read on another server",
            ),
            ("""update {} set basis = basis || '{{"table": 0}}'""", "its table is another one"),
            (
                """update {} set basis = basis
                || '{{"source.hq_warehouse.raw.person_payloads": 0}}'""",
                "replaced since: person_payloads",
            ),
        ):
            statement = change.format("extracted.watermarks") + " where model = 'person_profile'"
            lived.conn.execute(statement.encode())
            lived.conn.commit()
            found = built()
            assert found["extracted.person_profile"]["rescan"] == reason
            rescans = [table["name"] for table in found.values() if table["rescan"]]
            assert rescans == ["extracted.person_profile"]
            said = CliRunner().invoke(cli, ["status"]).stdout
            assert "1 models read all again" in " ".join(said.split())
            assert f"all again: {reason}" in said
            lived.build("--select", "person_profile")
            assert built()["extracted.person_profile"]["rescan"] is None
