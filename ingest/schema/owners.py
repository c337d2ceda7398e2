"""Whose the schemas of the warehouse are: one that somebody else has made is not taken over."""

from __future__ import annotations

from collections.abc import Sequence

from ingest.errors import IngestError
from ingest.postgres.connection import Connection, describe
from ingest.postgres.statements import statement
from ingest.project import BUILT_SCHEMAS, OWN_SCHEMA

BUILDER = "hq_builder"
_OURS = ("raw", "privacy")
_ALL = (*_OURS, *BUILT_SCHEMAS, OWN_SCHEMA)

_IS_SET_UP = """
    select exists (
        select from pg_class as c
        inner join pg_namespace as n on c.relnamespace = n.oid
        where n.nspname = 'raw' and c.relname = 'loads'
    )
"""


def refuse_foreign_schemas(conn: Connection) -> None:
    """Check that what ``ingest init`` writes into belongs to somebody who may have it.

    That is this user, the owner of the database, a superuser, who set the warehouse up, or a role
    of theirs. Before it is set up, that goes for all of its schemas and what is in them; later for
    those that ingest writes, because dbt's may have been given to another login.

    Raises:
        IngestError: One belongs to somebody else.
    """
    is_set_up = conn.execute(_IS_SET_UP.encode()).fetchone() == (True,)
    _refuse(conn, _OURS if is_set_up else _ALL, with_content=not is_set_up, then="ingest init")


def refuse_foreign_schemas_for_roles(conn: Connection) -> None:
    """Check likewise, for ``ingest init --roles``, all of the schemas that it gives to the builder.

    What somebody else has built in one of ours becomes the builder's. In a schema of his own it may
    be a function that runs with its owner's rights: it would run with the builder's.

    Raises:
        IngestError: One belongs to somebody else.
    """
    _refuse(conn, _ALL, with_content=False, then="ingest init --roles")


def _refuse(conn: Connection, schemas: Sequence[str], *, with_content: bool, then: str) -> None:
    found = conn.execute(
        statement("ingest.schema", "untrusted_owners"),
        {"schemas": list(schemas), "builder": BUILDER, "with_content": with_content},
    ).fetchone()
    if found is None:
        return
    schema, owner, is_schema, user = found
    drop = f'"drop schema {schema} cascade;"'
    if is_schema:
        what = f"schema {schema} belongs to {owner}, who may drop whatever is in it"
        mend = (
            f'"alter schema {schema} owner to {user};" if it is meant for the warehouse, or {drop}'
        )
    else:
        what = f"{owner} has something in schema {schema}, which could act for others who use it"
        mend = f"{drop}, or drop what is {owner}'s in it,"
    raise IngestError(
        what, where=describe(conn), hint=f"let a superuser run {mend} and then run {then} again"
    )
