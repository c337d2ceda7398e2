"""The progress bar: bytes, rate and time left on a terminal, nothing in a pipe."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from rich.console import Console

from ingest.terminal.progress import ProgressBars
from tests.support.ingesting import load


def console(*, terminal: bool) -> Console:
    return Console(file=io.StringIO(), force_terminal=terminal, width=120, soft_wrap=True)


def shown(console: Console) -> str:
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "companies.ndjson"
    path.write_bytes(b'{"domain":"c.example"}\n' * 100_000)
    return path


def test_a_terminal_shows_how_much_has_been_read_how_fast_and_how_long(file: Path) -> None:
    screen = console(terminal=True)
    with ProgressBars(screen) as bars, bars.file(str(file)) as advance:
        advance(1)
        advance(1_150_000)
        bars.refresh()
    assert "companies.ndjson" in shown(screen)
    assert "1.1/2.3 MB" in shown(screen)
    assert "/s" in shown(screen)
    assert "0:00:0" in shown(screen)


def test_a_pipe_gets_nothing(file: Path) -> None:
    pipe = console(terminal=False)
    with ProgressBars(pipe) as bars, bars.file(str(file)) as advance:
        advance(1_000_000)
    assert shown(pipe) == ""


def test_standard_input_has_no_end_to_reach() -> None:
    screen = console(terminal=True)
    with ProgressBars(screen) as bars, bars.file("-") as advance:
        advance(500_000)
        bars.refresh()
    assert "500.0/? kB" in shown(screen)


def test_a_name_cannot_steer_the_terminal(tmp_path: Path) -> None:
    file = tmp_path / "[red]\x1b[31mx.json"
    file.touch()
    screen = console(terminal=True)
    with ProgressBars(screen) as bars, bars.file(str(file)):
        bars.refresh()
    assert "[red] [31mx.json" in shown(screen)


def test_the_command_is_silent_in_a_pipe_but_for_its_sentences(db: object, file: Path) -> None:
    del db
    result = load(file, workflow="clay-find-companies")
    assert result.stdout == ""
    assert [line.split(":")[0].split(" into ")[0] for line in result.stderr.splitlines()] == [
        "Loading",
        str(file),
    ]
