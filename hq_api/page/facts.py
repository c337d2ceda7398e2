"""Figures of the whole warehouse, counted once for each version of the data."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from psycopg import sql

from hq_api.callers import EVERYBODY
from hq_api.database import Query
from hq_api.page.reading import Count, Reader
from hq_api.problems import ProblemError
from hq_api.service import Service

_TARGETS = sql.SQL("select icp_slug, count(*) from api.target_accounts group by icp_slug")
_LEADS = sql.SQL("select icp_slug, count(*) from api.leads group by icp_slug")
_BACKLOG = sql.SQL(
    "select coalesce(sum(payloads), 0)::bigint, coalesce(sum(waiting), 0)::bigint,"
    " coalesce(sum(rejected), 0)::bigint, max(last_received_at)::text from api.status"
)

_TOO_LONG = 504


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


class Facts:
    """Counts what there is, and keeps it until a build changes the data.

    Args:
        service: The service.
    """

    def __init__(self, service: Service) -> None:
        self._service = service
        self._known: tuple[str, Counts] | None = None

    async def counts(self) -> Counts:
        """What there is."""
        version = await self._service.data_version()
        if self._known is None or self._known[0] != version:
            self._known = (version, await self._count())
        return self._known[1]

    async def backlog(self) -> Backlog | None:
        """What was received and is not in the answers; None where counting takes too long."""
        try:
            ((payloads, waiting, rejected, last),) = await self._service.database.rows(
                _BACKLOG, seconds=self._service.settings.count_seconds
            )
        except ProblemError as problem:
            if problem.status != _TOO_LONG:
                raise
            return None
        return Backlog(payloads, waiting, rejected, last)

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
        try:
            rows = await self._service.database.rows(
                query, seconds=self._service.settings.count_seconds
            )
        except ProblemError as problem:
            if problem.status != _TOO_LONG:
                raise
            return None
        return dict(rows)
