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
    assert len(listed) == 23
    apollo = listed["apollo-people-match"]
    assert (apollo["lands_in"], apollo["feeds"]) == ("raw.person_payloads", ["core.people"])
    assert "else person.linkedin_url of the payload" in apollo["key"]
    people = listed["clay-person-profile"]
    assert people["lands_in"] == "raw.person_payloads"
    assert people["aliases"] == ["clay-native-person-enrichment"]
    assert listed["vc-firms"]["lands_in"] == "raw.vc_firms"


def test_nothing_in_the_ledger_steers_the_terminal(db: Connection) -> None:
    file_name, slug = "\x1b]0;pwned\x07\x1b[31mRED\nline2", "slug\x1b[31m"
    db.execute(
        "insert into raw.loads (id, file_name, file_sha256, bytes, workflow_slug, records, landed,"
        " rejected, tool_version) values ('0199f3c2-0000-7000-8000-000000000000', %s,"
        " repeat('b', 64), 2, %s, 1, 0, 1, 'v')",
        (file_name, slug),
    )
    db.execute(
        "insert into raw.rejects (load_id, line, reason, detail, record) values"
        " ('0199f3c2-0000-7000-8000-000000000000', 1, %s, %s, %s)",
        ("no_key\x1b[2J", "none\x9b31m", "\x1b[31m{}\r\n"),
    )
    db.commit()
    for command, lines in (("loads", 2), ("rejects", 3)):
        shown = ingest(command).stdout
        assert {c for c in shown if not c.isprintable()} == {"\n"}, command
        assert shown.count("\n") == lines, command
        assert "RED line2" in shown, command
        # the document is whole: JSON writes such characters as escapes
        assert "\x1b" not in ingest(command, "--json").stdout
        assert json.loads(ingest(command, "--json").stdout)[0]["file_name"] == file_name
