"""The example files, and what tests/expected/examples.yml says of them."""

from __future__ import annotations

from typing import Any

import yaml

from ingest.feeds.options import FeedOptions
from ingest.load.load import LoadOptions, LoadSummary, load_file
from ingest.postgres.connection import Connection
from ingest.workflows.registry import load_registry
from tests.support.warehouse import PROJECT

EXAMPLES = PROJECT / "examples"
EXPECTED: dict[str, Any] = yaml.safe_load(
    (PROJECT / "tests" / "expected" / "examples.yml").read_text(encoding="utf-8")
)
FILES: dict[str, dict[str, Any]] = EXPECTED["files"]


def said_of(name: str) -> dict[str, Any]:
    """What is said about an example file beside its workflow, by the field of ``FeedOptions``."""
    said: dict[str, Any] = FILES[name].get("said", {})
    return said


def options_of(name: str) -> list[str]:
    """The words of ``ingest load`` that say all of it."""
    workflow = FILES[name]["workflow"]
    said = ({"workflow": workflow} if workflow else {}) | said_of(name)
    return [word for key, value in said.items() for word in (f"--{key.replace('_', '-')}", value)]


def load_examples(conn: Connection) -> dict[str, LoadSummary]:
    """Load every example file; what the loader says of each, by its name."""
    registry = load_registry()
    summaries = {}
    for name, file in FILES.items():
        workflow = registry.resolve(file["workflow"]) if file["workflow"] else None
        feed = FeedOptions(**said_of(name)).found(conn)
        options = LoadOptions(registry=registry, workflow=workflow, feed=feed)
        summaries[name] = load_file(conn, str(EXAMPLES / name), options)
    return summaries
