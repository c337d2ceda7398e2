"""What the modules about erasures start from: a key, and a warehouse whose sessions have it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.postgres import privacy_key
from ingest.postgres.connection import connect, session_parameters
from tests.support.scratch import Parameters
from tests.support.warehouse import empty_raw


@pytest.fixture(scope="module")
def key_file(tmp_path_factory: pytest.TempPathFactory, _built: Parameters) -> Iterator[Path]:
    """The file of a key that sessions of the module have, dbt's too; it leaves nobody erased."""
    path = tmp_path_factory.mktemp("privacy") / "key"
    privacy_key.make(path)
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setenv(privacy_key.VARIABLE, str(path))
        # what `ingest dbt` sets for dbt
        monkeypatch.setenv("PGOPTIONS", session_parameters()["options"])
        yield path
    assert "PGOPTIONS" not in os.environ
    with connect(application_name="tests") as conn:
        empty_raw(conn)
