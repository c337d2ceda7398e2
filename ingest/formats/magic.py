"""Files that are no text at all, told by their first bytes."""

from __future__ import annotations

_KINDS = {
    b"PK\x03\x04": "a ZIP archive or Excel workbook",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook",
    b"BZh": "a bzip2 archive",
    b"\xfd7zXZ": "an xz archive",
    b"PAR1": "a Parquet file",
    b"SQLite": "an SQLite database",
    b"%PDF-": "a PDF document",
}


def foreign_kind(head: bytes) -> str | None:
    """What the file with these first bytes is, if it is known to be no text."""
    return next((kind for magic, kind in _KINDS.items() if head.startswith(magic)), None)
