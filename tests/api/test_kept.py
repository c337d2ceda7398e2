"""What takes long is made once, until the data changes."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from starlette.responses import Response
from starlette.testclient import TestClient

from hq_api import kept as module
from hq_api.endpoints import lists
from hq_api.kept import KeptAnswers
from hq_api.problems import ProblemError
from hq_api.service import Service, snapshots_of, versions_of
from hq_api.settings import Settings
from tests.support.warehouse import Warehouse

SNAPSHOT = "select pg_current_snapshot()::text"


@pytest.fixture(autouse=True)
def _all_took_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "WORTH_KEEPING", 0.0)


class Maker:
    """Makes an answer when it is let, and counts how often."""

    def __init__(self) -> None:
        self.made = 0
        self.may_end = asyncio.Event()

    async def __call__(self) -> Response:
        self.made += 1
        await self.may_end.wait()
        return Response(b"answer", headers={"link": "x"})


async def failing() -> Response:
    raise ProblemError(504, "too long")


def run(test: Callable[[KeptAnswers], Awaitable[None]]) -> None:
    async def body() -> None:
        await test(KeptAnswers())

    asyncio.run(body())


def test_who_asks_meanwhile_waits_for_the_same_and_who_leaves_ends_nothing() -> None:
    async def test(kept: KeptAnswers) -> None:
        make = Maker()
        first, second = (asyncio.ensure_future(kept.get("v", "tag", make)) for _ in range(2))
        await asyncio.sleep(0)
        first.cancel()
        await asyncio.sleep(0)
        make.may_end.set()
        answer = await second
        assert (answer.body, answer.headers["link"], make.made) == (b"answer", "x", 1)
        assert (await kept.get("v", "tag", make)).body == b"answer"
        assert make.made == 1
        await kept.get("v", "other tag", make)
        assert make.made == 2

    run(test)


def test_headers_of_one_caller_are_not_those_of_the_next() -> None:
    async def test(kept: KeptAnswers) -> None:
        make = Maker()
        make.may_end.set()
        first = await kept.get("v", "tag", make)
        first.headers["etag"] = "one"
        assert "etag" not in (await kept.get("v", "tag", make)).headers

    run(test)


def test_what_failed_is_tried_again() -> None:
    async def test(kept: KeptAnswers) -> None:
        for _ in range(2):
            with pytest.raises(ProblemError, match="too long"):
                await kept.get("v", "tag", failing)
        make = Maker()
        make.may_end.set()
        assert (await kept.get("v", "tag", make)).body == b"answer"

    run(test)


def test_what_did_not_take_long_is_made_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "WORTH_KEEPING", 10.0)

    async def test(kept: KeptAnswers) -> None:
        make = Maker()
        make.may_end.set()
        for _ in range(2):
            await kept.get("v", "tag", make)
        assert make.made == 2

    run(test)


def test_so_much_is_kept_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of answers of six bytes three fit into twenty; the one asked for last stays."""
    monkeypatch.setattr(module, "MOST_BYTES", 20)

    async def test(kept: KeptAnswers) -> None:
        make = Maker()
        make.may_end.set()
        for tag in ("a", "b", "c", "a", "d"):
            await kept.get("v", tag, make)
        assert make.made == 4
        for tag in ("a", "c", "d"):
            await kept.get("v", tag, make)
        assert make.made == 4
        await kept.get("v", "b", make)
        assert make.made == 5

    run(test)


def test_an_answer_that_outlives_its_data_is_not_kept() -> None:
    async def test(kept: KeptAnswers) -> None:
        slow, quick = Maker(), Maker()
        quick.may_end.set()
        waiting = asyncio.ensure_future(kept.get("old", "of old", slow))
        await asyncio.sleep(0)
        await kept.get("new", "of new", quick)
        slow.may_end.set()
        await waiting
        await kept.get("new", "of old", slow)
        assert slow.made == 2

    run(test)


def test_nothing_is_kept_of_data_that_has_changed() -> None:
    async def test(kept: KeptAnswers) -> None:
        make = Maker()
        make.may_end.set()
        for version in ("old", "new", "new", "old"):
            await kept.get(version, "tag", make)
        assert make.made == 3

    run(test)


@pytest.mark.parametrize("answers", ["kept", "current"])
def test_what_is_kept_goes_soon_after_an_erasure_though_nobody_asks(
    built: Warehouse, http: TestClient, answers: str
) -> None:
    service = http.app.state.service  # type: ignore[attr-defined]
    kept: KeptAnswers = getattr(service, answers)
    assert http.get("/v1/people").status_code == 200
    assert http.get("/v1/status").status_code == 200
    assert not kept.is_empty
    conn = built.conn
    conn.execute(
        "insert into privacy.audit (action, case_ref, tool_version)"
        " values ('erase', 'in memory', '0')"
    )
    conn.commit()
    try:
        until = time.monotonic() + 20
        while not kept.is_empty and time.monotonic() < until:
            time.sleep(0.1)
        assert kept.is_empty
    finally:
        conn.execute("delete from privacy.audit where case_ref = 'in memory'")
        conn.commit()


def test_what_cannot_be_checked_is_forgotten() -> None:
    class Away:
        async def rows_of_keys(self, *_: object) -> None:
            raise ProblemError(503, "away")

    database: Any = Away()
    doorkeeper: Any = None

    async def test() -> None:
        service = Service(
            *(Settings(), database, doorkeeper, {}, ()),
            versions=versions_of(database),
            snapshots=snapshots_of(database),
        )
        make = Maker()
        make.may_end.set()
        for kept in (service.kept, service.current):
            await kept.get("v", "tag", make)
            assert not kept.is_empty
        await service.forget_outdated()
        assert service.kept.is_empty
        assert service.current.is_empty

    asyncio.run(test())


@pytest.mark.parametrize("path", ["/v1/coverage", "/v1/duplicates", "/v1/companies", "/v1/leads"])
def test_it_is_made_anew_once_the_data_changed(
    built: Warehouse, http: TestClient, path: str
) -> None:
    before = http.get(path).content
    conn = built.conn
    conn.execute("create temp table held as select * from core.companies where false")
    conn.commit()
    conn.execute(
        "with gone as (delete from core.companies where domain in"
        " (select domain from core.companies where name is not null) returning *)"
        " insert into held select * from gone"
    )
    conn.commit()
    try:
        # nothing said that the data has changed
        assert http.get(path).content == before
        conn.execute("update extracted.watermarks set advanced_at = clock_timestamp()")
        conn.commit()
        assert http.get(path).content != before
    finally:
        conn.execute("insert into core.companies overriding system value select * from held")
        conn.execute("drop table held")
        conn.execute("update extracted.watermarks set advanced_at = clock_timestamp()")
        conn.commit()


def test_status_is_made_again_once_anybody_has_written(
    built: Warehouse, http: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []
    page = lists._page

    async def counted(*words: Any) -> Response:
        made.append("status")
        return await page(*words)

    monkeypatch.setattr(lists, "_page", counted)

    def status() -> bytes:
        return http.get("/v1/status").content

    for _ in range(10):
        snapshot = built.one(SNAPSHOT)
        made.clear()
        before, *again = (status() for _ in range(3))
        if built.one(SNAPSHOT) == snapshot:  # the server's own housekeeping writes, too
            break
    assert (again, len(made)) == ([before] * 2, 1)
    made.clear()
    built.payload("company_payloads", "just-now.example", {"name": "Just Now"})
    try:
        assert status() != before
        assert made == ["status"]
    finally:
        built.conn.execute(
            "delete from raw.company_payloads where company_domain = 'just-now.example'"
        )
        built.conn.commit()
