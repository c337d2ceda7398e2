"""What several commands share: the option --json, the workflow named, counts in words."""

from __future__ import annotations

from collections.abc import Mapping

import click

from ingest.errors import IngestError, UsageError
from ingest.workflows.feeds import feed_of
from ingest.workflows.registry import Registry, UnknownWorkflowError, Workflow
from ingest.workflows.routes import NoRouteError, route_of

json_option = click.option(
    "--json", "as_json", is_flag=True, help="One JSON document on standard output."
)


def chosen_workflow(registry: Registry, name: str | None) -> Workflow | None:
    """The workflow of the option --workflow.

    Raises:
        UsageError: It is not registered.
        IngestError: Its records cannot land.
    """
    if name is None:
        return None
    try:
        workflow = registry.resolve(name)
        if feed_of(workflow) is None:
            route_of(workflow)
    except UnknownWorkflowError as fault:
        raise UsageError(str(fault)) from fault
    except NoRouteError as fault:
        raise IngestError(str(fault)) from fault
    return workflow


def in_tables(tables: Mapping[str, int]) -> str:
    """Rows by raw table, in brackets and ready to follow their sum; "" if there are none."""
    words = ", ".join(f"{n:,} in raw.{table}" for table, n in tables.items())
    return f" ({words})" if words else ""


def by_reason(reasons: Mapping[str, int]) -> str:
    """Rejects by reason, in brackets."""
    return f"({', '.join(f'{reason} {n:,}' for reason, n in reasons.items())})"
