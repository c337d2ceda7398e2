"""Scenarios of identity: who is one and who is two, before and after something more is known.

Every scenario has domains and slugs of its own, so all of them can happen to one warehouse.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.support.history.records import Record

SUNDAY, MONDAY, TUESDAY = (f"2026-03-0{day}T08:00:00+00:00" for day in (1, 2, 3))

# (name, LinkedIn URL, first receipt, receipt of the last change)
Company = tuple[str | None, str | None, str, str]
# (full name, first receipt, receipt of the last change)
Person = tuple[str | None, str, str]


@dataclass(frozen=True)
class Known:
    """What core knows: companies by domain and people by slug; those not named do not exist."""

    companies: dict[str, Company] = field(default_factory=dict)
    people: dict[str, Person] = field(default_factory=dict)


@dataclass(frozen=True)
class Scenario:
    """A story in two deliveries.

    Args:
        says: What to learn from it, for the reader of the catalogue.
        first: What is delivered before the first build.
        then: What is delivered before the second.
        before: What core knows after the first.
        after: What it knows after the second, after a full refresh and in a build from nothing.
        aliases: Lines of the alias seed that come with the second delivery.
    """

    says: str
    first: list[Record]
    then: list[Record]
    before: Known
    after: Known
    aliases: dict[str, str] = field(default_factory=dict)


def page(slug: str) -> str:
    """A company's page."""
    return f"https://www.linkedin.com/company/{slug}"


def profile_url(slug: str) -> str:
    """A person's page."""
    return f"https://www.linkedin.com/in/{slug}"


def _company(domain: str, at: str, name: str | None, url: str | None = None) -> Record:
    # what has no name here says something else
    payload = {"name": name, "url": url, "industry": "Retail"}
    return Record("company_payloads", {"company_domain": domain}, payload, at)


def _found(domain: str, at: str, name: str | None) -> Record:
    return Record("company_discovery", {"company_domain": domain}, {"name": name}, at)


def _person(url: str, at: str, name: str, *employers: tuple[str, str]) -> Record:
    roles: list[dict[str, Any]] = [
        {"company": company, "company_domain": domain} for domain, company in employers
    ]
    payload = {"name": name, "experience": roles}
    return Record("person_payloads", {"linkedin_url": url}, payload, at)


SCENARIOS = {
    "alias-added-later": Scenario(
        says=(
            "A line in the alias seed merges two companies that were two until then. The "
            "canonical one keeps its id, gains what only the other knew, and is as old as the "
            "older of them; the old domain and id lead to it."
        ),
        first=[
            _company("old-a.example", SUNDAY, "Old A", page("a")),
            _company("new-a.example", MONDAY, "New A"),
        ],
        then=[],
        aliases={"old-a.example": "new-a.example"},
        before=Known(
            {
                "old-a.example": ("Old A", page("a"), SUNDAY, SUNDAY),
                "new-a.example": ("New A", None, MONDAY, MONDAY),
            }
        ),
        after=Known({"new-a.example": ("New A", page("a"), SUNDAY, MONDAY)}),
    ),
    "alias-chain": Scenario(
        says=(
            "Aliases lead to aliases. The last domain of the chain is the company, wherever "
            "the chain was entered."
        ),
        first=[_company("chain-1.example", SUNDAY, "One")],
        then=[
            _found("chain-2.example", TUESDAY, "Two"),
            _found("chain-3.example", MONDAY, "Three"),
        ],
        aliases={"chain-1.example": "chain-2.example", "chain-2.example": "chain-3.example"},
        before=Known({"chain-1.example": ("One", None, SUNDAY, SUNDAY)}),
        after=Known({"chain-3.example": ("One", None, SUNDAY, SUNDAY)}),
    ),
    "alias-of-a-domain-nobody-names": Scenario(
        says=(
            "An alias may lead to a domain that no payload names. The company moves there "
            "with all that is known."
        ),
        first=[_company("unnamed-old.example", SUNDAY, "Before")],
        then=[],
        aliases={"unnamed-old.example": "unnamed-new.example"},
        before=Known({"unnamed-old.example": ("Before", None, SUNDAY, SUNDAY)}),
        after=Known({"unnamed-new.example": ("Before", None, SUNDAY, SUNDAY)}),
    ),
    "two-domains-one-page": Scenario(
        says=(
            "Two domains with one LinkedIn page may be one company or two. They stay two, and "
            "`api.company_duplicates` lists them."
        ),
        first=[_company("twin-1.example", SUNDAY, "Twin", page("twin"))],
        then=[_company("twin-2.example", MONDAY, "Twin", page("Twin") + "/")],
        before=Known({"twin-1.example": ("Twin", page("twin"), SUNDAY, SUNDAY)}),
        after=Known(
            {
                "twin-1.example": ("Twin", page("twin"), SUNDAY, SUNDAY),
                "twin-2.example": ("Twin", page("twin"), MONDAY, MONDAY),
            }
        ),
    ),
    "member-id-then-public-slug": Scenario(
        says=(
            "A hashed member id names nobody. The person begins to exist with the public "
            "slug, and nothing is carried over."
        ),
        first=[_person(profile_url("ACwAAAcatalogue"), SUNDAY, "Ida Hidden")],
        then=[_person(profile_url("ida-public"), MONDAY, "Ida Public")],
        before=Known(),
        after=Known(people={"ida-public": ("Ida Public", MONDAY, MONDAY)}),
    ),
    "slug-renamed": Scenario(
        says=("Nothing in a payload says that two slugs are one person, so they are two."),
        first=[_person(profile_url("uma-old"), SUNDAY, "Uma Example")],
        then=[_person(profile_url("uma-new"), MONDAY, "Uma Example")],
        before=Known(people={"uma-old": ("Uma Example", SUNDAY, SUNDAY)}),
        after=Known(
            people={
                "uma-old": ("Uma Example", SUNDAY, SUNDAY),
                "uma-new": ("Uma Example", MONDAY, MONDAY),
            }
        ),
    ),
    "company-renamed": Scenario(
        says=(
            "The same domain under another name is the same company: the id stays, the newest "
            "payload of the source names it."
        ),
        first=[_company("renamed.example", SUNDAY, "First Name")],
        then=[_company("WWW.Renamed.example", MONDAY, "Second Name")],
        before=Known({"renamed.example": ("First Name", None, SUNDAY, SUNDAY)}),
        after=Known({"renamed.example": ("Second Name", None, SUNDAY, MONDAY)}),
    ),
    "name-missing-in-a-newer-payload": Scenario(
        says=(
            "A newer payload that no longer knows the name takes nothing away: what its source "
            "said before stands, not what a lesser source says."
        ),
        first=[
            _company("forgotten.example", SUNDAY, "By enrichment"),
            _found("forgotten.example", MONDAY, "By discovery"),
        ],
        then=[_company("forgotten.example", TUESDAY, None)],
        before=Known({"forgotten.example": ("By enrichment", None, SUNDAY, SUNDAY)}),
        after=Known({"forgotten.example": ("By enrichment", None, SUNDAY, SUNDAY)}),
    ),
    "person-with-two-urls-in-one-file": Scenario(
        says=(
            "Spellings of one URL are one person, and the later record of the file wins; "
            "another slug is another person."
        ),
        first=[
            _person(profile_url("ole-example"), SUNDAY, "Ole"),
            _person("http://uk.linkedin.com/in/OLE-example/?trk=x", SUNDAY, "Ole, PhD"),
            _person(profile_url("ole-example-2"), SUNDAY, "Ole"),
        ],
        then=[],
        before=Known(
            people={
                "ole-example": ("Ole, PhD", SUNDAY, SUNDAY),
                "ole-example-2": ("Ole", SUNDAY, SUNDAY),
            }
        ),
        after=Known(
            people={
                "ole-example": ("Ole, PhD", SUNDAY, SUNDAY),
                "ole-example-2": ("Ole", SUNDAY, SUNDAY),
            }
        ),
    ),
    "late-first-sighting": Scenario(
        says=(
            "An older payload that arrives later makes the company older; the better source "
            "keeps naming it."
        ),
        first=[_company("late.example", TUESDAY, "Late")],
        then=[_found("late.example", SUNDAY, "Earlier")],
        before=Known({"late.example": ("Late", None, TUESDAY, TUESDAY)}),
        after=Known({"late.example": ("Late", None, SUNDAY, TUESDAY)}),
    ),
    "last-naming-goes": Scenario(
        says=(
            "A company that nothing current names any more stays, with its id and with what was "
            "said of it last; and whoever was employed there still was, as far as anybody said."
        ),
        first=[
            _person(profile_url("eva-example"), SUNDAY, "Eva", ("employer.example", "Employer"))
        ],
        then=[_person(profile_url("eva-example"), MONDAY, "Eva")],
        before=Known(
            {"employer.example": ("Employer", None, SUNDAY, SUNDAY)},
            {"eva-example": ("Eva", SUNDAY, SUNDAY)},
        ),
        after=Known(
            {"employer.example": ("Employer", None, SUNDAY, SUNDAY)},
            {"eva-example": ("Eva", SUNDAY, SUNDAY)},
        ),
    ),
}
