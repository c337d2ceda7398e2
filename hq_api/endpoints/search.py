"""Companies and people by name: called so, beginning so, then those that contain it."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

from psycopg import sql
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from hq_api.callers import Caller
from hq_api.identifiers import company_domains, person_urls
from hq_api.keys import READ_COMPANIES, READ_PEOPLE
from hq_api.problems import ProblemError, bad_parameter
from hq_api.questions import single
from hq_api.service import Service, caller_of, json_response, route
from hq_api.values import BadValueError, checked

MOST_FOUND = 50
_SHORTEST = 2  # characters
_SECONDS = 2.0
_SECONDS_WITHIN = 0.2  # every name is looked into, which takes a second for a million
_ENTITIES = {"company": READ_COMPANIES, "person": READ_PEOPLE}

# by the key itself, whatever its spelling
_BY_KEY = sql.SQL("""
    select n.entity, n.key, n.id, n.name, 'key' as match from api.names as n
    where (n.entity, n.key) in (('company', %(domain)s), ('person', %(url)s))
    and n.entity = any(%(entities)s)
""")
# the index has the names by code points, and nothing sorts behind the last code point
_BY_BEGINNING = sql.SQL("""
    select
        n.entity, n.key, n.id, n.name,
        case when n.name_key = q.text then 'name' else 'prefix' end
    from (select reference.comparing_form(%(q)s) as text) as q
    cross join lateral (
        select * from api.names as n
        where q.text <> ''  -- every name begins with nothing
        and n.entity = %(entity)s and left(n.name_key, 100) ~>=~ left(q.text, 100)
        and left(n.name_key, 100) ~<~ (left(q.text, 100) || U&'\\+10FFFF')
        and starts_with(n.name_key, q.text)
        order by left(n.name_key, 100) using ~<~, n.key
        limit %(limit)s
    ) as n
""")
# each word that is asked for begins one of the name
_BY_WORDS = sql.SQL("""
    select n.entity, n.key, n.id, n.name, 'contains'
    from (select reference.comparing_form(%(q)s) as text) as q
    cross join lateral (
        select
            string_agg(
                '''' || replace(replace(left(w.word, 100), '\\', '\\\\'), '''', '''''') || ''':*',
                ' & '
            )::tsquery as words
        from unnest(string_to_array(q.text, ' ')) as w (word)
        where w.word <> ''
    ) as asked
    cross join lateral (
        select * from api.names as n
        where
            n.entity = %(entity)s
            and n.name_words @@ asked.words
            and not starts_with(n.name_key, q.text)
        limit %(limit)s
    ) as n
""")
# within a word, for which there is no index
_WITHIN_WORDS = sql.SQL("""
    select n.entity, n.key, n.id, n.name, 'contains' from api.names as n
    where
        n.entity = %(entity)s
        and strpos(n.name_key, reference.comparing_form(%(q)s)) > 1
    limit %(limit)s
""")
_CONTAINING = ((_BY_WORDS, _SECONDS), (_WITHIN_WORDS, _SECONDS_WITHIN))


@dataclass(frozen=True, slots=True)
class Found:
    """One company or person.

    Args:
        entity: company or person.
        key: Its domain or profile.
        id: Its id.
        name: Its name.
        match: How it was found: key, name, prefix or contains.
    """

    entity: str
    key: str
    id: object
    name: str | None
    match: str


def search_routes(service: Service) -> list[Route]:
    """The route of the search."""

    async def answer(request: Request) -> Response:
        for name in request.query_params:
            if name not in ("q", "entity"):
                raise bad_parameter(name, f"unknown parameter {name[:100]!r}: give q, entity")
        text = asked_text(single(request.query_params, "q"))
        entity = single(request.query_params, "entity")
        if entity is not None and entity not in _ENTITIES:
            raise bad_parameter("entity", "entity is company or person")
        found, is_complete = await search(service, caller_of(request), text, entity)
        return json_response({"data": found, "is_complete": is_complete})

    return [route("/v1/search", answer)]


def asked_text(text: str | None) -> str:
    """What is looked for.

    Raises:
        ProblemError: It is too short, or can be in no name.
    """
    if text is None or len(text.strip()) < _SHORTEST:
        raise bad_parameter("q", f"q is what to look for, {_SHORTEST} characters at least")
    try:
        return checked(text, "text")
    except BadValueError as fault:
        raise bad_parameter("q", f"q {fault}") from None


async def search(
    service: Service, caller: Caller, text: str, entity: str | None = None
) -> tuple[list[Found], bool]:
    """What a text may mean, the best first, 50 at most.

    Args:
        service: The service.
        caller: Who asks; finds what the key allows.
        text: A domain, a profile, a name, or a part of one.
        entity: Only companies, or only people.

    Returns:
        What was found, and whether all that there is was found or looked for.
    """
    entities = [
        name
        for name, scope in _ENTITIES.items()
        if scope in caller.scopes and entity in (None, name)
    ]
    if not entities:
        caller.require(_ENTITIES[entity] if entity else READ_COMPANIES)
    found: dict[str, Found] = {}
    is_complete = True

    async def add(query: sql.SQL, values: dict[str, object], seconds: float | None = None) -> int:
        rows = await service.database.rows(query, values, seconds=seconds)
        for row in rows:
            one = Found(*row)
            found.setdefault(one.key, one)
        return len(rows)

    (domain,) = await company_domains(service.database, [text])
    (url,) = await person_urls(service.database, [text])
    await add(_BY_KEY, {"domain": domain, "url": url, "entities": entities})
    asked: dict[str, object] = {"q": text, "limit": MOST_FOUND + 1}
    for name in entities:
        await add(_BY_BEGINNING, {**asked, "entity": name})
    for (query, seconds), name in product(_CONTAINING, entities):
        if len(found) > MOST_FOUND:
            break
        try:
            await add(query, {**asked, "entity": name}, seconds)
        except ProblemError as problem:
            if problem.status != 504:  # noqa: PLR2004 - took too long
                raise
            is_complete = False
    ranks = ("key", "name", "prefix", "contains")
    best = sorted(found.values(), key=lambda f: (ranks.index(f.match), f.name or "", f.key))
    return best[:MOST_FOUND], is_complete and len(best) <= MOST_FOUND
