"""What pages read: rows as far as the caller may see them, and how many there are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote

import msgspec

from hq_api import statements
from hq_api.callers import Caller
from hq_api.endpoints.lists import counted
from hq_api.filters import Condition
from hq_api.keys import READ_PEOPLE
from hq_api.questions import Question, owned_by, read_rows
from hq_api.resources import Part, Resource
from hq_api.service import Service

Row = dict[str, Any]

MOST_SHOWN = 100  # rows of a section


@dataclass(frozen=True)
class Section:
    """Rows of one kind on a page.

    Args:
        rows: The rows, in order.
        is_cut: Whether there are more of them.
        path: Where the API has all of them.
        needs: A scope that the caller would need to see any.
    """

    rows: Sequence[Row]
    is_cut: bool = False
    path: str = ""
    needs: str | None = None

    @property
    def size(self) -> str:
        """How many rows there are, as far as that is known."""
        return f"{len(self.rows)}{'+' if self.is_cut else ''}"


@dataclass(frozen=True)
class Count:
    """How many rows there are.

    Args:
        number: The number.
        is_exact: Whether they were counted; else it is what the planner expects.
    """

    number: int
    is_exact: bool


@dataclass(frozen=True)
class Reader:
    """Reads for one caller.

    Args:
        service: The service.
        caller: Who looks.
    """

    service: Service
    caller: Caller

    async def rows(
        self,
        name: str,
        *conditions: Condition,
        order: Sequence[str] = (),
        limit: int = MOST_SHOWN,
    ) -> list[Row]:
        """Rows of a resource.

        Raises:
            ProblemError: None of them exist for the caller.
        """
        rows = await read_rows(
            *(self.service.database, self.service.resources[name], self.caller, conditions),
            order=order,
            limit=limit,
        )
        return decoded(rows)

    async def part(
        self,
        of: str,
        name: str,
        owner: str,
        *,
        order: Sequence[str] = (),
        limit: int = MOST_SHOWN,
    ) -> Section:
        """The rows of a part of one company, person or profile.

        Args:
            of: companies, people or icps.
            name: The name of the part, as in the path of the API.
            owner: The key of the company, person or profile.
            order: Columns to order by before the key, with - before one that descends.
            limit: The most rows that are shown.
        """
        part = self._part(of, name)
        if part.resource.is_about_people and not self.caller.may_read_people:
            return Section((), needs=READ_PEOPLE)
        rows = await self.rows(
            part.resource.name, *owned_by(part, owner), order=order, limit=limit + 1
        )
        path = f"/v1/{of}/{quote(owner, safe='')}/{name}"
        return Section(rows[:limit], len(rows) > limit, path)

    async def count(self, resource: Resource, conditions: Sequence[Condition] = ()) -> Count:
        """How many rows meet conditions: counted, or expected where that takes too long."""
        question = Question(
            *(statements.relation(resource.view), {}, tuple(conditions), (), ""), count="exact"
        )
        answer = await counted(self.service, question)
        if answer["count"] is None:
            answer = await counted(self.service, replace(question, count="estimated"))
        return Count(int(str(answer["count"])), answer["count_is"] == "exact")

    def _part(self, of: str, name: str) -> Part:
        return next(p for p in self.service.parts if (p.of, p.name) == (of, name))


def decoded(rows: Sequence[msgspec.Raw]) -> list[Row]:
    """Rows of JSON as templates use them."""
    return [msgspec.json.decode(row) for row in rows]
