"""The service over the built examples, asked as callers do: by HTTP, in this process."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from starlette.testclient import TestClient

from hq_api import kept
from hq_api.app import create_app
from hq_api.settings import Settings
from tests.support.example_files import load_examples
from tests.support.scenario import scenario
from tests.support.scratch import Parameters
from tests.support.warehouse import Warehouse

Serve = Callable[..., TestClient]


@pytest.fixture(scope="package", autouse=True)
def _nothing_is_kept() -> Iterator[None]:
    """Tests change rows without a build, and nothing else tells the service that they changed."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kept, "WORTH_KEEPING", math.inf)
        yield


@pytest.fixture(scope="package")
def built(_built: Parameters) -> Iterator[Warehouse]:
    """The examples, loaded and built."""
    with scenario() as warehouse:
        load_examples(warehouse.conn)
        warehouse.build()
        yield warehouse


@pytest.fixture(scope="package")
def serve() -> Iterator[Serve]:
    """Starts the service; its arguments are those of the settings."""
    with ExitStack() as stack:

        def start(**settings: object) -> TestClient:
            # all stay open until the end, and the server takes sixty connections
            quick = {"with_keys": False, "rate": 100_000.0, "connections": 2, **settings}
            app = create_app(Settings(**quick))  # type: ignore[arg-type]
            return stack.enter_context(
                TestClient(app, base_url="http://localhost", raise_server_exceptions=False)
            )

        yield start


@pytest.fixture(scope="package")
def http(built: Warehouse, serve: Serve) -> TestClient:
    """The service over the examples, open to everybody."""
    assert built
    return serve()
