"""``ingest init``: create or upgrade the raw schema, and give the roles their rights."""

from __future__ import annotations

from dataclasses import asdict

import click

from ingest.commands.common import json_option
from ingest.landing.helpers import drop_abandoned
from ingest.postgres.connection import connect, describe
from ingest.schema.migrate import Migration, migrate, migrations
from ingest.schema.owners import BUILDER
from ingest.schema.roles import ROLES, Access, grant_access, renew_access
from ingest.schema.stamps import Stamped, guard
from ingest.terminal.screen import emit_json, say

_HOW_TO_JOIN = (
    "",
    "Put a login into the role it works as, on the server once:",
    f"    create role nightly login in role {BUILDER};",
    f"    alter role nightly set role {BUILDER};  -- so that what it makes belongs to the role",
)


@click.command("init", epilog="Example: ingest init --json  |  ingest init --roles")
@click.option(
    "--roles",
    "with_roles",
    is_flag=True,
    help=f"Create the roles {', '.join(ROLES)} and give them their rights.",
)
@json_option
def command(with_roles: bool, as_json: bool) -> None:
    """Create the schemas, raw tables and ledger, or upgrade them to this release.

    Safe to run again and by several at once: each migration is applied once, in one transaction.
    Where triggers of raw tables were switched off (pg_restore --disable-triggers), they are put
    right, and the next dbt run reads what came meanwhile.

    With --roles, one role loads, one builds and owns what it builds, one reads the result; they
    are for logins to be put into. A database that was set up so keeps its rights in order from
    then on, in every ingest init and every dbt run. Without --roles no role is made.
    """
    with connect() as conn:
        target = describe(conn)
        say(f"Writing to {target}.")
        applied = migrate(conn)
        drop_abandoned(conn)
        _show_migrations(applied)
        stamped = guard(conn)
        _show_stamped(stamped)
        access = grant_access(conn) if with_roles else renew_access(conn)
    if access is not None:
        _show_access(access)
    if with_roles:
        _show_roles()
    if as_json:
        emit_json(
            {
                "database": target,
                "applied": [{"number": step.number, "name": step.name} for step in applied],
                "version": max(step.number for step in migrations()),
                "stamped": [asdict(table) for table in stamped],
                "access": access and asdict(access),
            }
        )


def _show_migrations(applied: list[Migration]) -> None:
    for step in applied:
        say(f"Applied {step.number:04} {step.name.replace('_', ' ')}.")
    if not applied:
        say("Nothing to do: the raw schema is up to date.")


def _show_stamped(stamped: list[Stamped]) -> None:
    for table in stamped:
        say(
            f"Put the triggers of raw.{table.name} right: {table.rows:,} rows came without a stamp "
            "of their own, and the next run reads them."
        )


def _show_access(access: Access) -> None:
    if access.created:
        say(f"Created {', '.join(access.created)}.")
    if access.changed:
        say(f"Changed owners and rights: {len(access.changed)} statements (see --json).")
    else:
        say("Nothing to do: owners and rights are as they should be.")


def _show_roles() -> None:
    for name, does in ROLES.items():
        say(f"{name:10}  {does}")
    for line in _HOW_TO_JOIN:
        say(line)
