"""Seeds and functions that are as the checkout would make them are not made again; others are."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.properties.projects import Project, copied
from tests.support.scenario import scenario
from tests.support.scratch import Parameters
from tests.support.warehouse import DbtFailedError, Warehouse, dbt

DEPLOYED = ("build", "--resource-type", "seed", "--resource-type", "function")
ALIASES = "company_domain_aliases"
LEVELS = "seniority_levels"
MADE = {
    "seed": "select tableoid::regclass::text, xmin::text from reference.{name}",
    "function": "select oid, xmin::text from pg_proc where oid = 'reference.{name}'::regproc",
}


@pytest.fixture(scope="module")
def warehouse(_built: Parameters) -> Iterator[Warehouse]:
    with scenario() as built:
        dbt(*DEPLOYED)
        yield built


@pytest.fixture(scope="module")
def project(_built: Parameters, tmp_path_factory: pytest.TempPathFactory) -> Project:
    return copied(tmp_path_factory.mktemp("project"))


def made(warehouse: Warehouse) -> dict[str, list[tuple[object, ...]]]:
    """Which transaction wrote each row of a seed and each function, by its name."""
    deployed = warehouse.all("select node from extracted.deployments where contents is not null")
    found = {}
    for (node,) in deployed:
        kind, _, name = node.split(".")
        found[name] = warehouse.all(MADE[kind].format(name=name) + " order by 1, 2")
    return found


def made_again(warehouse: Warehouse, build: Callable[[], object]) -> set[str]:
    """The seeds and functions that a build has made."""
    before = made(warehouse)
    build()
    after = made(warehouse)
    assert before.keys() == after.keys()
    return {name for name in after if before[name] != after[name]}


def test_what_has_not_changed_is_left_alone(warehouse: Warehouse) -> None:
    assert {"legal_suffixes", "normal_domain", "country_name"} <= made(warehouse).keys()
    assert made_again(warehouse, lambda: dbt(*DEPLOYED)) == set()
    results = dbt("seed", "--select", ALIASES).result.results  # type: ignore[union-attr]
    assert "UNCHANGED" in {result.message for result in results}


def test_a_full_refresh_makes_every_seed_and_function(warehouse: Warehouse) -> None:
    again = made_again(warehouse, lambda: dbt(*DEPLOYED, "--full-refresh"))
    # a seed without a line is emptied and filled with none
    empty = {name for name, rows in made(warehouse).items() if not rows}
    assert again | empty == made(warehouse).keys()


# what was done -> (statement, what is made again, what is right of it)
BY_HAND = {
    "a line was changed": (
        f"update reference.{LEVELS} set rank = rank + 100",
        LEVELS,
        f"select count(*) = 0 from reference.{LEVELS} where rank > 100",
    ),
    "a line was taken out": (
        f"delete from reference.{LEVELS} where rank = 1",
        LEVELS,
        f"select count(*) = 1 from reference.{LEVELS} where rank = 1",
    ),
    "a column has another type": (
        f"alter table reference.{ALIASES} alter column note type varchar",
        ALIASES,
        f"select pg_typeof(note) = 'text'::regtype from reference.{ALIASES} limit 1",
    ),
    "a function was replaced": (
        """
        create or replace function reference.as_boolean(value text) returns boolean
        language sql immutable parallel safe begin atomic select null::boolean; end
        """,
        "as_boolean",
        "select reference.as_boolean('true')",
    ),
    "a function is another one to the planner": (
        "alter function reference.as_boolean volatile",
        "as_boolean",
        "select provolatile = 'i' from pg_proc where oid = 'reference.as_boolean'::regproc",
    ),
}


@pytest.mark.parametrize("change", BY_HAND)
def test_what_was_changed_by_hand_is_made_again(warehouse: Warehouse, change: str) -> None:
    statement, name, right = BY_HAND[change]
    warehouse.conn.execute(statement.encode())
    warehouse.conn.commit()
    assert warehouse.one(right) != (True,)
    assert name in made_again(warehouse, lambda: dbt(*DEPLOYED))
    assert warehouse.one(right) == (True,)


# what changes -> (file, what stands there, what stands there instead, what is made again)
EDITS = {
    "a line": (
        "seeds/curation/ignored_domains.csv",
        "\nadf.ly,link_shortener",
        "\nignored-now.example,link_in_bio,reviewed\nadf.ly,link_shortener",
        "ignored_domains",
    ),
    "a description": (
        "seeds/curation/_seeds.yml",
        "description: Why it is ignored.",
        "description: Why the domain is ignored.",
        "ignored_domains",
    ),
    "a macro that reads seeds": (
        "macros/seeds/reading.sql",
        "where line > 1 and btrim(text) <> ''",
        "where line >= 2 and btrim(text) <> ''",
        "countries",
    ),
    "the volatility of a function": (
        "functions/casts/_functions.yml",
        "as_boolean('maybe') is NULL.\n    config:\n      volatility: deterministic",
        "as_boolean('maybe') is NULL.\n    config:\n      volatility: stable",
        "as_boolean",
    ),
}


@pytest.fixture
def edited(project: Project) -> Iterator[Callable[[str, str, str], None]]:
    """Edits a file of the copy, which is mended afterwards."""
    edits: list[tuple[str, str, str]] = []

    def edit(path: str, old: str, new: str) -> None:
        project.replace(path, old, new)
        edits.append((path, old, new))

    yield edit
    for path, old, new in reversed(edits):
        project.replace(path, new, old)


@pytest.mark.parametrize("edit", EDITS)
def test_what_the_checkout_says_otherwise_is_made_again(
    warehouse: Warehouse, project: Project, edited: Callable[[str, str, str], None], edit: str
) -> None:
    path, old, new, name = EDITS[edit]
    edited(path, old, new)
    assert name in made_again(warehouse, lambda: project.dbt(*DEPLOYED))
    assert made_again(warehouse, lambda: project.dbt(*DEPLOYED)) == set()


# what changes -> (file, what stands there, what stands there instead, what is said)
REFUSED = {
    "a rule": (
        "seeds/curation/_seeds.yml",
        "values: [link_shortener, link_in_bio, free_mail]",
        "values: [link_in_bio, free_mail]",
        r"ignored_domains.csv, line \d+, kind: \"link_shortener\"",
    ),
    "a file that it is looked up in": (
        "seeds/registry/workflows.csv",
        "\nclaygent-get-all-company-customers,",
        "\nclaygent-get-all-customers,",
        r"workflow_aliases.csv, line \d+, workflow_slug: \"claygent-get-all-company-customers\"",
    ),
    "a normal form": (
        "functions/addresses/normal_domain.sql",
        "then case when {{ has_known_ending('value') }} then value end",
        "then case when {{ has_known_ending('value') }} then upper(value) end",
        r"ignored_domains.csv, line \d+, domain: \".+\"; write .*[A-Z]",
    ),
}


@pytest.mark.parametrize("edit", REFUSED)
def test_lines_that_are_no_longer_right_are_refused(
    project: Project, edited: Callable[[str, str, str], None], edit: str
) -> None:
    project.dbt(*DEPLOYED)
    path, old, new, said = REFUSED[edit]
    edited(path, old, new)
    with pytest.raises(DbtFailedError, match=said):
        project.dbt("seed")
