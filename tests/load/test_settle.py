"""``ingest rejects settle``: what will not land any more is kept, and open no longer."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ingest.postgres.connection import Connection
from tests.support.ingesting import FIRMOGRAPHICS, ingest, rows

WHY = "loaded under the right workflow since"


@pytest.fixture
def load_id(db: Connection, tmp_path: Path) -> str:
    """A load with two rejects; another load has one."""
    for name, lines in {"wrong": 2, "other": 1}.items():
        path = tmp_path / f"{name}.ndjson"
        path.write_text("{}\n" * lines + '{"domain": "a.example"}\n', encoding="utf-8")
        assert ingest("load", "--workflow", FIRMOGRAPHICS, str(path)).exit_code == 3
    ((found,),) = rows(db, "select id::text from raw.loads where rejected = 2")
    return str(found)


def listed(*words: str) -> list[dict[str, Any]]:
    result = ingest("rejects", *words, "--json")
    assert result.exit_code == 0, result.output
    entries: list[dict[str, Any]] = json.loads(result.stdout)
    return entries


def test_settled_rejects_are_kept_and_open_no_longer(db: Connection, load_id: str) -> None:
    result = ingest("rejects", "settle", load_id[:20], "--why", f" {WHY} ", "--json")
    assert result.exit_code == 0, result.output
    said = json.loads(result.stdout)
    assert (said["load"], said["settled"]) == (load_id, 2)
    assert len(listed()) == 1
    assert listed(load_id) == []
    assert json.loads(ingest("status", "--json").stdout)["rejects"] == 1
    kept = listed("--settled")
    assert [(entry["line"], entry["settled_why"], entry["record"]) for entry in kept] == [
        (1, WHY, "{}"),
        (2, WHY, "{}"),
    ]
    assert all(entry["settled_at"] and not entry["can_retry"] for entry in kept)
    assert rows(db, "select rejected from raw.loads order by rejected") == [(1,), (2,)]


def test_settled_rejects_are_not_tried_again(load_id: str) -> None:
    ingest("rejects", "settle", load_id, "--why", WHY)
    one = json.loads(ingest("rejects", "retry", load_id, "--json").stdout)["loads"]
    assert [(entry["rejected"], entry["needs_file"]) for entry in one] == [(0, 0)]
    assert ingest("rejects", "retry", load_id).exit_code == 0
    every = json.loads(ingest("rejects", "retry", "--json").stdout)["loads"]
    assert load_id not in [entry["retried"] for entry in every]


def test_settling_twice_changes_nothing_more(db: Connection, load_id: str) -> None:
    ingest("rejects", "settle", load_id, "--why", WHY)
    before = rows(db, "select _settled_at, _settled_why from raw.rejects order by id")
    again = ingest("rejects", "settle", load_id, "--why", "another reason")
    assert again.exit_code == 0
    assert again.stderr.startswith("0 rejects")
    assert rows(db, "select _settled_at, _settled_why from raw.rejects order by id") == before


def test_the_screen_says_when_and_why(load_id: str) -> None:
    ingest("rejects", "settle", load_id, "--why", WHY)
    shown = " ".join(ingest("rejects", "--settled").stdout.split())
    assert WHY in shown
    assert load_id not in ingest("rejects").stdout
    assert "--why" in ingest("rejects", "settle", "--help").stdout


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        pytest.param(["ffffffff", "--why", "x"], "is no load's id", id="unknown load"),
        pytest.param(["{load}", "--why", " "], "--why is blank", id="blank"),
        pytest.param(["{load}"], "--why", id="no reason"),
        pytest.param(["--why", "x"], "LOAD", id="no load"),
    ],
)
def test_settling_needs_a_load_and_a_reason(load_id: str, words: list[str], fault: str) -> None:
    result = ingest("rejects", "settle", *(word.format(load=load_id) for word in words))
    assert result.exit_code == 2
    assert fault in str(result.exception) + result.stderr
    assert len(listed()) == 3
