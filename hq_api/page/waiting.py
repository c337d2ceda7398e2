"""What was delivered, what waits to be read, and what was refused."""

from __future__ import annotations

import asyncio

from starlette.requests import Request
from starlette.responses import Response

from hq_api.page.frame import PageEndpoint, render
from hq_api.page.reading import MOST_SHOWN, Reader, Section
from hq_api.service import Service, caller_of

_MOST_WORKFLOWS = 1_000


def waiting_page(service: Service) -> PageEndpoint:
    """The page of all workflows and of the last deliveries."""

    async def answer(request: Request) -> Response:
        reader = Reader(service, caller_of(request))
        workflows, deliveries, version = await asyncio.gather(
            reader.rows("status", limit=_MOST_WORKFLOWS),
            reader.rows("deliveries", order=("-day",), limit=MOST_SHOWN + 1),
            service.version(),
        )
        shown = {
            "workflows": workflows,
            "waiting": [w for w in workflows if w["waiting"]],
            "refused": [w for w in workflows if w["rejected"]],
            "deliveries": Section(
                deliveries[:MOST_SHOWN], len(deliveries) > MOST_SHOWN, "/v1/deliveries"
            ),
            "built_at": version["built_at"].isoformat(),
        }
        return render(service, request.scope, "waiting.html", shown)

    return answer
