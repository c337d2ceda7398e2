"""Files of table rows: where the examples of each feed are, and loading them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from click.testing import Result

from ingest.postgres.connection import Connection
from ingest.workflows.feeds import FEEDS
from tests.support.ingesting import load, value
from tests.support.warehouse import PROJECT

DATA = PROJECT / "tests" / "data" / "feeds"
LEADS, MANUAL, FIRMS = "salesnav-export", "manual-company-customers", "vc-firms"
PORTFOLIO, CRUNCHBASE = "vc-portfolio", "crunchbase-vc-portfolio"

Write = Callable[..., Path]


def load_feed(workflow: str, path: Path, *options: str) -> Result:
    """Load a file of a feed."""
    return load(path, *options, workflow=workflow)


def loaded(workflow: str, path: Path, *options: str) -> None:
    """Load a file of a feed, which has to succeed."""
    result = load_feed(workflow, path, *options)
    assert result.exit_code == 0, result.output


def count(db: Connection, workflow: str) -> int:
    """How many rows of a feed there are."""
    return int(value(db, f"select count(*) from raw.{FEEDS[workflow].table}"))


def changes(result: Result) -> dict[str, int]:
    """What a load with `--json` says it has done to rows that are kept once."""
    found = json.loads(result.stdout)["files"][0]["changes"]
    assert isinstance(found, dict)
    return found


def as_csv(*table: tuple[object, ...]) -> str:
    """A CSV of rows whose cells need no quotes."""
    return "".join(",".join(map(str, row)) + "\n" for row in table)
