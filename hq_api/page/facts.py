"""Figures of the whole warehouse, counted once for each version of the data."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus

from psycopg import sql
from psycopg.rows import TupleRow

from hq_api import statements
from hq_api.callers import EVERYBODY
from hq_api.database import Query
from hq_api.page.reading import Count, Reader
from hq_api.problems import ProblemError
from hq_api.questions import same_as
from hq_api.service import Service

_TARGETS = sql.SQL("select icp_slug, count(*) from api.target_accounts group by icp_slug")
_LEADS = sql.SQL("select icp_slug, count(*) from api.leads group by icp_slug")
_BACKLOG = sql.SQL(
    "select coalesce(sum(payloads), 0)::bigint, coalesce(sum(waiting), 0)::bigint,"
    " coalesce(sum(rejected), 0)::bigint, max(last_received_at)::text from api.status"
)

# the area of a title is worked out for each lead, so that its values are not counted
_FROM_WORDS = ("function", "seniority")
_FROM_LEADS = ("seniority", "company_country", "company_size_bucket")
_WORDS = sql.SQL(
    "select vocabulary, value from api.vocabularies where vocabulary = any(%s) order by 1, 2"
)


@dataclass(frozen=True)
class Counts:
    """What there is.

    Args:
        companies: How many companies.
        people: How many people.
        targets: Target accounts by profile; None where counting took too long.
        leads: Leads by profile; None where counting took too long.
    """

    companies: Count
    people: Count
    targets: dict[str, int] | None
    leads: dict[str, int] | None

    def targets_of(self, slug: str) -> int | None:
        """The target accounts of a profile."""
        return None if self.targets is None else self.targets.get(slug, 0)

    def leads_of(self, slug: str) -> int | None:
        """The leads of a profile."""
        return None if self.leads is None else self.leads.get(slug, 0)


@dataclass(frozen=True)
class Backlog:
    """What was received and is not in the answers.

    Args:
        payloads: Rows in raw.
        waiting: Rows that no model reads yet.
        rejected: Records that were refused and are not settled.
        last_received_at: The last receipt.
    """

    payloads: int
    waiting: int
    rejected: int
    last_received_at: str | None


@dataclass(frozen=True)
class Choice:
    """One value that a filter of leads can have.

    Args:
        value: The value.
        leads: How many leads of the profile have it; None where they were not counted.
    """

    value: str
    leads: int | None


Choices = Mapping[str, list[Choice]]


class Facts:
    """Counts what there is, and keeps it until a build changes the data.

    Args:
        service: The service.
    """

    def __init__(self, service: Service) -> None:
        self._service = service
        self._version = ""
        self._counts: Counts | None = None
        self._choices: dict[str, Choices] = {}

    async def counts(self) -> Counts:
        """What there is."""
        await self._renew()
        if self._counts is None:
            self._counts = await self._count()
        return self._counts

    async def leads_of(self, slug: str) -> Count:
        """How many leads a profile has, for its page."""
        known = (await self.counts()).leads_of(slug)
        if known is not None:
            return Count(known, is_exact=True)
        reader, leads = Reader(self._service, EVERYBODY), self._service.resources["leads"]
        return await reader.count(leads, [same_as("icp_slug", leads.columns["icp_slug"], slug)])

    async def choices(self, slug: str) -> Choices:
        """The values that filters of a profile's leads offer; one that has none is typed."""
        await self._renew()
        if slug not in self._choices:
            self._choices[slug] = await self._find_choices(slug)
        return self._choices[slug]

    async def _renew(self) -> None:
        version = await self._service.data_version()
        if version != self._version:
            self._version, self._counts, self._choices = version, None, {}

    async def _find_choices(self, slug: str) -> Choices:
        database, leads = self._service.database, self._service.resources["leads"]
        choices: dict[str, list[Choice]] = {}
        for vocabulary, value in await database.rows(_WORDS, (list(_FROM_WORDS),)):
            choices.setdefault(vocabulary, []).append(Choice(value, None))
        owned = same_as("icp_slug", leads.columns["icp_slug"], slug)
        query = statements.values_in(statements.relation(leads.view), _FROM_LEADS, (owned,))
        found = await self._in_time(query, owned.values)
        if found is not None:
            choices |= {name: [] for name in _FROM_LEADS}
            for column, value, number in found:
                choices[column].append(Choice(value, number))
        return choices

    async def backlog(self) -> Backlog | None:
        """What was received and is not in the answers; None where counting takes too long."""
        rows = await self._in_time(_BACKLOG)
        return None if rows is None else Backlog(*rows[0])

    async def _count(self) -> Counts:
        reader, resources = Reader(self._service, EVERYBODY), self._service.resources
        companies, people, targets, leads = await asyncio.gather(
            reader.count(resources["companies"]),
            reader.count(resources["people"]),
            self._by_profile(_TARGETS),
            self._by_profile(_LEADS),
        )
        return Counts(companies, people, targets, leads)

    async def _by_profile(self, query: Query) -> dict[str, int] | None:
        rows = await self._in_time(query)
        return None if rows is None else dict(rows)

    async def _in_time(self, query: Query, values: Sequence[object] = ()) -> list[TupleRow] | None:
        """The rows of a query that counts; None where that takes too long."""
        try:
            return await self._service.database.rows(
                query, values, seconds=self._service.settings.count_seconds
            )
        except ProblemError as problem:
            if problem.status != HTTPStatus.GATEWAY_TIMEOUT:
                raise
            return None
