"""A key of tombstones for the sessions of some tests, dbt's too."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ingest.postgres import privacy_key
from ingest.postgres.connection import connect, session_parameters
from tests.support.emptying import empty_raw


def use_key(monkeypatch: pytest.MonkeyPatch, path: Path) -> None:
    """Have sessions use the key of a file, or none if there is no such file."""
    monkeypatch.setenv(privacy_key.VARIABLE, str(path))
    monkeypatch.delenv("PGOPTIONS", raising=False)
    # what `ingest dbt` sets for dbt
    monkeypatch.setenv("PGOPTIONS", session_parameters().get("options", ""))


@contextmanager
def with_new_key(folder: Path) -> Iterator[Path]:
    """The file of a key that sessions have meanwhile; it leaves nobody erased."""
    path = folder / "privacy.key"
    privacy_key.make(path)
    with pytest.MonkeyPatch.context() as monkeypatch:
        use_key(monkeypatch, path)
        yield path
    with connect(application_name="tests") as conn:
        empty_raw(conn)
