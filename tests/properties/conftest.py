"""A stage for histories: a connection of the package's own, and the project in several states."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ingest.postgres.connection import connect
from tests.properties.play import Stage
from tests.properties.projects import states
from tests.support.privacy import with_new_key


@pytest.fixture(scope="package")
def stage(_built: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """The session's scratch database; after the package it holds the project's own seeds again."""
    folder = tmp_path_factory.mktemp("properties")
    with with_new_key(folder), connect(application_name="tests") as conn:
        made = Stage(conn, states(folder), folder)
        yield made
        made.bring_back()
