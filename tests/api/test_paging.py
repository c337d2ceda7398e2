"""Pages while rows come and go: what is there all along comes exactly once, in order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from hq_api.app import create_app
from hq_api.catalogue import Column, View
from hq_api.resources import Resource
from hq_api.settings import Settings
from ingest.postgres.connection import Connection
from tests.support.warehouse import Warehouse

# ties and NULLs in everything but the id, names that a pattern or a quote could trip over
NAMES = [None, "", "a", "A", "ä", "%", "'", "\\", "z\nz"]
NUMBERS = [None, -1, 0, 7]
ORDERS = ["id", "-id", "name", "-name", "number", "-number"]


def column(name: str, type_name: str, *, is_nullable: bool = True) -> Column:
    return Column(name, type_name, "", is_personal=False, is_nullable=is_nullable)


THINGS = Resource(
    name="things",
    view=View(
        "paged_things",
        "Things. One row per thing.",
        {
            "name": column("name", "text"),
            "number": column("number", "integer"),
            "id": column("id", "integer", is_nullable=False),
        },
    ),
    key=("name", "id"),
    sortable=("number",),
)


@dataclass
class Things:
    """The table, and the service over it."""

    conn: Connection
    http: TestClient
    ids: Iterator[int]

    def put(self, name: str | None, number: int | None) -> int:
        id_ = next(self.ids)
        self.conn.execute("insert into api.paged_things values (%s, %s, %s)", (name, number, id_))
        self.conn.commit()
        return id_

    def clear(self) -> None:
        self.conn.execute("delete from api.paged_things")
        self.conn.commit()
        self.ids = count()

    def take(self, id_: int) -> None:
        self.conn.execute("delete from api.paged_things where id = %s", (id_,))
        self.conn.commit()


@pytest.fixture(scope="module")
def things(built: Warehouse) -> Iterator[Things]:
    conn = built.conn
    conn.execute("create table api.paged_things (name text, number integer, id integer)")
    conn.commit()
    app = create_app(Settings(with_keys=False, rate=1e6), resources={"things": THINGS})
    with TestClient(app, base_url="http://localhost") as http:
        yield Things(conn, http, count())
    conn.execute("drop table api.paged_things")
    conn.commit()


@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_what_is_there_all_along_comes_once_and_in_order(things: Things, data: Any) -> None:
    things.clear()
    rows = st.tuples(st.sampled_from(NAMES), st.sampled_from(NUMBERS))
    stays = {things.put(*row) for row in data.draw(st.lists(rows, max_size=12))}
    goes = [things.put(*row) for row in data.draw(st.lists(rows, max_size=4))]
    sort = data.draw(st.sampled_from(ORDERS))
    asked = f"/v1/things?sort={sort}"
    if data.draw(st.booleans()):
        asked += "&has=name"
        known = things.conn.execute("select id from api.paged_things where name is not null")
        stays &= {id_ for (id_,) in known}
        things.conn.rollback()
    at_once = things.http.get(f"{asked}&limit=1000").json()["data"]
    wanted = [one["id"] for one in at_once if one["id"] in stays]
    assert set(wanted) == stays
    seen: list[int] = []
    response = things.http.get(f"{asked}&limit={data.draw(st.integers(1, 4))}")
    while True:
        page = response.json()
        seen += [one["id"] for one in page["data"]]
        if page["next"] is None:
            break
        for row in data.draw(st.lists(rows, max_size=2)):
            things.put(*row)
        if goes and data.draw(st.booleans()):
            things.take(goes.pop())
        response = things.http.get(response.links["next"]["url"])
    assert len(seen) == len(set(seen))
    assert [id_ for id_ in seen if id_ in stays] == wanted
