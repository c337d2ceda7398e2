"""A reviewed line more or less: what changes in the warehouse when a CSV does."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from scenario import Parameters, Row, part, rows, scenario
from sources import COMPANY, discovery, firmographics, moment
from warehouse import PROJECT, Warehouse, dbt

# seed -> (the beginning of a line, what is put before it; for the ranking, in its place)
CHANGES = {
    "company_domain_aliases": (
        "jobs-at-acme.example,",
        "merged-twice.example,merged-once.example,\nmerged-once.example,survivor.example,",
    ),
    "source_rankings": (
        "company,name,firmographics,1\ncompany,name,discovery,2",
        "company,name,firmographics,2\ncompany,name,discovery,1",
    ),
    "ignored_domains": ("adf.ly,link_shortener", "ignored-now.example,link_in_bio"),
    "payload_types": ("company_payloads,firmographics,", "company_payloads,technographics,"),
    "workflows": (
        "vc-firms,",
        "zenrows-pricing,zenrows,direct,pricing_analysis,company,Prices,2026-11-01",
    ),
}
ADDED = {"company_domain_aliases", "ignored_domains", "payload_types", "workflows"}
PARTS = ["dbt_project.yml", "profiles.yml", "models", "macros", "functions", "seeds", "tests/dbt"]

Seen = dict[str, list[Row]]


def copy_of_the_project(folder: Path) -> Path:
    for name in PARTS:
        source = PROJECT / name
        copy = shutil.copytree if source.is_dir() else shutil.copy
        (folder / name).parent.mkdir(exist_ok=True)
        copy(source, folder / name)
    return folder


def change_seeds(project: Path, *seeds: str) -> None:
    for seed in seeds:
        line, text = CHANGES[seed]
        path = project / "seeds" / f"{seed}.csv"
        content = path.read_text(encoding="utf-8")
        assert content.count(f"\n{line}") == 1
        instead = f"{text}\n{line}" if seed in ADDED else text
        path.write_text(content.replace(f"\n{line}", f"\n{instead}"), encoding="utf-8")


def look(warehouse: Warehouse) -> Seen:
    tables = {
        "companies": "core.companies",
        "aliases": "core.company_aliases",
        "firmographics": "extracted.company_firmographics",
        "workflows": "reference.enrichment_workflow_registry",
    }
    return {name: rows(warehouse, f"select * from {table}") for name, table in tables.items()}


def build(project: Path) -> None:
    dbt_command = Path(sys.executable).with_name("dbt")
    done = subprocess.run(
        [dbt_command, "build", "--resource-type", "seed", "--resource-type", "model"],
        cwd=project,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


@pytest.fixture(scope="module")
def seen(_built: Parameters, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Seen]]:
    """What the warehouse shows before the seeds change, with the changes, and without them again.

    The aliases change first and alone: nothing else gives the models behind them a reason to look.
    """
    project = copy_of_the_project(tmp_path_factory.mktemp("project"))
    with scenario() as warehouse:
        firmographics(warehouse, "survivor.example", "Survivor", None, moment(2))
        firmographics(warehouse, "merged-once.example", "Once", None, moment(1))
        discovery(warehouse, "merged-twice.example", "Twice", COMPANY.format("twice"), moment(0))
        firmographics(warehouse, "ranked.example", "By firmographics", None, moment(1))
        discovery(warehouse, "ranked.example", "By discovery", None, moment(0))
        discovery(warehouse, "ignored-now.example", "Ignored", None, moment(0))
        payload = {"name": "Waited"}
        kind = "technographics"
        warehouse.payload("company_payloads", "waited.example", payload, payload_type=kind)
        warehouse.build()
        found = {"before": look(warehouse)}
        try:
            change_seeds(project, "company_domain_aliases")
            build(project)
            found["merged"] = look(warehouse)
            change_seeds(project, *(CHANGES.keys() - {"company_domain_aliases"}))
            build(project)
        finally:
            # whatever came of it, the tests after these have the project's own seeds
            dbt("seed")
        found["changed"] = look(warehouse)
        warehouse.build()
        yield {**found, "undone": look(warehouse)}


def company(seen: Seen, domain: str) -> Row | None:
    return next((each for each in seen["companies"] if each["domain"] == domain), None)


def names(seen: Seen) -> dict[str, str]:
    return {each["domain"]: each["name"] for each in seen["companies"]}


def test_before_the_change_every_domain_is_a_company(seen: dict[str, Seen]) -> None:
    assert names(seen["before"]) == {
        "survivor.example": "Survivor",
        "merged-once.example": "Once",
        "merged-twice.example": "Twice",
        "ranked.example": "By firmographics",
        "ignored-now.example": "Ignored",
        "waited.example": None,
    }


def test_an_alias_alone_merges(seen: dict[str, Seen]) -> None:
    assert names(seen["merged"]) == {
        "survivor.example": "Survivor",
        "ranked.example": "By firmographics",
        "ignored-now.example": "Ignored",
        "waited.example": None,
    }


def test_merging_and_ignoring_are_lines(seen: dict[str, Seen]) -> None:
    assert names(seen["changed"]) == {
        "survivor.example": "Twice",
        "ranked.example": "By discovery",
        "waited.example": "Waited",
    }


def test_the_merged_company_keeps_its_id_and_gathers_what_was_known(seen: dict[str, Seen]) -> None:
    before = company(seen["before"], "survivor.example")
    after = company(seen["changed"], "survivor.example")
    assert before is not None
    assert after is not None
    expected = {"id": before["id"], "linkedin_url": COMPANY.format("twice")}
    assert part(after, expected) == expected
    assert after["created_at"].isoformat() == moment(0)


@pytest.mark.parametrize("domain", ["merged-once.example", "merged-twice.example"])
def test_the_old_id_leads_to_the_new_one(seen: dict[str, Seen], domain: str) -> None:
    old = company(seen["before"], domain)
    new = company(seen["changed"], "survivor.example")
    (alias,) = [each for each in seen["changed"]["aliases"] if each["domain"] == domain]
    assert old is not None
    assert new is not None
    assert (alias["id"], alias["canonical_id"]) == (old["id"], new["id"])


def test_a_payload_that_waited_is_extracted_when_its_type_is_named(seen: dict[str, Seen]) -> None:
    def waited(when: str) -> list[str]:
        return [
            each["name"]
            for each in seen[when]["firmographics"]
            if each["company_domain"] == "waited.example"
        ]

    assert (waited("before"), waited("changed")) == ([], ["Waited"])


def test_a_workflow_is_a_line(seen: dict[str, Seen]) -> None:
    added = {each["workflow_slug"] for each in seen["changed"]["workflows"]}
    added -= {each["workflow_slug"] for each in seen["before"]["workflows"]}
    assert added == {"zenrows-pricing"}


def test_undoing_a_line_undoes_its_effect(seen: dict[str, Seen]) -> None:
    def without_writers(found: Seen) -> dict[str, list[Row]]:
        return {
            name: sorted(
                ({k: v for k, v in each.items() if k != "_xid"} for each in table),
                key=lambda each: str(each["id"]),
            )
            for name, table in found.items()
        }

    assert without_writers(seen["undone"]) == without_writers(seen["before"])
