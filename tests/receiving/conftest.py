"""What several modules about receiving start from."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from hq_api.receiving.delivery import Delivery, Outcome
from hq_api.receiving.receive import receive
from ingest.postgres.connection import Connection, connect
from ingest.schema.migrate import migrate
from ingest.workflows.registry import load_registry
from tests.support.ingesting import FIRMOGRAPHICS
from tests.support.receiving import Service, service
from tests.support.scratch import Parameters

Deliver = Callable[..., Outcome]


@pytest.fixture
def deliver(db: Connection) -> Iterator[Deliver]:
    """Takes a delivery of JSON for firmographics, unless it is told otherwise."""
    registry = load_registry()
    assert db

    with connect() as conn:

        def make(body: bytes, workflow: str | None = FIRMOGRAPHICS, **said: object) -> Outcome:
            named = {"content_type": "application/json", "key_name": "tests", **said}
            return receive(conn, Delivery(workflow, body, **named), registry)  # type: ignore[arg-type]

        yield make


@pytest.fixture(scope="module")
def served(server: Parameters) -> Iterator[Service]:
    """The receiver as a process of its own, for a module; its tests take `db` as well."""
    assert server
    with connect() as conn:
        migrate(conn)
    with service() as made:
        yield made
