"""A scheduled build tests what is new since everything was last tested; `dbt test` tests all."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.properties.projects import Project, copied
from tests.support.scenario import scenario
from tests.support.scratch import Parameters
from tests.support.sources import firmographics, moment
from tests.support.warehouse import Warehouse, dbt, logged

EVERYTHING = pytest.param(("test", "--selector", "everything"), marks=pytest.mark.long)
COMPANIES = ("-s", "companies", "--exclude", "tag:audit")


@pytest.fixture(scope="module")
def proven(_built: Parameters) -> Iterator[Warehouse]:
    """A warehouse with a company, of which all rows have been tested."""
    with scenario() as warehouse:
        firmographics(warehouse, "first.example", "First", None, moment(0))
        warehouse.build()
        dbt("test", "-s", "companies")
        # as if all tests had been passed
        warehouse.conn.execute(
            "update extracted.watermarks set seen = pg_current_snapshot() where model = 'tests'"
        )
        warehouse.conn.commit()
        yield warehouse


@pytest.fixture
def spoiled(proven: Warehouse) -> Iterator[Warehouse]:
    """Its company has a domain that is none; mended afterwards."""
    change(proven, "domain = 'WWW.First.example'")
    yield proven
    change(proven, "domain = 'first.example'")


def change(w: Warehouse, assignment: str) -> None:
    w.conn.execute(f"update core.companies set {assignment}".encode())
    w.conn.commit()


def seen(w: Warehouse) -> str:
    return str(w.one("select seen::text from extracted.watermarks where model = 'tests'")[0])


def succeeds(*words: str) -> bool:
    return bool(dbt(*words, may_fail=True).success)


@pytest.mark.long
@pytest.mark.usefixtures("_built")
def test_what_was_there_has_been_tested() -> None:
    with scenario() as warehouse:
        firmographics(warehouse, "early.example", "Early", None, moment(0))
        warehouse.build()
        dbt("test")
        assert warehouse.one(
            "select pg_visible_in_snapshot(c._xid, w.seen) from core.companies as c,"
            " extracted.watermarks as w where w.model = 'tests'"
        ) == (True,)


def test_a_row_that_was_tested_is_not_tested_again_by_a_build(spoiled: Warehouse) -> None:
    assert spoiled.conn is not None
    assert succeeds("build", *COMPANIES)


def test_tests_of_raw_tables_find_what_is_new_in_each(proven: Warehouse) -> None:
    """Those that compare two tables, too: dbt does not say which one they look at."""
    assert proven.conn is not None
    dbt("build", "-s", "source:*")


@pytest.mark.parametrize("words", [("test", *COMPANIES), EVERYTHING])
def test_an_explicit_test_looks_at_every_row(spoiled: Warehouse, words: tuple[str, ...]) -> None:
    assert spoiled.conn is not None
    assert not succeeds(*words)


def test_a_test_that_fails_shows_what_it_found(spoiled: Warehouse) -> None:
    said = logged("test", *COMPANIES, may_fail=True)
    assert spoiled.conn is not None
    (found,) = [each for each in said if each.startswith("Found by columns_hold_companies_")]
    first, row = found.splitlines()
    assert first.endswith(", 1 of 1:")
    faults = "domain is not in the form of normal_domain, id is not the hash of its key"
    assert '"domain": "WWW.First.example"' in row
    assert f'"faults": "{faults}"' in row


def test_values_that_are_missing_are_named(proven: Warehouse) -> None:
    """A table that lost its constraints, as a restored one may, is tested all the same."""
    alter = "alter table core.companies alter {1} {0} not null"
    before = proven.one("select created_at, updated_at from core.companies")
    for column in ("created_at", "updated_at"):
        proven.conn.execute(alter.format("drop", column).encode())
    change(proven, "created_at = null, updated_at = null")
    said = logged("test", *COMPANIES, may_fail=True)
    proven.conn.execute("update core.companies set created_at = %s, updated_at = %s", before)
    for column in ("created_at", "updated_at"):
        proven.conn.execute(alter.format("set", column).encode())
    proven.conn.commit()
    (found,) = [each for each in said if each.startswith("Found by columns_hold")]
    first, row = found.splitlines()
    assert first.endswith(", 1 of 1:")
    assert '"faults": "created_at is missing, updated_at is missing"' in row


def test_a_row_that_was_written_is_tested_until_it_passes(spoiled: Warehouse) -> None:
    change(spoiled, "_xid = pg_current_xact_id()")
    assert [succeeds("build", *COMPANIES) for _ in range(2)] == [False, False]


@pytest.mark.long
def test_a_part_of_the_tests_does_not_count_as_all_of_them(proven: Warehouse) -> None:
    before = seen(proven)
    dbt("build", *COMPANIES)
    dbt("test", *COMPANIES)
    assert seen(proven) == before


def test_a_build_on_an_empty_sample_tests_nothing(proven: Warehouse) -> None:
    before = seen(proven)
    dbt("build", "--empty", *COMPANIES)
    assert seen(proven) == before


# (file, what stands there, what stands there instead)
EDITS = {
    "a-generic-test": ("tests/dbt/generic/columns_hold.sql", "count(*) > 1", "count(*) >= 2"),
    "a-singular-test": (
        *("tests/dbt/aliases_have_an_end.sql", "select s.alias_domain", "select s.alias_domain, 1"),
    ),
    "a-column-that-must-not-be-null": (
        "models/raw.yml",
        "description: State of the job.\n      constraints:\n      - type: not_null\n",
        "description: State of the job.\n",
    ),
    "an-argument": (
        "models/core/people.yml",
        "linkedin_url: person_linkedin_url",
        "linkedin_url: trim_blanks",
    ),
    "a-macro-behind-a-generic-test": (
        *(
            "macros/runs/tested_rows.sql",
            "conditions | join(') and (')",
            "conditions | join(')and(')",
        ),
    ),
}


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A copy of the project, in which a test may edit one thing and has to mend it."""
    return copied(tmp_path_factory.mktemp("project"))


@pytest.mark.long
@pytest.mark.parametrize(
    "edit",
    [
        "a-generic-test",
        "a-singular-test",
        "a-column-that-must-not-be-null",
        pytest.param("an-argument", marks=pytest.mark.long),
        pytest.param("a-macro-behind-a-generic-test", marks=pytest.mark.long),
    ],
)
def test_a_changed_test_looks_at_every_row_once_more(
    proven: Warehouse, copy: Project, edit: str
) -> None:
    path, old, new = EDITS[edit]
    some = ("build", "-s", "company_aliases")
    copy.dbt(*some)
    # as if all tests had been passed
    proven.conn.execute(
        "update extracted.watermarks set seen = pg_current_snapshot() where model = 'tests'"
    )
    proven.conn.commit()
    before = seen(proven)
    assert [line for line in copy.dbt(*some) if "Tests" in line] == []
    assert seen(proven) == before
    copy.replace(path, old, new)
    try:
        said = copy.dbt(*some)
    finally:
        copy.replace(path, new, old)
    assert "Tests look at every row: their code changed" in said
    assert seen(proven) == "1:1:"
