"""What callers of the HQ Database API ask of a large warehouse, and the SQL it comes down to."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from typing import NamedTuple
from urllib.parse import quote, urlencode

import msgspec
from clients import Request, Statement
from psycopg.rows import TupleRow
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.testclient import TestClient

from hq_api.app import Door
from hq_api.callers import Doorkeeper
from hq_api.database import Database, Query, Values
from hq_api.endpoints.documents import document_routes
from hq_api.endpoints.lists import list_routes
from hq_api.endpoints.lookups import lookup_routes
from hq_api.endpoints.search import search_routes
from hq_api.paging import Position, token
from hq_api.resources import Part, Resource, parts_of, read_resources
from hq_api.service import Service, snapshots_of, versions_of
from hq_api.settings import Settings
from ingest.postgres.connection import Connection

LOOKUP_GOAL, PAGE_GOAL = 20, 100  # milliseconds that 95 of 100 answers may take at most
BATCH = 100

_KEYS = 1_600
_DIFFERENT = 160  # requests of a case
_MIDDLE_ID = "80000000-0000-4000-8000-000000000000"

# half of the companies, as most are; half as large ones are met: where people work
_SAMPLES = {
    "companies": "select domain from api.companies order by md5(domain) limit {n}",
    "people": "select linkedin_url from api.people order by md5(linkedin_url) limit {n}",
    "names": "select full_name from api.people where length(full_name) > 10"
    " order by md5(linkedin_url) limit {n}",
    "employers": "select company_domain from api.people where company_domain is not null"
    " order by md5(linkedin_url) limit {n}",
    "origins": "select origin_domain from (select distinct origin_domain from api.customers) as o"
    " order by md5(origin_domain) limit {n}",
    "icps": "select slug from api.icps order by slug",
    "groups": "select distinct industry || '|' || size_bucket from api.companies"
    " where industry is not null and size_bucket is not null limit {n}",
    "middle": "select percentile_disc(0.5) within group (order by domain) from api.companies"
    " union all select percentile_disc(0.5) within group (order by linkedin_url) from api.people"
    " union all (select linkedin_url from api.companies where linkedin_url > ("
    " select percentile_disc(0.5) within group (order by linkedin_url) from api.companies"
    " ) order by linkedin_url limit 1)",
}


class Sample(NamedTuple):
    """Keys that are asked for, at random but every time the same."""

    companies: list[str]
    people: list[str]
    names: list[str]
    employers: list[str]
    origins: list[str]
    icps: list[str]
    groups: list[str]
    middle: list[str]  # a company, a person, the page of a company


class Case(NamedTuple):
    """Requests of one kind.

    Attributes:
        name: What the table calls it.
        goal: Milliseconds that 95 of 100 answers may take.
        requests: What is asked, in turn.
        resource: Whose page it is, if it may have one behind it.
    """

    name: str
    goal: int
    requests: list[Request]
    resource: Resource | None = None


def read_sample(conn: Connection) -> Sample:
    """Keys of the warehouse."""
    found = {
        name: [text for (text,) in conn.execute(query.format(n=_KEYS).encode())]
        for name, query in _SAMPLES.items()
    }
    conn.rollback()
    return Sample(**found)


def cases(sample: Sample) -> Iterator[Case]:
    """All that is asked, apart from pages behind the first."""
    yield from _lookups(sample)
    resources = read_resources()
    for name, resource in resources.items():
        if resource.needed is None:
            yield Case(f"/v1/{name}, first", PAGE_GOAL, [Request(f"/v1/{name}")], resource)
    for part in parts_of(resources):
        owners = _owners(part, sample)[:_DIFFERENT]
        requests = [Request(f"/v1/{part.of}/{o}/{part.name}") for o in owners]
        yield Case(f"/v1/{part.of}/.../{part.name}", PAGE_GOAL, requests)
    yield from _filtered(sample)


def deep(case: Case, first_page: bytes, sample: Sample) -> Case | None:
    """The page in the middle, where there is more than one."""
    following = msgspec.json.decode(first_page)["next"]
    if following is None or case.resource is None:
        return None
    asked, values, snapshot = msgspec.json.decode(
        base64.urlsafe_b64decode(following + "=" * (-len(following) % 4))
    )
    middle = tuple(
        _middle(name, case.resource.columns[name].type, value, sample)
        for name, value in zip(case.resource.key, values, strict=True)
    )
    path = f"/v1/{case.resource.name}?next={token(Position(middle, snapshot), asked)}"
    return Case(f"/v1/{case.resource.name}, middle", case.goal, [Request(path)])


def _middle(name: str, type_name: str, value: str | None, sample: Sample) -> str | None:
    """Something in the middle of all that a column of a key may hold."""
    company, person, page = sample.middle
    if value is None:
        return None
    if type_name == "uuid":
        return _MIDDLE_ID
    if "/in/" in value or name == "key":  # companies come before people in a list of both
        return person
    if "/company/" in value:
        return page
    if name in ("icp_slug", "slug"):
        return sample.icps[len(sample.icps) // 2]
    return company if name.endswith(("domain", "entity_key")) else value


def _lookups(sample: Sample) -> Iterator[Case]:
    def posted(resource: str, form: str, keys: Sequence[object]) -> list[Request]:
        path = f"/v1/{resource}/lookup"
        return [Request(path, msgspec.json.encode({form: key})) for key in keys]

    companies, people = sample.companies[:_DIFFERENT], sample.people[:_DIFFERENT]
    batches = {
        name: [keys[n : n + BATCH] for n in range(0, len(keys), BATCH)]
        for name, keys in (("companies", sample.companies), ("people", sample.people))
    }
    yield Case("one company", LOOKUP_GOAL, [Request(f"/v1/companies/{d}") for d in companies])
    yield Case("one company, flat", LOOKUP_GOAL, posted("companies", "key", companies))
    yield Case("one person", LOOKUP_GOAL, [Request(f"/v1/people/{_slug(url)}") for url in people])
    yield Case("one person, flat", LOOKUP_GOAL, posted("people", "key", people))
    for name, keys in batches.items():
        yield Case(f"{BATCH} {name} by key", PAGE_GOAL, posted(name, "keys", keys))


def _filtered(sample: Sample) -> Iterator[Case]:
    groups = [group.split("|") for group in sample.groups[:_DIFFERENT]]
    paths = {
        "companies of an industry and a size": [
            f"/v1/companies?{urlencode({'industry': i, 'size_bucket': s})}" for i, s in groups
        ],
        "people of a company": [
            f"/v1/people?company_domain={d}" for d in sample.employers[:_DIFFERENT]
        ],
        # short enough that many begin so
        "search by the beginning of a name": [
            f"/v1/search?{urlencode({'q': name[:-3]})}" for name in sample.names[:_DIFFERENT]
        ],
    }
    for name, asked in paths.items():
        yield Case(name, PAGE_GOAL, [Request(path) for path in asked])


def _owners(part: Part, sample: Sample) -> list[str]:
    if part.of == "icps":
        return sample.icps
    if part.of == "people":
        return [_slug(url) for url in sample.people]
    if part.column == "origin_domain":
        return sample.origins
    pairs = zip(sample.companies, sample.employers, strict=False)
    return [domain for pair in pairs for domain in pair]


def _slug(url: str) -> str:
    return quote(url.rpartition("/")[2])


class _Recorder(Database):
    """Reads as the service does, and keeps what it read with."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings.connections, settings.answer_seconds)
        self.statements: list[Statement] = []

    async def rows(
        self, query: Query, values: Values = (), *, seconds: float | None = None
    ) -> list[TupleRow]:
        self.statements.append(Statement(query.as_string(), values, seconds))
        return await super().rows(query, values, seconds=seconds)

    async def rows_of_keys(self, query: Query, values: Values = ()) -> list[TupleRow]:
        self.statements.append(Statement(query.as_string(), values, None))
        return await super().rows_of_keys(query, values)

    async def rows_of_everything(self, query: Query, values: Values = ()) -> list[TupleRow]:
        self.statements.append(Statement(query.as_string(), values, None))
        return await super().rows_of_everything(query, values)

    async def rows_in_order(self, query: Query, values: Values = ()) -> list[TupleRow]:
        self.statements.append(Statement(query.as_string(), values, None))
        return await super().rows_in_order(query, values)


class Interpreter:
    """Tells which statements the service sends to answer a request.

    Args:
        http: The service, in this process.
        recorder: Its database.
    """

    def __init__(self, http: TestClient, recorder: _Recorder) -> None:
        self._http = http
        self._recorder = recorder

    def statements(self, request: Request) -> tuple[Statement, ...]:
        """All of them, in their order; that of the version of the data, for an ETag, is one."""
        self._recorder.statements.clear()
        headers = {"content-type": request.content_type}
        self._http.request(request.method, request.path, content=request.body, headers=headers)
        return tuple(self._recorder.statements)


@contextmanager
def interpreter() -> Iterator[Interpreter]:
    """The service in this process, with its own settings."""
    settings = Settings(with_keys=False, rate=1_000_000)
    recorder = _Recorder(settings)
    doorkeeper = Doorkeeper(None, settings.rate)
    resources = read_resources()
    parts = tuple(parts_of(resources))
    service = Service(
        *(settings, recorder, doorkeeper, resources, parts),
        versions=versions_of(recorder),
        snapshots=snapshots_of(recorder),
    )

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        await recorder.open()
        yield
        await recorder.close()

    app = Starlette(
        routes=[
            *search_routes(service),
            *lookup_routes(service),
            *list_routes(service),
            *document_routes(service),
        ],
        middleware=[Middleware(Door, doorkeeper=doorkeeper)],
        lifespan=lifespan,
    )
    with TestClient(app, base_url="http://localhost", raise_server_exceptions=False) as http:
        yield Interpreter(http, recorder)
