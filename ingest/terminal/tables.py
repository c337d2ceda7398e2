"""Tables, paragraphs and ages on the screen; the same text on a terminal and in a pipe."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence
from datetime import timedelta

from rich.cells import cell_len, set_cell_size
from rich.console import Console

from ingest.terminal.screen import printable

_PIPED_WIDTH = 100  # characters of a line where there is no terminal to ask
_GAP = "  "
_NUMBER = "#"
_CUT = "~"
_LEAST_CUT = 12  # characters a column marked so keeps, as long as others can give

_UNITS = (("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1))


def print_table(console: Console, columns: Sequence[str], rows: Iterable[Iterable[object]]) -> None:
    """Print a table without lines, cut to the width of the screen.

    Args:
        console: Where to.
        columns: Headings. One that begins with ``#`` heads numbers, aligned to the right; one
            that begins with ``~`` is cut first where the screen is too narrow, then the widest.
        rows: Values in the order of the columns; None is shown as a dash. Text may be anything:
            it cannot steer the terminal, nor is it taken as markup.
    """
    headings = [heading.lstrip(_NUMBER + _CUT) for heading in columns]
    cells = [[_text(value) for value in row] for row in rows]
    first_cut = [heading.startswith(_CUT) for heading in columns]
    widths = _fit([headings, *cells], first_cut, screen_width(console))
    numeric = [heading.startswith(_NUMBER) for heading in columns]
    for line, style in ((headings, "bold"), *((row, None) for row in cells)):
        sized = map(_sized, line, widths, numeric)
        console.print(_GAP.join(sized).rstrip(), style=style, markup=False, soft_wrap=True)


def print_paragraph(console: Console, label: str, text: str) -> None:
    """Print a text behind its label, indented under itself where it takes several lines."""
    indent = " " * (len(label) + len(_GAP))
    width = screen_width(console) - len(indent)
    # names of files and domains stay whole
    lines = textwrap.wrap(printable(text), width, break_on_hyphens=False) or [""]
    console.print(f"{label}{_GAP}", style="bold", markup=False, soft_wrap=True, end="")
    console.print(f"\n{indent}".join(lines), markup=False, soft_wrap=True)


def screen_width(console: Console) -> int:
    """How many characters a line may have."""
    return console.width if console.is_terminal else _PIPED_WIDTH


def age(span: timedelta) -> str:
    """How long ago, in its largest unit: ``4 minutes ago``."""
    seconds = int(span.total_seconds())
    for unit, length in _UNITS:
        count = seconds // length
        if count > 0:
            return f"{count:,} {unit}{'' if count == 1 else 's'} ago"
    return "just now"


def _text(value: object) -> str:
    if value is None:
        return "-"
    return f"{value:,}" if isinstance(value, int) else printable(str(value))


def _fit(lines: Sequence[Sequence[str]], first_cut: Sequence[bool], width: int) -> list[int]:
    """Widths of the columns: what they need, less what they must give up to fit."""
    widths = [max(map(cell_len, column)) for column in zip(*lines, strict=True)]
    excess = sum(widths) + len(_GAP) * (len(widths) - 1) - width
    for _ in range(excess):
        ready = [i for i, cut in enumerate(first_cut) if cut and widths[i] > _LEAST_CUT]
        widths[max(ready or range(len(widths)), key=widths.__getitem__)] -= 1
    return widths


def _sized(text: str, width: int, numeric: bool) -> str:
    missing = width - cell_len(text)
    if missing < 0:
        return set_cell_size(text, max(width - 1, 0)) + "…"
    return " " * missing + text if numeric else text + " " * missing
