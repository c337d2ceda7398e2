"""What each raw row says of a company or of a person: one observation per source, row and entity.

A payload says what its extracted row would say if it won; superseded ones say it as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from itertools import chain
from typing import Any
from uuid import UUID

from tests.properties.model import forms
from tests.properties.model.extracted import KINDS, Raw
from tests.properties.model.feeds import (
    company_of_crunchbase,
    company_of_lead,
    company_of_portfolio,
    exported,
    person_of_lead,
)
from tests.properties.model.outcome import Extracted
from tests.properties.model.payloads import NEVER, Entity, Payload, Reader, Row, receipt
from tests.properties.model.providers import Said, Source
from tests.properties.model.seeds import Seeds

Told = list[tuple[Source, Payload, Said]]

LONGEST_NAME = 1_000  # octets: what an index cannot hold is no name

COMPANY_ATTRIBUTES = (
    *("name", "linkedin_url", "website", "logo_url", "description", "company_type"),
    *("operating_status", "industry", "specialties", "size_bucket", "employee_count"),
    *("follower_count", "founded_year", "annual_revenue", "total_funding", "country", "location"),
)
PERSON_ATTRIBUTES = (
    *("full_name", "first_name", "last_name", "headline", "summary"),
    *("location", "country", "picture_url", "connections", "followers"),
)
POSITION = (
    *("title", "company_name", "company_domain", "company_linkedin_url"),
    *("started_on", "ended_on", "is_current"),
)


@dataclass(frozen=True)
class Observation:
    """What one raw row says of one entity.

    Args:
        source: The source, as in the ranking.
        key: Domain or profile URL in normal form.
        said: What it states, by attribute; others it does not state.
        raw_id: The raw row.
        refreshed: When the provider last refreshed it.
        received: Its receipt.
        table: The table it stands in.
    """

    source: str
    key: str
    said: Row
    raw_id: UUID
    refreshed: datetime | None
    received: datetime
    table: str

    def __getitem__(self, attribute: str) -> Any:
        """What it says of an attribute; None for nothing."""
        return self.said.get(attribute)

    @cached_property
    def order(self) -> tuple[datetime, datetime, UUID, UUID]:
        """Of observations of one rank the greatest counts."""
        own_id = forms.entity_id(self.table, f"{self.source}/{self.key}", str(self.raw_id))
        return (self.refreshed or NEVER, self.received, self.raw_id, own_id)

    @property
    def observed(self) -> datetime:
        """When it was true: by the provider's refresh, else by the receipt."""
        return self.refreshed or self.received


def of_companies(
    raw: Raw, entities: dict[str, list[Entity]], told: Told, seeds: Seeds
) -> list[Observation]:
    """All that was ever said of companies, of addresses that are nobody's as well."""
    by_providers = (
        (said.source, _order_of(payload), [(said.key, said.said)])
        for source, payload, said in told
        if source.entity == "company"
    )
    employers = (
        (said.employers[0], _order_of(payload), said.employers[1])
        for _, payload, said in told
        if said.employers is not None and said.key is not None
    )
    named_by = chain(_companies_named(raw, entities, seeds), by_providers, employers)
    return [
        Observation(source, domain, _named(_fitting(said)), *order, "core.company_observations")
        for source, order, named in named_by
        for domain, said in _once(named).items()
        if domain is not None
    ]


def of_people(raw: Raw, entities: dict[str, list[Entity]], told: Told) -> list[Observation]:
    """All that was ever said of people, of those with a member id as well."""
    return [
        Observation(source, url, _named(said), *order, _PEOPLE)
        for source, order, url, said in _people_named(raw, entities)
    ] + [
        Observation(said.source, said.key, _named(said.said), *_order_of(payload), _PEOPLE)
        for source, payload, said in told
        if source.entity == "person" and said.key is not None
    ]


_PEOPLE = "core.person_observations"

Order = tuple[UUID, datetime | None, datetime]
Named = tuple[str | None, Row]


def _once(named: Iterable[Named]) -> dict[str | None, Row]:
    """What names a domain twice says of it what it says first."""
    first: dict[str | None, Row] = {}
    for domain, said in named:
        first.setdefault(domain, said)
    return first


def _fitting(said: Row) -> Row:
    name = said.get("name")
    return said if name is None or len(name.encode()) <= LONGEST_NAME else {**said, "name": None}


def _named(said: Row) -> Row:
    """With countries by their names, so that another spelling is no other country."""
    country = said.get("country")
    return said if country is None else {**said, "country": forms.country(country)}


def _companies_named(
    raw: Raw, entities: dict[str, list[Entity]], seeds: Seeds
) -> Iterator[tuple[str, Order, Iterable[Named]]]:
    for source, name_them in _PAYLOADS.items():
        for entity in entities[source]:
            for payload in entity.payloads:
                yield source, _order_of(payload), name_them(payload, _extracted(source, payload))
    for row in raw["company_payloads"]:
        if seeds.reader(row["workflow_slug"]) is None:
            named = [(forms.domain(row["company_domain"]), Row())]
            yield "other_payloads", (row["id"], None, receipt(row)), named
    # of payloads of people who are erased
    for row in raw.get("company_statements", []):
        order = (row["id"], row["refreshed_at"], receipt(row))
        yield row["source"], order, [(row["company_domain"], row["said"])]
    for row in raw["manual_company_customers"]:
        sides = [_by_hand(row, side) for side in ("origin_company", "company_customer")]
        yield "manual_customers", (row["id"], None, receipt(row)), sides
    for table, source, read in (
        ("vc_portfolio_companies", "vc_portfolios", company_of_portfolio),
        ("vc_crunchbase_portfolios", "crunchbase_portfolios", company_of_crunchbase),
        ("salesnav_scrapes", "salesnav", company_of_lead),
    ):
        for row in raw[table]:
            yield source, (row["id"], exported(row), receipt(row)), [read(row)]


def _people_named(
    raw: Raw, entities: dict[str, list[Entity]]
) -> Iterator[tuple[str, Order, str, Row]]:
    for source, kind, read in (
        ("profile", "profiles", _of_profile),
        ("discovery", "people_discovery", _of_found_person),
    ):
        for entity in entities[kind]:
            for payload in entity.payloads:
                yield source, _order_of(payload), entity.key, read(_extracted(kind, payload))
    for row in raw["salesnav_scrapes"]:
        url = forms.person_url(row["linkedin_url_user_profile"])
        if url is not None:
            yield "salesnav", (row["id"], exported(row), receipt(row)), url, person_of_lead(row)


def _order_of(payload: Payload) -> Order:
    return payload.id, payload.refreshed, payload.received


def _extracted(source: str, payload: Payload) -> Extracted:
    """What the payload comes to by itself."""
    (kind,) = (kind for kind in KINDS if kind.name == source)
    out = Extracted()
    alone = Entity(payload.key or "", [payload], payload.received)
    kind.parse(alone, Reader(payload, payload.content or {}, "", []), out)
    return out


def _by_hand(row: Row, side: str) -> Named:
    said = {
        "name": forms.clean(row[f"{side}_name"]),
        "linkedin_url": forms.company_url(row[f"{side}_linkedin_url"]),
    }
    return forms.domain(row[f"{side}_domain"]), said


def _firmographics(payload: Payload, out: Extracted) -> Iterable[Named]:
    (row,) = out.tables["extracted.company_firmographics"]
    alike = (
        *("name", "linkedin_url", "website", "logo_url", "description", "company_type"),
        *("industry", "specialties", "employee_count", "follower_count", "founded_year"),
    )
    said = {name: row[name] for name in (*alike, "country")}
    return [(payload.key, {**said, "size_bucket": row["size_range"], "location": row["locality"]})]


def _discovery(payload: Payload, out: Extracted) -> Iterable[Named]:
    (row,) = out.tables["extracted.company_discovery"]
    alike = ("name", "linkedin_url", "description", "industry", "country")
    said = {
        **{name: row[name] for name in (*alike, "location")},
        "company_type": row["type"],
        "size_bucket": row["size"],
        "annual_revenue": forms.amount(row["annual_revenue"]),
        "total_funding": forms.amount(row["total_funding_amount_range_usd"]),
    }
    return [(payload.key, said)]


def _case_study(payload: Payload, out: Extracted) -> Iterable[Named]:
    (row,) = out.tables["extracted.case_study_details"]
    del payload
    return [
        (row["origin_company_domain"], {"name": row["origin_company_name"]}),
        (row["company_customer_domain"], {"name": row["company_customer_name"]}),
    ]


def _origin(payload: Payload, out: Extracted) -> Iterable[Named]:
    del out
    said = {
        "name": forms.clean(payload.row["origin_company_name"]),
        "linkedin_url": forms.company_url(payload.row["origin_company_linkedin_url"]),
    }
    return [(payload.key, said)]


def _owner(payload: Payload, out: Extracted) -> Iterable[Named]:
    del out
    return [(payload.key, {})]


def _employers(payload: Payload, out: Extracted) -> Iterable[Named]:
    """The latest role first, then the others in their order."""
    del payload
    (person,) = out.tables["extracted.person_profile"]
    latest = {name: person[f"latest_{name}"] for name in _ROLE}
    return [
        (
            role["company_domain"],
            {"name": role["company"], "linkedin_url": role["company_linkedin_url"]},
        )
        for role in (latest, *out.tables["extracted.person_experience"])
    ]


def _employer_found(payload: Payload, out: Extracted) -> Iterable[Named]:
    del payload
    (person,) = out.tables["extracted.person_discovery"]
    return [(person["company_domain"], {"name": person["latest_company"]})]


_ROLE = ("company", "company_domain", "company_linkedin_url")
_PAYLOADS = {
    "firmographics": _firmographics,
    "discovery": _discovery,
    "case_studies": _case_study,
    "claygent_origins": _origin,
    "icp_owners": _owner,
    "profiles": _employers,
    "people_discovery": _employer_found,
}


def _of_profile(out: Extracted) -> Row:
    (row,) = out.tables["extracted.person_profile"]
    alike = ("full_name", "first_name", "last_name", "headline", "summary", "country")
    return {
        **{name: row[name] for name in (*alike, "picture_url", "connections")},
        "location": row["location_name"],
        "followers": row["num_followers"],
        "title": row["latest_title"],
        "company_name": row["latest_company"],
        "company_domain": row["latest_company_domain"],
        "company_linkedin_url": row["latest_company_linkedin_url"],
        "started_on": row["latest_start_date"],
        "ended_on": row["latest_end_date"],
        "is_current": row["latest_is_current"],
    }


def _of_found_person(out: Extracted) -> Row:
    (row,) = out.tables["extracted.person_discovery"]
    return {
        **{name: row[name] for name in ("full_name", "first_name", "last_name")},
        "location": row["location_name"],
        "title": row["latest_title"],
        "company_name": row["latest_company"],
        "company_domain": row["company_domain"],
        "started_on": row["latest_start_date"],
        "is_current": True,
    }
