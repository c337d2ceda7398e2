"""What several modules about loading start from."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.postgres.connection import Connection


@pytest.fixture
def folder(db: Connection, tmp_path: Path) -> Path:  # noqa: ARG001 - its database is used
    """An empty drop folder, and a database to drop into."""
    path = tmp_path / "drop"
    path.mkdir()
    return path
