"""What the tests of sending share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ingest.postgres.connection import Connection
from tests.outbound.sending import Sending, quick
from tests.support.receiving_end import ReceivingEnd


@pytest.fixture
def sending(db: Connection, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sending]:
    """An initialised database, a receiving end that answers 200, and a destination."""
    quick(monkeypatch)
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    with ReceivingEnd() as there:
        made = Sending(db, there, monkeypatch)
        made.destination()
        yield made
