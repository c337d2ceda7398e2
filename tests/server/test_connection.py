"""Connecting: libpq's variables decide; what is unfit is refused in one sentence."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import psycopg
import pytest

from ingest.errors import IngestError
from ingest.postgres import connection as module
from ingest.postgres import embedded
from ingest.postgres.cluster import Cluster
from ingest.postgres.connection import (
    Connection,
    connect,
    connection_parameters,
    describe,
    environment_for,
    subprocess_environment,
)
from tests.support import ingesting
from tests.support.scratch import NewDatabase, Parameters, use

EMBEDDED = {"host": "/checkout/.postgres/socket", "port": "5432", "user": "hq", "dbname": "hq"}


@pytest.fixture
def no_server(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """No PG variable set; the embedded server is only pretended to run."""
    for name in list(os.environ):
        if name.startswith("PG"):
            monkeypatch.delenv(name)
    monkeypatch.setattr(embedded, "ensure_running", lambda: dict(EMBEDDED))
    monkeypatch.setattr(embedded, "owns", lambda host: host == EMBEDDED["host"])
    return monkeypatch


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        pytest.param({}, EMBEDDED, id="nothing set"),
        pytest.param({"PGHOST": ""}, EMBEDDED, id="set but empty"),
        pytest.param({"PGHOST": EMBEDDED["host"]}, EMBEDDED, id="its own socket"),
        pytest.param({"PGPORT": "7", "PGUSER": "ana"}, EMBEDDED, id="it has one role and address"),
        pytest.param({"PGDATABASE": "x"}, {**EMBEDDED, "dbname": "x"}, id="another database"),
        pytest.param(
            {"PGOPTIONS": "-c work_mem=1GB"},
            {**EMBEDDED, "options": "-c work_mem=1GB"},
            id="session options",
        ),
    ],
)
def test_the_embedded_server_is_meant(
    no_server: pytest.MonkeyPatch, variables: Parameters, expected: Parameters
) -> None:
    for name, value in variables.items():
        no_server.setenv(name, value)
    assert connection_parameters() == expected


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        pytest.param(
            {"PGHOST": "db.example", "PGUSER": "ana"},
            {"host": "db.example", "port": "5432", "user": "ana", "dbname": "ana"},
            id="database defaults to the user's name",
        ),
        pytest.param(
            {"PGHOSTADDR": "192.0.2.7", "PGUSER": "ana", "PGDATABASE": "hq", "PGPORT": "6000"},
            {"host": "", "hostaddr": "192.0.2.7", "port": "6000", "user": "ana", "dbname": "hq"},
            id="address without a name",
        ),
        pytest.param(
            {"PGHOST": "db.example", "PGUSER": "ana", "PGSSLMODE": "require"},
            {
                "host": "db.example",
                "port": "5432",
                "user": "ana",
                "dbname": "ana",
                "sslmode": "require",
            },
            id="TLS",
        ),
    ],
)
def test_another_server_is_meant(
    no_server: pytest.MonkeyPatch, variables: Parameters, expected: Parameters
) -> None:
    for name, value in variables.items():
        no_server.setenv(name, value)
    assert connection_parameters() == expected


def test_a_service_is_resolved_for_programs_that_cannot(
    no_server: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    services = tmp_path / "services"
    services.write_text("[hq]\nhost=db.example\nport=6000\ndbname=warehouse\nuser=ana\n")
    no_server.setenv("PGSERVICEFILE", str(services))
    no_server.setenv("PGSERVICE", "hq")
    no_server.setenv("PGDATABASE", "ignored: the service file wins")
    environment = subprocess_environment()
    assert "PGSERVICE" not in environment
    found = {name: environment[name] for name in ("PGHOST", "PGPORT", "PGDATABASE", "PGUSER")}
    assert found == {
        "PGHOST": "db.example",
        "PGPORT": "6000",
        "PGDATABASE": "warehouse",
        "PGUSER": "ana",
    }


def test_a_mistyped_service_never_ends_in_the_embedded_server(
    no_server: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    services = tmp_path / "services"
    services.write_text("[hq]\nhost=db.example\n")
    no_server.setenv("PGSERVICEFILE", str(services))
    no_server.setenv("PGSERVICE", "hqq")
    with pytest.raises(IngestError, match='"hqq" not found; check PGSERVICE'):
        connect()


def test_variables_that_would_win_over_ours_are_removed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGHOSTADDR", "192.0.2.7")
    monkeypatch.setenv("PGSERVICE", "other")
    monkeypatch.setenv("HOME", "/somewhere")
    environment = environment_for({"host": "db.example", "password": "s3cret"})
    assert "PGHOSTADDR" not in environment
    assert "PGSERVICE" not in environment
    assert (environment["PGHOST"], environment["PGPASSWORD"]) == ("db.example", "s3cret")
    assert environment["HOME"] == "/somewhere"


def test_a_connection_is_idle_named_and_not_autocommit(server: Parameters) -> None:
    with connect(application_name="a name") as conn:
        assert conn.info.transaction_status.name == "IDLE"
        assert not conn.autocommit
        assert conn.info.parameter_status("application_name") == "a name"
        assert conn.info.dbname == server["dbname"]


def test_large_values_are_compressed_by_lz4_where_the_server_has_it() -> None:
    with connect() as conn:
        expected = "lz4" if has_lz4(conn) else "pglz"
        assert ingesting.value(conn, "show default_toast_compression") == expected


def test_a_compression_that_was_chosen_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGOPTIONS", "-c default_toast_compression=pglz")
    with connect() as conn:
        if not has_lz4(conn):
            pytest.skip("this server has no lz4")
        assert ingesting.value(conn, "show default_toast_compression") == "pglz"


def has_lz4(conn: Connection) -> bool:
    query = "select enumvals from pg_settings where name = 'default_toast_compression'"
    return "lz4" in ingesting.value(conn, query)


def test_a_refused_connection_is_one_sentence_without_the_password(
    no_server: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    no_server.setenv("PGHOST", str(tmp_path))
    no_server.setenv("PGUSER", "ana")
    no_server.setenv("PGDATABASE", "hq")
    no_server.setenv("PGPASSWORD", "s3cret")
    with pytest.raises(IngestError) as caught:
        connect()
    sentence = caught.value.sentence()
    assert sentence.startswith(f"database hq on {tmp_path} as ana: cannot connect: ")
    assert sentence.endswith("check PGHOST and PGPORT, and that the server runs.")
    assert "s3cret" not in sentence
    assert "\n" not in sentence


@pytest.mark.parametrize(
    ("answer", "reason", "remedy"),
    [
        pytest.param(
            'connection failed: connection to server at "192.0.2.7", port 5432 failed: '
            'FATAL:  database "hq" does not exist',
            'database "hq" does not exist',
            "create it (createdb) or set PGDATABASE",
            id="missing database",
        ),
        pytest.param(
            'connection failed: connection to server at "192.0.2.7", port 5432 failed: '
            'FATAL:  password authentication failed for user "ana"',
            'password authentication failed for user "ana"',
            "check PGUSER, PGPASSWORD and ~/.pgpass",
            id="wrong password",
        ),
        pytest.param(
            'connection failed: connection to server at "192.0.2.7", port 5432 failed: '
            'FATAL:  role "ana" does not exist',
            'role "ana" does not exist',
            "set PGUSER",
            id="missing role",
        ),
        pytest.param(
            'connection failed: connection to server at "192.0.2.7", port 5432 failed: '
            "Connection refused\n\tIs the server running on that host?",
            "Connection refused",
            "check PGHOST and PGPORT, and that the server runs",
            id="nobody listens",
        ),
        pytest.param(
            "failed to resolve host 'db.example': [Errno -2] Name or service not known",
            "failed to resolve host 'db.example': [Errno -2] Name or service not known",
            "check PGHOST",
            id="unknown host",
        ),
        pytest.param(
            'connection failed: connection to server at "192.0.2.7", port 5432 failed: '
            "FATAL:  could not write init file",
            "could not write init file",
            "make room on the disk of the server, which looks full",
            id="a full disk",
        ),
    ],
)
def test_a_refusal_tells_the_reason_and_what_to_do(answer: str, reason: str, remedy: str) -> None:
    parameters = {"host": "db.example", "port": "5432", "user": "ana", "dbname": "hq"}
    fault = module._refused(parameters, psycopg.OperationalError(answer))
    assert (fault.what, fault.hint) == (f"cannot connect: {reason}", remedy)
    assert fault.where == "database hq on db.example:5432 as ana"


@pytest.mark.usefixtures("server")
def test_a_missing_database_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGDATABASE", "hq_no_such_database")
    with pytest.raises(IngestError, match='"hq_no_such_database" does not exist; create it'):
        connect()


@pytest.mark.parametrize(
    ("options", "fault"),
    [
        pytest.param("encoding 'SQL_ASCII' locale 'C'", "encoding is SQL_ASCII", id="none"),
        pytest.param("encoding 'LATIN1' locale 'C'", "encoding is LATIN1", id="few letters"),
    ],
)
def test_an_unfit_database_is_refused(new_database: NewDatabase, options: str, fault: str) -> None:
    new_database(f"{options} locale_provider libc")
    with pytest.raises(IngestError, match=f"{fault}.*make a new one: create database"):
        connect()


def test_the_statement_of_a_refusal_makes_a_database_that_serves(
    new_database: NewDatabase,
) -> None:
    new_database("encoding 'LATIN1' locale_provider libc locale 'C'")
    with pytest.raises(IngestError) as refusal:
        connect()
    _, _, options = refusal.value.sentence().rstrip(".").partition("NAME template template0 ")
    new_database(options)
    connect().close()


def test_a_collation_that_takes_texts_for_equal_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """No release makes such a database, so the answer is made up."""
    monkeypatch.setattr(module, "_ask", lambda *_: (False, False))
    with pytest.raises(IngestError, match=r"not deterministic.*make a new one: create database"):
        connect()


@pytest.fixture
def standby(
    tmp_path: Path, server: Parameters, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Parameters]:
    """A server that replays and takes no writes; PG variables name it."""
    try:
        embedded.programs()
    except IngestError as fault:
        pytest.skip(fault.sentence())
    cluster = Cluster(tmp_path / ".postgres", embedded.programs, embedded._MAJOR)
    parameters = cluster.ensure_running()
    try:
        cluster.stop()
        signal = cluster.data / "standby.signal"
        signal.touch()
        shutil.chown(signal, cluster.data.owner())
        cluster.ensure_running()
        use(monkeypatch, parameters)
        yield parameters
    finally:
        cluster.stop()
        use(monkeypatch, server)


def test_a_standby_is_refused(standby: Parameters) -> None:
    assert standby
    for command in ("init", "status", "loads"):
        result = ingesting.ingest(command)
        assert result.exit_code == 1
        assert "is a standby, which takes no writes; set PGHOST to its primary" in result.output


def test_an_old_server_is_refused() -> None:
    info = SimpleNamespace(
        server_version=150018, dbname="hq", host="db.example", port=5432, user="ana"
    )
    conn: Any = SimpleNamespace(info=info)
    with pytest.raises(IngestError, match="runs PostgreSQL 15; HQ needs 16 or newer"):
        module._check_fitness(cast("Connection", conn))


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        pytest.param("db.example", "database hq on db.example:5432 as ana", id="network"),
        pytest.param("/run/pg", "database hq on /run/pg as ana", id="socket"),
        pytest.param(EMBEDDED["host"], "database hq on the embedded server", id="embedded"),
    ],
)
@pytest.mark.usefixtures("no_server")
def test_describe_names_database_and_server(host: str, expected: str) -> None:
    info = SimpleNamespace(dbname="hq", host=host, port=5432, user="ana", password="s3cret")
    conn: Any = SimpleNamespace(info=info)
    assert describe(cast("Connection", conn)) == expected
