"""Tables and paragraphs on the screen: they fit, line up, and cannot be steered by their text."""

from __future__ import annotations

import io
from collections.abc import Sequence

from rich.console import Console

from ingest.terminal.tables import print_paragraph, print_table


def printed(columns: Sequence[str], rows: Sequence[Sequence[object]], width: int = 40) -> list[str]:
    screen = io.StringIO()
    console = Console(
        file=screen, width=width, force_terminal=True, no_color=True, color_system=None
    )
    print_table(console, columns, rows)
    return screen.getvalue().splitlines()


def test_numbers_stand_to_the_right_and_lines_end_with_their_text() -> None:
    assert printed(("name", "#rows"), [("acme", 1234), ("bo", 5)]) == [
        "name   rows",
        "acme  1,234",
        "bo        5",
    ]


def test_an_unknown_value_is_a_dash() -> None:
    assert printed(("a", "b"), [(None, "x")]) == ["a  b", "-  x"]


def test_the_widest_column_is_cut_to_the_screen() -> None:
    lines = printed(("key", "text"), [("acme.example", "x" * 60)], width=30)
    assert lines[1] == "acme.example  " + "x" * 15 + "…"


def test_a_column_marked_for_it_is_cut_first() -> None:
    lines = printed(("key", "~text"), [("k" * 20, "x" * 18)], width=36)
    assert lines[1] == "k" * 20 + "  " + "x" * 13 + "…"


def test_wide_characters_count_as_the_two_cells_they_take() -> None:
    assert printed(("a", "b"), [("数数", "x"), ("abc", "y")]) == [
        "a     b",
        "数数  x",
        "abc   y",
    ]


def test_text_of_others_is_neither_markup_nor_control() -> None:
    assert printed(("a",), [("[red]\x1b[2Jx\n",)])[1:] == ["[red] [2Jx"]


def test_a_pipe_gets_a_hundred_characters() -> None:
    screen = io.StringIO()
    print_table(Console(file=screen, width=40), ("a",), [("x" * 200,)])
    assert screen.getvalue().splitlines()[1] == "x" * 99 + "…"


def test_a_paragraph_is_indented_under_itself_and_keeps_names_whole() -> None:
    screen = io.StringIO()
    console = Console(file=screen, width=30, force_terminal=True, no_color=True, color_system=None)
    print_paragraph(console, "note", "the file clay-find-people.ndjson is in")
    assert screen.getvalue().splitlines() == [
        "note  the file",
        "      clay-find-people.ndjson",
        "      is in",
    ]
