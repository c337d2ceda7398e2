"""Databases and settings of several kinds, and what one warehouse becomes in each.

Ids of raw rows and the times of their receipt are made the same in all of them, so that everything
behind can be compared to the letter.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import psycopg
import pytest
from psycopg import sql

from ingest.postgres.connection import Connection, connect
from tests.support.example_files import EXAMPLES, FILES, options_of
from tests.support.ingesting import ingest
from tests.support.scratch import Scratch, use
from tests.support.warehouse import NO_TESTS, PROJECT

HABITS = PROJECT / "tests" / "data" / "habits"
FEEDS = PROJECT / "tests" / "data" / "feeds"

# what create database is told; a server that does not know a locale is without that kind
KINDS = {
    "libc C": "locale_provider libc locale 'C'",
    "libc C.UTF-8": "locale_provider libc locale 'C.UTF-8'",
    "libc en_US": "locale_provider libc locale 'en_US.UTF-8'",
    "libc tr_TR": "locale_provider libc locale 'tr_TR.UTF-8'",
    "icu und": "locale_provider icu icu_locale 'und' locale 'C'",
    "icu tr-TR": "locale_provider icu icu_locale 'tr-TR' locale 'C'",
    # capitals first, digits by their number, signs left out
    "icu odd": "locale_provider icu icu_locale 'lt-u-kf-upper-kn-ka-shifted' locale 'C'",
    "builtin C": "locale_provider builtin builtin_locale 'C' locale 'C'",
    "builtin C.UTF-8": "locale_provider builtin builtin_locale 'C.UTF-8' locale 'C'",
    "builtin PG_UNICODE_FAST": (
        "locale_provider builtin builtin_locale 'PG_UNICODE_FAST' locale 'C'"
    ),
}


class Settings(NamedTuple):
    """Who sets what; each of them overrides those before it.

    Attributes:
        database: Settings of the database.
        role: Those of the role in this database.
        session: Those of PGOPTIONS.
    """

    database: dict[str, str]
    role: dict[str, str]
    session: dict[str, str]


SETTINGS = {
    "none": Settings({}, {}, {}),
    "database": Settings(
        {
            "TimeZone": "Asia/Kathmandu",
            "DateStyle": "German, DMY",
            "IntervalStyle": "sql_standard",
            "standard_conforming_strings": "off",
            "client_encoding": "LATIN1",
            "search_path": "odd, pg_catalog",
            "bytea_output": "escape",
            "extra_float_digits": "-10",
            "array_nulls": "off",
            "transform_null_equals": "on",
            "quote_all_identifiers": "on",
            "default_transaction_isolation": "serializable",
            "jit": "on",
            "jit_above_cost": "0",
        },
        {},
        {},
    ),
    "role": Settings(
        {"TimeZone": "Europe/Lisbon", "DateStyle": "ISO, YMD", "client_encoding": "UTF8"},
        {
            "TimeZone": "America/Caracas",
            "DateStyle": "Postgres, DMY",
            "IntervalStyle": "postgres_verbose",
            "standard_conforming_strings": "off",
            "client_encoding": "WIN1252",
            "search_path": "odd, pg_catalog",
            "bytea_output": "escape",
            "extra_float_digits": "-15",
            "transform_null_equals": "on",
            "default_transaction_isolation": "repeatable read",
            "jit": "on",
            "jit_above_cost": "0",
        },
        {},
    ),
    "database and PGOPTIONS": Settings(
        {
            "TimeZone": "Pacific/Kiritimati",
            "DateStyle": "ISO, YMD",
            "client_encoding": "SQL_ASCII",
            "search_path": "raw, core, reference, extracted",
        },
        {},
        {
            "TimeZone": "America/St_Johns",
            "DateStyle": "SQL,DMY",
            "IntervalStyle": "iso_8601",
            "standard_conforming_strings": "off",
            "default_transaction_isolation": "repeatable\\ read",
            "bytea_output": "escape",
            "jit": "off",
        },
    ),
}

# in front of pg_catalog they would answer for PostgreSQL's own
_TRAPS = """
    create schema odd;
    grant usage on schema odd to public;
    create function odd.lower(text) returns text language sql immutable as 'select ''trap''';
    create function odd.btrim(text, text) returns text language sql immutable as 'select ''trap''';
    create function odd.replace(text, text, text) returns text
    language sql immutable as 'select ''trap''';
    create function odd.left(text, integer) returns text
    language sql immutable as 'select ''trap''';
"""

# in the order of the old ids, which is that of arrival
_MADE_ALIKE = """
    update {table} as r
    set
        id = numbered.id,
        _received_at = %(at)s,
        created_at = case
            when r.created_at < now() - interval '1 hour' then r.created_at else %(at)s
        end
    from ({numbered}) as numbered
    where r.id = numbered.old
"""
_NUMBERED = """
    select
        id as old,
        format('00000000-0000-8000-8000-%%s', lpad(n::text, 12, '0'))::uuid as id
    from (select id, row_number() over (order by id) as n from {table}) as rows
"""
# a company of a portfolio names its firm by id
_FOLLOWS_ITS_FIRM = """
    update raw.vc_portfolio_companies as r
    set vc_firm_id = numbered.id
    from ({numbered}) as numbered
    where r.vc_firm_id = numbered.old
"""
ASKED_BY_OTHERS = "asked by others"  # in a session with none of our settings
_RECEIVED = "2026-02-01T00:00:00+00:00"


class Figure(NamedTuple):
    """What a warehouse has become.

    Attributes:
        rows: Every table and view: its rows as JSON; sorted, but for views that have an order.
        said: What the commands said.
    """

    rows: dict[str, list[str]]
    said: dict[str, Any]

    def digest(self) -> str:
        """A hash of all of it."""
        whole = json.dumps([self.rows, self.said], sort_keys=True)
        return hashlib.sha256(whole.encode()).hexdigest()[:16]


class Server:
    """The server of the session, on which databases of any kind come and go under one name.

    Args:
        scratch: Where databases are made.
        target: Folder of dbt's files; with one name of the database it parses the project once.
    """

    def __init__(self, scratch: Scratch, target: Path) -> None:
        self._scratch = scratch
        self._target = target
        self._name = f"hq_test_{os.getpid()}_habits"

    def kinds(self) -> list[str]:
        """The kinds that the server can make."""
        return [kind for kind in KINDS if self.has(kind)]

    def has(self, kind: str) -> bool:
        """Whether the server can make databases of a kind."""
        try:
            self._scratch.create(f"encoding 'UTF8' {KINDS[kind]}", self._name)
        except psycopg.Error:
            return False
        return True

    @contextmanager
    def database(self, kind: str | None, settings: str) -> Iterator[None]:
        """An initialised database; PG variables name it meanwhile."""
        options = None if kind is None else f"encoding 'UTF8' {KINDS[kind]}"
        parameters = self._scratch.create(options, self._name)
        chosen = SETTINGS[settings]
        database = sql.SQL("database {}").format(sql.Identifier(self._name))
        role = sql.SQL("role current_user in ") + database
        with self._scratch.session(parameters) as conn:
            conn.execute(_TRAPS)
            for whose, some in ((database, chosen.database), (role, chosen.role)):
                for name, value in some.items():
                    # a list of names is no string
                    written = sql.SQL(value) if name == "search_path" else sql.Literal(value)
                    conn.execute(
                        sql.SQL("alter {} set {} to {}").format(
                            whose, sql.Identifier(name), written
                        )
                    )
        if chosen.session:
            options = " ".join(f"-c {name}={value}" for name, value in chosen.session.items())
            parameters = {**parameters, "options": options}
        with pytest.MonkeyPatch.context() as monkeypatch:
            use(monkeypatch, parameters)
            monkeypatch.setenv("DBT_TARGET_PATH", str(self._target))
            monkeypatch.setenv("DBT_LOG_PATH", str(self._target))
            yield

    def figure(self, kind: str | None, settings: str, *, tests: bool = False) -> Figure:
        """Load and build the examples and the cases in such a database.

        Args:
            kind: Kind of the database; None for that of all other tests.
            settings: Name of its settings.
            tests: Run dbt's tests, too.
        """
        with self.database(kind, settings):
            said = _load()
            _dbt("build", *(() if tests else NO_TESTS))
            with connect() as conn:
                rows = _rows(conn)
            rows |= _asked_by_others()
            return Figure(rows, said | _said())


def _command(*words: str | Path) -> str:
    done = ingest(*words)
    # 3: records were rejected, as the examples intend
    if done.exit_code not in (0, 3):
        raise AssertionError(f"{words}: {done.output} {done.exception!r}")
    return done.stdout


def _load() -> dict[str, Any]:
    _command("init")
    said = {}
    files = [(EXAMPLES / name, options_of(name)) for name in FILES]
    files += [
        (HABITS / "letters.ndjson", []),
        (HABITS / "customers.csv", ["--workflow", "manual-company-customers"]),
        (FEEDS / "manual-company-customers.csv", ["--workflow", "manual-company-customers"]),
        (FEEDS / "vc-firms.csv", ["--workflow", "vc-firms"]),
        (FEEDS / "salesnav-export.tsv", ["--workflow", "salesnav-export"]),
    ]
    for file, words in files:
        (summary,) = json.loads(_command("load", "--json", *words, file))["files"]
        said[file.name] = {
            key: value for key, value in summary.items() if isinstance(value, (int, dict))
        }
        said[file.name].pop("seconds", None)
    with connect() as conn:
        tables = conn.execute(
            "select table_name from information_schema.columns"
            " where table_schema = 'raw' and column_name = '_received_at'"
        ).fetchall()
        firms = sql.SQL(_NUMBERED).format(table=sql.Identifier("raw", "vc_firms"))
        conn.execute(sql.SQL(_FOLLOWS_ITS_FIRM).format(numbered=firms), {})
        for (table,) in tables:
            whole = sql.Identifier("raw", table)
            numbered = sql.SQL(_NUMBERED).format(table=whole)
            statement = sql.SQL(_MADE_ALIKE).format(table=whole, numbered=numbered)
            conn.execute(statement, {"at": _RECEIVED})
    return said


def _dbt(*words: str) -> None:
    """dbt as its users start it, in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "ingest", "dbt", "--quiet", *words],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise AssertionError(done.stdout + done.stderr)


def _rows(conn: Connection) -> dict[str, list[str]]:
    """Every row of every table and view."""
    tables = conn.execute(
        "select table_schema, table_name from information_schema.tables"
        " where table_schema in ('raw', 'extracted', 'core', 'reference', 'api')"
        " and table_name not in ('watermarks', 'deployments', 'loads', 'migrations', 'rejects',"
        " 'idempotency_keys', 'data_version')"
    ).fetchall()
    found = {}
    for schema, table in sorted(tables):
        statement = sql.SQL("select (to_jsonb(t) - %s::text[])::text from {} as t").format(
            sql.Identifier(schema, table)
        )
        left_out = ["_xid", "_first_xid", "_load_id", "load_id", "upload_id", "vc_firm_id"]
        # of api.changes and api.deliveries: transactions and times of loading, too
        left_out += ["changed_in", "cursor", "last_finished_at"]
        if schema == "raw":
            left_out += ["updated_at"]
        found[f"{schema}.{table}"] = sorted(row[0] for row in conn.execute(statement, (left_out,)))
    return found


def _asked_by_others() -> dict[str, list[str]]:
    """What a view with functions gives somebody whose session is as the server has it."""
    with psycopg.connect(client_encoding="utf8") as conn:
        query = "select domain || E'\\t' || coalesce(country, '') from api.companies"
        return {ASKED_BY_OTHERS: sorted(row[0] for row in conn.execute(query))}


def _said() -> dict[str, Any]:
    """What the commands that only look say, without times and ids of loads."""
    status = json.loads(_command("status", "--json"))
    for words in (("status",), ("loads",), ("rejects",), ("workflows",)):
        _command(*words)
    loads = json.loads(_command("loads", "--json"))
    rejects = json.loads(_command("rejects", "--json"))
    return {
        "status": {
            "raw": status["raw"],
            "built": [[table["name"], table["rows"], table["unseen"]] for table in status["built"]],
        },
        "loads": sorted(Path(load["file_name"]).name for load in loads),
        "rejects": [
            [Path(reject["file_name"]).name, reject["line"], reject["reason"], reject["detail"]]
            for reject in rejects
        ],
    }
