"""What the tests of the service share: whom they ask about, and how."""

from __future__ import annotations

from typing import Any

from starlette.testclient import TestClient

from hq_api.resources import read_resources

RESOURCES = read_resources()
ACME = "acme-widgets.example"
ANA = "https://www.linkedin.com/in/ana-example-1b2c"


def data(http: TestClient, path: str) -> list[dict[str, Any]]:
    response = http.get(path)
    assert response.status_code == 200, response.text
    found: list[dict[str, Any]] = response.json()["data"]
    return found


def problem(http: TestClient, path: str) -> tuple[int, str, str | None]:
    response = http.get(path)
    assert response.headers["content-type"] == "application/problem+json"
    document = response.json()
    assert document["request_id"] == response.headers["x-request-id"]
    return response.status_code, document["detail"], document.get("parameter")
