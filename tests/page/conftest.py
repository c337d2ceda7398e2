"""The service with its pages, in this process."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from starlette.testclient import TestClient

from hq_api.app import create_app
from hq_api.settings import Settings

Serve = Callable[..., TestClient]
LOCAL = "http://localhost"


@pytest.fixture(scope="module")
def serve() -> Iterator[Serve]:
    """Starts the service at an origin and below a path; other arguments are settings."""
    with ExitStack() as stack:

        def start(*, root: str = "", origin: str | None = None, **said: object) -> TestClient:
            settings = {"with_keys": False, "rate": 100_000.0, **said}
            client = TestClient(
                create_app(Settings(**settings)),  # type: ignore[arg-type]
                base_url=origin or ("http://hq.example" if said.get("with_keys") else LOCAL),
                raise_server_exceptions=False,
                root_path=root,
                follow_redirects=False,
                headers={"accept": "text/html"},
            )
            return stack.enter_context(client)

        yield start
