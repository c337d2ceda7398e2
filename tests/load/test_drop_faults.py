"""``ingest drop`` beside neighbours, and where the server or the folder cannot be used."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ingest.load import drop as drop_module
from ingest.postgres import locks
from ingest.postgres.connection import Connection, connect
from tests.support.dropping import A, B, company, drop, fill, lying
from tests.support.ingesting import written


def test_what_somebody_else_has_moved_is_no_error(
    db: Connection, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(folder, before=A, meanwhile=B)
    take_over = drop_module.Drop._take_over

    def moved_first(self: Any, conn: Connection, item: Any) -> Any:
        if item.name == "before.json":
            (folder / item.name).rename(folder / "done" / item.name)
        return take_over(self, conn, item)

    def moved_by_another(*_: Any) -> None:
        (folder / "meanwhile.json").rename(folder / "done" / "meanwhile.json")

    monkeypatch.setattr(drop_module.Drop, "_take_over", moved_first)
    monkeypatch.setattr(drop_module.Drop, "_moved", after(moved_by_another))
    result = drop(folder)
    assert (result.exit_code, "Error" in result.stderr) == (0, False)
    assert lying(folder)["done"] == ["before.json", "meanwhile.json"]
    assert written(db) == (1, 1, 0)


def after(happens: Callable[..., None]) -> Callable[..., Any]:
    """``Drop._moved`` after something has happened."""
    moved = drop_module.Drop._moved

    def call(self: Any, item: Any, summary: Any) -> Any:
        happens(item)
        return moved(self, item, summary)

    return call


def test_a_file_that_takes_the_place_of_the_loaded_one_is_not_moved_for_it(
    db: Connection, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(folder, a=A)
    with monkeypatch.context() as patched:
        patched.setattr(drop_module.Drop, "_moved", after(lambda _: fill(folder, a=B)))
        result = drop(folder)
    assert result.exit_code == 0
    assert "a.json: it was changed since it was loaded" in result.stderr
    assert lying(folder) == {"": ["a.json"], "done": [], "failed": []}
    assert drop(folder).exit_code == 0
    assert written(db) == (2, 2, 0)


# -- when it is not the file -------------------------------------------------------------------


def test_a_server_that_cannot_write_fails_no_file_and_is_not_said_for_each(
    db: Connection, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(folder, **{f"f{n}": company(f"f{n}") for n in range(9)})
    with monkeypatch.context() as patched:
        patched.setenv("PGOPTIONS", "-c default_transaction_read_only=on")
        result = drop(folder)
    assert (result.exit_code, written(db)) == (1, (0, 0, 0))
    assert len(lying(folder)[""]) == 9
    assert result.stderr.count("read-only transaction") == 3
    assert "see default_transaction_read_only of the server" in result.stderr
    assert drop(folder).exit_code == 0
    assert written(db) == (9, 9, 0)


def test_a_file_over_which_the_connection_is_lost_is_left_and_the_others_are_loaded(
    db: Connection, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(folder, a=A, poison=company("poison"), z=company("z"))
    take_over = drop_module.Drop._take_over

    def lose(self: Any, conn: Connection, item: Any) -> Any:
        if item.name == "poison.json":
            db.execute("select pg_terminate_backend(%s, 10000)", (conn.info.backend_pid,))
        return take_over(self, conn, item)

    monkeypatch.setattr(drop_module.Drop, "_claim", lambda *_: None)
    monkeypatch.setattr(drop_module.Drop, "_take_over", lose)
    result = drop(folder)
    assert (result.exit_code, result.stderr.count("Error: ")) == (1, 1)
    assert "the connection to the server was lost" in result.stderr
    assert lying(folder) == {"": ["poison.json"], "done": ["a.json", "z.json"], "failed": []}


def test_a_server_that_is_not_there_is_one_sentence(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(folder, a=A)
    monkeypatch.setenv("PGHOST", "/nonexistent")
    result = drop(folder)
    assert result.exit_code == 1
    assert "cannot connect" in result.stderr
    assert lying(folder)[""] == ["a.json"]


def test_a_file_that_cannot_be_moved_is_loaded_once_and_said_each_time(
    db: Connection, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(folder, a=A)

    def refuse(*_: Any) -> None:
        raise PermissionError(1, "Operation not permitted")

    with monkeypatch.context() as patched:
        patched.setattr(os, "rename", refuse)
        for _ in range(2):
            result = drop(folder)
            assert result.exit_code == 1
            assert "it cannot be moved to done/: Operation not permitted" in result.stderr
    assert written(db) == (1, 1, 0)
    assert drop(folder).exit_code == 0
    assert lying(folder)["done"] == ["a.json"]
    assert written(db) == (1, 1, 0)


def another_file_system(folder: Path) -> Path:
    shared = Path("/dev/shm")
    if not shared.is_dir() or shared.stat().st_dev == folder.stat().st_dev:
        pytest.skip("there is no other file system at hand")
    return shared


@pytest.mark.parametrize(
    ("spoil", "status", "fault"),
    [
        pytest.param(shutil.rmtree, 2, "No such file or directory", id="missing"),
        pytest.param(
            lambda path: (path.rmdir(), path.touch()), 2, "this is no folder", id="a file"
        ),
        pytest.param(
            lambda path: (path / "done").touch(), 1, "cannot be the folder", id="done is a file"
        ),
        pytest.param(
            lambda path: (path / "failed").symlink_to(another_file_system(path)),
            1,
            "on another file system",
            id="failed lies elsewhere",
        ),
    ],
)
def test_a_folder_that_cannot_be_used_is_one_sentence(
    folder: Path, spoil: Callable[[Path], Any], status: int, fault: str
) -> None:
    spoil(folder)
    result = drop(folder)
    assert result.exit_code == status
    assert fault in result.stderr
    assert str(folder) in result.stderr


@pytest.mark.parametrize("words", [(), ("--dry-run",)], ids=["moves", "dry run"])
def test_a_current_folder_that_is_deleted_is_one_sentence(
    folder: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    monkeypatch.chdir(folder)
    folder.rmdir()
    result = drop(Path(), *words)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.endswith(".: this folder is deleted.\n")


@pytest.mark.parametrize(
    ("may_write", "status", "said"),
    [
        pytest.param(True, 0, "another run is loading it", id="another run"),
        pytest.param(False, 1, "Error: {name}: its lock is taken", id="a stranger"),
    ],
)
def test_a_file_whose_lock_is_taken_is_left(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    may_write: bool,
    status: int,
    said: str,
) -> None:
    fill(folder, a=A, b=B)
    file = str(folder / "a.json")
    monkeypatch.setattr(
        locks, "holders", lambda *_: [locks.Holder(7, None, "mallory", may_write=may_write)]
    )
    with connect() as other:
        lock = locks.lock_of_text(f"drop {os.path.realpath(file)}")
        other.execute("select pg_advisory_lock(%s)", (lock,))
        result = drop(folder)
    assert result.exit_code == status
    assert f"{said.format(name=file)} (server process 7 of mallory" in result.stderr
    assert lying(folder) == {"": ["a.json"], "done": ["b.json"], "failed": []}


def test_a_read_only_folder_is_one_sentence(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(folder, a=A)
    # root may write everywhere but to a read-only file system, which a test cannot make
    monkeypatch.setattr(os, "access", lambda *_: False)
    result = drop(folder)
    assert (result.exit_code, "cannot write" in result.stderr) == (1, True)
    assert lying(folder) == {"": ["a.json"]}


# -- options -----------------------------------------------------------------------------------
