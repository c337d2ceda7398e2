"""What modules of the models share."""

from __future__ import annotations

import pytest

from ingest.postgres.connection import Connection
from tests.support.scratch import Parameters


@pytest.fixture
def functions(_built: Parameters, db: Connection) -> Connection:
    """A connection to a database in which dbt made the functions."""
    return db
