"""``ingest loads``, ``rejects`` and ``workflows``: what they list."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ingest.postgres.connection import Connection
from tests.support.ingesting import ingest, load, value


def companies(count: int) -> bytes:
    return b"".join(b'{"domain":"c%d.example"}\n' % n for n in range(count))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "companies.ndjson"


@pytest.mark.usefixtures("db")
def test_the_ledger_is_listed_newest_first(file: Path) -> None:
    for n in (1, 2, 3):
        file.write_bytes(companies(n))
        load(file)
    listed = json.loads(ingest("loads", "--json", "--limit", "2").stdout)
    assert [entry["records"] for entry in listed] == [3, 2]


def test_rejects_are_listed_by_load(db: Connection, file: Path) -> None:
    one_of_two = companies(1) + b"words\n"
    for content in (one_of_two, b"\n" + one_of_two):
        file.write_bytes(content)
        load(file)
    first = value(db, "select id::text from raw.loads order by started_at limit 1")
    (entry,) = json.loads(ingest("rejects", first.upper(), "--json").stdout)
    assert (entry["line"], entry["reason"], entry["record"]) == (2, "malformed_json", "words")
    everything = ingest("rejects").stdout
    assert everything.index("line 3") < everything.index("line 2")


@pytest.mark.usefixtures("db")
def test_an_id_that_fits_no_load_or_several_is_refused(file: Path) -> None:
    for n in (1, 2):
        file.write_bytes(companies(n))
        load(file)
    for prefix in ("zz", "0"):
        result = ingest("rejects", prefix)
        assert result.exit_code == 2


def test_workflows_say_where_they_land_and_what_they_feed() -> None:
    listed = {w["workflow_slug"]: w for w in json.loads(ingest("workflows", "--json").stdout)}
    assert len(listed) == 12
    people = listed["clay-person-profile"]
    assert people["lands_in"] == "raw.person_payloads"
    assert people["aliases"] == ["clay-native-person-enrichment"]
    assert listed["vc-firms"]["lands_in"] == "raw.vc_firms"
