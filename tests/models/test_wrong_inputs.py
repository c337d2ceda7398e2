"""Inputs that are well-formed and mean nothing: what expected/wrong_inputs.yml says of each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import zip_longest
from typing import Any, NamedTuple

import pytest

from ingest.load.load import LoadOptions, LoadSummary, load_file
from ingest.workflows.registry import load_registry
from tests.support.example_files import load_examples
from tests.support.scenario import scenario
from tests.support.scratch import Parameters
from tests.support.warehouse import PROJECT, Warehouse
from tests.support.wrong_inputs import CASES, FOLDER, page


class Arrived(NamedTuple):
    """The warehouse behind all deliveries, and what the loader said of each file.

    Attributes:
        warehouse: The warehouse.
        summaries: By the file's name.
    """

    warehouse: Warehouse
    summaries: dict[str, LoadSummary]


@pytest.fixture(scope="module")
def arrived(_built: Parameters) -> Iterator[Arrived]:
    with scenario() as warehouse:
        load_examples(warehouse.conn)
        warehouse.build()
        summaries = {}
        options = LoadOptions(load_registry())
        for delivery in zip_longest(*(case["deliveries"] for case in CASES.values()), fillvalue=()):
            for file in (each for files in delivery for each in files):
                slug = file.get("workflow")
                of = options.registry.resolve(slug) if slug else None
                summaries[file["file"]] = load_file(
                    warehouse.conn, str(FOLDER / file["file"]), replace(options, workflow=of)
                )
            warehouse.build()
        yield Arrived(warehouse, summaries)


def answers(warehouse: Warehouse, query: str) -> list[list[Any]]:
    # without parameters, so that % is a letter like others
    rows = warehouse.conn.execute(query.encode()).fetchall()
    warehouse.conn.rollback()
    return list(map(list, rows))


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_every_record_lands_or_is_rejected(arrived: Arrived, case: dict[str, Any]) -> None:
    files = [file for delivery in case["deliveries"] for file in delivery]
    found = {name: arrived.summaries[name] for name in (file["file"] for file in files)}
    assert {name: (each.landed, each.rejected) for name, each in found.items()} == {
        file["file"]: (file["landed"], file.get("rejected", 0)) for file in files
    }


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        pytest.param(ask["query"], ask["after"], id=f"{name}-{number}")
        for name, case in CASES.items()
        for number, ask in enumerate(case["asks"])
    ],
)
def test_the_answer_is_right(arrived: Arrived, query: str, expected: list[list[Any]]) -> None:
    assert answers(arrived.warehouse, query) == expected


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_what_cannot_be_used_is_reported(arrived: Arrived, case: dict[str, Any]) -> None:
    loads = [
        str(arrived.summaries[file["file"]].load_id)
        for delivery in case["deliveries"]
        for file in delivery
    ]
    raw = " union all ".join(
        f"select id, _load_id from raw.{table}"
        for table in sorted({t for s in arrived.summaries.values() for t in s.tables})
    )
    found = arrived.warehouse.all(
        "select i.field, i.value, i.reason from extracted.extraction_issues as i"
        f" inner join ({raw}) as r on i.raw_payload_id = r.id"
        ' where r._load_id = any(%s) order by i.field collate "C", i.value collate "C"',
        loads,
    )
    assert sorted(map(list, found)) == sorted(case.get("reported", []))


def test_a_full_refresh_answers_the_same(arrived: Arrived) -> None:
    queries = [ask["query"] for case in CASES.values() for ask in case["asks"]]
    before = [answers(arrived.warehouse, query) for query in queries]
    arrived.warehouse.build("--full-refresh")
    assert [answers(arrived.warehouse, query) for query in queries] == before


def test_the_page_shows_the_cases() -> None:
    """Made anew by: python -m tests.support.wrong_inputs > docs/wrong-inputs.md."""
    assert (PROJECT / "docs" / "wrong-inputs.md").read_text(encoding="utf-8") == page()
