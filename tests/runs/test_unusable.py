"""A database that cannot be built in at all is one sentence, not an error for every node."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from psycopg import sql

from tests.support.warehouse import Warehouse, dbt, logged

LOGIN = "hq_test_stranger"
NOTHING = "Nothing can be built in database {database} as {user}: "
OR_ITS_OWNER = "Connect as a member of hq_builder, or as its owner"


def refusal(*words: str) -> str:
    """The one thing that a run says before it has done anything."""
    result = dbt(*words, may_fail=True)
    assert not result.success
    # no result of any node: it did not begin
    assert not result.result
    return str(result.exception).splitlines()[1].strip()


@pytest.mark.parametrize("command", ["run", "build", "seed", "test"])
def test_a_read_only_database_stops_the_run(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.setenv("PGOPTIONS", "-c default_transaction_read_only=on")
    assert refusal(command) == (
        f"Database {warehouse.conn.info.dbname}: sessions are read-only, by"
        " default_transaction_read_only of the server, the database or the role;"
        " set PGOPTIONS='-c default_transaction_read_only=off' if you may"
    )


@pytest.fixture
def stranger(warehouse: Warehouse) -> Iterator[str]:
    """A role without any right, on servers where the tests' user may create one."""
    conn = warehouse.conn
    may = conn.execute(
        "select rolcreaterole or rolsuper from pg_roles where rolname = current_user"
    )
    if may.fetchone() != (True,):
        pytest.skip("roles cannot be created here")
    role = sql.Identifier(LOGIN)
    conn.execute(sql.SQL("create role {}").format(role))
    conn.execute(sql.SQL("grant {} to current_user").format(role))
    conn.commit()
    yield LOGIN
    conn.rollback()
    conn.execute(sql.SQL("drop owned by {}").format(role))
    conn.execute(sql.SQL("drop role {}").format(role))
    conn.commit()


def test_missing_rights_stop_the_run_one_after_the_other(
    warehouse: Warehouse, stranger: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGOPTIONS", f"-c role={stranger}")
    said = NOTHING.format(database=warehouse.conn.info.dbname, user=stranger)
    found = []
    for right in (
        "usage on schema raw",
        "select on all tables in schema raw",
        "usage, create on schema extracted, core, reference, api",
    ):
        found.append(refusal("run"))
        warehouse.conn.execute(f"grant {right} to {stranger}".encode())
        warehouse.conn.commit()
    found.append(refusal("run"))
    owner = warehouse.one("select pg_get_userbyid(relowner) from pg_class where relname = 'leads'")
    assert [text.removeprefix(said) for text in found] == [
        f"no right to read raw.case_study_extraction_payloads. {OR_ITS_OWNER}",
        f"no right to read raw.case_study_extraction_payloads. {OR_ITS_OWNER}",
        f"no right to create in schema api. {OR_ITS_OWNER}",
        f"api.champions belongs to {owner[0]}. Connect as a member of that role",
    ]


@contextmanager
def failing(warehouse: Warehouse, table: str, message: str, name: str = "fail") -> Iterator[None]:
    """Every statement that writes into a table fails with a message of the server."""
    conn, function = warehouse.conn, sql.Identifier("public", name)
    conn.execute(
        sql.SQL(
            "create function {} () returns trigger language plpgsql"
            " as $$ begin raise exception {}; end $$"
        ).format(function, sql.Literal(message))
    )
    conn.execute(
        sql.SQL("create trigger fails before insert on {} execute function {} ()").format(
            sql.Identifier(*table.split(".")), function
        )
    )
    conn.commit()
    yield
    conn.execute(sql.SQL("drop function {} cascade").format(function))
    conn.commit()


def test_a_full_disk_is_named_once(warehouse: Warehouse) -> None:
    full = 'could not extend file "base/5/16384": No space left on device'
    seeds = ("seed", "--full-refresh", "--select", "countries", "sources")
    other = failing(warehouse, "reference.sources", "no good", "other")
    with failing(warehouse, "reference.countries", full), other:
        said = logged(*seeds, may_fail=True)
    assert "\n".join(said) == (
        "The disk of the server is full, which is behind 1 of 2 errors. Make room there, then run:"
        " dbt retry"
    )


def test_errors_of_their_own_have_no_common_cause(warehouse: Warehouse) -> None:
    with failing(warehouse, "reference.countries", "no good"):
        assert logged("seed", "--full-refresh", "--select", "countries", may_fail=True) == []
