"""``ingest api``: the HTTP service, and who may use it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.util import find_spec
from typing import TYPE_CHECKING

import click

from ingest.commands.common import chosen_workflow, json_option
from ingest.errors import IngestError
from ingest.postgres.connection import connect
from ingest.schema.migrate import require_initialised
from ingest.terminal.screen import emit_json, out, say
from ingest.terminal.tables import print_table
from ingest.workflows.registry import load_registry

if TYPE_CHECKING:
    from hq_api.keys import Key

_NEEDED = ("starlette", "uvicorn", "psycopg_pool", "jinja2", "prometheus_client", "yaml")
_SCOPES = ("read:companies", "read:people", "export", "write:raw")


@click.group("api", epilog="Example: ingest api serve --no-auth")
def command() -> None:
    """Serve the answers over HTTP, and take payloads in."""


@command.command("serve", epilog="Example: ingest api serve --port 8080 --workers 2")
@click.option("--host", default="127.0.0.1", show_default=True, help="Where to listen.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8080,
    show_default=True,
    help="Where to listen; 0 for any free port.",
)
@click.option(
    "--workers",
    type=click.IntRange(1, 64),
    default=1,
    show_default=True,
    help="How many processes serve.",
)
@click.option("--no-auth", is_flag=True, help="Ask for no key; on loopback only.")
@click.option(
    "--rate",
    type=click.FloatRange(1, 1_000_000),
    default=100.0,
    show_default=True,
    help="Requests a second that one key may make.",
)
@click.option("--base-path", default="", help="What a proxy puts before every path, such as /hq.")
@click.option(
    "--proxies",
    default="127.0.0.1",
    show_default=True,
    help="Addresses whose X-Forwarded headers are believed, separated by commas.",
)
def serve_command(
    *,
    host: str,
    port: int,
    workers: int,
    no_auth: bool,
    rate: float,
    base_path: str,
    proxies: str,
) -> None:
    """Serve the HQ Database API until told to stop; answers under way are finished.

    The description of all that can be asked is under /openapi.json. The log, one line of JSON for
    each request, goes to standard error and holds neither payloads nor keys nor persons.
    """
    _require_extra()
    from hq_api.keys import keys  # noqa: PLC0415 - the extra may be missing
    from hq_api.serve import serve  # noqa: PLC0415
    from hq_api.settings import Settings  # noqa: PLC0415

    with connect() as conn:
        require_initialised(conn)
        has_keys = any(key.is_valid(datetime.now(UTC)) for key in keys(conn))
    if not has_keys and not no_auth:
        raise IngestError(
            "there is no valid key, so nobody could ask anything",
            hint="make one with ingest api keys create, or give --no-auth to serve this machine",
        )
    settings = Settings(with_keys=not no_auth, workers=workers, rate=rate)
    serve(
        host,
        port,
        settings,
        base_path=base_path,
        proxies=proxies,
        announce=lambda address: say(
            f"Serving {address}, {'without keys' if no_auth else 'with keys'}; Ctrl-C ends it."
        ),
    )


@command.group("keys", epilog="Example: ingest api keys create crm --scope read:companies")
def keys_group() -> None:
    """Make, list and revoke keys of the HTTP service."""


@keys_group.command("create", epilog="Example: ingest api keys create crm --scope read:companies")
@click.argument("name")
@click.option(
    "--scope",
    "scopes",
    type=click.Choice(_SCOPES),
    multiple=True,
    required=True,
    help="What the key allows; may be given several times.",
)
@click.option(
    "--workflow",
    "workflows",
    multiple=True,
    help="With write:raw: only payloads of this workflow; may be given several times.",
)
@click.option(
    "--expires",
    type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"]),
    help="From when on it is no longer valid, in UTC.",
)
@json_option
def create_command(
    name: str,
    scopes: Sequence[str],
    workflows: Sequence[str],
    expires: datetime | None,
    as_json: bool,
) -> None:
    """Make a key and show it, this once: only a hash of it is kept."""
    _require_extra()
    from hq_api import keys  # noqa: PLC0415 - the extra may be missing

    registry = load_registry()
    chosen = [chosen_workflow(registry, workflow) for workflow in workflows]
    slugs = [workflow.slug for workflow in chosen if workflow]
    if slugs and keys.WRITE_RAW not in scopes:
        raise click.UsageError("--workflow limits what --scope write:raw allows; give both")
    with connect() as conn:
        require_initialised(conn)
        key, text = keys.create(
            conn,
            name,
            list(dict.fromkeys(scopes)),
            slugs or None,
            expires.replace(tzinfo=UTC) if expires else None,
        )
    if as_json:
        emit_json({"key": text, **_shown(key)})
        return
    say(f"Key {key.name} for {', '.join(key.scopes)}; it is shown once:")
    click.echo(text)


@keys_group.command("list", epilog="Example: ingest api keys list --json")
@json_option
def list_command(as_json: bool) -> None:
    """List all keys, revoked ones included."""
    _require_extra()
    from hq_api import keys  # noqa: PLC0415 - the extra may be missing

    with connect() as conn:
        require_initialised(conn)
        found = keys.keys(conn)
    if as_json:
        emit_json([_shown(key) for key in found])
        return
    if not found:
        say("There are no keys; ingest api keys create makes one.")
        return
    print_table(
        out,
        ("name", "id", "scopes", "workflows", "last used", "state"),
        [
            (
                key.name,
                key.id,
                ", ".join(key.scopes),
                "all" if key.workflows is None else ", ".join(key.workflows),
                _moment(key.last_used_at) or "never",
                _state(key),
            )
            for key in found
        ],
    )


@keys_group.command("revoke", epilog="Example: ingest api keys revoke crm")
@click.argument("name")
@json_option
def revoke_command(name: str, as_json: bool) -> None:
    """Revoke a key, by its name or id; a running service refuses it within five seconds."""
    _require_extra()
    from hq_api import keys  # noqa: PLC0415 - the extra may be missing

    with connect() as conn:
        require_initialised(conn)
        key = keys.revoke(conn, name)
    if as_json:
        emit_json(_shown(key))
        return
    say(f"Key {key.name} is revoked.")


def _require_extra() -> None:
    missing = [name for name in _NEEDED if find_spec(name) is None]
    if missing:
        raise IngestError(
            f"the HTTP service is not installed ({', '.join(missing)} missing)",
            hint="pip install -c constraints.txt -e '.[api]'",
        )


def _shown(key: Key) -> dict[str, object]:
    return {
        "id": key.id,
        "name": key.name,
        "scopes": key.scopes,
        "workflows": key.workflows,
        "created_at": key.created_at,
        "expires_at": key.expires_at,
        "revoked_at": key.revoked_at,
        "last_used_at": key.last_used_at,
        "state": _state(key),
    }


def _state(key: Key) -> str:
    if key.revoked_at is not None:
        return "revoked"
    return "valid" if key.is_valid(datetime.now(UTC)) else "expired"


def _moment(at: datetime | None) -> str:
    return at.astimezone(UTC).isoformat(sep=" ", timespec="seconds") if at else ""
