"""The reviewed CSVs under ``seeds/``, which dbt loads into tables.

The loader reads the files themselves: it works before there are tables of them.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import zip_longest
from pathlib import Path

from ingest.characters import trim
from ingest.errors import IngestError
from ingest.project import seeds_dir

# Where a null marker means nothing in any text, and not only at the end of an address.
_ANYWHERE = ("text", "key", "name")
# Where it means nothing as a key, as for the models.
_IN_KEYS = ("text", "key")
_LINE_END = re.compile(r"[\r\n]")


def seed_rows(
    path: Path, required: tuple[str, ...], *, may_end_early: bool = False
) -> Iterator[tuple[str, dict[str, str]]]:
    """The rows of a seed with their place (``file:line``); values are trimmed.

    Args:
        path: The file.
        required: Columns that it must have, each with a value in every row.
        may_end_early: Whether a line may leave out cells at its end; they are "" then.

    Raises:
        IngestError: The CSV is missing, cannot be read, lacks a required column or a value of one,
            or a line is not one row, as after a quote that nothing closes; with file and line.
    """
    place = str(path)
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file, strict=True)
            columns = next(reader, [])
            missing = [column for column in required if column not in columns]
            if missing:
                raise IngestError(f"column {missing[0]} is missing", where=str(path))
            place = f"{path}:{reader.line_num + 1}"
            for cells in reader:
                if cells:
                    yield place, _row(place, columns, cells, required, may_end_early=may_end_early)
                place = f"{path}:{reader.line_num + 1}"
    except FileNotFoundError:
        raise IngestError("this reviewed list is missing", where=str(path)) from None
    except (UnicodeDecodeError, csv.Error) as fault:
        raise IngestError(f"no readable CSV: {fault}", where=place) from fault


def _row(
    where: str,
    columns: Sequence[str],
    cells: Sequence[str],
    required: Sequence[str],
    *,
    may_end_early: bool,
) -> dict[str, str]:
    """One line as a row."""
    split = [name for name, cell in zip(columns, cells, strict=False) if _LINE_END.search(cell)]
    if split:
        raise IngestError(
            f"{split[0]} goes on in the next line; is a quote not closed?", where=where
        )
    if len(cells) > len(columns):
        raise IngestError("the line has more cells than the header", where=where)
    if len(cells) < len(columns) and not may_end_early:
        raise IngestError("the line has fewer cells than the header", where=where)
    row = dict(zip_longest(columns, map(trim, cells), fillvalue=""))
    blank = [column for column in required if not row[column]]
    if blank:
        raise IngestError(f"{blank[0]} is blank", where=where)
    return row


@cache
def null_markers() -> frozenset[str]:
    """What people and agents write for nothing and for nobody, in lower case, no dots at the end.

    Raises:
        IngestError: The list is missing or faulty.
    """
    return _markers(_ANYWHERE)


@cache
def key_markers() -> frozenset[str]:
    """What stands for nothing where a key belongs, in lower case, no dots at the end.

    Raises:
        IngestError: The list is missing or faulty.
    """
    return _markers(_IN_KEYS)


def _markers(scopes: Sequence[str]) -> frozenset[str]:
    rows = seed_rows(seeds_dir() / "vocabularies" / "null_markers.csv", ("marker", "scope"))
    # dbt reads the word null in a seed as an empty cell
    return frozenset(("null", *(row["marker"] for _, row in rows if row["scope"] in scopes)))


@cache
def social_hosts() -> frozenset[str]:
    """The hosts of social networks, on which companies and people have pages.

    Raises:
        IngestError: The list is missing or faulty.
    """
    rows = seed_rows(seeds_dir() / "vocabularies" / "shared_hosts.csv", ("host", "kind"))
    return frozenset(row["host"] for _, row in rows if row["kind"] == "social")
