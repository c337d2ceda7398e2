"""What every file of code keeps to, as far as a test can tell."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.support.warehouse import PROJECT

LONGEST = 400  # lines
FOLDERS = ("ingest", "hq_api", "macros", "models", "functions", "seeds", "tests", "bench", "docs")
CODE = [
    path
    for folder in FOLDERS
    for path in sorted((PROJECT / folder).rglob("*"))
    if path.suffix in (".py", ".sql")
]
# where texts pass that somebody else has written
RECEIVING = [
    *(PROJECT / "ingest" / folder for folder in ("feeds", "payloads", "workflows")),
    PROJECT / "ingest/formats/delimited.py",
]


def test_no_file_is_too_long_to_read_but_what_is_generated() -> None:
    def is_made(path: Path) -> bool:
        return "made by seeds/vocabularies/renew.py" in path.read_text(encoding="utf-8")[:200]

    lengths = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in CODE}
    assert len(lengths) > 300
    assert [str(path) for path, n in lengths.items() if n > LONGEST and not is_made(path)] == []


@pytest.mark.parametrize("path", [path for path in CODE if {path, path.parent} & {*RECEIVING}])
def test_received_text_is_trimmed_in_one_way(path: Path) -> None:
    """That of ingest.characters, which the SQL functions share."""
    assert re.findall(r".*(?:\.strip\(\)|\bstr\.strip\b).*", path.read_text(encoding="utf-8")) == []
