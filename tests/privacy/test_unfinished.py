"""What an erasure promises of its commit, and what becomes of a search that was cut off."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from ingest.postgres.connection import connect
from ingest.postgres.locks import PRIVACY, share
from tests.support.ingesting import ingest, status
from tests.support.scenario import scenario
from tests.support.warehouse import Warehouse

PROFILE = "https://www.linkedin.com/in/"
SEARCH = "ingest.commands.privacy.search_afterwards"


def career(name: str) -> dict[str, Any]:
    role = {"title": "Buyer", "company": "Pier", "company_domain": "pier.example"}
    return {"name": name, "experience": [role | {"is_current": True, "start_date": "2024"}]}


@pytest.fixture(scope="module")
def pier(key_file: object) -> Iterator[Warehouse]:
    """A company of four people."""
    assert key_file
    with scenario() as warehouse:
        for slug in ("ann-first-1", "bob-second-2", "cal-third-3", "dot-fourth-4"):
            name = " ".join(slug.split("-")[:2]).title()
            warehouse.payload("person_payloads", PROFILE + slug, career(name))
        warehouse.build()
        yield warehouse


def erase(slug: str, case: str) -> Any:
    result = ingest("privacy", "erase", slug, "--case", case, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def while_it_searches(monkeypatch: pytest.MonkeyPatch, look: Callable[[], object]) -> list[object]:
    """What is seen at the moment at which an erasure begins to search."""
    seen: list[object] = []

    def looked(*_: object) -> tuple[dict[str, int], dict[str, int]]:
        seen.append(look())
        return {}, {}

    monkeypatch.setattr(SEARCH, looked)
    return seen


def test_every_erasure_is_committed_before_it_searches(
    pier: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    def look() -> object:
        with connect() as other:
            other.execute("set lock_timeout = '2s'")
            share(other, PRIVACY)  # as whoever lands does
            other.execute("update extracted.watermarks set seen = seen")
            found = other.execute("select linkedin_slug from core.people order by 1").fetchall()
            other.rollback()
        return [slug for (slug,) in found]

    seen = while_it_searches(monkeypatch, look)
    for slug in ("ann-first-1", "bob-second-2"):
        erase(slug, "committed")
    assert pier
    assert seen == [
        ["bob-second-2", "cal-third-3", "dot-fourth-4"],
        ["cal-third-3", "dot-fourth-4"],
    ]
