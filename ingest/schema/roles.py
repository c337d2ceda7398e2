"""Who may do what: five roles, and the one function that keeps their rights.

The roles belong to the server, so that the databases on it share them; nobody logs in as one of
them. What they may do in a database is kept by ``extracted.keep_access()``, which ``ingest init``
writes and calls, and which every dbt run calls when it ends. A database without that function
does not use the roles.
"""

from __future__ import annotations

from dataclasses import dataclass

import psycopg
from psycopg import sql

from ingest.errors import IngestError
from ingest.postgres.connection import Connection, describe
from ingest.postgres.locks import RIGHTS, hold
from ingest.postgres.statements import statement
from ingest.project import BUILT_SCHEMAS, OWN_SCHEMA
from ingest.schema.owners import BUILDER, refuse_foreign_schemas_for_roles
from ingest.terminal.screen import say

ROLES = {
    "hq_loader": "adds to raw and keeps its ledger",
    BUILDER: "reads raw; owns extracted, core, reference, api and marts",
    "hq_analyst": "reads extracted, core, reference, api and marts",
    "hq_sender": "sends records out and keeps the ledger of it",
    "hq_api": "answers over HTTP: reads api, and whose keys are valid",
    "hq_privacy": "shows, erases and suppresses people; alone sees tombstones and audit",
}
_BUILT = (*BUILT_SCHEMAS, OWN_SCHEMA)

_IN_USE = """
    select pg_has_role(p.proowner, 'usage')
    from pg_proc as p
    inner join pg_namespace as n on p.pronamespace = n.oid
    where n.nspname = 'extracted' and p.proname = 'keep_access'
"""


@dataclass(frozen=True, slots=True)
class Access:
    """What was done for the roles.

    Attributes:
        created: Roles that the server did not have.
        changed: Statements that changed owners and rights, in order; empty if all was right.
    """

    created: list[str]
    changed: list[str]


def grant_access(conn: Connection) -> Access:
    """Create the roles the server lacks and give them this database, in one transaction.

    The schemas that dbt builds into, and all that is in them, become the builder's. Open queries
    on a table are waited for before it changes hands.

    Args:
        conn: A connection outside any transaction, to an initialised database.

    Raises:
        IngestError: The user may not create roles, or not give away what is in the database.
    """
    with conn.transaction():
        try:
            created = _create_roles(conn)
            _join_builder(conn)
            _refuse_foreign(conn)
            refuse_foreign_schemas_for_roles(conn)
            return Access(created, _keep(conn))
        except psycopg.errors.InsufficientPrivilege as fault:
            raise IngestError(
                f"{fault.diag.message_primary}; no role and no right was changed",
                where=describe(conn),
                hint="run ingest init --roles as the owner of the database or as a superuser",
            ) from fault


def renew_access(conn: Connection) -> Access | None:
    """Bring owners and rights to this release's state where the database uses the roles.

    Returns:
        What changed; None if the database does not use the roles, or it is not up to this user.
    """
    with conn.transaction():
        if conn.execute(_IN_USE).fetchone() != (True,):
            return None
        return Access([], _keep(conn))


def _create_roles(conn: Connection) -> list[str]:
    missing = [
        name
        for name in ROLES
        if conn.execute("select to_regrole(%s) is null", (name,)).fetchone() == (True,)
    ]
    if missing and not _may(conn, "rolsuper or rolcreaterole"):
        statements = "".join(f"create role {name}; " for name in missing)
        raise IngestError(
            f"{_user(conn)} may not create roles",
            where=describe(conn),
            hint=f'let a superuser run "{statements}grant {BUILDER} to {_user(conn)};" '
            "and then run ingest init --roles again",
        )
    return [name for name in missing if _create_role(conn, name)]


def _create_role(conn: Connection, name: str) -> bool:
    """Create a role; False if another database's ingest init was quicker."""
    role = sql.Identifier(name)
    try:
        with conn.transaction():
            conn.execute(sql.SQL("create role {} nologin").format(role))
            words = sql.Literal(f"HQ warehouse: {ROLES[name]}.")
            conn.execute(sql.SQL("comment on role {} is {}").format(role, words))
    except (psycopg.errors.DuplicateObject, psycopg.errors.UniqueViolation):
        return False
    return True


def _join_builder(conn: Connection) -> None:
    """Make sure of the right to give things to the builder: who creates a role is no member yet."""
    if _may(conn, f"pg_has_role('{BUILDER}', 'set') and pg_has_role('{BUILDER}', 'usage')"):
        return
    grant = f"grant {BUILDER} to {_user(conn)}"
    if not _may(conn, f"pg_has_role('{BUILDER}', 'member with admin option')"):
        raise IngestError(
            f"{_user(conn)} is no member of {BUILDER}, which is to own what dbt builds",
            where=describe(conn),
            hint=f'let a superuser run "{grant};" and then run ingest init --roles again',
        )
    conn.execute(f"{grant} with inherit true, set true".encode())


def _refuse_foreign(conn: Connection) -> None:
    found = conn.execute(
        statement("ingest.schema", "foreign_owners"), {"built": list(_BUILT)}
    ).fetchone()
    if found is not None:
        schema, owner = found
        raise IngestError(
            f"what is in schema {schema} belongs to {owner}, and {_user(conn)} may not give it "
            "away",
            where=describe(conn),
            hint=f"run ingest init --roles as {owner} or as a superuser",
        )


def _keep(conn: Connection) -> list[str]:
    """Create the schemas that are missing, renew the function and let it work."""
    hold(conn, RIGHTS, lambda holder: say(f"Waiting for {holder}, which sets rights ..."))
    created = []
    for schema in _BUILT:
        there = conn.execute("select to_regnamespace(%s) is not null", (schema,)).fetchone()
        if there != (True,):
            created.append(f"create schema {schema} authorization {BUILDER}")
            conn.execute(created[-1].encode())
    statements = statement("ingest.schema", "access_statements").format(
        built=sql.Literal(list(_BUILT))
    )
    conn.execute(
        statement("ingest.schema", "keep_access").format(
            lock=sql.Literal(RIGHTS), statements=statements
        )
    )
    changed = conn.execute("select changed from extracted.keep_access() as changed")
    return [*created, *(text for (text,) in changed)]


def _may(conn: Connection, condition: str) -> bool:
    query = f"select {condition} from pg_roles where rolname = current_user"  # noqa: S608
    return conn.execute(query.encode()).fetchone() == (True,)


def _user(conn: Connection) -> str:
    """The user whose rights count, quoted for SQL where its name needs it."""
    row = conn.execute("select quote_ident(current_user)").fetchone()
    return str(row[0]) if row else ""
