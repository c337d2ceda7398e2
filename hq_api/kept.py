"""Answers that take long to make, kept until the data changes."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable

from starlette.responses import Response

from hq_api.shared import look_at

# seconds, waiting included: the busier the service is, the more it keeps
WORTH_KEEPING = 0.05
MOST_BYTES = 64_000_000  # of the bodies of all that is kept


class KeptAnswers:
    """Answers, each made once: who asks while one is made waits for that one.

    Those that took long are kept, and the ones that nobody has asked for the longest make room.
    """

    def __init__(self) -> None:
        self._version = ""
        self._making: dict[str, asyncio.Task[Response]] = {}
        self._kept: OrderedDict[str, Response] = OrderedDict()
        self._bytes = 0

    @property
    def is_empty(self) -> bool:
        """Whether nothing is kept."""
        return not self._kept

    def renew(self, version: str) -> None:
        """Forget what was made of another version of the data than this one."""
        if version != self._version:
            self._version = version
            self._kept.clear()
            self._bytes = 0

    async def get(
        self, version: str, tag: str, make: Callable[[], Awaitable[Response]]
    ) -> Response:
        """The answer that a tag stands for.

        Args:
            version: The version of what is read. With another one nothing older is kept.
            tag: What decides the answer: that version, the question, who may see what.
            make: Makes it. What it raises is raised for all who wait, and is not kept.
        """
        self.renew(version)
        made = self._kept.get(tag)
        if made is None:
            made = await self._made(version, tag, make)
        else:
            self._kept.move_to_end(tag)
        # each caller gets headers of their own
        return Response(made.body, made.status_code, dict(made.headers))

    async def _made(
        self, version: str, tag: str, make: Callable[[], Awaitable[Response]]
    ) -> Response:
        task = self._making.get(tag)
        if task is None:
            task = self._making[tag] = asyncio.ensure_future(self._make(version, tag, make))
            task.add_done_callback(look_at)
        # whoever goes away does not end it for the others
        return await asyncio.shield(task)

    async def _make(
        self, version: str, tag: str, make: Callable[[], Awaitable[Response]]
    ) -> Response:
        begin = time.monotonic()
        try:
            made = await make()
        finally:
            del self._making[tag]
        took = time.monotonic() - begin
        if took >= WORTH_KEEPING and version == self._version:
            self._kept[tag] = made
            self._bytes += len(made.body)
            while self._bytes > MOST_BYTES:
                _, oldest = self._kept.popitem(last=False)
                self._bytes -= len(oldest.body)
        return made
