"""Who may do what: three roles, and the one function that keeps their rights.

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
from ingest.landing.ledger import hold
from ingest.postgres.connection import Connection, describe
from ingest.project import BUILT_SCHEMAS, OWN_SCHEMA
from ingest.terminal.screen import err

BUILDER = "hq_builder"
ROLES = {
    "hq_loader": "adds to raw and keeps its ledger",
    BUILDER: "reads raw; owns extracted, core, reference, api and marts",
    "hq_analyst": "reads extracted, core, reference, api and marts",
}
_BUILT = (*BUILT_SCHEMAS, OWN_SCHEMA)
_LOCK = 0x4851_0002  # beside that of the migrations

# The caller's rights count: what it may not change is left to one who may (dbt cannot change raw).
# Staging tables, whose names begin with an underscore, are the loader's own.
_KEEP_ACCESS = """
create or replace function extracted.keep_access() returns setof text
language plpgsql
set search_path = pg_catalog
as $body$
declare
    statement text;
begin
    if to_regrole('hq_loader') is null
        or to_regrole('hq_builder') is null
        or to_regrole('hq_analyst') is null
    then
        return;
    end if;
    -- two at once would trip over each other's grants
    perform pg_advisory_xact_lock({lock});
    for statement in
        with rights (role, is_built, kind, name, privilege) as (
            values
            ('hq_loader', false, 'schema', null, 'USAGE'),
            -- staging tables
            ('hq_loader', false, 'schema', null, 'CREATE'),
            ('hq_loader', false, 'routine', null, 'EXECUTE'),
            ('hq_loader', false, 'table', null, 'SELECT'),
            ('hq_loader', false, 'table', null, 'INSERT'),
            -- counts; a retry that landed nothing leaves no line
            ('hq_loader', false, 'table', 'raw.loads', 'UPDATE'),
            ('hq_loader', false, 'table', 'raw.loads', 'DELETE'),
            -- a reject that landed after all
            ('hq_loader', false, 'table', 'raw.rejects', 'UPDATE'),
            -- a list that is corrected in place
            ('hq_loader', false, 'table', 'raw.manual_company_customers', 'UPDATE'),
            ('hq_builder', false, 'schema', null, 'USAGE'),
            ('hq_builder', false, 'table', null, 'SELECT'),
            ('hq_analyst', true, 'schema', null, 'USAGE'),
            ('hq_analyst', true, 'routine', null, 'EXECUTE'),
            ('hq_analyst', true, 'table', null, 'SELECT')
        ),

        schemas as (
            select oid, nspname, nspowner, nspacl, nspname <> 'raw' as is_built
            from pg_namespace
            where nspname = 'raw' or nspname = any({built})
        ),

        things (kind, name, owner, acl, is_built) as (
            select 'schema', oid::regnamespace::text, nspowner, nspacl, is_built from schemas
            union all
            select
                case when c.relkind = 'S' then 'sequence' else 'table' end,
                c.oid::regclass::text,
                c.relowner,
                c.relacl,
                s.is_built
            from pg_class as c
            inner join schemas as s on c.relnamespace = s.oid
            where
                c.relkind in ('r', 'p', 'v', 'm', 'f', 'S')
                and (s.is_built or not starts_with(c.relname, '_'))
                -- the sequence of a column goes with its table
                and not exists (
                    select from pg_depend as d
                    where
                        d.classid = 'pg_class'::regclass
                        and d.objid = c.oid
                        and d.deptype in ('a', 'i')
                        and c.relkind = 'S'
                )
            union all
            select 'routine', p.oid::regprocedure::text, p.proowner, p.proacl, s.is_built
            from pg_proc as p
            inner join schemas as s on p.pronamespace = s.oid
        ),

        ours as (
            select * from things
            where pg_has_role(owner, 'usage')
        ),

        wanted (kind, name, role, privilege) as (
            select o.kind, o.name, r.role, r.privilege
            from ours as o
            inner join rights as r on o.kind = r.kind and o.is_built = r.is_built
            where
                coalesce(r.name, o.name) = o.name
                -- only ingest init writes there
                and (o.name, r.privilege) <> ('raw.migrations', 'INSERT')
        ),

        held (kind, name, role, privilege) as (
            select o.kind, o.name, pg_get_userbyid(a.grantee), a.privilege_type
            from ours as o
            cross join aclexplode(o.acl) as a
            where
                pg_get_userbyid(a.grantee) in (select role from rights)
                and a.grantee <> o.owner
                and not (o.is_built and a.grantee = to_regrole('hq_builder'))
        ),

        statements (step, name, text) as (
            select
                case kind when 'schema' then 1 else 2 end,
                name,
                format('alter %s %s owner to hq_builder', kind, name)
            from ours
            where
                is_built
                and owner <> to_regrole('hq_builder')
                and pg_has_role('hq_builder', 'set')
            union all
            -- what a run makes is readable at once
            select
                3,
                nspname,
                format(
                    'alter default privileges for role hq_builder in schema %I '
                    'grant select on tables to hq_analyst',
                    nspname
                )
            from schemas as s
            where
                is_built
                and pg_has_role('hq_builder', 'usage')
                and not exists (
                    select from pg_default_acl as d
                    cross join aclexplode(d.defaclacl) as a
                    where
                        d.defaclrole = to_regrole('hq_builder')
                        and d.defaclnamespace = s.oid
                        and d.defaclobjtype = 'r'
                        and a.grantee = to_regrole('hq_analyst')
                        and a.privilege_type = 'SELECT'
                )
            union all
            select
                4,
                name,
                format(
                    'revoke %s on %s %s from %I cascade',
                    string_agg(lower(privilege), ', ' order by privilege), kind, name, role
                )
            from (table held except table wanted) as surplus
            group by kind, name, role
            union all
            select
                5,
                name,
                format(
                    'grant %s on %s %s to %I',
                    string_agg(lower(privilege), ', ' order by privilege), kind, name, role
                )
            from (table wanted except table held) as missing
            group by kind, name, role
        )

        select text from statements
        order by step, name, text
    loop
        execute statement;
        return next statement;
    end loop;
end
$body$;
comment on function extracted.keep_access() is
'Gives hq_loader, hq_builder and hq_analyst their rights and says what it changed; every dbt run '
'calls it, so manual grants to them on a schema, table or function are revoked by the next run.';
"""

_IN_USE = """
    select pg_has_role(p.proowner, 'usage')
    from pg_proc as p
    inner join pg_namespace as n on p.pronamespace = n.oid
    where n.nspname = 'extracted' and p.proname = 'keep_access'
"""

_FOREIGN = """
    select n.nspname, pg_get_userbyid(owner)
    from (
        select oid, nspowner from pg_namespace
        union
        select relnamespace, relowner from pg_class
        where not starts_with(relname, '_')
        union
        select pronamespace, proowner from pg_proc
    ) as thing (namespace, owner)
    inner join pg_namespace as n on namespace = n.oid
    where (n.nspname = 'raw' or n.nspname = any(%s)) and not pg_has_role(owner, 'usage')
    order by 1, 2
    limit 1
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
    found = conn.execute(_FOREIGN, (list(_BUILT),)).fetchone()
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
    hold(
        conn,
        _LOCK,
        lambda pid: err.print(f"Waiting for server process {pid}, which sets rights ..."),
    )
    created = []
    for schema in _BUILT:
        there = conn.execute("select to_regnamespace(%s) is not null", (schema,)).fetchone()
        if there != (True,):
            statement = f"create schema {schema} authorization {BUILDER}"
            conn.execute(statement.encode())
            created.append(statement)
    conn.execute(
        sql.SQL(_KEEP_ACCESS).format(
            built=sql.Literal(list(_BUILT)), lock=sql.Literal(_LOCK)
        )
    )
    changed = conn.execute("select changed from extracted.keep_access() as changed")
    return [*created, *(statement for (statement,) in changed)]


def _may(conn: Connection, condition: str) -> bool:
    query = f"select {condition} from pg_roles where rolname = current_user"  # noqa: S608
    return conn.execute(query.encode()).fetchone() == (True,)


def _user(conn: Connection) -> str:
    """The user whose rights count, quoted for SQL where its name needs it."""
    row = conn.execute("select quote_ident(current_user)").fetchone()
    return str(row[0]) if row else ""
