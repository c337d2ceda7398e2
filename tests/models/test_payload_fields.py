"""extracted.payload_fields: where values stand in payloads, how many payloads are looked at."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import date, timedelta
from time import monotonic
from typing import Any

import pytest

from ingest.postgres.connection import connect
from tests.support.scenario import Row, rows, scenario
from tests.support.scratch import Parameters
from tests.support.warehouse import (
    Warehouse,
    dbt,
    insert,
    payload_columns,
)

MOST = 500  # payloads of a workflow and a day that are looked at
DAY = "2026-03-01T12:00:00+00:00"

# name -> payload, the paths it has beside $
SHAPES: dict[str, tuple[Any, set[str]]] = {
    "fields": ({"name": "a", "size": 3}, {"name", "size"}),
    "lists in items of a list": (
        {"a": [{"b": [{"c": 1}, {"d": 2}]}]},
        {"a", "a[]", "a[].b", "a[].b[]", "a[].b[].c", "a[].b[].d"},
    ),
    "lists of lists": ({"m": [[1, 2], [3]]}, {"m", "m[]", "m[][]"}),
    # a list in a list counts as deep as a name does
    "lists of lists without end": (
        {"m": [[[[[[1]]]]]]},
        {"m", "m[]", "m[][]", "m[][][]", "m[][][][]"},
    ),
    "five names deep": (
        {"a": {"b": {"c": {"d": {"e": 1}}}}},
        {"a", "a.b", "a.b.c", "a.b.c.d"},
    ),
    "a list of texts four names deep": (
        {"a": {"b": {"c": {"d": ["x"]}}}},
        {"a", "a.b", "a.b.c", "a.b.c.d", "a.b.c.d[]"},
    ),
    "200 siblings": (
        {"m": {f"name_{n}": 1 for n in range(200)}},
        {"m", *(f"m.name_{n}" for n in range(200))},
    ),
    "201 siblings": (
        {"m": {f"name_{n}": {"x": 1} for n in range(201)}},
        {"m", "m.*", "m.*.x"},
    ),
    "names that are no words": (
        {"a.b": 1, "a[0]": 1, 'say "x"': 1, "x y": 1, " ": 1, "": 1, "größe": 1, "会社": 1, "*": 1},
        {
            *('"a.b"', '"a[0]"', '"say \\"x\\""', '"x y"', '" "', '""', '"größe"', '"会社"'),
            '"*"',
        },
    ),
    "names that are values": (
        {
            "by": {
                "jane@x.example": {"n": 1},
                "2026-05-01": {"n": 1},
                "+1 503 555 0142": {"n": 1},
                "https://x.example/a": {"n": 1},
                "www.x.example": {"n": 1},
                "0b9ad1c5-77e2-4c40-9d1c-3f3a50712345": {"n": 1},
                "7": {"n": 1},
                "a" * 61: {"n": 1},
            }
        },
        {"by", "by.*", "by.*.n"},
    ),
    "an empty object": ({}, set()),
    "an empty list and an empty object": ({"a": [], "b": {}}, {"a", "b"}),
    "a text that holds an object": (json.dumps({"a": {"b": 1}}), {"a", "a.b"}),
    "a text": ("hello", set()),
    "a list": ([{"a": 1}], set()),
    "null": (None, set()),
}


def put(w: Warehouse, workflow: str, payload: Any, received: str = DAY) -> str:
    """Insert a payload of a workflow that no model reads."""
    return w.payload(
        "company_payloads", "acme.example", payload, received=received, workflow_slug=workflow
    )


def fields(w: Warehouse, workflow: str) -> dict[str, Row]:
    """What is stored of a workflow that has payloads of one day, by path."""
    found = rows(w, "select * from extracted.payload_fields where workflow_slug = %s", workflow)
    assert len({row["day"] for row in found}) <= 1
    return {row["path"]: row for row in found}


def refresh(*words: str) -> None:
    """Let the model read what is new."""
    dbt("run", "--select", "payload_fields", *words)


def everything(w: Warehouse) -> list[Row]:
    return rows(
        w, "select to_jsonb(f) - '_xid' as row from extracted.payload_fields as f order by id"
    )


def assert_as_read_at_once(w: Warehouse) -> None:
    """Check that the table is what one reading of all raw rows makes."""
    found = everything(w)
    w.conn.execute("truncate extracted.payload_fields")
    w.conn.execute("delete from extracted.watermarks where model = 'payload_fields'")
    w.conn.commit()
    refresh()
    assert everything(w) == found


VALUES: list[Any] = [None, "", [], "abc", 12345, True, {}]
LATE_ITEM = 100  # of a list the first 100 are looked at
ITEMS = 1_000_000


@pytest.fixture(scope="module")
def built(_built: Parameters) -> Iterator[Warehouse]:
    """All payloads of this module's first tests, in one build."""
    with scenario() as w:
        for name, (payload, _) in SHAPES.items():
            put(w, name, payload)
        for value in VALUES:
            put(w, "values", {"v": value})
        put(w, "values", {"w": 1})
        put(w, "items", {"v": [{"x": None}, {"x": "one is enough"}]})
        late = [{"early": 1}] * LATE_ITEM + [{"late": 1}]
        put(w, "items looked at", {"v": late, "in": [{"v": late}]})
        for n in range(201):
            put(w, "a name each", {"by": {f"name_{n}": {"x": n}}})
        # another program's, one of them without a receipt
        for received in ("2026-03-01T23:30:00-02:00", "2026-03-02T00:30:00+02:00"):
            put(w, f"received {received}", {"a": 1}, received)
        columns = payload_columns("company_payloads", "acme.example", {"a": 1})
        unsaid = {"workflow_slug": "not said", "created_at": None}
        w.row("company_payloads", **columns | unsaid | {"_received_at": "2026-04-01T00:00:00Z"})
        for ever in ("infinity", "-infinity", "294276-12-31T12:00Z", "4713-01-02T12:00Z BC"):
            raw_id = put(w, "any receipt", {"a": 1})
            w.conn.execute(
                "update raw.company_payloads set created_at = %s where id = %s", (ever, raw_id)
            )
        w.conn.execute(
            "insert into raw.company_payloads (company_domain, workflow_slug, provider, platform,"
            " payload_type, raw_payload, created_at)"
            " select 'acme.example', 'many', 'p', 'p', 't',"
            " jsonb_build_object(case when n %% 3 = 0 then 'a' else 'b' end, n), %s"
            " from generate_series(1, 1200) as n",
            (DAY,),
        )
        w.conn.commit()
        refresh()
        yield w


@pytest.mark.parametrize("name", SHAPES)
def test_a_payload_has_the_paths_of_its_values(built: Warehouse, name: str) -> None:
    found = fields(built, name)
    assert found.keys() == {"$", *SHAPES[name][1]}
    assert {row["present"] for row in found.values()} == {1}


def test_no_name_of_a_map_is_stored(built: Warehouse) -> None:
    stored = rows(built, "select f::text as row from extracted.payload_fields as f")
    # "200 siblings" may name what it has
    named = [row["row"] for row in stored if "200 siblings" not in row["row"]]
    assert [row for row in named if "name_" in row or "jane" in row or "2026-05" in row] == []


def test_values_are_counted_by_type_and_by_what_is_in_them(built: Warehouse) -> None:
    found = fields(built, "values")
    assert found["$"]["received"] == found["$"]["present"] == len(VALUES) + 1
    v = found["v"]
    # not null, not "", not []; an empty object is something
    assert (v["present"], v["filled"], v["longest"]) == (7, 4, 5)
    types = ("nulls", "strings", "numbers", "booleans", "objects", "lists")
    assert [v[name] for name in types] == [1, 2, 1, 1, 1, 1]


def test_a_payload_counts_once_however_many_items_it_has(built: Warehouse) -> None:
    x = fields(built, "items")["v[].x"]
    assert (x["present"], x["filled"], x["nulls"], x["strings"], x["longest"]) == (1, 1, 1, 1, 13)


def test_of_a_list_the_first_items_are_looked_at(built: Warehouse) -> None:
    found = fields(built, "items looked at")
    assert "v[].early" in found
    assert "v[].late" not in found
    assert {"in[].v[].early", "in[].v[].late"} & found.keys() == {"in[].v[].early"}


def test_an_object_whose_names_are_ever_others_is_a_map(built: Warehouse) -> None:
    found = fields(built, "a name each")
    assert found.keys() == {"$", "by", "by.*", "by.*.x"}
    assert [found[path]["present"] for path in ("$", "by", "by.*", "by.*.x")] == [201] * 4
    assert found["by.*.x"]["_parent_path"] == "by.*"


def test_a_payload_counts_on_the_day_of_its_receipt_in_utc(built: Warehouse) -> None:
    found = {
        row["workflow_slug"]: row["day"]
        for row in rows(
            built,
            "select workflow_slug, day from extracted.payload_fields"
            " where workflow_slug <> 'any receipt'",
        )
    }
    assert found["received 2026-03-01T23:30:00-02:00"] == date(2026, 3, 2)
    assert found["received 2026-03-02T00:30:00+02:00"] == date(2026, 3, 1)
    assert found["not said"] == date(2026, 4, 1)


def test_no_receipt_is_too_odd_to_be_counted(built: Warehouse) -> None:
    found = rows(
        built,
        "select day::text as day, path from extracted.payload_fields"
        " where workflow_slug = 'any receipt' and path <> '$' order by 1",
    )
    days = ("-infinity", "294276-12-31", "4713-01-02 BC", "infinity")
    assert [(row["day"], row["path"]) for row in found] == [(day, "a") for day in days]


def test_of_many_payloads_those_with_the_smallest_hashes_are_looked_at(built: Warehouse) -> None:
    found = fields(built, "many")
    raw = rows(
        built,
        "select id::text, raw_payload from raw.company_payloads where workflow_slug = 'many'",
    )
    chosen = sorted(raw, key=lambda row: hashlib.md5(row["id"].encode()).hexdigest())[:MOST]
    named = sum("a" in row["raw_payload"] for row in chosen)
    assert (found["$"]["received"], found["$"]["present"]) == (1200, MOST)
    assert (found["a"]["present"], found["b"]["present"]) == (named, MOST - named)


@pytest.mark.long
def test_what_comes_later_or_commits_late_is_counted_and_nothing_twice(built: Warehouse) -> None:
    w = built
    put(w, "grows", {"a": 1})
    refresh()
    with connect(application_name="late writer") as late:
        columns = payload_columns("company_payloads", "acme.example", {"b": 1})
        insert(late, "company_payloads", columns | {"workflow_slug": "grows", "created_at": DAY})
        put(w, "grows", {"a": 2, "c": 1})
        refresh()
        assert {path: row["present"] for path, row in fields(w, "grows").items()} == {
            "$": 2,
            "a": 2,
            "c": 1,
        }
        late.commit()
    refresh()
    counts = {"$": 3, "a": 2, "b": 1, "c": 1}
    assert {path: row["present"] for path, row in fields(w, "grows").items()} == counts
    before = rows(w, "select id, _xid from extracted.payload_fields order by id")
    refresh()
    assert rows(w, "select id, _xid from extracted.payload_fields order by id") == before
    # a day of many payloads, of which others are looked at now
    for _ in range(5):
        put(w, "many", {"c": 1})
    refresh()
    assert_as_read_at_once(w)
    # rows that are deleted go when everything is read
    w.conn.execute(
        "delete from raw.company_payloads where workflow_slug = 'grows' and raw_payload ? 'c'"
    )
    w.conn.execute("delete from raw.company_payloads where workflow_slug = 'many'")
    w.conn.commit()
    refresh("--full-refresh")
    assert {path: row["present"] for path, row in fields(w, "grows").items()} == {
        "$": 2,
        "a": 1,
        "b": 1,
    }
    assert fields(w, "many") == {}
    assert_as_read_at_once(w)


def test_a_list_without_end_costs_as_much_as_a_short_one(built: Warehouse) -> None:
    built.conn.execute(
        "insert into raw.company_payloads (company_domain, workflow_slug, provider, platform,"
        " payload_type, raw_payload) select 'acme.example', 'huge', 'p', 'p', 't',"
        " jsonb_build_object('xs', jsonb_agg(jsonb_build_object('x', n))) || '{\"last\": 1}'"
        " from generate_series(1, %s) as n",
        (ITEMS,),
    )
    built.conn.commit()
    began = monotonic()
    refresh()
    # one pass over a million objects takes several times as long
    assert timedelta(seconds=monotonic() - began) < timedelta(seconds=10)
    assert fields(built, "huge").keys() == {"$", "xs", "xs[]", "xs[].x", "last"}
