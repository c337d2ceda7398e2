"""Which key reads what: resources, columns, rows, exports."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from hq_api import keys
from hq_api.keys import SCOPES
from hq_api.resources import Resource
from ingest.schema.migrate import migrate
from tests.api.conftest import Serve
from tests.api.support import ACME, RESOURCES
from tests.support.warehouse import Warehouse

READERS = {
    "companies": ["read:companies"],
    "people": ["read:people"],
    "both": ["read:companies", "read:people"],
    "export": ["read:companies", "export"],
    "writer": ["write:raw"],
}


@pytest.fixture(scope="module")
def bearers(built: Warehouse) -> dict[str, dict[str, str]]:
    """Headers with a key, by what it allows."""
    migrate(built.conn)
    made = {}
    for name, scopes in READERS.items():
        assert set(scopes) <= SCOPES.keys()
        made[name] = {"x-api-key": keys.create(built.conn, f"{name}-reader", scopes, None, None)[1]}
    return made


@pytest.fixture(scope="module")
def guarded(built: Warehouse, serve: Serve) -> TestClient:
    assert built
    return serve(with_keys=True)


@pytest.mark.parametrize("resource", RESOURCES.values(), ids=list(RESOURCES))
def test_a_key_reads_what_its_scopes_say(
    guarded: TestClient, bearers: dict[str, dict[str, str]], resource: Resource
) -> None:
    owner = {"entity_key": ACME} if resource.needed else {}
    path = f"/v1/{resource.name}"
    mixed = {"changes", "duplicates", "disagreements", "evidence", "provenance"}
    assert guarded.get(path, params=owner).status_code == 401
    about_people = {
        *("people", "leads", "contacts", "past-employees", "roles", "education", "job-changes"),
        *("person-history", "worked-at-customer", "champions", "deliveries-out"),
    }
    got = {
        name: guarded.get(path, params=owner, headers=headers) for name, headers in bearers.items()
    }
    codes = {name: response.status_code for name, response in got.items()}
    assert codes == {
        "companies": 403 if resource.name in about_people else 200,
        "people": 200 if resource.name in about_people else 403,
        "both": 200,
        "export": 403 if resource.name in about_people else 200,
        "writer": 403,
    }
    if resource.name not in about_people:
        seen = got["companies"].json()["data"]
        personal = {c.name for c in resource.columns.values() if c.is_personal}
        if resource.name in mixed:
            assert {one["entity"] for one in seen} <= {"company"}
            personal -= {
                "entity_key",
                "key",
                "value",
                "said_values",
                "said_of",
                "shared",
                "keys",
                "names",
                "merged_into",
            }
        assert not any(personal & one.keys() for one in seen)
        assert len(got["both"].json()["data"]) >= len(seen)
        for name in personal:
            hidden = guarded.get(path, params={**owner, "has": name}, headers=bearers["companies"])
            assert hidden.status_code == 400
    if resource.needed is None:
        exported = {
            name: guarded.get(f"{path}.csv", headers=headers).status_code
            for name, headers in bearers.items()
        }
        assert exported == {
            **dict.fromkeys(("companies", "people", "both", "writer"), 403),
            "export": codes["export"],
        }


def test_without_keys_it_is_served_under_its_own_names_only(http: TestClient) -> None:
    assert http.get("/v1/icps", headers={"host": "127.0.0.1:8080"}).status_code == 200
    assert http.get("/v1/icps", headers={"host": "[::1]:8080"}).status_code == 200
    for elsewhere in ("rebound.example", "localhost.example:8080"):
        refused = http.get("/v1/icps", headers={"host": elsewhere})
        assert refused.status_code == 403


def test_a_search_finds_what_the_key_allows(
    guarded: TestClient, bearers: dict[str, dict[str, str]]
) -> None:
    def found(reader: str, **asked: str) -> set[str]:
        response = guarded.get(
            "/v1/search", params={"q": "a example", **asked}, headers=bearers[reader]
        )
        return {one["entity"] for one in response.json()["data"]}

    assert found("both") == {"person"}
    assert found("people") == {"person"}
    assert found("companies") == set()
    asked = {"q": "acme", "entity": "person"}
    assert guarded.get("/v1/search", params=asked, headers=bearers["companies"]).status_code == 403
    assert guarded.get("/v1/search?q=acme", headers=bearers["writer"]).status_code == 403


def test_a_document_has_no_personal_column_without_the_scope(
    guarded: TestClient, bearers: dict[str, dict[str, str]]
) -> None:
    assert (
        guarded.get(f"/v1/companies/{ACME}/people", headers=bearers["companies"]).status_code == 403
    )
    assert (
        guarded.get("/v1/people/ana-example-1b2c", headers=bearers["companies"]).status_code == 403
    )
    assert guarded.get("/v1/people/ana-example-1b2c", headers=bearers["people"]).status_code == 200
    said_by = guarded.get(f"/v1/companies/{ACME}/evidence", headers=bearers["both"]).json()["data"]
    hidden = guarded.get(f"/v1/companies/{ACME}/evidence", headers=bearers["companies"]).json()[
        "data"
    ]
    assert "said_by" in said_by[0]
    assert "said_by" not in hidden[0]


def test_no_key_without_the_scope_learns_who_is_known(
    built: Warehouse, guarded: TestClient, bearers: dict[str, dict[str, str]]
) -> None:
    ((known,),) = built.all("select id::text from api.people order by id limit 1")
    unknown = "0199f3c2-0000-7000-8000-000000000000"
    for part in ("roles", "leads", "contacts", "evidence", "history", "provenance"):
        for reader in ("companies", "writer"):
            answered = {
                guarded.get(f"/v1/people/{owner}/{part}", headers=bearers[reader]).status_code
                for owner in (known, unknown)
            }
            assert answered == {403}, (part, reader)
    path = f"/v1/people/{unknown}/roles"
    assert guarded.get(path, headers=bearers["people"]).status_code == 404
