"""The reviewed CSVs under ``seeds/``, which dbt loads into tables.

The loader reads the files themselves: it works before there are tables of them.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from ingest.characters import trim
from ingest.errors import IngestError
from ingest.project import seeds_dir

# Where a null marker means nothing in any text, and not only at the end of an address.
_ANYWHERE = ("text", "key", "name")


def seed_rows(path: Path, required: tuple[str, ...]) -> Iterator[tuple[str, dict[str, str]]]:
    """The rows of a seed with their place (``file:line``); values are trimmed, absent ones "".

    Raises:
        IngestError: The CSV is missing, cannot be read, or lacks a required column or a value of
            one; with file and line.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, restval="")
            missing = [column for column in required if column not in (reader.fieldnames or ())]
            if missing:
                raise IngestError(f"column {missing[0]} is missing", where=str(path))
            for cells in reader:
                where = f"{path}:{reader.line_num}"
                if None in cells:
                    raise IngestError("the line has more cells than the header", where=where)
                row = {column: trim(value) for column, value in cells.items()}
                blank = [column for column in required if not row[column]]
                if blank:
                    raise IngestError(f"{blank[0]} is blank", where=where)
                yield where, row
    except FileNotFoundError:
        raise IngestError("this reviewed list is missing", where=str(path)) from None
    except (UnicodeDecodeError, csv.Error) as fault:
        raise IngestError(f"no readable CSV: {fault}", where=str(path)) from fault


@cache
def null_markers() -> frozenset[str]:
    """What people and agents write for nothing and for nobody, in lower case, no dots at the end.

    Raises:
        IngestError: The list is missing or faulty.
    """
    rows = seed_rows(seeds_dir() / "vocabularies" / "null_markers.csv", ("marker", "scope"))
    # dbt reads the word null in a seed as an empty cell
    return frozenset(("null", *(row["marker"] for _, row in rows if row["scope"] in _ANYWHERE)))
