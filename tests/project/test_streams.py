"""What a shell does to streams, folder and early on: no traceback, the status it expects."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from ingest.project import PROJECT_VARIABLE
from tests.support.ingesting import load
from tests.support.warehouse import PROJECT

INGEST = f"{sys.executable} -P -m ingest"
SHOW_MUCH = ("workflows", "loads --json", "status", "dbt ls", "--help")
# Ctrl-C at the moment when Python looks for the module of the command
EARLY = """
import os, signal, sys
class Finder:
    def find_spec(self, name, path=None, target=None):
        if name == "ingest.cli":
            os.kill(os.getpid(), signal.SIGINT)
sys.meta_path.insert(0, Finder())
from ingest.__main__ import main
main()
"""
OURS = [words for words in SHOW_MUCH if not words.startswith("dbt")]

pytestmark = pytest.mark.usefixtures("one_load")


@pytest.fixture
def one_load(db: object, tmp_path: Path) -> None:  # noqa: ARG001 - its database is used
    file = tmp_path / "companies.json"
    file.write_bytes(b'{"domain":"a.example"}')
    assert load(file).exit_code == 0


def run(script: str, folder: Path | None = None) -> tuple[int, str]:
    """Exit status and standard error of a script for a shell that knows pipefail."""
    done = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {script}"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        cwd=folder,
        check=False,
    )
    assert "Traceback" not in done.stderr, done.stderr
    assert "Exception ignored" not in done.stderr, done.stderr
    return done.returncode, done.stderr


@pytest.mark.parametrize("words", SHOW_MUCH)
def test_a_reader_who_leaves_ends_a_command_as_it_ends_any_other(words: str) -> None:
    code, said = run(f"{INGEST} {words} | true")
    assert (code, "Error" in said) == (141, False), said


@pytest.mark.parametrize("words", OURS)
@pytest.mark.parametrize("to", [">&-", ">/dev/full"])
def test_a_result_that_cannot_be_shown_is_one_sentence(words: str, to: str) -> None:
    code, said = run(f"{INGEST} {words} {to}")
    assert code == 1
    assert "standard output cannot be written: " in said.splitlines()[-1]


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        ("--version >&-", "Bad file descriptor"),
        ("ls --select sources >/dev/full", "No space left on device"),
    ],
)
def test_what_dbt_cannot_show_is_one_sentence(words: str, fault: str) -> None:
    expected = (1, f"Error: standard output cannot be written: {fault}.\n")
    assert run(f"{INGEST} dbt {words}") == expected


@pytest.mark.parametrize(("words", "usual"), [("status", 0), ("init", 0), ("load -", 1), ("x", 2)])
def test_a_command_that_nobody_hears_or_feeds_ends_as_ever(words: str, usual: int) -> None:
    assert run(f"{INGEST} {words} <&- 2>&-")[0] == usual


@pytest.mark.parametrize(
    "words", ["status", "dbt deps", pytest.param("dbt ls", marks=pytest.mark.long)]
)
def test_a_folder_that_is_deleted_is_no_obstacle(tmp_path: Path, words: str) -> None:
    folder = tmp_path / "gone"
    folder.mkdir()
    assert run(f"rmdir ../gone; {INGEST} {words}", folder)[0] == 0


def test_a_checkout_named_from_a_folder_that_is_deleted_is_one_sentence(tmp_path: Path) -> None:
    folder = tmp_path / "gone"
    folder.mkdir()
    named = f"rmdir ../gone; {PROJECT_VARIABLE}=hq {INGEST} workflows"
    code, said = run(named, folder)
    assert (code, said.count("\n")) == (1, 1)
    assert "deleted" in said
    folder.mkdir()
    named = f"rmdir ../gone; {PROJECT_VARIABLE}={PROJECT} {INGEST} workflows"
    assert run(named, folder)[0] == 0


def test_ctrl_c_before_a_command_has_begun_ends_it_in_silence() -> None:
    done = subprocess.run([sys.executable, "-c", EARLY], capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (-signal.SIGINT, b"")
