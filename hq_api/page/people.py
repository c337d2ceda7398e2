"""One person: the position, the career, and where each value comes from."""

from __future__ import annotations

import asyncio
from urllib.parse import unquote

from starlette.requests import Request
from starlette.responses import Response

from hq_api.identifiers import person_url
from hq_api.keys import READ_PEOPLE
from hq_api.page.evidence import dossier, read_statements
from hq_api.page.frame import PageEndpoint, render
from hq_api.page.reading import Reader
from hq_api.problems import ProblemError
from hq_api.questions import same_as
from hq_api.service import Service, caller_of

# in the head of the page, or keys
_ABOVE = (
    *("id", "linkedin_url", "linkedin_slug", "email", "company_id", "position_source"),
    *("first_received_at", "last_received_at", "last_changed_at"),
)
# the position is chosen as a whole, and the rest follows from it
_OF_THE_POSITION = (
    *("title", "seniority", "function", "started_on", "is_current"),
    *("company_domain", "company_name"),
)

# section -> part, order
_SECTIONS = {
    "history": ("history", ("-observed_at",)),
    "job_changes": ("job-changes", ("-seen_at",)),
    "roles": ("roles", ("experience_order",)),
    "education": ("education", ("education_order",)),
    "contacts": ("contacts", ("-confirmed_at",)),
    "leads": ("leads", ()),
}


def person_page(service: Service) -> PageEndpoint:
    """The page of a person, by slug, address or id."""

    async def answer(request: Request) -> Response:
        caller = caller_of(request)
        caller.require(READ_PEOPLE)
        reader = Reader(service, caller)
        asked_for = unquote(request.path_params["owner"])
        columns = service.resources["people"].columns
        url = await person_url(service.database, asked_for)
        found = await reader.rows("people", same_as("linkedin_url", columns["linkedin_url"], url))
        if not found:
            raise ProblemError(404, f"nobody has the profile {url}; search for the name")
        person = found[0]
        statements, *sections = await asyncio.gather(
            read_statements(reader, "people", url),
            *(reader.part("people", part, url, order=order) for part, order in _SECTIONS.values()),
        )
        names = (url, person["linkedin_slug"], person["id"])
        shown = {
            "person": person,
            "asked_for": asked_for if asked_for not in names else None,
            "dossier": dossier(
                *(reader, "people", person, statements),
                without=_ABOVE,
                said_as=dict.fromkeys(_OF_THE_POSITION, "position"),
            ),
            **dict(zip(_SECTIONS, sections, strict=True)),
        }
        return render(service, request.scope, "person.html", shown)

    return answer
