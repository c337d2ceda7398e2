"""Answers that take long to make, kept until the data changes."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable

from starlette.responses import Response

_MOST = 32  # answers of one page each


class KeptAnswers:
    """The answers made last, each once: who asks while one is made waits for that one."""

    def __init__(self) -> None:
        self._version = ""
        self._making: OrderedDict[str, asyncio.Task[Response]] = OrderedDict()

    async def get(
        self, version: str, tag: str, make: Callable[[], Awaitable[Response]]
    ) -> Response:
        """The answer that a tag stands for.

        Args:
            version: The version of the data. With another one than before nothing older is kept.
            tag: What decides the answer: that version, the question, who may see what.
            make: Makes it. What it raises is raised for all who wait, and is not kept.
        """
        if version != self._version:
            self._version = version
            self._making.clear()
        task = self._making.get(tag)
        if task is None:
            task = self._making[tag] = asyncio.ensure_future(make())
            task.add_done_callback(lambda done: self._forget_failed(tag, done))
            if len(self._making) > _MOST:
                self._making.popitem(last=False)
        self._making.move_to_end(tag)
        # whoever goes away does not end it for the others
        made = await asyncio.shield(task)
        # each caller gets headers of their own
        return Response(made.body, made.status_code, dict(made.headers))

    def _forget_failed(self, tag: str, task: asyncio.Task[Response]) -> None:
        is_failed = task.cancelled() or task.exception() is not None
        if is_failed and self._making.get(tag) is task:
            del self._making[tag]
