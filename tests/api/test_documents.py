"""One company or person, look-ups, search, exports, and what moves with the data."""

from __future__ import annotations

import base64
import csv
import io
import json
from collections.abc import Callable
from typing import Any

import pytest
from psycopg.rows import TupleRow
from starlette.testclient import TestClient

from hq_api.database import Database, Query, Values
from hq_api.identifiers import likely_key
from hq_api.resources import parts_of
from tests.api.support import ACME, ANA, RESOURCES, data, problem
from tests.support.scenario import row
from tests.support.warehouse import Warehouse


@pytest.mark.parametrize(
    "spelling",
    [
        ACME,
        "HTTP%3A%2F%2FWWW.Acme-Widgets.example%3A443%2F",
        "https://acme-widgets.example/about",
        "careers-at-acme.example",
        f"{ACME}/",
    ],
)
def test_a_company_is_found_by_any_spelling(http: TestClient, spelling: str) -> None:
    response = http.get(f"/v1/companies/{spelling}", follow_redirects=False)
    assert response.status_code == 200
    assert response.json()["domain"] == ACME


def test_a_document_says_what_was_asked_for(http: TestClient) -> None:
    found = http.get("/v1/companies/careers-at-acme.example").json()
    assert (found["asked_for"], found["domain"]) == ("careers-at-acme.example", ACME)


def test_what_is_no_domain_is_told_from_who_is_not_there(http: TestClient) -> None:
    status, detail, parameter = problem(http, "/v1/companies/acme")
    assert (status, parameter) == (400, "domain")
    assert "'acme' is not a domain" in detail
    assert problem(http, "/v1/companies/nobody.example")[:2] == (
        404,
        "no company has the domain nobody.example",
    )


@pytest.mark.parametrize("who", ["ana-example-1b2c", ANA, "linkedin.com%2Fin%2Fana-example-1b2c"])
def test_a_person_is_one_document_with_roles_and_education(http: TestClient, who: str) -> None:
    found = http.get(f"/v1/people/{who}").json()
    assert found["linkedin_url"] == ANA
    assert [role["experience_order"] for role in found["roles"]] == list(range(len(found["roles"])))
    assert found["roles"][0]["company_name"] == "Blue Harbor Freight"
    assert found["education"]
    assert http.get(f"/v1/people/{found['id']}").json()["linkedin_url"] == ANA


@pytest.mark.parametrize(
    ("path", "status", "readings"),
    [
        # the version of the data, and the row
        ("/v1/people/ana-example-1b2c", 200, 2),
        (f"/v1/companies/{ACME}", 200, 2),
        # nothing is so called, so that its key is looked for
        ("/v1/people/ANA-example-1b2c", 200, 4),
        ("/v1/companies/careers-at-acme.example", 200, 4),
        # and is the one that was read
        ("/v1/people/nobody-known-9", 404, 3),
    ],
)
def test_a_key_as_it_is_stored_is_not_looked_for(
    http: TestClient, monkeypatch: pytest.MonkeyPatch, path: str, status: int, readings: int
) -> None:
    read, asked = Database.rows_of_keys, []

    async def counted(database: Database, query: Query, values: Values = ()) -> list[TupleRow]:
        asked.append(query)
        return await read(database, query, values)

    monkeypatch.setattr(Database, "rows_of_keys", counted)
    assert http.get(path).status_code == status
    assert len(asked) == readings


@pytest.mark.parametrize(
    ("of", "text", "key"),
    [
        ("companies", "acme.example", "acme.example"),
        ("people", "ana-1", "https://www.linkedin.com/in/ana-1"),
        ("people", "linkedin.com/in/ana-1", "linkedin.com/in/ana-1"),
        ("people", "9f8b1c1e-0000-8000-8000-000000000000", None),  # an id
        ("people", "a" * 2001, None),
        ("companies", "acme\x00.example", None),
    ],
)
def test_what_may_be_a_key_as_it_is(of: str, text: str, key: str | None) -> None:
    assert likely_key(of, text) == key


def test_an_id_of_nobody_is_not_found(http: TestClient) -> None:
    status, detail, _ = problem(http, "/v1/people/00000000-0000-8000-8000-000000000000")
    assert (status, detail) == (404, "nobody has the id 00000000-0000-8000-8000-000000000000")


@pytest.mark.parametrize("part", parts_of(RESOURCES), ids=lambda part: f"{part.of}-{part.name}")
def test_what_belongs_to_one_is_the_list_filtered(
    built: Warehouse, http: TestClient, part: Any
) -> None:
    owner = {"companies": ACME, "people": ANA, "icps": "northwind-tools-example"}[part.of]
    found = data(http, f"/v1/{part.of}/{owner.replace('/', '%2F')}/{part.name}?limit=1000")
    about = f" and entity = '{part.entity}'" if part.entity else ""
    counted = (
        f"select count(*) as n from api.{part.resource.view.name} where {part.column} = %s{about}"
    )
    assert len(found) == row(built, counted, owner)["n"]
    assert all(one[part.column] == owner for one in found)


def test_a_lookup_answers_each_input_in_order(http: TestClient) -> None:
    inputs = ["nobody.example", "WWW.ACME-WIDGETS.example", 5, "acme", ACME, None]
    results = http.post("/v1/companies/lookup", json={"keys": inputs}).json()["results"]
    assert [(one["input"], one["key"], one["found"]) for one in results] == [
        ("nobody.example", "nobody.example", False),
        ("WWW.ACME-WIDGETS.example", ACME, True),
        (5, None, False),
        ("acme", None, False),
        (ACME, ACME, True),
        (None, None, False),
    ]
    assert results[0]["reason"] == "no company has this domain"
    assert results[1]["data"]["name"] == "Acme Widgets"


def test_one_key_gets_a_flat_answer(http: TestClient) -> None:
    found = http.post("/v1/people/lookup", json={"key": "ana-example-1b2c"}).json()
    assert (found["found"], found["key"], found["full_name"]) == (True, ANA, "Ana Example")
    missing = http.post("/v1/people/lookup", json={"key": "nobody-at-all"})
    assert (missing.status_code, missing.json()["found"]) == (200, False)


def test_a_name_has_candidates_and_is_no_key(http: TestClient) -> None:
    found = http.post("/v1/companies/lookup", json={"name": "granite SUPPLY, Inc."}).json()
    assert found["found"] is False
    assert [(one["key"], one["why"]) for one in found["candidates"]] == [
        ("granite-supply-east.example", "same name but for the legal form"),
        ("granite-supply-west.example", "same name but for the legal form"),
    ]
    asked = {"name": "Ana Example", "company": "www.blueharbor-freight.example"}
    (one,) = http.post("/v1/people/lookup", json=asked).json()["candidates"]
    assert (one["key"], one["why"]) == (ANA, "same name and company")
    nowhere = {"name": "Ana Example", "company": "nobody.example"}
    assert http.post("/v1/people/lookup", json=nowhere).json()["candidates"] == []


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"keys": ["a.example"] * 1001}, 413),
        ({"keys": ["x" * 3000] * 1000}, 413),
        ({"keys": "a.example"}, 400),
        ({"key": "a.example", "keys": []}, 400),
        ({"key": "a.example", "limit": 3}, 400),
        ({"name": " "}, 400),
        ([], 400),
        ({}, 400),
    ],
    ids=lambda value: str(value)[:30],
)
def test_a_lookup_that_is_none_is_refused(http: TestClient, body: Any, status: int) -> None:
    assert http.post("/v1/companies/lookup", json=body).status_code == status


@pytest.mark.parametrize("body", [b"{", b"\xff", b'{"key": "\\ud800"}', b"[" * 100_000, b""])
def test_a_body_that_is_no_json_is_refused(http: TestClient, body: bytes) -> None:
    headers = {"content-type": "application/json"}
    assert http.post("/v1/companies/lookup", content=body, headers=headers).status_code == 400
    headers = {"content-type": "text/plain"}
    assert http.post("/v1/companies/lookup", content=body, headers=headers).status_code == 415


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("https://acme-widgets.example/x", [("key", ACME)]),
        ("ana-example-1b2c", [("key", ANA)]),
        ("ACME widgets", [("name", ACME)]),
        ("acme w", [("prefix", ACME)]),
        ("widg", [("contains", ACME)]),
        ("widg ac", [("contains", ACME)]),
        ("me widg", [("contains", ACME)]),  # within a word, too
        ("idgets", [("contains", ACME)]),
        ("100%_", []),
    ],
)
def test_a_search_finds_the_exact_first(
    http: TestClient, text: str, wanted: list[tuple[str, str]]
) -> None:
    found = http.get("/v1/search", params={"q": text}).json()
    assert [(one["match"], one["key"]) for one in found["data"]] == wanted
    assert found["is_complete"]


def test_an_export_has_every_row_and_the_header_of_the_columns(
    built: Warehouse, http: TestClient
) -> None:
    wanted = row(built, "select count(*) as n from api.companies where name is not null")["n"]
    response = http.get("/v1/companies.csv?has=name")
    assert response.headers["content-disposition"] == 'attachment; filename="companies.csv"'
    cells = list(csv.DictReader(io.StringIO(response.text, newline="")))
    assert len(cells) == wanted
    assert list(cells[0]) == list(RESOURCES["companies"].columns)
    lines = http.get("/v1/companies.ndjson?has=name").text.splitlines()
    assert sorted(json.loads(line)["domain"] for line in lines) == sorted(
        c["domain"] for c in cells
    )
    page = data(http, f"/v1/companies?domain={ACME}")[0]
    assert page in [json.loads(line) for line in lines]


def test_no_cell_of_an_export_is_a_formula(built: Warehouse, http: TestClient) -> None:
    conn = built.conn
    for n, name in enumerate(('=HYPERLINK("x")', "+1", "-2", "@sum", "\tx", 'fine "=1"\nnext')):
        conn.execute(
            "insert into core.companies (id, domain, name, created_at, updated_at, _xid)"
            " values (gen_random_uuid(), %s, %s, now(), now(), pg_current_xact_id())",
            (f"formula-{n}.example", name),
        )
    conn.commit()
    try:
        text = http.get("/v1/companies.csv?domain.prefix=formula").text
        names = sorted(c["name"] for c in csv.DictReader(io.StringIO(text, newline="")))
        assert names == sorted(
            ['\'=HYPERLINK("x")', "'+1", "'-2", "'@sum", "'\tx", 'fine "=1"\nnext']
        )
    finally:
        conn.execute("delete from core.companies where domain like 'formula-%'")
        conn.commit()


def test_the_head_of_an_export_says_no_length(http: TestClient) -> None:
    head = http.head("/v1/companies.csv")
    assert (head.status_code, head.content) == (200, b"")
    assert "content-length" not in head.headers
    assert head.headers["content-type"] == http.get("/v1/companies.csv").headers["content-type"]


@pytest.mark.parametrize("nothing", ["\u200b\u200b", "\u00ad\u2060", "--"])
def test_a_text_that_compares_as_nothing_finds_nobody(http: TestClient, nothing: str) -> None:
    answer = http.get("/v1/search", params={"q": nothing}).json()
    assert answer == {"data": [], "is_complete": True}


def test_an_id_of_nobody_is_no_wrong_key(http: TestClient) -> None:
    asked = {"key": "00000000-0000-0000-0000-000000000000"}
    answer = http.post("/v1/people/lookup", json=asked).json()
    assert (answer["found"], answer["reason"]) == (False, "nobody has this profile or id")


def test_a_cursor_within_next_is_checked(http: TestClient) -> None:
    following = http.get("/v1/changes?limit=1").json()["next"]
    held = json.loads(base64.urlsafe_b64decode(following + "=" * (-len(following) % 4)))
    for forged in ("garbage", "9" * 5_000, None):
        text = base64.urlsafe_b64encode(json.dumps([*held[:2], forged]).encode()).decode()
        answer = http.get("/v1/changes", params={"limit": "1", "next": text.rstrip("=")})
        assert (answer.status_code, answer.json()["parameter"]) == (400, "next")


@pytest.mark.parametrize(
    "given",
    [
        lambda tag: [("if-none-match", tag)],
        lambda tag: [("if-none-match", tag.removeprefix("W/"))],
        lambda _: [("if-none-match", "*")],
        lambda tag: [("if-none-match", '"other"'), ("if-none-match", f'"more", {tag}')],
    ],
    ids=["as given", "strong", "any", "second line"],
)
def test_a_tag_is_known_however_it_is_given(
    http: TestClient, given: Callable[[str], list[tuple[str, str]]]
) -> None:
    tag = http.get("/v1/companies?limit=1").headers["etag"]
    asked = http.get("/v1/companies?limit=1", headers=given(tag))
    assert (asked.status_code, asked.content) == (304, b"")


@pytest.mark.parametrize(
    ("path", "status"), [("/v1/people/nobody-known-9", 404), ("/v1/companies/acme", 400)]
)
def test_nobody_has_what_is_not_there(http: TestClient, path: str, status: int) -> None:
    assert http.get(path, headers={"if-none-match": "*"}).status_code == status


def test_an_answer_is_not_sent_twice_until_a_build_commits(
    built: Warehouse, http: TestClient
) -> None:
    first = http.get("/v1/companies")
    again = {"if-none-match": first.headers["etag"]}
    assert http.get("/v1/companies", headers=again).status_code == 304
    assert http.get("/v1/companies?has=name", headers=again).status_code == 200
    assert http.get("/v1/people", headers=again).status_code == 200
    version = http.get("/v1/version").json()["data_version"]
    built.conn.execute(
        "update extracted.watermarks set advanced_at = now() where model like '%companies%'"
    )
    built.conn.commit()
    assert http.get("/v1/version").json()["data_version"] != version
    assert http.get("/v1/companies", headers=again).status_code == 200
    for live in ("deliveries", "deliveries-out"):
        assert "etag" not in http.get(f"/v1/{live}").headers


def test_what_is_sent_out_moves_people_and_leads(built: Warehouse, http: TestClient) -> None:
    person = ANA.rpartition("/")[2]
    paths = [*("companies", "people", "leads"), f"people/{person}", f"companies/{ACME}/leads"]
    tags = {path: http.get(f"/v1/{path}").headers["etag"] for path in paths}
    built.conn.execute(
        "insert into raw.email_waterfall_jobs (status, total_records, sent_count, clay_webhook_url)"
        " values ('completed', 1, 1, 'end')"
    )
    built.conn.commit()
    again = {
        path: http.get(f"/v1/{path}", headers={"if-none-match": tag}).status_code
        for path, tag in tags.items()
    }
    assert again == {path: 304 if path == "companies" else 200 for path in paths}


def test_changes_since_a_cursor_are_those_that_committed_later(
    built: Warehouse, http: TestClient
) -> None:
    first = http.get("/v1/changes?limit=10").json()
    assert (len(first["data"]), first["next"] is not None) == (10, True)
    following = http.get(f"/v1/changes?limit=10&next={first['next']}").json()
    assert following["cursor"] == first["cursor"]
    assert data(http, f"/v1/changes?since={first['cursor']}") == []
    built.conn.execute(
        "update core.companies set _xid = pg_current_xact_id() where domain = %s", (ACME,)
    )
    # not committed yet, and a snapshot taken meanwhile has to name it later
    meanwhile = http.get("/v1/changes?limit=1").json()["cursor"]
    built.conn.commit()
    for cursor in (first["cursor"], meanwhile):
        (change,) = data(http, f"/v1/changes?since={cursor}")
        assert (change["entity"], change["key"], change["kind"]) == ("company", ACME, "changed")
