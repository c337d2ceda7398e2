"""Advisory locks: their numbers, in the CLI and in dbt's macros, and who holds one."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import combinations
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from ingest.landing.withhold import withhold
from ingest.postgres import locks
from ingest.postgres.connection import Connection, connect, connection_parameters
from ingest.postgres.locks import Holder, holders, lock_of_text
from ingest.schema.migrate import migrate
from tests.support.scratch import NewDatabase
from tests.support.warehouse import PROJECT

MACROS = (PROJECT / "macros" / "runs" / "locks.sql").read_text(encoding="utf-8")


@pytest.fixture
def other(db: Connection) -> Iterator[Connection]:
    """Another session; the database is initialised."""
    del db
    with connect(application_name="other") as conn:
        yield conn


def test_the_macros_take_the_locks_that_are_listed() -> None:
    numbers = [int(number, 16) for number in re.findall(r"x'(\w+)'::(?:bigint|integer)", MACROS)]
    assert numbers == [locks.RIGHTS, locks.RIGHTS]
    assert re.findall(r"(\d+), hashtext\(", MACROS) == [str(locks.NODES)]


def test_no_two_locks_are_one() -> None:
    numbers = [locks.MIGRATIONS, locks.RIGHTS, locks.RUNS, locks.PRIVACY]
    assert all(one != two for one, two in combinations(numbers, 2))
    # those of the nodes differ from them in the upper half
    assert {number >> 32 for number in numbers} == {0}
    assert locks.NODES != 0


@pytest.mark.parametrize(
    ("taken", "lock"),
    [
        pytest.param("51", 51, id="small"),
        pytest.param("-2", -2, id="negative"),
        pytest.param(str(2**63 - 1), 2**63 - 1, id="greatest"),
        pytest.param("18513, 7", (18513 << 32) + 7, id="two numbers"),
        pytest.param("18513, -7", (18513 << 32) + 2**32 - 7, id="two numbers, one negative"),
    ],
)
@pytest.mark.parametrize("kind", ["", "_xact", "_shared"])
def test_who_holds_a_lock_is_found(
    db: Connection, other: Connection, taken: str, lock: int, kind: str
) -> None:
    name = {"": "", "_xact": "_xact", "_shared": ""}[kind]
    shared = "_shared" if kind == "_shared" else ""
    other.execute(f"select pg_advisory{name}_lock{shared}({taken})".encode())
    (holder,) = holders(db, lock)
    assert holder.pid == other.info.backend_pid
    assert holder.since is not None
    assert holders(db, lock ^ 1) == []


def test_a_lock_of_the_session_has_a_time_outside_of_transactions(
    db: Connection, other: Connection
) -> None:
    other.autocommit = True
    other.execute("select pg_advisory_lock(52)")
    (holder,) = holders(db, 52)
    assert re.fullmatch(r"server process \d+, since \d\d:\d\d:\d\d", str(holder))


def test_a_login_that_may_not_write_here_is_named_and_how_to_end_it() -> None:
    assert str(Holder(7, None, "mallory", may_write=False)) == (
        "server process 7 of mallory, which may not write here; a superuser can end it:"
        " select pg_terminate_backend(7)"
    )
    assert str(Holder(7, None, "nightly")) == "server process 7 of nightly"


@pytest.fixture
def stranger(db: Connection) -> Iterator[Connection]:
    """A session of a login without any right, on servers that let one in by its password."""
    name, password = "hq_test_mallory", uuid4().hex
    with db.transaction():
        db.execute(f"create role {name} login password '{password}'".encode())
    try:
        settings: dict[str, Any] = {**connection_parameters(), "user": name, "password": password}
        with psycopg.connect(**settings, autocommit=True) as conn:
            yield conn
    except psycopg.OperationalError:
        pytest.skip("the server lets no other login in")
    finally:
        db.rollback()
        with db.transaction():
            db.execute(f"drop role {name}".encode())


def test_who_may_write_is_found(db: Connection, stranger: Connection) -> None:
    stranger.execute("select pg_advisory_lock(%s)", (locks.RUNS,))
    (holder,) = holders(db, locks.RUNS)
    assert (holder.login, holder.may_write) == ("hq_test_mallory", False)
    db.execute("grant create on schema raw to hq_test_mallory")
    (holder,) = holders(db, locks.RUNS)
    assert (holder.login, holder.may_write) == ("hq_test_mallory", True)


def test_the_locks_of_other_databases_do_not_count(
    other: Connection, new_database: NewDatabase
) -> None:
    other.execute("select pg_advisory_lock(53)")
    new_database()
    with connect() as elsewhere:
        assert holders(elsewhere, 53) == []  # before its first migration
        migrate(elsewhere)
        assert holders(elsewhere, 53) == []


@pytest.mark.parametrize(
    "wait",
    [
        pytest.param(lambda db: locks.share(db, locks.PRIVACY), id="a sender"),
        pytest.param(lambda db: withhold(db, uuid4(), ["person_payloads"]), id="a load"),
    ],
)
def test_nobody_waits_for_an_erasure_without_a_word(
    db: Connection,
    other: Connection,
    caplog: pytest.LogCaptureFixture,
    wait: Callable[[Connection], None],
) -> None:
    other.execute("select pg_advisory_lock(%s)", (locks.PRIVACY,))
    db.execute("set lock_timeout = '50ms'")
    with pytest.raises(psycopg.errors.LockNotAvailable):
        wait(db)
    (said,) = caplog.messages
    assert said.startswith(f"Waiting for server process {other.info.backend_pid}, since ")


def test_who_waits_holds_nothing(db: Connection, other: Connection) -> None:
    said: list[str] = []
    other.execute("select pg_advisory_xact_lock(%s)", (lock_of_text("a"),))
    db.execute("set lock_timeout = '50ms'")
    with pytest.raises(Exception, match="lock timeout"):
        locks.hold(db, lock_of_text("a"), said.append)
    db.rollback()
    assert [words.split(",")[0] for words in said] == [f"server process {other.info.backend_pid}"]
    assert [holder.pid for holder in holders(db, lock_of_text("a"))] == [other.info.backend_pid]
