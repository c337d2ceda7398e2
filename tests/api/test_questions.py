"""Each question of docs/analysts.md, asked by HTTP as docs/http.md has it, against its SQL."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from itertools import chain
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.project.test_docs import QUERY, SECTIONS, as_text
from tests.support.scenario import rows
from tests.support.warehouse import PROJECT, Warehouse

SQL = {
    section.partition("\n")[0]: QUERY.findall(section)[0][0]
    for section in SECTIONS
    if QUERY.findall(section)
}
PAGE = (PROJECT / "docs" / "http.md").read_text(encoding="utf-8")
REQUESTS = {
    section.partition("\n")[0]: re.findall(
        r"^(GET|POST) (/\S+)(?: (\{.*\}))?$", section, re.MULTILINE
    )
    for section in re.split(r"^### ", PAGE, flags=re.MULTILINE)[1:]
}
# values that could not be used are not part of schema api
NOT_SERVED = {"What could not be used, and why?"}

Rows = list[dict[str, Any]]
Ask = Callable[..., Rows]
Requests = list[tuple[str, str, str]]


@pytest.fixture
def ask(http: TestClient) -> Ask:
    """All rows of a request, page after page; the data of a look-up."""

    def answer(method: str, path: str, body: object = None) -> Rows:
        if method == "POST":
            return [one["data"] for one in http.post(path, json=body).json()["results"]]
        rows_: Rows = []
        is_list = method == "GET" and not re.fullmatch(r"/v1/(companies|people|icps)/[^/]+", path)
        response = http.get(f"{path}{'&' if '?' in path else '?'}limit=3" if is_list else path)
        while True:
            assert response.status_code == 200, response.text
            document = response.json()
            if "data" not in document:
                return [document]
            rows_ += document["data"]
            if document["next"] is None:
                return rows_
            response = http.get(response.links["next"]["url"])

    return answer


def matched(left: Rows, right: Rows, left_name: str, right_name: str) -> Rows:
    return [{**b, **a} for a in left for b in right if a[left_name] == b[right_name]]


def past_employees(ask: Ask, requests: Requests) -> Rows:
    left = ask(*requests[0][:2])
    now = ask(*requests[1][:2], {"keys": [row["linkedin_url"] for row in left]})
    named = [
        {
            "linkedin_url": n["linkedin_url"],
            "title_now": n["title"],
            "company_now": n["company_name"],
        }
        for n in now
    ]
    return matched(left, named, "linkedin_url", "linkedin_url")


def portfolio_alone(ask: Ask, requests: Requests) -> Rows:
    held, evidence, company = (path for _, path, _ in requests)
    found = []
    for domain in {row["company_domain"] for row in ask("GET", held)}:
        said = ask("GET", evidence.replace("DOMAIN", domain))
        if {one["source"] for one in said} <= {"vc_portfolios", "crunchbase_portfolios"}:
            found += ask("GET", company.replace("DOMAIN", domain))
    return found


def counted(rows_: Rows, *names: str, as_name: str) -> Rows:
    counts = Counter(tuple(row[name] for name in names) for row in rows_)
    return [{**dict(zip(names, key, strict=True)), as_name: n} for key, n in counts.items()]


def all_of(ask: Ask, requests: Requests) -> list[Rows]:
    return [ask(method, path) for method, path, _ in requests]


def all_rows(ask: Ask, requests: Requests) -> Rows:
    return list(chain.from_iterable(all_of(ask, requests)))


# what is done with the answers where there is more than one request, or SQL counts
WORKED_OUT: dict[str, Callable[[Ask, Requests], Rows]] = {
    "Who left a company, and where are they now?": past_employees,
    "Which companies do we know from a portfolio alone?": portfolio_alone,
    # HTTP repeats the address as it was given
    "Which company is behind this address?": lambda ask, requests: [
        {**row, "asked_for": "careers-at-acme.example"} for row in all_rows(ask, requests)
    ],
    "Which functions do the leads have?": lambda ask, requests: counted(
        all_rows(ask, requests), "function", "seniority", as_name="leads"
    ),
    "What changed since I last looked?": lambda ask, requests: counted(
        all_rows(ask, requests), "entity", "kind", as_name="entities"
    ),
    "Who works at our customers now?": lambda ask, requests: matched(
        ask(*requests[0]), ask(*requests[1]), "customer_domain", "company_domain"
    ),
    "How much do we know, and from whom?": lambda ask, requests: [
        {**row, "percent": round(100 * row["share"])} for row in all_rows(ask, requests)
    ],
}


def plain(row: dict[str, Any], names: list[str]) -> tuple[str, ...]:
    """A row as both sides write it."""
    cells = []
    for name in names:
        text = as_text(row[name])
        is_moment = re.fullmatch(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(\.\d+)?\+00:00", text)
        cells.append(datetime.fromisoformat(text).isoformat() if is_moment else text)
    return tuple(cells)


@pytest.mark.parametrize("question", [q for q in SQL if q not in NOT_SERVED])
def test_http_gives_what_sql_gives(built: Warehouse, ask: Ask, question: str) -> None:
    wanted = rows(built, SQL[question].replace("%", "%%"))
    requests = REQUESTS[question]
    found = WORKED_OUT.get(question, all_rows)(ask, requests)
    names = list(wanted[0])
    assert Counter(plain(row, names) for row in found) == Counter(
        plain(row, names) for row in wanted
    )


def test_the_page_has_no_other_questions() -> None:
    assert REQUESTS.keys() == SQL.keys() - NOT_SERVED
