"""Several files at a time: ``--jobs``, folders and patterns."""

from __future__ import annotations

import json
import os
import threading
from pathlib import Path
from typing import Any

import pytest

from ingest.errors import UsageError
from ingest.landing.intake import Intake
from ingest.load.inputs import files_of
from ingest.load.parallel import Crew
from ingest.postgres.connection import Connection
from tests.support.ingesting import load, rows, written


def companies(tag: str, count: int = 50) -> bytes:
    return b"".join(b'{"domain":"%b%d.example"}\n' % (tag.encode(), n) for n in range(count))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Seven files with 50 companies each; one of them has a reject, one is a README."""
    for tag in "abcdef":
        (tmp_path / f"{tag}.ndjson").write_bytes(companies(tag))
    (tmp_path / "below").mkdir()
    (tmp_path / "below" / "g.json").write_bytes(companies("g") + b"words\n")
    (tmp_path / "README.md").write_bytes(b"# What is here\n\nPayloads.\n")
    (tmp_path / ".hidden.json").write_bytes(companies("h"))
    (tmp_path / ".cache").mkdir()
    (tmp_path / ".cache" / "i.json").write_bytes(companies("i"))
    return tmp_path


@pytest.mark.parametrize("jobs", [1, 2, 8])
def test_a_folder_is_loaded_file_by_file_whatever_the_jobs(
    db: Connection, folder: Path, jobs: int
) -> None:
    result = load(folder, f"--jobs={jobs}", "--json")
    files = json.loads(result.stdout)["files"]
    assert [Path(file["file"]).name for file in files] == [
        *("README.md", "a.ndjson", "b.ndjson", "g.json", "c.ndjson"),
        *("d.ndjson", "e.ndjson", "f.ndjson"),
    ]
    assert [file["status"] for file in files] == ["failed", *["loaded"] * 7]
    assert result.exit_code == 1
    assert written(db) == (7, 350, 1)


def test_each_file_is_one_transaction_on_one_connection(db: Connection, folder: Path) -> None:
    load(folder, "--jobs=4")
    query = "select count(distinct _xid), count(*) from raw.company_payloads group by _load_id"
    assert rows(db, query) == [(1, 50)] * 7


def test_files_are_loaded_at_the_same_time(
    db: Connection, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    together = threading.Barrier(3, timeout=30)
    take = Intake.take

    def meet(*args: Any) -> Any:
        together.wait()
        return take(*args)

    monkeypatch.setattr(Intake, "take", meet)
    files = [folder / f"{tag}.ndjson" for tag in "abc"]
    assert load("--jobs=3", *files).exit_code == 0
    assert written(db) == (3, 150, 0)


def test_a_failing_file_stops_none_of_the_others(db: Connection, folder: Path) -> None:
    (folder / "b.ndjson").write_bytes(b"")
    (folder / "d.ndjson").write_bytes(companies("d")[:-5])
    result = load("--jobs=3", folder)
    assert result.exit_code == 1
    assert written(db) == (5, 250, 1)
    assert result.stderr.count("Error: ") == 3


def test_standard_input_goes_along_with_files(db: Connection, folder: Path) -> None:
    result = load("--jobs=2", folder / "a.ndjson", "-", folder / "b.ndjson", stdin=companies("z"))
    assert (result.exit_code, written(db)) == (0, (3, 150, 0))


def test_a_defect_of_ours_stops_everything_and_shows() -> None:
    def task(file: str) -> str:
        if file == __file__:
            raise ZeroDivisionError
        return file

    with pytest.raises(ZeroDivisionError):
        Crew(2).work([__file__, str(Path(__file__).parent / "conftest.py")], task)


@pytest.mark.parametrize("jobs", ["0", "-1", "many"])
def test_jobs_is_a_number_from_one(jobs: str) -> None:
    assert load("--jobs", jobs, __file__).exit_code == 2


class TestWords:
    """What the words of the command line stand for."""

    @pytest.fixture(autouse=True)
    def _inside(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(folder)

    @pytest.mark.parametrize(
        ("words", "files"),
        [
            pytest.param(["b.ndjson", "a.ndjson"], ["b.ndjson", "a.ndjson"], id="names, as given"),
            pytest.param(["below"], ["below/g.json"], id="a folder"),
            pytest.param(["below/"], ["below/g.json"], id="a folder with its slash"),
            pytest.param(["[ab].ndjson"], ["a.ndjson", "b.ndjson"], id="a pattern"),
            pytest.param(["**/*.json"], ["below/g.json"], id="a pattern into folders"),
            pytest.param(["below*"], None, id="a pattern that only fits a folder"),
            pytest.param(["a.ndjson", "a.*"], ["a.ndjson"], id="the same file twice"),
            pytest.param(["-", "a.ndjson"], ["-", "a.ndjson"], id="standard input"),
            pytest.param(["*.xml"], None, id="a pattern that fits nothing"),
            pytest.param(["missing.json"], None, id="a missing file"),
            pytest.param([".cache/.none"], None, id="a missing hidden file"),
            pytest.param([".hidden.json"], [".hidden.json"], id="a hidden file by its name"),
        ],
    )
    def test_they_stand_for_files(self, words: list[str], files: list[str] | None) -> None:
        if files is None:
            with pytest.raises(UsageError):
                files_of(words)
        else:
            assert files_of(words) == files

    def test_a_file_whose_name_looks_like_a_pattern_is_that_file(self) -> None:
        Path("[ab].ndjson").write_bytes(companies("x"))
        assert files_of(["[ab].ndjson"]) == ["[ab].ndjson"]

    def test_links_to_folders_are_not_followed_for_ever(self) -> None:
        Path("below/loop").symlink_to(os.curdir, target_is_directory=True)
        assert files_of(["below"]) == ["below/g.json"]

    def test_nothing_is_written_when_one_word_is_wrong(self, db: Connection) -> None:
        result = load("a.ndjson", "missing.json")
        assert (result.exit_code, written(db)) == (2, (0, 0, 0))
