"""The one way to the database: libpq's own variables, or else the embedded server."""

from __future__ import annotations

import os
import re
import time

import psycopg
from psycopg import pq
from psycopg.rows import TupleRow

from ingest.errors import IngestError, ServerError
from ingest.postgres import embedded, privacy_key
from ingest.postgres.session import settled
from ingest.terminal.screen import say

Connection = psycopg.Connection[TupleRow]

OLDEST_SERVER = 16
_CONNECT_TIMEOUT_SECONDS = "10"  # libpq's own default is to wait for ever

_RECOVERY_SECONDS = 300.0  # recovery after a crash replays up to max_wal_size
_POLL_SECONDS = 0.5

# a setting of these names a server; PGSERVICE does even if the service has no host, so that a
# mistyped service can never end in the embedded server
_NAMES_A_SERVER = ("host", "hostaddr", "service")

_PREFER_LZ4 = """
    select set_config(name, 'lz4', false)
    from pg_settings
    where name = 'default_toast_compression' and source = 'default' and 'lz4' = any (enumvals)
"""

# no release so far lets a database have a collation that takes different texts for equal
_HABITS = """
    select
        pg_is_in_recovery(),
        (select collisdeterministic from pg_collation where collname = 'default')
"""

# what a server may answer -> what to do; the first match counts
_REMEDIES = (
    (r'database ".*" does not exist', "create it (createdb) or set PGDATABASE"),
    (r"password|authentication|pg_hba", "check PGUSER, PGPASSWORD and ~/.pgpass"),
    (r'role ".*" does not exist', "set PGUSER"),
    (r"definition of service|service file", "check PGSERVICE and the service file"),
    (r"SSL|certificate", "check PGSSLMODE and the certificates"),
    (r"resolve host|could not translate", "check PGHOST"),
    (
        r"No space left on device|could not (write|extend) |init file",
        "make room on the disk of the server, which looks full",
    ),
)
_REMEDY = "check PGHOST and PGPORT, and that the server runs"


def connection_parameters() -> dict[str, str]:
    """The libpq parameters of the warehouse, resolved as libpq does (environment, service file).

    Starts the embedded server when it is the one meant: nothing names a host, or ``PGHOST`` is
    its own socket folder (as ``ingest db env`` sets it).

    Returns:
        At least ``host``, ``port``, ``user`` and ``dbname``, and what else differs from libpq's
        defaults. May hold ``password``: never print it.

    Raises:
        IngestError: The embedded server cannot be started.
    """
    named = _named_parameters()
    if not any(key in named for key in _NAMES_A_SERVER):
        return _embedded_parameters(named)
    if "host" in named and _is_embedded(named["host"]):
        return _embedded_parameters(named)
    named.setdefault("host", "")
    named.setdefault("dbname", named["user"])
    return named


def session_parameters() -> dict[str, str]:
    """``connection_parameters`` with the key of tombstones, if there is one: never print them.

    Raises:
        IngestError: The embedded server cannot be started, or the key's file not be used.
    """
    parameters = connection_parameters()
    return privacy_key.with_key(parameters, embedded=_is_embedded(parameters["host"]))


def make_privacy_key() -> None:
    """Make the first key of tombstones, unless there is one; sessions opened from now on have it.

    Raises:
        IngestError: No file is named for it, or it cannot be written.
    """
    parameters = connection_parameters()
    path = privacy_key.key_file(embedded=_is_embedded(parameters["host"]))
    if path is None:
        raise IngestError(
            "there is no key to know people by who are erased",
            where=_describe(
                parameters["dbname"], parameters["host"], parameters["port"], parameters["user"]
            ),
            hint=f"set {privacy_key.VARIABLE} to its file; the first command makes it",
        )
    if not privacy_key.keys(path):
        privacy_key.make(path)
        say(f"Made the key of the tombstones, {path}: back it up apart from the database.")


def connect(*, application_name: str = "ingest") -> Connection:
    """Open a connection to the warehouse and check that the server and database are fit for it.

    Args:
        application_name: How the session shows up in ``pg_stat_activity``.

    Returns:
        A connection outside any transaction, not in autocommit mode. Its session is set as
        ``ingest.postgres.session`` says. It compresses large values by lz4 where the server has
        it, unless another compression was chosen.

    Raises:
        ServerError: No connection; a server that starts or recovers from a crash is waited for.
        IngestError: A server or a database that cannot hold a warehouse.
    """
    parameters = session_parameters()
    settings = {"connect_timeout": _CONNECT_TIMEOUT_SECONDS, **parameters}
    settings |= {"application_name": application_name, "client_encoding": "utf8"}
    try:
        conn = _connect_when_up(settings)
    except psycopg.Error as fault:
        raise _refused(parameters, fault) from fault
    try:
        set_up(conn)
    except BaseException:
        conn.close()
        raise
    return conn


def set_up(conn: Connection) -> None:
    """Set a session as ``connect`` does, and check that server and database are fit for it.

    Args:
        conn: A connection outside any transaction, not in autocommit mode.

    Raises:
        IngestError: A server or a database that cannot hold a warehouse.
    """
    conn.execute(settled())
    conn.commit()
    _check_fitness(conn)
    _choose_compression(conn)


def describe(conn: Connection) -> str:
    """Which database on which server, for people: ``database hq on db.example:5432 as loader``."""
    info = conn.info
    return _describe(info.dbname, info.host, str(info.port), info.user)


def subprocess_environment() -> dict[str, str]:
    """``os.environ`` with libpq's variables set so that dbt and psql reach the same database."""
    return environment_for(session_parameters())


def environment_for(parameters: dict[str, str]) -> dict[str, str]:
    """``os.environ`` with exactly these libpq parameters in libpq's variables.

    The variables of all others go: a stray PGHOSTADDR or PGSERVICE would win over PGHOST.
    """
    variables = _variables()
    environment = {
        name: value for name, value in os.environ.items() if name not in variables.values()
    }
    for keyword, value in parameters.items():
        # a service is resolved by now; named again, it would override the other variables
        if keyword in variables and keyword != "service":
            environment[variables[keyword]] = value
    return environment


def _variables() -> dict[str, str]:
    """Environment variable by libpq keyword."""
    options = pq.Conninfo.get_defaults()
    return {o.keyword.decode(): o.envvar.decode() for o in options if o.envvar}


def _named_parameters() -> dict[str, str]:
    """What the environment, the service file and the login name say, libpq's defaults left out."""
    always = {b"port", b"user"}
    return {
        option.keyword.decode(): option.val.decode()
        for option in pq.Conninfo.get_defaults()
        if option.val and (option.val != option.compiled or option.keyword in always)
    }


def _embedded_parameters(named: dict[str, str]) -> dict[str, str]:
    # the server has one role and one address; the database and session options may be chosen
    chosen = {key: named[key] for key in ("dbname", "options") if key in named}
    return {**embedded.ensure_running(), **chosen}


def _is_embedded(host: str) -> bool:
    try:
        return host.startswith("/") and embedded.owns(host)
    except IngestError:  # outside any checkout there is no embedded server
        return False


def _connect_when_up(settings: dict[str, str]) -> Connection:
    """Connect, after waiting for a server that is on its way up (or down, which fails soon)."""
    deadline, was_starting = time.monotonic() + _RECOVERY_SECONDS, False
    while True:
        try:
            return psycopg.connect(**settings)  # type: ignore[arg-type] # names come from libpq
        except psycopg.OperationalError as fault:
            is_starting = _is_starting(settings, fault)
            # it may have come up between the two questions
            if not (is_starting or was_starting) or time.monotonic() > deadline:
                raise
            if not was_starting:
                limit = f"up to {_RECOVERY_SECONDS / 60:.0f} minutes"
                say(f"Waiting for the server, {limit}: {_reason(fault)} ...")
        was_starting = is_starting
        time.sleep(_POLL_SECONDS)


def _is_starting(settings: dict[str, str], fault: psycopg.Error) -> bool:
    if re.search(r"the database system is (starting up|in recovery|not yet accepting)", str(fault)):
        return True
    # in another language: libpq keeps the SQLSTATE to itself, but its ping goes by it
    conninfo = psycopg.conninfo.make_conninfo(**settings)
    return pq.PGconn.ping(conninfo.encode()) == pq.Ping.REJECT


def _describe(dbname: str, host: str, port: str, user: str) -> str:
    if _is_embedded(host):
        return f"database {dbname} on the embedded server"
    where = host if host.startswith("/") else f"{host or 'the local server'}:{port}"
    return f"database {dbname} on {where} as {user}"


def _reason(fault: psycopg.Error) -> str:
    answer = " ".join(str(fault).split()).rstrip(".")
    # libpq wraps what the server says: 'connection to server at ... failed: FATAL:  ...'
    reason = re.sub(r"^.*(?:FATAL:|failed:|connection is bad:) +", "", answer)
    return re.sub(r" Is the server running .*$", "", reason)


def _refused(parameters: dict[str, str], fault: psycopg.Error) -> ServerError:
    host = parameters["host"] or parameters.get("hostaddr", "")
    reason = _reason(fault)
    remedy = next((do for saying, do in _REMEDIES if re.search(saying, reason)), _REMEDY)
    return ServerError(
        f"cannot connect: {reason}",
        where=_describe(parameters["dbname"], host, parameters["port"], parameters["user"]),
        hint=remedy,
    )


def _check_fitness(conn: Connection) -> None:
    major = conn.info.server_version // 10000
    if major < OLDEST_SERVER:
        raise IngestError(
            f"the server runs PostgreSQL {major}; HQ needs {OLDEST_SERVER} or newer",
            where=describe(conn),
            hint="set PGHOST to a newer server, or unset it to use the embedded one",
        )
    encoding = conn.info.parameter_status("server_encoding")
    if encoding != "UTF8":
        raise _unfit(conn, f"its encoding is {encoding}, HQ needs UTF8")
    is_standby, is_deterministic = _ask(conn, _HABITS)
    if is_standby:
        raise IngestError(
            "the server is a standby, which takes no writes",
            where=describe(conn),
            hint="set PGHOST to its primary",
        )
    if not is_deterministic:
        raise _unfit(conn, "its collation is not deterministic, HQ needs one that is")


def _choose_compression(conn: Connection) -> None:
    """Have large values compressed by lz4, where the server has it and nobody chose otherwise.

    Landing takes half the time of the server's own default, a tenth more room (docs/benchmarks.md).
    """
    conn.execute(_PREFER_LZ4)
    conn.commit()


def _ask(conn: Connection, question: str) -> TupleRow:
    row = conn.execute(question.encode()).fetchone()
    conn.rollback()
    if row is None:
        raise LookupError(question)
    return row


def _unfit(conn: Connection, fault: str) -> IngestError:
    locale = (
        "locale_provider builtin builtin_locale 'C.UTF-8' locale 'C'"
        if conn.info.server_version >= 170000  # noqa: PLR2004 - the provider came with 17
        else "locale_provider libc locale 'C'"
    )
    return IngestError(
        fault,
        where=describe(conn),
        hint=f"make a new one: create database NAME template template0 encoding 'UTF8' {locale}",
    )
