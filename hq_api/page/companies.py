"""One company: what is believed of it, why, and what belongs to it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import unquote

from starlette.requests import Request
from starlette.responses import Response

from hq_api.identifiers import company_domain
from hq_api.page.evidence import dossier, read_statements
from hq_api.page.frame import PageEndpoint, render
from hq_api.page.reading import Reader, Row
from hq_api.problems import ProblemError
from hq_api.questions import same_as
from hq_api.service import Service, caller_of

# in the head of the page, or names of the row
_ABOVE = ("id", "domain", "first_received_at", "last_received_at", "last_changed_at")
_CRITERIA = 5  # of a company
_MOST_PROFILES = 200

# section -> part, order
_SECTIONS = {
    "history": ("history", ("-observed_at",)),
    "people": ("people", ()),
    "past_employees": ("past-employees", ()),
    "customers": ("customers", ()),
    "unresolved": ("customers-unresolved", ()),
    "customer_of": ("customer-of", ()),
    "portfolios": ("portfolios", ()),
    "domains": ("domains", ()),
    "leads": ("leads", ()),
}


@dataclass
class Fit:
    """How a company compares with one ideal customer profile.

    Args:
        slug: The profile.
        owner: Whose it is.
        criteria: What is asked for and what is known, by criterion.
    """

    slug: str
    owner: str
    criteria: list[Row] = field(default_factory=list)

    @property
    def missed(self) -> list[str]:
        """The criteria that the company does not meet."""
        return [row["criterion"] for row in self.criteria if not row["is_met"]]


def fits_of(rows: Sequence[Row]) -> list[Fit]:
    """The comparisons of rows of icp-match, those that miss least first."""
    by_slug: dict[str, Fit] = {}
    for row in rows:
        slug = row["icp_slug"]
        by_slug.setdefault(slug, Fit(slug, row["icp_domain"])).criteria.append(row)
    return sorted(by_slug.values(), key=lambda fit: len(fit.missed))


def company_page(service: Service) -> PageEndpoint:
    """The page of a company, by any spelling of its domain."""

    async def answer(request: Request) -> Response:
        reader = Reader(service, caller_of(request))
        asked_for = unquote(request.path_params["owner"])
        columns = service.resources["companies"].columns
        domain = await company_domain(service.database, asked_for)
        found = await reader.rows("companies", same_as("domain", columns["domain"], domain))
        if not found:
            raise ProblemError(
                404,
                f"no company has the domain {domain}; search for its name, or for another domain",
            )
        statements, matches, *sections = await asyncio.gather(
            read_statements(reader, "companies", domain),
            reader.part("companies", "icp-match", domain, limit=_MOST_PROFILES * _CRITERIA),
            *(
                reader.part("companies", part, domain, order=order)
                for part, order in _SECTIONS.values()
            ),
        )
        shown = {
            "company": found[0],
            "asked_for": asked_for if asked_for != domain else None,
            "dossier": dossier(reader, "companies", found[0], statements, without=_ABOVE),
            "fits": fits_of(matches.rows),
            "matches": matches,
            **dict(zip(_SECTIONS, sections, strict=True)),
        }
        return render(service, request.scope, "company.html", shown)

    return answer
