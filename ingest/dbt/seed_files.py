"""What dbt cannot be asked to say of its seeds, because it ends with a traceback before."""

from __future__ import annotations

import csv
import re
from pathlib import Path

from ingest.errors import IngestError

# dbt and PostgreSQL end with words of their own at these, without the file
_UNREADABLE = re.compile(rb"[\x00\x1e]")


def require_readable(project: Path) -> None:
    """Check that dbt can read the reviewed CSVs of a project, which are UTF-8.

    Raises:
        IngestError: It cannot read one; with file, line and column.
    """
    for path in sorted((project / "seeds").rglob("*.csv")):
        content = path.read_bytes()
        fault = _fault(content)
        if fault is not None:
            place, what, hint = fault
            line = content.count(b"\n", 0, place) + 1
            raise IngestError(
                f"{_column(content, place)} holds {what}",
                where=f"{path.relative_to(project)}, line {line}",
                hint=hint,
            )


def _fault(content: bytes) -> tuple[int, str, str] | None:
    """Where a file cannot be read, why, and what to do about it."""
    try:
        content.decode()
    except UnicodeDecodeError as fault:
        byte = content[fault.start]
        return fault.start, f"a byte that is not UTF-8 (0x{byte:02x})", "save the file as UTF-8"
    unreadable = _UNREADABLE.search(content)
    if unreadable:
        byte = content[unreadable.start()]
        return unreadable.start(), f"a control character (0x{byte:02x})", "take it out"
    place = 0
    for line in content.splitlines(keepends=True):
        if len(line) > csv.field_size_limit():
            what = f"more than {csv.field_size_limit():,} bytes with the cells before it"
            return place + csv.field_size_limit(), what, "shorten it"
        place += len(line)
    return None


def _column(content: bytes, place: int) -> str:
    """The column of a place, named if the header names it."""
    before = content[content.rfind(b"\n", 0, place) + 1 : place].decode(errors="replace")
    header = content.partition(b"\n")[0].decode("utf-8-sig", errors="replace")
    number = len(next(csv.reader([f"{before}x"])))
    names = next(csv.reader([header.strip()]), [])
    return names[number - 1] if number <= len(names) else f"cell {number}"
