"""``ingest workflows``: the registry, and what becomes of each workflow's records."""

from __future__ import annotations

from typing import Any

import click

from ingest.commands.common import json_option
from ingest.terminal.screen import emit_json, show
from ingest.workflows.feeds import Feed, feed_of
from ingest.workflows.registry import Registry, Workflow, load_registry
from ingest.workflows.routes import NoRouteError, Route, filled_by, route_of


@click.command(epilog="Example: ingest workflows --json")
@json_option
def command(as_json: bool) -> None:
    """List the registered workflows: slug, where they land, what they feed, how keys are found.

    Workflows with columns take tables (CSV, TSV, or JSON with the same keys); a file must have the
    columns marked *.

    A workflow is registered by a line in seeds/registry/workflows.csv.
    """
    registry = load_registry()
    entries = [_entry(registry, workflow) for workflow in registry.workflows.values()]
    if as_json:
        emit_json(entries)
        return
    for entry in entries:
        show(entry["workflow_slug"], style="bold")
        show(f"  {entry['description']}")
        for label in ("lands_in", "feeds", "key", "columns", "aliases"):
            value = entry[label]
            words = ", ".join(value) if isinstance(value, list) else value
            show(f"  {label.replace('_', ' '):9} {words or '-'}")


def _entry(registry: Registry, workflow: Workflow) -> dict[str, Any]:
    feed = feed_of(workflow)
    return {
        "workflow_slug": workflow.slug,
        "provider": workflow.provider,
        "platform": workflow.platform,
        "payload_type": workflow.payload_type,
        "entity_type": workflow.entity_type,
        "description": workflow.description,
        **(_payload_landing(workflow) if feed is None else _feed_landing(feed)),
        "aliases": [alias for alias, slug in registry.aliases.items() if slug == workflow.slug],
    }


def _payload_landing(workflow: Workflow) -> dict[str, Any]:
    try:
        route = route_of(workflow)
    except NoRouteError as fault:
        return {"lands_in": None, "feeds": [], "key": f"none: {fault}", "columns": []}
    return {
        "lands_in": f"raw.{route.table}",
        "feeds": list(filled_by(workflow)),
        "key": _key_rule(route),
        "columns": [],
    }


def _feed_landing(feed: Feed) -> dict[str, Any]:
    return {
        "lands_in": f"raw.{feed.table}",
        "feeds": list(feed.fills),
        "key": feed.rule(),
        "columns": [f"{c.title}{'*' if c.expected else ''}" for c in feed.columns],
    }


def _key_rule(route: Route) -> str:
    key, *others = route.required
    names = [name for name in route.names if name != key]
    rule = f"{key} (or {', '.join(names)})" if names else key
    stand_ins = [name for name in route.bare_keys if name != key]
    if stand_ins:
        rule += f", else {' or '.join(stand_ins)} of the payload"
    if others:
        rule += f"; {' and '.join(others)} required too"
    for columns in route.instead:
        rule += f", else {' and '.join(columns)}"
    if route.wrapper_keys:
        rule += f"; records or payloads stand under {', '.join(route.wrapper_keys)}, too"
    if not route.bare_keys:
        rule += " (envelopes only)"
    return rule
