"""Keys: shown once, kept as a hash, valid until they end; and how often one may ask."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from click.testing import CliRunner, Result
from starlette.testclient import TestClient

from hq_api import callers, keys
from hq_api.app import create_app
from hq_api.settings import Settings
from ingest.cli import cli
from ingest.errors import IngestError, UsageError
from ingest.postgres.connection import Connection, connect
from ingest.schema.migrate import migrate
from tests.support.scratch import Scratch, use

VERSION = "/v1/version"


@pytest.fixture(scope="module")
def empty(scratch: Scratch) -> Iterator[Connection]:
    """A database of the module's own, in which nothing was built."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        use(monkeypatch, scratch.create())
        with connect(application_name="tests") as conn:
            migrate(conn)
            yield conn


@pytest.fixture
def db(empty: Connection) -> Connection:
    """That database, without a key."""
    empty.rollback()
    empty.execute("truncate raw.api_keys cascade")
    empty.commit()
    return empty


@pytest.fixture
def served(db: Connection) -> TestClient:
    """A service over a database without a view: who may ask comes before what there is."""
    assert db
    return TestClient(create_app(Settings(rate=1000.0)), raise_server_exceptions=False)


def asked(http: TestClient, **headers: str) -> int:
    """The status of a request; 503 says that the door was passed."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return http.get(VERSION, headers=named).status_code


def made(
    db: Connection, *scopes: str, expires_at: datetime | None = None, name: str = "crm"
) -> str:
    return keys.create(db, name, scopes or ("read:companies",), None, expires_at)[1]


PASSED = 503


def test_a_key_opens_in_either_header(db: Connection, served: TestClient) -> None:
    key = made(db)
    with served as http:
        assert asked(http) == 401
        assert asked(http, x_api_key=key) == PASSED
        assert asked(http, authorization=f"Bearer {key}") == PASSED
        assert asked(http, authorization=f"bearer  {key} ") == PASSED
        refused = http.get(VERSION, headers={"authorization": f"Basic {key}"})
        assert refused.status_code == 401
        assert refused.headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize(
    "change", [str.upper, lambda k: k[:-1], lambda k: k + "x", lambda k: k[::-1], lambda _: "hq_"]
)
def test_what_is_nearly_a_key_opens_nothing(
    db: Connection, served: TestClient, change: Any
) -> None:
    key = change(made(db))
    with served as http:
        assert asked(http, x_api_key=key) == 401


def test_the_secret_is_nowhere_in_the_database(db: Connection) -> None:
    key = made(db)
    _, secret = keys.parts_of(key) or ("", "")
    assert len(secret) == 43
    kept = db.execute("select k::text from raw.api_keys as k").fetchall()
    assert len(kept) == 1
    assert secret not in kept[0][0]


def test_a_key_ends_when_it_expires_or_is_revoked(
    db: Connection, served: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(callers, "_KNOWN_SECONDS", 0.0)
    soon = datetime.now(UTC) + timedelta(hours=1)
    lasting, ending = made(db, name="lasting"), made(db, name="ending", expires_at=soon)
    with served as http:
        assert (asked(http, x_api_key=lasting), asked(http, x_api_key=ending)) == (PASSED, PASSED)
        db.execute("update raw.api_keys set expires_at = now() where name = 'ending'")
        db.commit()
        keys.revoke(db, "lasting")
        assert (asked(http, x_api_key=lasting), asked(http, x_api_key=ending)) == (401, 401)
    with pytest.raises(IngestError, match="no valid key is called lasting"):
        keys.revoke(db, "lasting")


def test_when_a_key_was_used_is_kept(db: Connection, served: TestClient) -> None:
    key = made(db)
    before = datetime.now(UTC)
    with served as http:
        asked(http, x_api_key=key)
    (found,) = keys.keys(db)
    assert found.last_used_at is not None
    assert before <= found.last_used_at <= datetime.now(UTC)


def test_who_asks_too_often_waits(db: Connection) -> None:
    hasty, patient = made(db, name="hasty"), made(db, name="patient")
    with TestClient(create_app(Settings(rate=2.0)), raise_server_exceptions=False) as http:
        # two a second, and what two seconds save up
        codes = [asked(http, x_api_key=hasty) for _ in range(6)]
        assert codes[:4] == [PASSED] * 4
        assert codes[4:] == [429, 429] or codes[5] == 429
        refused = http.get(VERSION, headers={"x-api-key": hasty})
        assert refused.headers["retry-after"] == "1"
        assert asked(http, x_api_key=patient) == PASSED


def test_what_lives_is_told_to_everybody_and_the_description_too(served: TestClient) -> None:
    with served as http:
        assert http.get("/healthz").status_code == 200
        assert http.get("/openapi.json").status_code == 200
        # nothing is built
        assert http.get("/readyz").status_code == 503


def test_the_numbers_are_for_this_machine_and_for_keys(db: Connection, served: TestClient) -> None:
    key = made(db)
    with served as http:
        # the test's client has no address
        assert http.get("/metrics").status_code == 401
        numbers = http.get("/metrics", headers={"x-api-key": key})
        assert numbers.status_code == 200
        assert 'hq_api_requests_total{method="GET",route="/metrics",status="401"}' in numbers.text


# the command


def api(*words: str) -> Result:
    return CliRunner().invoke(cli, ["api", *words], standalone_mode=False)


def test_a_key_is_made_shown_once_listed_and_revoked(db: Connection) -> None:
    assert keys.keys(db) == []
    db.rollback()
    created = api(
        *("keys", "create", "crm", "--scope", "read:companies", "--scope", "write:raw"),
        *("--workflow", "clay-find-people", "--expires", "2999-01-01"),
    )
    assert created.exception is None
    assert keys.parts_of(created.stdout.strip())
    assert "shown once" in created.stderr
    (listed,) = json.loads(api("keys", "list", "--json").stdout)
    assert listed["scopes"] == ["read:companies", "write:raw"]
    assert listed["workflows"] == ["clay-find-people"]
    assert (listed["state"], listed["expires_at"]) == ("valid", "2999-01-01T00:00:00Z")
    assert keys.parts_of(created.stdout.strip())[1] not in json.dumps(listed)  # type: ignore[index]
    assert "Key crm is revoked" in api("keys", "revoke", "crm").stderr
    assert "revoked" in api("keys", "list").stdout


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        (("keys", "create", "a b", "--scope", "export"), "is no name of a key"),
        (
            ("keys", "create", "x", "--scope", "export", "--expires", "2020-01-01"),
            "expired already",
        ),
        (("keys", "create", "x", "--scope", "write:raw", "--workflow", "nope"), "unknown workflow"),
        (("keys", "create", "crm", "--scope", "export"), "a key called crm already"),
        (("serve", "--host", "0.0.0.0", "--no-auth"), "reached from other machines"),
    ],
)
def test_a_wrong_command_is_refused(db: Connection, words: tuple[str, ...], fault: str) -> None:
    made(db)
    refused = api(*words)
    assert isinstance(refused.exception, UsageError | IngestError)
    assert fault in str(refused.exception)


def test_without_keys_nobody_is_served(db: Connection) -> None:
    assert keys.keys(db) == []
    refused = api("serve")
    assert isinstance(refused.exception, IngestError)
    assert "there is no valid key" in str(refused.exception)
