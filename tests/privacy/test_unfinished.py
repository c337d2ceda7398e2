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


def open_searches(warehouse: Warehouse) -> tuple[list[str], int]:
    """The cases whose search has not ended by the list, and how many there are by the status."""
    cases = json.loads(ingest("privacy", "list", "--json").stdout)
    assert warehouse
    return [c["case_ref"] for c in cases if c["is_search_cut_off"]], status()["searches"]


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
    monkeypatch.undo()
    erase("ann-first-1", "committed")
    assert open_searches(pier) == ([], 0)


@pytest.mark.parametrize(
    ("slug", "again"),
    [
        ("cal-third-3", ("cal-third-3", "cut off")),
        # or by another case, as somebody who answers the request anew
        ("dot-fourth-4", ("linkedin.com/in/DOT-fourth-4", "once more")),
    ],
)
def test_a_search_that_was_cut_off_is_made_up_for_by_the_same_command(
    pier: Warehouse, monkeypatch: pytest.MonkeyPatch, slug: str, again: tuple[str, str]
) -> None:
    """What is known of the person but the address is gone from core by then."""
    name = " ".join(slug.split("-")[:2]).title()
    monkeypatch.setattr("ingest.privacy.erase.SMALL", -1)  # all tables are as good as large
    pier.payload(
        "case_study_extraction_payloads",
        f"https://seller.example/{slug[:3]}",
        {"reasoning": f"It quotes {name} and others."},
        origin_company_domain="seller.example",
        company_customer_name="Pier",
        has_case_study_url=True,
    )

    def cut_off(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as interrupted:
        interrupted.setattr("ingest.privacy.erase.search", cut_off)
        assert ingest("privacy", "erase", slug, "--case", "cut off").exit_code != 0
    said = "select raw_payload ->> 'reasoning' from raw.case_study_extraction_payloads"
    said += f" where case_study_url like '%%{slug[:3]}'"
    assert pier.all(said) == [(f"It quotes {name} and others.",)]
    assert open_searches(pier) == (["cut off"], 1)
    assert "Case cut off: the search of all texts" in ingest("privacy", "list").stderr
    assert "1 whose search is under way or was cut off" in ingest("status").output

    done = erase(*again)
    assert done["redacted_afterwards"] == {"raw.case_study_extraction_payloads": 1}
    assert pier.all(said) == [("It quotes [redacted] and others.",)]
    assert open_searches(pier) == ([], 0)
    assert pier.all("select * from privacy.unfinished_searches") == []
    assert pier.all("select count(*) from privacy.audit where found_afterwards is null") == [(0,)]
