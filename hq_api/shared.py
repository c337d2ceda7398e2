"""Readings of the database that many wait for, made once for all of them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar
from weakref import WeakValueDictionary

from starlette.responses import Response

_Read = TypeVar("_Read")


class SharedReading(Generic[_Read]):
    """Reads for all who ask meanwhile at once, and never earlier than they ask.

    While one reading is under way, who comes waits for the next one: what the first sees may be
    older than the question.

    Args:
        read: Reads. What it raises is raised for all who wait for it.
    """

    def __init__(self, read: Callable[[], Awaitable[_Read]]) -> None:
        self._read = read
        self._under_way = asyncio.Lock()
        self._next: asyncio.Task[_Read] | None = None

    async def get(self) -> _Read:
        """What a reading that begins from now on finds."""
        if self._next is None:
            self._next = asyncio.ensure_future(self._begin())
            self._next.add_done_callback(look_at)
        # whoever goes away does not end it for the others
        return await asyncio.shield(self._next)

    async def _begin(self) -> _Read:
        async with self._under_way:
            self._next = None
            return await self._read()


class SharedAnswers:
    """Answers of the moment that take long: one is made for all who ask meanwhile."""

    def __init__(self) -> None:
        # each lives as long as somebody waits for it
        self._readings: WeakValueDictionary[str, SharedReading[Response]] = WeakValueDictionary()

    async def get(self, tag: str, make: Callable[[], Awaitable[Response]]) -> Response:
        """The answer that a tag stands for, made no earlier than it is asked for.

        Args:
            tag: What decides the answer: the question, who may see what.
            make: Makes it. What it raises is raised for all who wait.
        """
        reading = self._readings.get(tag)
        if reading is None:
            reading = self._readings[tag] = SharedReading(make)
        made = await reading.get()
        # each caller gets headers of their own
        return Response(made.body, made.status_code, dict(made.headers))


def look_at(task: asyncio.Task[_Read]) -> None:
    """All may have gone away: a failure that nobody waits for is none of the log's business."""
    if not task.cancelled():
        task.exception()
