"""The description that the service gives of itself is true: schemathesis asks what it promises."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from hq_api import keys
from hq_api.keys import SCOPES
from hq_api.schemas import name_of
from tests.api.support import RESOURCES
from tests.api.test_serving import serving
from tests.support.warehouse import Warehouse

# A schema of texts cannot say what a domain is, or which next an answer gave: 400 is no fault of
# the service there, 422 the answer to a record that cannot land. All else has to be accepted.
SETTINGS = """
[checks.positive_data_acceptance]
expected-statuses = [200, 201, 207, 400, 404, 409, 422]
[checks.negative_data_rejection]
expected-statuses = [400, 401, 403, 404, 405, 406, 409, 413, 415, 422]
"""
# in the normal run: a list, a part, a document, a look-up, an export, the search
SOME = r"^/v1/(icps|companies/\{owner\}|people/\{owner\}/roles|companies/lookup|icps.csv|search)$"


def faults_found(built: Warehouse, folder: Path, *options: str) -> str:
    """What schemathesis says of a service with keys; empty if it finds nothing."""
    _, key = keys.create(built.conn, folder.name, list(SCOPES), None, None)
    settings = folder / "schemathesis.toml"
    settings.write_text(SETTINGS)
    with serving("--rate", "100000", with_keys=True) as running:
        ran = subprocess.run(
            [
                *(Path(sys.executable).with_name("st"), "--config-file", settings, "run"),
                f"http://127.0.0.1:{running.port}/openapi.json",
                *("-H", f"Authorization: Bearer {key}", "--no-color", "--seed", "1", *options),
            ],
            capture_output=True,
            text=True,
            check=False,
            cwd=folder,
        )
        errors = [line for line in running.log if '"status": 5' in line or "failed" in line]
    assert errors == []
    return "" if ran.returncode == 0 else ran.stdout[-6000:] + ran.stderr


def test_some_of_it_is_as_described(built: Warehouse, tmp_path: Path) -> None:
    options = ("--include-path-regex", SOME, "--phases", "fuzzing", "--max-examples", "8")
    assert faults_found(built, tmp_path, *options) == ""


@pytest.mark.long
def test_all_of_it_is_as_described(built: Warehouse, tmp_path: Path) -> None:
    options = ("--phases", "examples,coverage,fuzzing", "--max-examples", "20", "--workers", "2")
    assert faults_found(built, tmp_path, *options) == ""


def test_every_route_is_described(http: TestClient) -> None:
    described: dict[str, Any] = http.get("/openapi.json").json()
    routes = {getattr(r, "path", "") for r in http.app.routes}  # type: ignore[attr-defined]
    plain = {re.sub(r":path\}", "}", path) for path in routes}
    pages = {path for path in plain if not path.startswith(("/v1/", "/healthz", "/readyz"))}
    assert plain - pages == described["paths"].keys() - {"/openapi.json", "/metrics"}
    assert described["openapi"] == "3.1.0"
    assert all(
        operation["operationId"] and operation["summary"]
        for methods in described["paths"].values()
        for operation in methods.values()
    )


def test_what_a_filter_refuses_is_described(http: TestClient) -> None:
    """A domain and a profile are not empty; what is only a text may be."""
    described = http.get("/openapi.json").json()
    parameters = {p["name"]: p for p in described["paths"]["/v1/people"]["get"]["parameters"]}
    least = {
        name: p["schema"]["items"].get("minLength", 0)
        for name, p in parameters.items()
        if p["schema"].get("type") == "array" and p["schema"]["items"].get("type") == "string"
    }
    assert {name for name, n in least.items() if n} == {
        *("company_domain", "company_domain.not", "linkedin_url", "linkedin_url.not"),
    }
    for name in ("company_domain", "linkedin_url.not"):
        assert http.get("/v1/people", params={name: ""}).status_code == 400
    assert http.get("/v1/people", params={"company_name": ""}).status_code == 200


def test_what_groups_exclude_is_described(http: TestClient) -> None:
    described = http.get("/openapi.json").json()
    parameters = {p["name"]: p for p in described["paths"]["/v1/people"]["get"]["parameters"]}
    for name, value in (("sort", "linkedin_url"), ("count", "exact")):
        assert "Not together with group_by" in parameters[name]["description"]
        both = {"group_by": "company_domain", name: value}
        assert http.get("/v1/people", params=both).status_code == 400
    assert "Not together with sort or count" in parameters["group_by"]["description"]


def test_values_are_of_the_types_that_are_described(http: TestClient) -> None:
    described = http.get("/openapi.json").json()
    kinds = {
        "string": str,
        "integer": int,
        "boolean": bool,
        "array": list,
        "object": dict,
        "number": (int, float),
        "null": type(None),
    }
    wrong = set()
    for name, resource in RESOURCES.items():
        if resource.needed is not None:
            continue
        properties = described["components"]["schemas"][name_of(resource)]["properties"]
        for one in http.get(f"/v1/{name}?limit=1000").json()["data"]:
            for column, value in one.items():
                types = properties[column]["type"]
                allowed = types if isinstance(types, list) else [types]
                if not any(isinstance(value, kinds[kind]) for kind in allowed):  # type: ignore[arg-type]
                    wrong.add((name, column))
    assert wrong == set()
