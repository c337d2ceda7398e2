"""One reading for all who ask meanwhile, and none that began before the question."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from starlette.responses import Response

from hq_api.problems import ProblemError
from hq_api.shared import SharedAnswers, SharedReading


class Clock:
    """Reads its count at once, and tells it when it is let."""

    def __init__(self) -> None:
        self.readings = 0
        self.at_once = 0
        self.may_end = asyncio.Event()

    async def __call__(self) -> int:
        self.readings += 1
        seen = self.readings
        self.at_once += 1
        assert self.at_once == 1
        await self.may_end.wait()
        self.at_once -= 1
        return seen


def run(test: Callable[[Clock, SharedReading[int]], Awaitable[None]]) -> None:
    async def body() -> None:
        clock = Clock()
        await test(clock, SharedReading(clock))

    asyncio.run(body())


async def asked(shared: SharedReading[int]) -> asyncio.Task[int]:
    """A question that has been asked."""
    asking = asyncio.ensure_future(shared.get())
    for _ in range(5):
        await asyncio.sleep(0)
    return asking


def test_who_asks_while_one_is_under_way_gets_the_next_all_of_them_the_same() -> None:
    async def test(clock: Clock, shared: SharedReading[int]) -> None:
        first = await asked(shared)
        later = [await asked(shared) for _ in range(3)]
        clock.may_end.set()
        assert await first == 1
        assert [await asking for asking in later] == [2, 2, 2]
        assert await shared.get() == 3

    run(test)


def test_who_asks_at_the_same_moment_shares_the_first() -> None:
    async def test(clock: Clock, shared: SharedReading[int]) -> None:
        clock.may_end.set()
        first, second = await asyncio.gather(shared.get(), shared.get())
        assert (first, second) == (1, 1)

    run(test)


def test_who_goes_away_ends_nothing_for_the_others() -> None:
    async def test(clock: Clock, shared: SharedReading[int]) -> None:
        gone = await asked(shared)
        gone.cancel()
        later = await asked(shared)
        also_gone = await asked(shared)
        also_gone.cancel()
        clock.may_end.set()
        assert await later == 2
        assert await shared.get() == 3

    run(test)


def test_a_failure_is_told_to_all_who_wait_and_to_nobody_else() -> None:
    async def body() -> None:
        faults = iter([ProblemError(503, "away"), None])

        async def read() -> str:
            fault = next(faults)
            if fault:
                raise fault
            return "there"

        shared = SharedReading(read)
        waiting = [asyncio.ensure_future(shared.get()) for _ in range(2)]
        for asking in waiting:
            with pytest.raises(ProblemError, match="away"):
                await asking
        assert await shared.get() == "there"

    asyncio.run(body())


def test_an_answer_of_the_moment_is_made_once_for_all_who_wait_and_is_not_kept() -> None:
    made: list[str] = []

    def maker(name: str) -> Callable[[], Awaitable[Response]]:
        async def make() -> Response:
            made.append(name)
            await asyncio.sleep(0)
            return Response(f"{name} {len(made)}")

        return make

    async def test() -> None:
        answers = SharedAnswers()
        one, same, other = await asyncio.gather(
            answers.get("a", maker("a")),
            answers.get("a", maker("a")),
            answers.get("b", maker("b")),
        )
        assert sorted(made) == ["a", "b"]
        assert one.body == same.body != other.body
        one.headers["x-request-id"] = "1"
        assert "x-request-id" not in same.headers
        again = await answers.get("a", maker("a"))
        assert again.body == b"a 3"

    asyncio.run(test())
