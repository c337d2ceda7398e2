"""The scenarios of identity, lived step by step, refreshed in full, and built at once."""

from __future__ import annotations

from typing import Any

import pytest

from tests.properties.catalogue import SCENARIOS, Known
from tests.properties.catalogue_page import page
from tests.properties.histories import BUILD
from tests.properties.play import Stage
from tests.properties.projects import copied
from tests.support.history.records import Dbt, History, Load
from tests.support.warehouse import PROJECT

Looks = dict[str, tuple[Known, dict[str, Any]]]


@pytest.fixture(scope="module")
def looks(stage: Stage, tmp_path_factory: pytest.TempPathFactory) -> Looks:
    """Core after each step of all scenarios, and the ids of its rows."""
    merged = copied(tmp_path_factory.mktemp("catalogue"))
    header = "alias_domain,domain,note\n"
    lines = [
        f"{old},{new},one company\n"
        for scenario in SCENARIOS.values()
        for old, new in scenario.aliases.items()
    ]
    merged.replace("seeds/curation/company_domain_aliases.csv", header, header + "".join(lines))
    stage.projects["catalogue"] = merged
    first = [record for scenario in SCENARIOS.values() for record in scenario.first]
    then = [record for scenario in SCENARIOS.values() for record in scenario.then]
    found: Looks = {}
    stage.play(History([Load(first), Dbt(("run",))]))
    found["first"] = look(stage)
    stage.continue_with([Load(then), Dbt(BUILD, "catalogue")])
    found["grown"] = look(stage)
    stage.continue_with([Dbt(("run", "--full-refresh"), "catalogue")])
    found["refreshed"] = look(stage)
    stage.rebuild("catalogue")
    found["built"] = look(stage)
    return found


def look(stage: Stage) -> tuple[Known, dict[str, Any]]:
    companies = stage.rows("select * from core.companies")
    people = stage.rows("select * from core.people")
    aliases = stage.rows("select * from core.company_aliases")
    ids = {row["domain"]: row["id"] for row in companies}
    ids |= {f"alias {row['domain']}": (row["id"], row["canonical_id"]) for row in aliases}
    ids |= {row["linkedin_slug"]: row["id"] for row in people}
    known = Known(
        {row["domain"]: (row["name"], row["linkedin_url"], *moments(row)) for row in companies},
        {row["linkedin_slug"]: (row["full_name"], *moments(row)) for row in people},
    )
    return known, ids


def moments(row: dict[str, Any]) -> tuple[str, str]:
    return row["created_at"].isoformat(), row["updated_at"].isoformat()


def names(name: str) -> set[str]:
    """The domains and slugs of a scenario."""
    scenario = SCENARIOS[name]
    known = (scenario.before, scenario.after)
    return {key for each in known for key in (*each.companies, *each.people)}


def part(known: Known, keys: set[str]) -> Known:
    return Known(
        {key: row for key, row in known.companies.items() if key in keys},
        {key: row for key, row in known.people.items() if key in keys},
    )


@pytest.mark.parametrize("name", SCENARIOS)
@pytest.mark.parametrize("when", ["first", "grown", "refreshed", "built"])
def test_core_knows_who_is_who(looks: Looks, name: str, when: str) -> None:
    scenario = SCENARIOS[name]
    known, _ = looks[when]
    keys = names(name) | scenario.aliases.keys()
    assert part(known, keys) == (scenario.before if when == "first" else scenario.after)


def test_nobody_else_is_known(looks: Looks) -> None:
    known, _ = looks["grown"]
    expected = set().union(*(names(name) for name in SCENARIOS))
    assert known.companies.keys() | known.people.keys() <= expected


@pytest.mark.parametrize("when", ["grown", "refreshed", "built"])
def test_ids_stay_and_lead_from_the_old_domain_to_the_new(looks: Looks, when: str) -> None:
    _, before = looks["first"]
    _, after = looks[when]
    assert {key: before[key] for key in before.keys() & after.keys()} == {
        key: after[key] for key in before.keys() & after.keys()
    }
    ends = {
        "old-a.example": "new-a.example",
        "chain-1.example": "chain-3.example",
        "chain-2.example": "chain-3.example",
        "unnamed-old.example": "unnamed-new.example",
    }
    for old, new in ends.items():
        own_id, leads_to = after[f"alias {old}"]
        assert leads_to == after[new]
        assert own_id == before.get(old, own_id)


def test_the_page_shows_the_scenarios() -> None:
    """Made anew by: python -m tests.properties.catalogue_page > docs/identity.md."""
    assert (PROJECT / "docs" / "identity.md").read_text(encoding="utf-8") == page()
