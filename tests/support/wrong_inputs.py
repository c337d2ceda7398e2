"""The catalogue of inputs that mean nothing, and its page.

python -m tests.support.wrong_inputs > docs/wrong-inputs.md
"""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Iterator
from typing import Any

import yaml

from tests.support.warehouse import PROJECT

FOLDER = PROJECT / "tests" / "data" / "wrong_inputs"
_SPEC: dict[str, Any] = yaml.safe_load(
    (PROJECT / "tests" / "expected" / "wrong_inputs.yml").read_text(encoding="utf-8")
)
CASES: dict[str, dict[str, Any]] = _SPEC["cases"]

HEAD = """\
# Wrong inputs, and right answers

Files that are well-formed and mean nothing, or mean it in an odd way: what the warehouse answered
before it knew better, what it answers now, and what it reports in `extracted.extraction_issues`.
Each file is loaded behind the examples, with a build after each delivery, and then once more
refreshed in full.

This page is made from `tests/expected/wrong_inputs.yml`, which `tests/models/test_wrong_inputs.py`
holds; the files are in `tests/data/wrong_inputs/`.
"""


def page() -> str:
    """The page, as Markdown."""
    return "\n".join([HEAD, *("\n".join(section(*case)) for case in CASES.items())])


def section(name: str, case: dict[str, Any]) -> Iterator[str]:
    """A case: its files, each question with the answers, and what is reported."""
    yield from (f"## {name.replace('-', ' ').capitalize()}", "", case["says"], "")
    files = [file for delivery in case["deliveries"] for file in delivery]
    yield "Files: " + ", ".join(_landed(file) for file in files) + "."
    yield ""
    yield from ("| asked | before | now |", "| --- | --- | --- |")
    for ask in case["asks"]:
        before = _rows(ask["before"]) if "before" in ask else "could not be asked"
        yield f"| {_cell(ask['query'])} | {before} | {_rows(ask['after'])} |"
    reported = case.get("reported", [])
    if reported:
        yield from ("", "Reported:", "")
        yield from ("| field | value | reason |", "| --- | --- | --- |")
        yield from (f"| {field} | {_cell(value)} | {why} |" for field, value, why in reported)
    yield ""


def _landed(file: dict[str, Any]) -> str:
    rejected = f", {file['rejected']} rejected" if "rejected" in file else ""
    return f"`{file['file']}` ({file['landed']} landed{rejected})"


def _rows(rows: list[list[Any]]) -> str:
    return "<br>".join(_cell(", ".join(map(_value, row))) for row in rows) or "nothing"


def _value(value: Any) -> str:
    return "∅" if value is None else str(value)


def _cell(text: str) -> str:
    """A text between grave accents; what cannot be seen as its escape."""
    seen = "".join(letter if _is_seen(letter) else ascii(letter)[1:-1] for letter in text)
    return "`" + seen.replace("|", "\\|") + "`"


def _is_seen(letter: str) -> bool:
    return letter.isprintable() and not unicodedata.combining(letter)


if __name__ == "__main__":
    sys.stdout.write(page())
