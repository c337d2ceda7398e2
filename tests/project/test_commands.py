"""What every command owes its users: help with an example, --json, and a place in the README."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from ingest.cli import cli

README = (Path(__file__).resolve().parents[2] / "README.md").read_text(encoding="utf-8")

# they hand the screen to another program
WITHOUT_JSON = {("db", "psql"), ("dbt",), ("api", "serve")}


def commands(group: click.Group, *above: str) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        yield (*above, name), command
        if isinstance(command, click.Group):
            yield from commands(command, *above, name)


ALL = dict(commands(cli))
RUNNABLE = {words: found for words, found in ALL.items() if not isinstance(found, click.Group)}


def spoken(words: tuple[str, ...]) -> str:
    return " ".join(words)


def test_the_commands_are_those_of_the_interface() -> None:
    top = {words[0] for words in ALL}
    assert top == {
        *("init", "load", "drop", "workflows", "loads", "rejects"),
        *("status", "fields", "db", "dbt", "demo", "api", "send", "privacy"),
    }
    assert {words[1] for words in ALL if len(words) > 1} >= {
        *("start", "stop", "status", "psql", "env")
    }


@pytest.mark.parametrize("words", ALL, ids=spoken)
def test_help_says_what_it_does_and_gives_an_example(words: tuple[str, ...]) -> None:
    result = CliRunner().invoke(cli, [*words, "--help"])
    assert result.exit_code == 0, result.output
    command = ALL[words]
    assert command.help, "no description"
    example = command.epilog or ""
    assert example.startswith("Example: "), example
    assert f"ingest {spoken(words)}" in example
    assert "Example:" in result.stdout


@pytest.mark.parametrize("words", RUNNABLE, ids=spoken)
def test_every_option_says_what_it_does(words: tuple[str, ...]) -> None:
    options = [p for p in RUNNABLE[words].params if isinstance(p, click.Option)]
    assert [option.name for option in options if not option.help] == []


@pytest.mark.parametrize("words", RUNNABLE, ids=spoken)
def test_answers_can_be_had_as_json(words: tuple[str, ...]) -> None:
    flags = {flag for option in RUNNABLE[words].params for flag in option.opts}
    assert ("--json" in flags) is (words not in WITHOUT_JSON)


@pytest.mark.parametrize("name", sorted({words[0] for words in ALL}))
def test_the_readme_knows_every_command(name: str) -> None:
    # `make demo` is the way to the demo
    assert re.search(rf"\b(ingest|make) {name}\b", README), name


def test_the_readme_names_no_command_that_is_not_there() -> None:
    named = set(re.findall(r"^(?:\$ )?(?:\.venv/bin/)?ingest (\w+)", README, flags=re.MULTILINE))
    assert named - {words[0] for words in ALL} == set()


def test_help_comes_without_a_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGHOST", "nowhere.example")
    for words in ALL:
        assert CliRunner().invoke(cli, [*words, "--help"]).exit_code == 0


def test_the_package_is_the_command() -> None:
    words = [sys.executable, "-m", "ingest", "workflows", "--json"]
    shown = subprocess.run(words, capture_output=True, text=True, check=True)
    assert shown.stdout == CliRunner().invoke(cli, words[3:]).stdout
    failed = subprocess.run([*words[:3], "lod"], capture_output=True, text=True, check=False)
    assert failed.returncode == 2
    assert failed.stderr.startswith("Usage: python -m ingest ")
