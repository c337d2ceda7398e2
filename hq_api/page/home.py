"""The first page: search, and what there is."""

from __future__ import annotations

import asyncio
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import Response

from hq_api.endpoints.search import Found, asked_text, search
from hq_api.keys import READ_COMPANIES
from hq_api.page.facts import Facts
from hq_api.page.frame import PageEndpoint, render
from hq_api.page.reading import Reader
from hq_api.problems import ProblemError
from hq_api.questions import single
from hq_api.service import Service, caller_of

_MOST_PROFILES = 12
_ASKING = {"q": "", "fault": None}


def home_page(service: Service, facts: Facts) -> PageEndpoint:
    """The first page, with what was found if something was looked for."""

    async def answer(request: Request) -> Response:
        text = (single(request.query_params, "q") or "").strip()
        if text:
            return await _found(service, request, text)
        caller = caller_of(request)
        if READ_COMPANIES not in caller.scopes:
            return render(service, request.scope, "home.html", {**_ASKING, "counts": None})
        reader = Reader(service, caller)
        counts, backlog, version, profiles = await asyncio.gather(
            facts.counts(),
            facts.backlog(),
            service.version(),
            reader.rows("icps", limit=_MOST_PROFILES + 1),
        )
        shown = {
            **_ASKING,
            "counts": counts,
            "backlog": backlog,
            "built_at": version["built_at"].isoformat(),
            "profiles": profiles[:_MOST_PROFILES],
            "has_more": len(profiles) > _MOST_PROFILES,
        }
        return render(service, request.scope, "home.html", shown)

    return answer


async def _found(service: Service, request: Request, text: str) -> Response:
    fault, found, is_complete = None, list[Found](), True
    try:
        found, is_complete = await search(service, caller_of(request), asked_text(text))
    except ProblemError as problem:
        if problem.status != HTTPStatus.BAD_REQUEST:
            raise
        fault = problem.detail
    return render(
        *(service, request.scope, "search.html"),
        {"q": text, "fault": fault, "found": found, "is_complete": is_complete},
        status=HTTPStatus.BAD_REQUEST if fault else HTTPStatus.OK,
    )
