"""Content that the ledger knows is not loaded again, however it is packed."""

from __future__ import annotations

import gzip
import hashlib
from pathlib import Path

import pytest
import zstandard

from ingest.postgres.connection import Connection
from tests.support.dropping import company
from tests.support.ingesting import load, rows, written


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "companies.ndjson"


def compressed(content: bytes) -> dict[str, bytes]:
    return {
        "as it is": content,
        "gzip": gzip.compress(content, mtime=1),
        "gzip, on another day": gzip.compress(content, mtime=2),
        "zstd": zstandard.ZstdCompressor().compress(content),
    }


@pytest.mark.parametrize("first", compressed(b""))
def test_what_is_inside_loads_once_however_it_is_compressed(
    db: Connection, file: Path, first: str
) -> None:
    forms = compressed(company("a"))
    file.write_bytes(forms.pop(first))
    assert load(file).exit_code == 0
    for form in forms.values():
        file.write_bytes(form)
        assert "already loaded" in load(file).stderr
    assert written(db) == (1, 1, 0)


def test_what_the_ledger_knows_by_its_compressed_bytes_stays_known(
    db: Connection, file: Path
) -> None:
    file.write_bytes(gzip.compress(company("a")))
    assert load(file).exit_code == 0
    # as releases wrote it that did not look inside
    as_it_came = hashlib.sha256(file.read_bytes()).hexdigest()
    db.execute("update raw.loads set file_sha256 = %s", (as_it_came,))
    db.commit()
    assert "already loaded" in load(file).stderr
    assert load(file, "--force").exit_code == 0
    assert rows(db, "select forced from raw.loads order by started_at") == [(False,), (True,)]
