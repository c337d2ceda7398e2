"""The cases of normal forms in tests/cases, made by hand for SQL and the independent model."""

from __future__ import annotations

import csv
import json
from typing import NamedTuple

from tests.support.warehouse import PROJECT

_FOLDER = PROJECT / "tests" / "cases"


class FormCase(NamedTuple):
    """A text and what its form is; None: it has none."""

    text: str
    expected: str | None
    why: str


def forms() -> list[str]:
    """The forms that have cases."""
    return sorted(file.stem for file in _FOLDER.glob("*.csv"))


def cases_of(form: str) -> list[FormCase]:
    """All cases of a form."""
    with (_FOLDER / f"{form}.csv").open(encoding="utf-8", newline="") as lines:
        return [
            FormCase(_decoded(row["input"]), _decoded(row["expected"]) or None, row["why"])
            for row in csv.DictReader(lines)
        ]


def _decoded(cell: str) -> str:
    """A cell: text with the escapes of JSON."""
    return str(json.loads('"' + cell.replace('"', '\\"') + '"'))
