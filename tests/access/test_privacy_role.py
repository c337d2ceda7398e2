"""Who is erased, by whom, and who may know it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest

from ingest.postgres import privacy_key
from tests.support.role_place import ANALYST, BUILDER, LOADER, PRIVACY, Place
from tests.support.scratch import use
from tests.support.warehouse import NO_TESTS, dbt

PROFILE = {
    "workflow_slug": "clay-person-profile",
    "linkedin_url": "linkedin.com/in/ada-lintel-7",
    "raw_payload": {
        "name": "Ada Lintel",
        "experience": [{"company": "Mill", "company_domain": "mill.example", "is_current": True}],
    },
}


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("privacy") / "key"
    privacy_key.make(path)
    return path


@pytest.fixture(scope="module")
def place(new_place: Callable[[], Place]) -> Place:
    place = new_place()
    place.init("--roles")
    place.dbt("build", *NO_TESTS, role=BUILDER)
    return place


def run(place: Place, role: str) -> None:
    """A scheduled run, with the key as `ingest dbt` brings it."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        use(monkeypatch, privacy_key.with_key(place.as_role(role), embedded=False))
        dbt("run")


def test_each_role_does_its_part(
    place: Place, key: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(privacy_key.VARIABLE, str(key))
    file = tmp_path / "people.ndjson"
    file.write_text(json.dumps(PROFILE) + "\n")
    assert place.ingest("load", str(file), role=LOADER).exception is None
    run(place, BUILDER)
    people = "select linkedin_slug from core.people"
    assert place.all(people, role=ANALYST) == [("ada-lintel-7",)]

    case = ("ada-lintel-7", "--case", "DSR-1")
    for role in (LOADER, BUILDER, ANALYST):
        assert place.ingest("privacy", "erase", *case, role=role).exception is not None
    place.execute("create schema own")
    place.execute("create table own.notes (note text)")
    done = place.ingest("privacy", "erase", *case, "--json", role=PRIVACY)
    assert done.exception is None, done.output
    said = json.loads(done.stdout)
    assert said["rows"]["core.people"] == 1
    # what the login may not read
    assert said["not_searched"] == ["own.notes"]
    assert "may not read them: own.notes" in done.stderr
    ((searched,),) = place.all("select found_afterwards from privacy.audit", role=PRIVACY)
    assert searched["not_searched"] == ["own.notes"]
    assert place.all(people, role=ANALYST) == []
    assert place.all("select by_login from privacy.audit", role=PRIVACY) == [
        (place.parameters["user"],)
    ]

    # the loader counts whom it may not know
    again = place.ingest("load", "--force", "--json", str(file), role=LOADER)
    (summary,) = loaded(again)
    assert (summary["landed"], summary["suppressed"]) == (0, 1)
    run(place, BUILDER)
    assert place.all(people, role=ANALYST) == []
    erased = "select count(*) from api.changes where kind = 'erased'"
    assert place.all(erased, role=ANALYST) == [(1,)]

    exported = place.ingest("privacy", "list", "--json", role=PRIVACY)
    assert [case["case_ref"] for case in json.loads(exported.stdout)] == ["DSR-1"]


def loaded(result: Any) -> list[dict[str, Any]]:
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    document = json.loads(result.stdout)
    files: list[dict[str, Any]] = document["files"]
    return files


@pytest.mark.parametrize(
    ("role", "statement"),
    [
        (ANALYST, "select from privacy.tombstones"),
        (ANALYST, "select from privacy.audit"),
        (ANALYST, "select privacy.key_fault()"),
        (LOADER, "select from privacy.tombstones"),
        (LOADER, "select from privacy.audit"),
        (BUILDER, "select from privacy.audit"),
        (BUILDER, "delete from privacy.tombstones"),
        (PRIVACY, "create table privacy.own (a int)"),
        (PRIVACY, "update raw.api_keys set scopes = '{}'"),
    ],
)
def test_the_server_refuses(place: Place, role: str, statement: str) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        place.execute(statement, role)
