"""The floor of loading: COPY of rows that are ready, as text, into a table like the raw one.

    python bare_copy.py FILE STATEMENT

The PG variables name the server.
"""

from __future__ import annotations

import sys
from pathlib import Path

import psycopg


def main(file: Path, statement: str) -> None:
    """Send the file in one transaction."""
    with (
        psycopg.connect() as conn,
        file.open("rb") as rows,
        conn.cursor().copy(statement.encode()) as sink,
    ):
        while block := rows.read(1 << 20):
            sink.write(block)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
