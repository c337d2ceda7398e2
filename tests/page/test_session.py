"""Signing in with a key, and what the cookie is good for."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from http.cookies import SimpleCookie

import pytest
from starlette.testclient import TestClient

from hq_api import keys
from hq_api.callers import COOKIE
from ingest.schema.migrate import migrate
from tests.page.conftest import LOCAL, Serve
from tests.page.document import Element, read
from tests.page.support import look, section
from tests.support.scenario import scenario
from tests.support.scratch import Parameters
from tests.support.warehouse import Warehouse

SITE = "http://hq.example"
OURS = {"origin": SITE}
CLOSED = ("/", "/?q=acme", "/companies/acme.example", "/people/x", "/icps", "/icps/x", "/waiting")


@pytest.fixture(scope="module")
def empty(_built: Parameters) -> Iterator[Warehouse]:
    with scenario() as warehouse:
        migrate(warehouse.conn)
        yield warehouse


@pytest.fixture(scope="module")
def key(empty: Warehouse) -> str:
    return keys.create(empty.conn, "reader", sorted(keys.SCOPES), None, None)[1]


@pytest.fixture(scope="module")
def service(key: str, serve: Serve) -> TestClient:
    assert key
    return serve(with_keys=True)


@pytest.fixture
def guarded(service: TestClient) -> Iterator[TestClient]:
    yield service
    service.cookies.clear()


@pytest.fixture(scope="module")
def web(empty: Warehouse, serve: Serve) -> TestClient:
    assert empty
    return serve()


def sign_in(client: TestClient, key: str, to: str = "/", **headers: str) -> tuple[int, str, str]:
    """Status, where to, and the cookie that is set."""
    response = client.post(
        "/sign-in",
        data={"key": key, "to": to},
        headers={**OURS, **headers},
    )
    set_to = response.headers.get("set-cookie", "")
    return response.status_code, response.headers.get("location", ""), set_to


def form_of(page: Element) -> dict[str, str]:
    return {
        f.attributes["name"]: f.attributes.get("value", "") for f in page.one("form").all("input")
    }


@pytest.mark.parametrize("path", CLOSED)
def test_without_a_key_every_page_is_the_form(guarded: TestClient, path: str) -> None:
    page = look(guarded, path, 401)
    assert page.one("h1").text == "Sign in"
    assert page.all("nav") == []
    # and it leads back to what was asked for
    assert form_of(page) == {"to": path, "key": ""}


def test_a_key_is_kept_in_a_cookie_that_only_we_are_sent(guarded: TestClient, key: str) -> None:
    status, to, cookie = sign_in(guarded, key, to="/waiting")
    assert (status, to) == (303, "/waiting")
    morsel = SimpleCookie(cookie)[COOKIE]
    assert morsel.value == key
    assert morsel["httponly"]
    assert morsel["samesite"].lower() == "strict"
    assert (morsel["path"], morsel["secure"], morsel["max-age"]) == ("/", "", "")
    assert look(guarded, "/waiting").one("h1").text == "What waits, what was refused"


def test_by_https_and_below_a_path_the_cookie_keeps_to_them(key: str, serve: Serve) -> None:
    client = serve(with_keys=True, root="/hq", origin="https://hq.example")
    response = client.post(
        "/hq/sign-in",
        data={"key": key, "to": "/icps?next=x"},
        headers={"origin": "https://hq.example"},
    )
    morsel = SimpleCookie(response.headers["set-cookie"])[COOKIE]
    assert (morsel["path"], morsel["secure"]) == ("/hq", True)
    assert response.headers["location"] == "/hq/icps?next=x"
    assert look(client, "/hq").one("h1")
    out = client.post("/hq/sign-out", headers={"origin": "https://hq.example"})
    assert SimpleCookie(out.headers["set-cookie"])[COOKIE]["path"] == "/hq"
    look(client, "/hq/", 401)


@pytest.mark.parametrize("wrong", ["", "hq_000000000000_" + "a" * 43, "no key", "hq_\N{SNOWMAN}"])
def test_a_wrong_key_sets_no_cookie(guarded: TestClient, wrong: str) -> None:
    response = guarded.post("/sign-in", data={"key": wrong, "to": "/icps"}, headers=OURS)
    assert response.status_code == 401
    assert "set-cookie" not in response.headers
    page = read(response.text)
    assert page.one("p", role="alert").text
    assert form_of(page) == {"to": "/icps", "key": ""}
    assert wrong == "" or wrong not in response.text


@pytest.mark.parametrize(
    "elsewhere",
    ["https://evil.example/", "//evil.example", "/\\evil.example", "evil", "/a\nb", "/\N{SNOWMAN}"],
)
def test_signing_in_leads_to_our_pages_only(guarded: TestClient, key: str, elsewhere: str) -> None:
    assert sign_in(guarded, key, to=elsewhere)[:2] == (303, "/")


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": f"{SITE}.evil.example"},
        {"origin": "http://[broken"},
        {"origin": SITE, "sec-fetch-site": "cross-site"},
        {"origin": SITE, "sec-fetch-site": "same-site"},
        {"origin": ""},
    ],
)
def test_forms_of_other_sites_are_refused(
    guarded: TestClient, key: str, headers: dict[str, str]
) -> None:
    for path in ("/sign-in", "/sign-out"):
        response = guarded.post(path, data={"key": key}, headers=headers)
        assert response.status_code == 403
        assert "set-cookie" not in response.headers


def test_a_browser_that_says_where_a_form_is_from_is_believed(
    guarded: TestClient, key: str
) -> None:
    assert sign_in(guarded, key, **{"sec-fetch-site": "same-origin", "origin": "null"})[0] == 303


def test_the_cookie_is_for_pages_and_never_for_the_api(guarded: TestClient, key: str) -> None:
    sign_in(guarded, key)
    assert guarded.get("/icps").status_code == 200
    for path in ("/v1/companies", "/v1/leads.csv", "/v1/search?q=ab"):
        assert guarded.get(path).status_code == 401
    assert guarded.get("/v1/companies", headers={"x-api-key": key}).status_code == 200


def test_signing_out_forgets_the_key(guarded: TestClient, key: str) -> None:
    sign_in(guarded, key)
    assert "Sign out" in look(guarded, "/").text
    assert guarded.get("/sign-out").status_code == 405
    response = guarded.post("/sign-out", headers=OURS)
    assert (response.status_code, response.headers["location"]) == (303, "/sign-in")
    look(guarded, "/", 401)


def test_a_revoked_key_is_told_so(guarded: TestClient) -> None:
    guarded.cookies.set(COOKIE, "hq_000000000000_" + "b" * 43)
    assert "not known, expired or revoked" in look(guarded, "/", 401).one("p", role="alert").text


def test_a_link_from_another_site_offers_to_go_on(guarded: TestClient) -> None:
    page = look(guarded, "/icps?next=a", 401, {"sec-fetch-site": "cross-site"})
    assert page.links()["open the page"] == "/icps?next=a"
    assert "open the page" not in look(guarded, "/icps", 401).links()


def test_no_key_reaches_an_address_a_page_or_the_log(
    guarded: TestClient, key: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        _, to, _ = sign_in(guarded, key)
        text = guarded.get("/").text
    assert key not in to + text + caplog.text


def test_a_form_is_bounded_and_a_form(guarded: TestClient) -> None:
    assert guarded.post("/sign-in", data={"key": "a" * 30_000}, headers=OURS).status_code == 413
    assert guarded.post("/sign-in", json={"key": "a"}, headers=OURS).status_code == 415


def test_without_keys_there_is_nothing_to_sign_in_to(web: TestClient) -> None:
    assert web.get("/sign-in").headers["location"] == "/"
    response = web.post(
        "/sign-in", data={"key": "anything", "to": "/icps"}, headers={"origin": LOCAL}
    )
    assert response.headers["location"] == "/icps"
    assert "set-cookie" not in response.headers
    assert "Sign out" not in look(web, "/").text


def test_pages_of_an_empty_warehouse_say_what_to_do(web: TestClient) -> None:
    look(web, "/")
    page = look(web, "/waiting")
    assert "Nothing waits" in section(page, "waiting").text
    assert "Every record has landed" in section(page, "refused").text
    assert "ingest load FILE" in section(page, "deliveries").text
