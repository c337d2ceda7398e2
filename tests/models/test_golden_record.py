"""The golden record, its history and since when: what expected/golden_record.yml works out."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from typing import Any

import pytest
import yaml
from psycopg import sql
from psycopg.types.json import Jsonb

from tests.support import warehouse as raw
from tests.support.scenario import Row, rows, scenario
from tests.support.scratch import Parameters
from tests.support.warehouse import PAYLOAD_TABLES, PROJECT, Warehouse, payload_columns

SPEC: dict[str, Any] = yaml.safe_load(
    (PROJECT / "tests" / "expected" / "golden_record.yml").read_text(encoding="utf-8")
)
CASES: dict[str, Row] = SPEC["cases"]
PERSON = "https://www.linkedin.com/in/"
HISTORY = ("observed_at", "attribute", "old_value", "new_value", "source")
PLACE = ("title", "company_name", "company_domain", "is_current")

# raw rows by case
Received = dict[str, list[str]]


@pytest.fixture(scope="module", params=["step by step", "refreshed", "at once"])
def golden(
    _built: Parameters, request: pytest.FixtureRequest
) -> Iterator[tuple[Warehouse, Received]]:
    """The warehouse after both deliveries, whichever way it came there."""
    with scenario() as warehouse:
        received: Received = {name: [] for name in CASES}
        firm = raw.insert(warehouse.conn, "vc_firms", {"name": "Fir", "domain": "fir.example"})
        load = raw.insert_load(warehouse.conn)
        for delivery in ("rows", "then"):
            for name, case in CASES.items():
                for row in case.get(delivery, []):
                    received[name] += _receive(warehouse, row, firm, load)
            if request.param != "at once" or delivery == "then":
                warehouse.build()
        if request.param == "refreshed":
            warehouse.build("--full-refresh")
        yield warehouse, received


def _receive(warehouse: Warehouse, row: Row, firm: str, load: str) -> list[str]:
    """Insert a row as another program would, or correct one; gives back the id of a new one."""
    table, said = row["table"], dict(row["says"])
    if "corrects" in row:
        _correct(warehouse, table, said, row["corrects"])
        return []
    if table in PAYLOAD_TABLES:
        said = payload_columns(table, row["key"], said)
    if table in ("salesnav_scrapes", "vc_portfolio_companies"):
        said["upload_id"] = load
    if table == "vc_portfolio_companies":
        said |= {"vc_firm_id": firm, "categories": Jsonb(said.get("categories"))}
    if "export_timestamp" in said:
        said["export_timestamp"] = _midnight(said["export_timestamp"])
    return [warehouse.row(table, **said, created_at=_midnight(row["at"]))]


def _correct(warehouse: Warehouse, table: str, said: Row, key: Row) -> None:
    def pairs(columns: Row) -> list[sql.Composed]:
        return [sql.SQL("{} = %s").format(sql.Identifier(column)) for column in columns]

    statement = sql.SQL("update {} set {} where {}").format(
        sql.Identifier("raw", table),
        sql.SQL(", ").join(pairs(said)),
        sql.SQL(" and ").join(pairs(key)),
    )
    warehouse.conn.execute(statement, [*said.values(), *key.values()])
    warehouse.conn.commit()


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _day(value: Any) -> Any:
    """A receipt as its day; any other value as it is."""
    if not isinstance(value, datetime):
        return value
    at = value.astimezone(UTC)
    assert at.time() == time()
    return at.date()


def expected(what: str) -> list[Any]:
    """What the cases expect: the case, the entity, and what is said of it."""
    return [
        pytest.param(name, key, wanted, id=f"{name}-{key.removeprefix(PERSON)}")
        for name, case in CASES.items()
        for key, wanted in case.get(what, {}).items()
    ]


def _not_for_builds_at_once(case: str, request: pytest.FixtureRequest) -> None:
    """What was said before a correction in place only a warehouse that was there remembers."""
    if CASES[case].get("remembers") and "at once" in request.node.name:
        pytest.skip("only observations remember what an entry said before its correction")


def _check_row(found: list[Row], wanted: Row) -> None:
    if not wanted:
        assert found == []
        return
    (row,) = found
    columns = {name: name if name in row else f"_{name}" for name in wanted}
    assert {name: _day(row[column]) for name, column in columns.items()} == wanted


@pytest.mark.parametrize(("case", "domain", "wanted"), expected("companies"))
def test_a_company_is_chosen_attribute_by_attribute(
    golden: tuple[Warehouse, Received],
    request: pytest.FixtureRequest,
    case: str,
    domain: str,
    wanted: Row,
) -> None:
    _not_for_builds_at_once(case, request)
    warehouse, _ = golden
    found = rows(warehouse, "select * from core.companies where domain = %s", domain)
    _check_row(found, wanted)


@pytest.mark.parametrize(("case", "slug", "wanted"), expected("people"))
def test_a_person_is_chosen_attribute_by_attribute(
    golden: tuple[Warehouse, Received], case: str, slug: str, wanted: Row
) -> None:
    del case
    warehouse, _ = golden
    found = rows(warehouse, "select * from core.people where linkedin_url = %s", PERSON + slug)
    _check_row(found, wanted)


@pytest.mark.parametrize(("case", "slug", "wanted"), expected("positions"))
def test_a_position_is_the_one_that_nothing_overtakes(
    golden: tuple[Warehouse, Received], case: str, slug: str, wanted: Row
) -> None:
    del case
    warehouse, _ = golden
    query = "select * from core.person_positions where linkedin_url = %s"
    _check_row(rows(warehouse, query, PERSON + slug), wanted)


@pytest.mark.parametrize(
    ("table", "key", "wanted"),
    [
        pytest.param("company_history", *each.values[1:], id=each.id)
        for each in expected("company_history")
    ]
    + [
        pytest.param("person_history", PERSON + each.values[1], each.values[2], id=each.id)
        for each in expected("person_history")
    ],
)
def test_history_has_each_change_once(
    golden: tuple[Warehouse, Received], table: str, key: str, wanted: list[list[Any]]
) -> None:
    warehouse, _ = golden
    column = "domain" if table == "company_history" else "linkedin_url"
    found = rows(warehouse, f"select * from core.{table} where {column} = %s", key)
    changes = [[_day(row[name]) for name in HISTORY] for row in found]
    assert sorted(changes, key=str) == sorted(wanted, key=str)


@pytest.mark.parametrize(("case", "slug", "wanted"), expected("position_changes"))
def test_history_has_each_move_once(
    golden: tuple[Warehouse, Received], case: str, slug: str, wanted: list[Row]
) -> None:
    del case
    warehouse, _ = golden
    query = "select * from core.position_changes where linkedin_url = %s order by observed_at"
    assert [
        {
            "at": _day(row["observed_at"]),
            "from": [row[f"from_{name}"] for name in PLACE],
            "to": [row[f"to_{name}"] for name in PLACE],
            "started_on": row["started_on"],
            "source": row["source"],
        }
        for row in rows(warehouse, query, PERSON + slug)
    ] == wanted


@pytest.mark.parametrize(("case", "key", "wanted"), expected("since"))
def test_evidence_says_since_when_and_how_long(
    golden: tuple[Warehouse, Received], case: str, key: str, wanted: dict[str, list[Any]]
) -> None:
    del case
    warehouse, _ = golden
    found = rows(warehouse, "select * from api.evidence where entity_key = %s and is_chosen", key)
    said = {
        row["attribute"]: [row["value"], _day(row["observed_since"]), _day(row["confirmed_at"])]
        for row in found
    }
    assert {name: said[name] for name in wanted} == wanted


@pytest.mark.parametrize(("case", "slug", "wanted"), expected("contacts"))
def test_an_export_brings_contacts(
    golden: tuple[Warehouse, Received], case: str, slug: str, wanted: list[list[str | None]]
) -> None:
    del case
    warehouse, _ = golden
    query = (
        "select email, phone from core.person_contacts"
        " where source = 'salesnav' and linkedin_url = %s order by known_since"
    )
    assert [[row["email"], row["phone"]] for row in rows(warehouse, query, PERSON + slug)] == wanted


@pytest.mark.parametrize("case", CASES)
def test_what_cannot_be_used_is_reported(golden: tuple[Warehouse, Received], case: str) -> None:
    warehouse, received = golden
    query = (
        "select field, value, reason from extracted.extraction_issues"
        " where raw_payload_id = any(%s::uuid[])"
    )
    found = [list(row.values()) for row in rows(warehouse, query, received[case])]
    assert sorted(found) == sorted(CASES[case].get("issues", []))
