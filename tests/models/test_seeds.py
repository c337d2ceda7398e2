"""A reviewed line more or less: what changes in the warehouse when a CSV does."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.properties.projects import Project, copied
from tests.support.scenario import Row, part, rows, scenario
from tests.support.scratch import Parameters
from tests.support.sources import COMPANY, discovery, firmographics, moment
from tests.support.warehouse import NO_TESTS, WITHOUT_ANSWERS, Warehouse, dbt

OWN = "own-firmographics,own,direct,facts,company,Own,2026-11-01,company_firmographics"
# seed -> (the beginning of a line, what is put before it; for the ranking, in its place)
CHANGES = {
    "company_domain_aliases": (
        "jobs-at-acme.example,",
        "merged-twice.example,merged-once.example,\nmerged-once.example,survivor.example,",
    ),
    "source_rankings": (
        "company,name,firmographics,1,true\ncompany,name,discovery,2,",
        "company,name,firmographics,2,true\ncompany,name,discovery,1,",
    ),
    "ignored_domains": ("adf.ly,link_shortener", "ignored-now.example,link_in_bio,reviewed"),
    "workflows": (
        "vc-firms,",
        "acme-pricing,acme,direct,pricing_analysis,company,Prices,2026-11-01,\n" + OWN,
    ),
}
ADDED = {"company_domain_aliases", "ignored_domains", "workflows"}

Seen = dict[str, list[Row]]


def build_with_changes(project: Project, *seeds: str) -> None:
    """Change some seeds, and build as a deployment of them would."""
    for seed in seeds:
        line, text = CHANGES[seed]
        instead = f"{text}\n{line}" if seed in ADDED else text
        file = next((project.folder / "seeds").rglob(f"{seed}.csv")).relative_to(project.folder)
        project.replace(str(file), f"\n{line}", f"\n{instead}")
    project.dbt("build", *NO_TESTS, *WITHOUT_ANSWERS)


def look(warehouse: Warehouse) -> Seen:
    tables = {
        "companies": "core.companies",
        "aliases": "core.company_aliases",
        "firmographics": "extracted.company_firmographics",
        "workflows": "reference.enrichment_workflow_registry",
    }
    return {name: rows(warehouse, f"select * from {table}") for name, table in tables.items()}


@pytest.fixture(scope="module")
def seen(_built: Parameters, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Seen]]:
    """What the warehouse shows before the seeds change, with the changes, and without them again.

    The aliases change first and alone: nothing else gives the models behind them a reason to look.
    """
    project = copied(tmp_path_factory.mktemp("project"))
    with scenario() as warehouse:
        firmographics(warehouse, "survivor.example", "Survivor", None, moment(2))
        firmographics(warehouse, "merged-once.example", "Once", None, moment(1))
        discovery(warehouse, "merged-twice.example", "Twice", COMPANY.format("twice"), moment(0))
        firmographics(warehouse, "ranked.example", "By firmographics", None, moment(1))
        discovery(warehouse, "ranked.example", "By discovery", None, moment(0))
        discovery(warehouse, "ignored-now.example", "Ignored", None, moment(0))
        payload, workflow = {"name": "Waited"}, "own-firmographics"
        warehouse.payload("company_payloads", "waited.example", payload, workflow_slug=workflow)
        warehouse.build()
        found = {"before": look(warehouse)}
        try:
            build_with_changes(project, "company_domain_aliases")
            found["merged"] = look(warehouse)
            build_with_changes(project, *(CHANGES.keys() - {"company_domain_aliases"}))
        finally:
            # whatever came of it, the tests after these have the project's own seeds, and the
            # functions that spell them
            dbt("build", "--resource-type", "seed", "--resource-type", "function")
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


def test_a_payload_that_waited_is_extracted_when_its_workflow_names_the_model(
    seen: dict[str, Seen],
) -> None:
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
    assert added == {"acme-pricing", "own-firmographics"}


def test_undoing_a_line_undoes_its_effect(seen: dict[str, Seen]) -> None:
    def without_writers(found: Seen) -> dict[str, list[Row]]:
        return {
            name: sorted(
                (
                    {k: v for k, v in each.items() if k not in ("_xid", "_first_xid")}
                    for each in table
                ),
                key=lambda each: str(each["id"]),
            )
            for name, table in found.items()
        }

    assert without_writers(seen["undone"]) == without_writers(seen["before"])
