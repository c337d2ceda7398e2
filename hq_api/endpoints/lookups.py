"""Many keys at once, or one with a flat answer: ``POST /v1/companies/lookup``.

There is one answer for each input, in their order. A name is no key: it has candidates.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import msgspec
from psycopg import sql
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from hq_api import statements
from hq_api.bodies import json_body
from hq_api.identifiers import NO_DOMAIN, NO_PROFILE, company_domains, is_id, person_urls
from hq_api.problems import ProblemError, bad_parameter
from hq_api.questions import allowed_columns
from hq_api.resources import Resource
from hq_api.service import Endpoint, Service, caller_of, json_response, route
from hq_api.values import LONGEST, is_storable

MOST_KEYS = 1_000
_MOST_CANDIDATES = 10

_FORMS = "{keys: [...]} for many, {key: ...} or {name: ...} for one"

_COMPANIES_CALLED = sql.SQL("""
    select
        n.key,
        n.name,
        case
            when n.name_key = reference.comparing_form(%(name)s) then 'same name'
            else 'same name but for the legal form'
        end as why
    from api.names as n
    where
        n.entity = 'company'
        and (
            n.name_key = reference.comparing_form(%(name)s)
            or n.name_stem = reference.company_name_stem(%(name)s)
        )
    order by why, n.key
    limit %(limit)s
""")
_PEOPLE_CALLED = sql.SQL("""
    select
        n.key,
        n.name,
        case when %(company)s::text is null then 'same name' else 'same name and company' end as why
    from api.names as n
    inner join api.people as p on n.key = p.linkedin_url
    where
        n.entity = 'person'
        and n.name_key = reference.comparing_form(%(name)s)
        and (%(company)s::text is null or p.company_domain = %(company)s)
    order by n.key
    limit %(limit)s
""")


@dataclass(frozen=True, slots=True)
class Answer:
    """What is known of one input."""

    input: object
    key: str | None = None
    data: msgspec.Raw | None = None
    reason: str | None = None

    def document(self) -> dict[str, object]:
        """The answer as one of many."""
        found: dict[str, object] = {"input": self.input, "key": self.key}
        if self.data is not None:
            return {**found, "found": True, "data": self.data}
        return {**found, "found": False, "reason": self.reason}

    def flat(self) -> dict[str, object]:
        """The answer alone, its values beside it."""
        document = self.document()
        data = document.pop("data", None)
        if data is None:
            return document
        return {**document, **msgspec.json.decode(self.data or b"{}", type=dict[str, msgspec.Raw])}


def lookup_routes(service: Service) -> list[Route]:
    """The routes of the look-ups."""
    return [
        route(f"/v1/{name}/lookup", _lookup(service, service.resources[name]), "POST")
        for name in _WORDS.keys() & service.resources.keys()
    ]


def _lookup(service: Service, resource: Resource) -> Endpoint:
    async def answer(request: Request) -> Response:
        allowed_columns(resource, caller_of(request))
        for name in request.query_params:
            raise bad_parameter(name, f"unknown parameter {name[:100]!r}: keys are in the body")
        body = await json_body(request)
        forms = body.keys() & {"keys", "key", "name"}
        allowed = forms | ({"company"} if "name" in forms and resource.name == "people" else set())
        if len(forms) != 1 or body.keys() != forms | (allowed & body.keys()):
            raise ProblemError(400, f"the body is {_FORMS}")
        if "name" in body:
            return json_response(await _candidates(service, resource, body))
        if "key" in body:
            (found,) = await look_up(service, resource, request, [body["key"]])
            return json_response(found.flat())
        inputs = body["keys"]
        if not isinstance(inputs, list):
            raise ProblemError(400, f"the body is {_FORMS}")
        if len(inputs) > MOST_KEYS:
            raise ProblemError(413, f"{len(inputs):,} keys; {MOST_KEYS:,} at most in one request")
        answers = await look_up(service, resource, request, inputs)
        return json_response({"results": [answer.document() for answer in answers]})

    return answer


async def look_up(
    service: Service, resource: Resource, request: Request, inputs: Sequence[object]
) -> list[Answer]:
    """What is known under each of many keys, in their order."""
    find, fault, nobody = _WORDS[resource.name]
    texts = [text if isinstance(text, str) else "" for text in inputs]
    keys = await find(service.database, texts)
    rows = await _rows_of(service, resource, request, [key for key in keys if key is not None])
    return [
        Answer(given, key, reason=nobody if resource.name == "people" and is_id(text) else fault)
        if key is None
        else Answer(given, key, rows.get(key), nobody)
        for given, text, key in zip(inputs, texts, keys, strict=True)
    ]


_WORDS = {
    "companies": (company_domains, NO_DOMAIN, "no company has this domain"),
    "people": (person_urls, NO_PROFILE, "nobody has this profile or id"),
}


async def _rows_of(
    service: Service, resource: Resource, request: Request, keys: Sequence[str]
) -> Mapping[str, msgspec.Raw]:
    (key,) = resource.key
    query = sql.SQL(
        "select d.{key}, row_to_json(d)::text from"
        " (select {names} from {source} where {key} = any(%s::text[])) as d"
    ).format(
        key=sql.Identifier(key),
        names=statements.names(allowed_columns(resource, caller_of(request))),
        source=statements.relation(resource.view),
    )
    rows = await service.database.rows_of_keys(query, (list(dict.fromkeys(keys)),))
    return {name: msgspec.Raw(text.encode()) for name, text in rows}


async def _candidates(
    service: Service, resource: Resource, body: Mapping[str, object]
) -> dict[str, object]:
    name, company = body["name"], body.get("company")
    if (
        not isinstance(name, str)
        or not name.strip()
        or len(name) > LONGEST
        or not is_storable(name)
    ):
        raise ProblemError(400, "name is a text", parameter="name")
    values: dict[str, object] = {"name": name, "limit": _MOST_CANDIDATES + 1, "company": None}
    query = _COMPANIES_CALLED
    if resource.name == "people":
        query = _PEOPLE_CALLED
        if company is not None:
            domains = await company_domains(service.database, [str(company)])
            if domains[0] is None:
                raise ProblemError(400, f"company is {NO_DOMAIN}", parameter="company")
            values["company"] = domains[0]
    rows = await service.database.rows(query, values)
    candidates = [{"key": key, "name": called, "why": why} for key, called, why in rows]
    is_cut = len(candidates) > _MOST_CANDIDATES
    return {
        "input": name,
        "key": None,
        "found": False,
        "reason": "a name is no key; look the right candidate up by its key"
        if candidates
        else "nothing is called so",
        "candidates": candidates[:_MOST_CANDIDATES],
        "has_more_candidates": is_cut,
    }
