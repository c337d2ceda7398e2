"""Pages of rows: ``GET /v1/leads?...``, ``GET /v1/companies/{domain}/people``."""

from __future__ import annotations

from urllib.parse import unquote

import msgspec
from psycopg import sql
from starlette.datastructures import URL
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from hq_api import statements
from hq_api.filters import Condition
from hq_api.identifiers import company_domain, person_url
from hq_api.keys import READ_PEOPLE
from hq_api.paging import LONGEST_TOKEN, Position, token
from hq_api.problems import ProblemError, bad_parameter
from hq_api.questions import Question, allowed_columns, owned_by, read_question, single
from hq_api.resources import Part, Resource
from hq_api.service import Endpoint, Service, caller_of, json_response, route
from hq_api.values import BadValueError, checked

_ICP = sql.SQL(
    "select slug from api.icps where slug = %(text)s or domain = reference.normal_domain(%(text)s)"
)


def list_routes(service: Service) -> list[Route]:
    """The routes of all lists."""
    routes = [
        route(f"/v1/{name}", (_changes if name == "changes" else _list)(service, resource))
        for name, resource in service.resources.items()
    ]
    routes += [
        route(f"/v1/{part.of}/{{owner}}/{part.name}", _part(service, part))
        for part in service.parts
    ]
    return routes


def _list(service: Service, resource: Resource) -> Endpoint:
    async def answer(request: Request) -> Response:
        question = await read_question(
            service.database, resource, caller_of(request), request.query_params
        )

        async def make() -> Response:
            return await _page(service, request, resource, question)

        return await service.cached(request, make, resource)

    return answer


def _part(service: Service, part: Part) -> Endpoint:
    async def answer(request: Request) -> Response:
        # first: whether somebody is known is itself for who may read about people
        caller = caller_of(request)
        allowed_columns(part.resource, caller)
        if part.of == "people":
            caller.require(READ_PEOPLE)
        owner = await owner_of(service, part.of, unquote(request.path_params["owner"]))
        question = await read_question(
            *(service.database, part.resource, caller, request.query_params),
            owned=owned_by(part, owner),
        )

        async def make() -> Response:
            return await _page(service, request, part.resource, question)

        return await service.cached(request, make, part.resource)

    return answer


async def owner_of(service: Service, of: str, text: str) -> str:
    """The key of the company, person or profile that a path names, in any spelling.

    Raises:
        ProblemError: It names none.
    """
    if of == "companies":
        return await company_domain(service.database, text)
    if of == "people":
        return await person_url(service.database, text)
    try:
        rows = await service.database.rows(_ICP, {"text": checked(text, "text")})
    except BadValueError as fault:
        raise ProblemError(400, f"the name of the profile {fault}", parameter="icp") from None
    if not rows:
        raise ProblemError(404, f"there is no ideal customer profile {text[:100]!r}; see /v1/icps")
    return str(rows[0][0])


def _too_much(resource: Resource) -> str:
    asked = "entity_key" if "entity_key" in resource.columns else "entity"
    return (
        f"{resource.name} is worked out from all that is known, which takes longer here than an"
        f" answer may: name {asked}, or take /v1/{resource.name}.csv, which has no such limit"
    )


async def _page(
    service: Service,
    request: Request,
    resource: Resource,
    question: Question,
    snapshot: str | None = None,
) -> Response:
    try:
        rows, following = await read_page(service, question, snapshot)
    except ProblemError as problem:
        if problem.status == 504 and resource.is_of_everything:  # noqa: PLR2004 - took too long
            raise ProblemError(504, _too_much(resource)) from None
        raise
    document: dict[str, object] = {"data": rows, "next": following}
    headers = {}
    if following is not None:
        url = request.url.include_query_params(next=following)
        headers["Link"] = f'<{_relative(url)}>; rel="next"'
    if snapshot is not None:
        document["cursor"] = snapshot
    if question.count:
        document |= await counted(service, question)
    return json_response(document, headers=headers)


async def read_page(
    service: Service, question: Question, snapshot: str | None = None
) -> tuple[list[msgspec.Raw], str | None]:
    """The rows of a page, and the token of the one behind it, if there is one."""
    query, values = question.page()
    database = service.database
    if question.is_of_everything and not question.is_in_order:
        found = await database.rows_of_everything(query, values)
    elif question.is_filtered:
        found = await database.rows(query, values)
    elif question.is_in_order:
        found = await database.rows_in_order(query, values)
    else:
        found = await database.rows_of_keys(query, values)
    rows = [msgspec.Raw(text.encode()) for (text,) in found]
    if len(rows) <= question.limit:
        return rows, None
    last = msgspec.json.decode(rows[question.limit - 1])
    position = Position(
        tuple(_as_text(last[term.column.name]) for term in question.order), snapshot
    )
    following = token(position, question.asked)
    if len(following) > LONGEST_TOKEN:
        longest = max(question.order, key=lambda term: len(_as_text(last[term.column.name]) or ""))
        raise ProblemError(
            400,
            f"the page ends with a {longest.column.name} that is too long to go on behind: ask for"
            " another limit, or with filters",
            parameter="limit",
        )
    return rows[: question.limit], following


def _as_text(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return msgspec.json.encode(value).decode()


def _relative(url: URL) -> str:
    return f"{url.path}?{url.query}"


async def counted(service: Service, question: Question) -> dict[str, object]:
    """How many rows there are, pages or not; what could not be counted says why."""
    values = statements.values_of(question.conditions)
    if question.count == "estimated":
        query = statements.estimate(question.source, question.conditions)
        ((plan,),) = await service.database.rows(query, values)
        return {"count": int(plan[0]["Plan"]["Plan Rows"]), "count_is": "estimated"}
    seconds = service.settings.count_seconds
    try:
        ((count,),) = await service.database.rows(
            statements.count(question.source, question.conditions), values, seconds=seconds
        )
    except ProblemError as problem:
        if problem.status != 504:  # noqa: PLR2004 - took too long
            raise
        reason = f"counting took longer than {seconds:g} seconds; count=estimated is quick"
        return {"count": None, "count_is": None, "count_reason": reason}
    return {"count": count, "count_is": "exact"}


def _changes(service: Service, resource: Resource) -> Endpoint:
    """What changed since a snapshot, for programs that keep a copy.

    ``cursor`` of the first page is what to ask with the next time: later pages carry it on, so that
    what changes between two pages is told then, if not now.
    """
    column = resource.columns["changed_in"]

    async def answer(request: Request) -> Response:
        query = request.query_params
        since = single(query, "since")
        if since is not None and not _is_snapshot(since):
            raise bad_parameter("since", "since is the cursor of an earlier answer")
        owned = () if since is None else (_unseen(column.name, since),)
        question = await read_question(
            *(service.database, resource, caller_of(request), query),
            owned=owned,
            others=("since",),
        )
        snapshot = question.position.snapshot if question.position else None
        if question.position and not _is_snapshot(snapshot or ""):
            raise bad_parameter("next", "next is not what an answer gave")
        if snapshot is None:
            snapshot = await service.snapshot()
        return await _page(service, request, resource, question, snapshot=snapshot)

    return answer


def _is_snapshot(text: str) -> bool:
    lowest, _, rest = text.partition(":")
    highest, colon, running = rest.partition(":")
    numbers = [lowest, highest, *(running.split(",") if running else [])]
    if not colon or not all(n.isascii() and n.isdigit() and len(n) < 20 for n in numbers):  # noqa: PLR2004
        return False
    values = [int(n) for n in numbers]
    low, high, *others = values
    return (
        0 < low <= high < 2**63
        and all(low <= n < high for n in others)
        and others == sorted(set(others))
    )


def _unseen(column: str, since: str) -> Condition:
    return Condition(
        sql.SQL("reference.is_unseen({}, {}::pg_snapshot)").format(
            sql.Identifier(column), sql.Placeholder()
        ),
        (since,),
    )
