"""What dbt cannot be asked to say of its seeds, because it ends with a traceback before."""

from __future__ import annotations

import csv
from pathlib import Path

from ingest.errors import IngestError


def require_readable(project: Path) -> None:
    """Check that the reviewed CSVs of a project are UTF-8.

    Raises:
        IngestError: One is not; with file, line and column.
    """
    for path in sorted((project / "seeds").rglob("*.csv")):
        content = path.read_bytes()
        try:
            content.decode()
        except UnicodeDecodeError as fault:
            line = content.count(b"\n", 0, fault.start) + 1
            raise IngestError(
                f"{_column(content, fault.start)} holds a byte that is not UTF-8"
                f" (0x{content[fault.start]:02x})",
                where=f"{path.relative_to(project)}, line {line}",
                hint="save the file as UTF-8",
            ) from fault


def _column(content: bytes, place: int) -> str:
    """The column of a place, named if the header names it."""
    before = content[content.rfind(b"\n", 0, place) + 1 : place].decode(errors="replace")
    header = content.partition(b"\n")[0].decode("utf-8-sig", errors="replace")
    number = len(next(csv.reader([f"{before}x"])))
    names = next(csv.reader([header.strip()]), [])
    return names[number - 1] if number <= len(names) else f"cell {number}"
