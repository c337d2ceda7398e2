"""dbt on a database that holds nothing yet, and on one that is not ready for it."""

from __future__ import annotations

import psycopg
import pytest

from ingest.schema.migrate import migrate
from tests.support.database import Database, assert_quiet
from tests.support.scenario import scenario
from tests.support.scratch import Parameters, Scratch, use
from tests.support.warehouse import NO_TESTS, dbt, warned


@pytest.fixture(scope="module")
def new(scratch: Scratch, tmp_path_factory: pytest.TempPathFactory) -> Database:
    """A new database, not initialised; the tests of this module take it further, in order."""
    return Database(scratch.create(), tmp_path_factory.mktemp("target"))


@pytest.fixture
def database(
    new: Database,
    server: Parameters,  # noqa: ARG001 - its variables come back when the test ends
    monkeypatch: pytest.MonkeyPatch,
) -> Database:
    """The same; PG variables name it."""
    use(monkeypatch, new.parameters)
    return new


@pytest.mark.usefixtures("database")
def test_a_database_without_raw_tables_names_the_command_that_makes_them() -> None:
    done = dbt("run", may_fail=True)
    assert not done.success
    assert "Run: ingest init" in str(done.exception)


def test_a_run_without_functions_and_seeds_names_the_command_that_brings_them(
    database: Database,
) -> None:
    with psycopg.connect(**database.parameters) as conn:  # type: ignore[arg-type]
        migrate(conn)
    done = dbt("run", may_fail=True)
    assert not done.success
    assert "normal_domain" in str(done.exception)
    assert "Run once: dbt build" in str(done.exception)


def test_nothing_was_built_by_the_refused_runs(database: Database) -> None:
    assert database.one("select to_regclass('extracted.company_firmographics')") == (None,)


@pytest.mark.long
def test_a_build_in_a_process_of_its_own_says_no_warning(database: Database) -> None:
    """Nor does parsing the project, which it does first."""
    assert_quiet(database.dbt("build"))


@pytest.mark.parametrize(
    "words",
    [
        pytest.param(["seed"], id="seed"),
        pytest.param(["docs", "generate"], id="docs", marks=pytest.mark.long),
        pytest.param(["source", "freshness"], id="freshness"),
        pytest.param(
            ["build", "--full-refresh", *NO_TESTS],
            id="build-full-refresh",
            marks=pytest.mark.long,
        ),
    ],
)
@pytest.mark.usefixtures("database")
def test_a_command_succeeds_on_an_empty_database_without_a_warning(words: list[str]) -> None:
    assert warned(*words) == []


@pytest.mark.long
def test_a_model_that_an_empty_run_created_is_filled_by_the_next(database: Database) -> None:
    with psycopg.connect(**database.parameters) as conn:  # type: ignore[arg-type]
        conn.execute("drop table extracted.company_firmographics cascade")
        conn.execute(
            "insert into raw.company_payloads"
            " (company_domain, workflow_slug, provider, platform, payload_type, raw_payload)"
            " values ('acme.example', 'clay-company-firmographics', 'clay', 'clay',"
            " 'firmographics', '{\"name\": \"Acme\"}')"
        )
    assert warned("run", "--empty") == []
    assert database.one("select count(*) from extracted.company_firmographics") == (0,)
    assert warned("run") == []
    assert database.one("select name from extracted.company_firmographics") == ("Acme",)
    assert database.one("select domain from core.companies") == ("acme.example",)


@pytest.mark.long
@pytest.mark.usefixtures("_built")
def test_an_empty_run_leaves_what_is_new_new() -> None:
    with scenario() as warehouse:
        person = "https://www.linkedin.com/in/ana-example"
        warehouse.payload("person_payloads", person, {"name": "Ana Example"})
        warehouse.build("--empty")
        assert warehouse.one("select count(*) from core.people") == (0,)
        warehouse.build()
        assert warehouse.one("select full_name from core.people") == ("Ana Example",)
