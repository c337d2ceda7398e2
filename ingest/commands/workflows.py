"""``ingest workflows``: the registry, and what becomes of each workflow's records."""

from __future__ import annotations

from typing import Any

import click

from ingest.registry import Registry, Workflow, load_registry
from ingest.screen import emit_json, out
from ingest.workflows import TABULAR_FEEDS, NoRouteError, Route, route_of


@click.command(epilog="Example: ingest workflows --json")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")
def command(as_json: bool) -> None:
    """List the registered workflows: slug, where they land, what they feed, how keys are found.

    A workflow is registered by a line in seeds/workflows.csv.
    """
    registry = load_registry()
    entries = [_entry(registry, workflow) for workflow in registry.workflows.values()]
    if as_json:
        emit_json(entries)
        return
    for entry in entries:
        out.print(f"[bold]{entry['workflow_slug']}[/bold]")
        out.print(f"  {entry['description']}", markup=False)
        for label in ("lands_in", "feeds", "key", "aliases"):
            value = entry[label]
            words = ", ".join(value) if isinstance(value, list) else value
            out.print(f"  {label.replace('_', ' '):9} {words or '-'}", markup=False)


def _entry(registry: Registry, workflow: Workflow) -> dict[str, Any]:
    try:
        route = route_of(workflow)
    except NoRouteError as fault:
        table = TABULAR_FEEDS.get(workflow.slug)
        landing: dict[str, Any] = {
            "lands_in": f"raw.{table}" if table else None,
            "feeds": [],
            "key": f"none yet: {fault}",
        }
    else:
        landing = {
            "lands_in": f"raw.{route.table}",
            "feeds": [name if "." in name else f"extracted.{name}" for name in route.feeds],
            "key": _key_rule(route),
        }
    return {
        "workflow_slug": workflow.slug,
        "provider": workflow.provider,
        "platform": workflow.platform,
        "payload_type": workflow.payload_type,
        "entity_type": workflow.entity_type,
        "description": workflow.description,
        **landing,
        "aliases": [alias for alias, slug in registry.aliases.items() if slug == workflow.slug],
    }


def _key_rule(route: Route) -> str:
    key, *others = route.required
    rule = key
    stand_ins = [name for name in route.bare_keys if name != key]
    if stand_ins:
        rule += f", else {' or '.join(stand_ins)} of the payload"
    if others:
        rule += f"; {' and '.join(others)} required too"
    if not route.bare_keys:
        rule += " (envelopes only)"
    return rule
