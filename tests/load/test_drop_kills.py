"""A drop that is killed at any step leaves a folder that the next one finishes, each file once."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ingest.landing import ledger
from ingest.load import drop as drop_module
from ingest.load.folder import DropFolder
from ingest.postgres import locks
from ingest.postgres.connection import Connection
from tests.support.dropping import REASON, company, drop, fill, lying
from tests.support.ingesting import forget, kept
from tests.support.processes import (
    dies_after,
    dies_at_call,
    dies_before,
    patched,
    start,
    start_held,
    wait_until_gone,
)

GOOD = [f"good{n}" for n in range(6)]
BAD = ["bad0", "bad1"]
KILLS_AT_RANDOM = (10, pytest.param(60, marks=pytest.mark.long))


@pytest.fixture
def folder(folder: Path) -> Path:
    """A drop folder with files in it."""
    filled(folder)
    return folder


def filled(folder: Path) -> None:
    """Good ones, bad ones, good ones, in the order in which they are taken."""
    bad = {name: name.encode() for name in BAD}
    good = {name: company(name) for name in GOOD}
    fill(folder, **dict(list(good.items())[:3]), **bad, **dict(list(good.items())[3:]))


def assert_finished(db: Connection, folder: Path) -> None:
    """Every file has been loaded once and lies, once, where it belongs; nothing else is there."""
    failed = [f"{name}.json" for name in BAD]
    assert lying(folder) == {
        "": [],
        "done": [f"{name}.json" for name in GOOD],
        "failed": sorted([*failed, *(name + REASON for name in failed)]),
    }
    assert kept(db) == (len(GOOD), len(GOOD), 0)
    for name in GOOD:
        assert (folder / "done" / f"{name}.json").read_bytes() == company(name)
    for name in BAD:
        assert (folder / "failed" / f"{name}.json").read_bytes() == name.encode()
        assert "malformed_json" in (folder / "failed" / f"{name}.json{REASON}").read_text()


FOURTH = dies_at_call(3)  # the move of the first bad one


@pytest.mark.parametrize(
    ("owner", "name", "patch"),
    [
        pytest.param(DropFolder, "_check", dies_before, id="before done is made"),
        pytest.param(DropFolder, "_check", dies_at_call(1), id="between done and failed"),
        pytest.param(drop_module.Drop, "_known", dies_before, id="before the first look"),
        pytest.param(locks, "try_for_session", dies_after, id="with a file of its own"),
        pytest.param(ledger, "close_load", dies_after, id="before a commit"),
        pytest.param(drop_module.Drop, "_moved", dies_before, id="behind a commit"),
        pytest.param(drop_module.Drop, "_moved", dies_at_call(2), id="behind a later commit"),
        pytest.param(os, "rename", dies_before, id="before a move to done"),
        pytest.param(os, "rename", dies_after, id="behind a move to done"),
        pytest.param(drop_module.Drop, "_failed", dies_before, id="before a reason"),
        pytest.param(os, "rename", FOURTH, id="between a reason and its move"),
        pytest.param(drop_module.Drop, "_failed", dies_after, id="behind a move to failed"),
    ],
)
def test_killed_at_every_step(
    db: Connection, folder: Path, owner: Any, name: str, patch: Callable[..., Any]
) -> None:
    assert start(patched(owner, name, patch, lambda: drop(folder))).is_killed()
    wait_until_gone(db, "ingest")
    drop(folder)
    assert_finished(db, folder)
    assert drop(folder).output == ""


def test_killed_between_a_reason_and_its_move_and_mended(db: Connection, folder: Path) -> None:
    assert start(patched(os, "rename", FOURTH, lambda: drop(folder))).is_killed()
    assert (folder / "failed" / f"bad0.json{REASON}").exists()
    assert (folder / "bad0.json").exists()
    wait_until_gone(db, "ingest")
    fill(folder, bad0=company("mended"))
    drop(folder)
    assert lying(folder)["failed"] == ["bad1.json", f"bad1.json{REASON}"]


@pytest.mark.parametrize("times", KILLS_AT_RANDOM)
def test_killed_at_random_moments(db: Connection, folder: Path, times: int) -> None:
    begin = time.perf_counter()
    drop(folder)
    usual = time.perf_counter() - begin
    moments = random.Random(14)
    killed = 0
    for _ in range(times):
        forget(db)
        for path in [*folder.glob("done/*"), *folder.glob("failed/*")]:
            path.unlink()
        filled(folder)
        process = start(lambda: drop(folder, "--jobs=2"))
        time.sleep(moments.uniform(0, usual))
        killed += process.kill()
        wait_until_gone(db, "ingest")
        drop(folder)
        assert_finished(db, folder)
    # on a machine this busy, some may have come through; a test that kills none proves nothing
    assert killed > 0


def test_several_at_once_share_the_work(db: Connection, folder: Path) -> None:
    def work() -> None:
        result = drop(folder, "--jobs=2")
        assert result.exit_code in {0, 3}, result.output
        assert "cannot" not in result.stderr.replace("cannot be read", "")

    for process in [start(work) for _ in range(4)]:
        process.succeed()
    drop(folder)  # a file that two of them wanted at the same moment may have been left
    assert_finished(db, folder)


def test_what_another_run_has_is_passed_by_until_that_is_killed(
    db: Connection, folder: Path
) -> None:
    first = start_held(ledger, "close_load", lambda: drop(folder), after=True)
    second = drop(folder)
    assert second.exit_code == 3  # the bad ones
    assert "good0.json: another run is loading it (server process " in second.stderr
    assert second.stderr.count("another run") == 1
    assert lying(folder)[""] == ["good0.json"]
    assert first.kill()
    wait_until_gone(db, "ingest")
    assert drop(folder).exit_code == 0
    assert_finished(db, folder)
