"""The example files, and what tests/expected/examples.yml says of them."""

from __future__ import annotations

from typing import Any

import yaml

from ingest.load.load import LoadOptions, LoadSummary, load_file
from ingest.postgres.connection import Connection
from ingest.workflows.registry import load_registry
from tests.support.warehouse import PROJECT

EXAMPLES = PROJECT / "examples"
EXPECTED: dict[str, Any] = yaml.safe_load(
    (PROJECT / "tests" / "expected" / "examples.yml").read_text(encoding="utf-8")
)
FILES: dict[str, dict[str, Any]] = EXPECTED["files"]


def load_examples(conn: Connection) -> dict[str, LoadSummary]:
    """Load every example file; what the loader says of each, by its name."""
    registry = load_registry()
    summaries = {}
    for name, file in FILES.items():
        workflow = registry.resolve(file["workflow"]) if file["workflow"] else None
        options = LoadOptions(registry=registry, workflow=workflow)
        summaries[name] = load_file(conn, str(EXAMPLES / name), options)
    return summaries
