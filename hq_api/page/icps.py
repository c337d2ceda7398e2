"""Ideal customer profiles: what each asks for, its leads and its target accounts."""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from urllib.parse import unquote

from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response

from hq_api.endpoints.exports import export
from hq_api.endpoints.lists import owner_of, read_page
from hq_api.identifiers import company_domain
from hq_api.keys import READ_COMPANIES, READ_PEOPLE
from hq_api.page.companies import fits_of
from hq_api.page.facts import Facts
from hq_api.page.frame import PageEndpoint, render
from hq_api.page.reading import Reader, Row, decoded
from hq_api.problems import ProblemError, bad_parameter
from hq_api.questions import read_question, same_as, single
from hq_api.service import Service, caller_of

# what the form of leads has; each is a filter of the API
LEAD_FILTERS = (
    *("title.contains", "seniority", "function"),
    *("company_name.contains", "company_domain", "company_country", "company_size_bucket"),
    *("worked_at_customer", "has"),
)
_PRESENT = "email"  # what leads can be asked to have
# value of the form of accounts -> filter of the API
_WITH_LEADS = {"with": ("leads.gte", "1"), "without": ("leads", "0")}


def icps_page(service: Service, facts: Facts) -> PageEndpoint:
    """All profiles."""

    async def answer(request: Request) -> Response:
        _only(request, ())
        resource = service.resources["icps"]
        question = await read_question(
            *(service.database, resource, caller_of(request), request.query_params)
        )
        (rows, following), counts = await asyncio.gather(
            read_page(service, question), facts.counts()
        )
        shown = {"profiles": decoded(rows), "following": following, "counts": counts}
        return render(service, request.scope, "icps.html", shown)

    return answer


def leads_page(service: Service, facts: Facts) -> PageEndpoint:
    """The leads of a profile."""

    async def answer(request: Request) -> Response:
        caller = caller_of(request)
        reader = Reader(service, caller)
        profile = await _profile(reader, request)
        shown: dict[str, object] = {
            "profile": profile,
            "choices": {},
            "rows": None,
            "following": None,
            "count": None,
            "fault": None,
            "filters": {n: v for n, v in _query(request).items() if n != "next"},
            "is_further": "next" in request.query_params,
        }
        if READ_PEOPLE not in caller.scopes:
            return render(service, request.scope, "leads.html", shown)
        shown["choices"] = await facts.choices(profile["slug"])
        try:
            _only(request, LEAD_FILTERS)
            resource = service.resources["leads"]
            question = await read_question(
                *(service.database, resource, caller, _query(request)),
                owned=(same_as("icp_slug", resource.columns["icp_slug"], profile["slug"]),),
            )
        except ProblemError as problem:
            if problem.status != HTTPStatus.BAD_REQUEST:
                raise
            shown["fault"] = problem.detail
            return render(service, request.scope, "leads.html", shown, status=problem.status)
        (rows, following), count = await asyncio.gather(
            read_page(service, question),
            reader.count(resource, question.conditions)
            if shown["filters"]
            else facts.leads_of(profile["slug"]),
        )
        shown |= {"rows": decoded(rows), "following": following, "count": count}
        return render(service, request.scope, "leads.html", shown)

    return answer


def accounts_page(service: Service) -> PageEndpoint:
    """The target accounts of a profile, and why a company is none."""

    async def answer(request: Request) -> Response:
        caller = caller_of(request)
        reader = Reader(service, caller)
        profile = await _profile(reader, request)
        _only(request, ("leads", "company"))
        asked = request.query_params.get("company", "")
        resource = service.resources["target-accounts"]
        question = await read_question(
            *(service.database, resource, caller, _accounts_query(request)),
            owned=(same_as("icp_slug", resource.columns["icp_slug"], profile["slug"]),),
        )
        (rows, following), count, (compared, fault) = await asyncio.gather(
            read_page(service, question),
            reader.count(resource, question.conditions),
            _compared(reader, profile["slug"], asked),
        )
        shown = {
            "profile": profile,
            "leads": request.query_params.get("leads", ""),
            "rows": decoded(rows),
            "following": following,
            "is_further": "next" in request.query_params,
            "count": count,
            "company": asked,
            "compared": compared,
            "fault": fault,
        }
        status = HTTPStatus.BAD_REQUEST if fault else HTTPStatus.OK
        return render(service, request.scope, "accounts.html", shown, status=status)

    return answer


def leads_export(service: Service) -> PageEndpoint:
    """The leads of a profile as a file, for browsers, which cannot send a key to the API."""

    async def answer(request: Request) -> Response:
        _only(request, LEAD_FILTERS)
        return await _exported(service, request, "leads", _query(request))

    return answer


def accounts_export(service: Service) -> PageEndpoint:
    """The target accounts of a profile as a file."""

    async def answer(request: Request) -> Response:
        _only(request, ("leads",))
        return await _exported(service, request, "target-accounts", _accounts_query(request))

    return answer


async def _exported(service: Service, request: Request, name: str, query: QueryParams) -> Response:
    slug = await owner_of(service, "icps", unquote(request.path_params["slug"]))
    filters = QueryParams([("icp_slug", slug), *query.multi_items()])
    return await export(service, service.resources[name], "csv", request, filters)


async def _profile(reader: Reader, request: Request) -> Row:
    reader.caller.require(READ_COMPANIES)
    slug = await owner_of(reader.service, "icps", unquote(request.path_params["slug"]))
    columns = reader.service.resources["icps"].columns
    return (await reader.rows("icps", same_as("slug", columns["slug"], slug)))[0]


def _only(request: Request, known: tuple[str, ...]) -> None:
    """Make sure that what is asked for can be seen in the form: nothing restricts unseen.

    Raises:
        ProblemError: It cannot.
    """
    for name in request.query_params:
        if name not in (*known, "next"):
            raise bad_parameter(name, f"this page has no filter {name[:100]!r}")
        value = single(request.query_params, name)
        if name == "has" and value not in ("", _PRESENT):
            raise bad_parameter(name, f"on this page has is {_PRESENT}; the API knows others")


def _query(request: Request) -> QueryParams:
    """The query as the API understands it: a field that was left empty is no filter."""
    return QueryParams([(n, v) for n, v in request.query_params.multi_items() if v.strip()])


def _accounts_query(request: Request) -> QueryParams:
    filters = [(n, v) for n, v in _query(request).multi_items() if n == "next"]
    leads = request.query_params.get("leads", "")
    if leads and leads not in _WITH_LEADS:
        raise bad_parameter("leads", f"leads is {' or '.join(_WITH_LEADS)}")
    return QueryParams([*filters, _WITH_LEADS[leads]] if leads else filters)


async def _compared(reader: Reader, slug: str, asked: str) -> tuple[Row | None, str | None]:
    """A company beside a profile, criterion by criterion, or why it cannot be."""
    if not asked.strip():
        return None, None
    columns = reader.service.resources["icp-match"].columns
    try:
        domain = await company_domain(reader.service.database, asked)
    except ProblemError as problem:
        if problem.status != HTTPStatus.BAD_REQUEST:
            raise
        return None, problem.detail
    rows = await reader.rows(
        "icp-match",
        same_as("icp_slug", columns["icp_slug"], slug),
        same_as("company_domain", columns["company_domain"], domain),
    )
    if not rows:
        return None, f"no company has the domain {domain}"
    return {"domain": domain, "name": rows[0]["company_name"], "fit": fits_of(rows)[0]}, None
