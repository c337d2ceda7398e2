"""Who names a company or a person, and what is said of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from tests.properties.model import forms
from tests.properties.model.payloads import (
    NEVER,
    Entity,
    Payload,
    Row,
    latest_role,
    receipt,
    roles_of,
)
from tests.properties.model.seeds import Seeds

Raw = dict[str, list[Row]]
Named = tuple[Any, Any, Any]  # domain, name, LinkedIn URL, as received


@dataclass(frozen=True)
class Mention:
    """What one payload says of a company or a person.

    Args:
        source: The source, as in the ranking.
        owner: What its payloads supersede each other by.
        key: Domain or profile URL in normal form.
        values: Attribute -> value.
        raw_id: The raw row.
        refreshed: When the provider last refreshed it.
        received: Its receipt.
        is_current: Its payload is the winner of its owner.
    """

    source: str
    owner: str
    key: str
    values: dict[str, str | None]
    raw_id: UUID
    refreshed: datetime | None
    received: datetime
    is_current: bool = True

    @property
    def order(self) -> tuple[datetime, datetime, UUID]:
        """Among what one owner says of one key, the greatest counts: the order of payloads."""
        return (self.refreshed or NEVER, self.received, self.raw_id)


def company_mentions(
    raw: Raw, entities: dict[str, list[Entity]], seeds: Seeds
) -> Iterator[Mention]:
    """Every mention of a domain by any payload ever received."""
    for source, name_them in _PAYLOAD_SOURCES.items():
        for entity in entities[source]:
            yield from _by_entity(source, entity, name_them)
    for entity in entities["icp_owners"]:
        for payload in entity.payloads:
            yield from _by_row("icp_owners", payload.row, (("domain", _NOTHING, _NOTHING),))
    for table, source, columns in _ROW_SOURCES:
        for row in raw[table]:
            read = seeds.reader(row.get("workflow_slug", "")) == "company_firmographics"
            if source != "other_payloads" or not read:
                yield from _by_row(source, row, columns)


def _by_entity(
    source: str, entity: Entity, name_them: Callable[[Payload], list[Named]]
) -> Iterator[Mention]:
    for payload in entity.payloads:
        for domain, name, url in _once(name_them(payload)):
            said = _company(source, entity.key, domain, name, url)
            if said:
                yield _by_payload(*said, payload, is_current=payload is entity.winner)


def _by_row(source: str, row: Row, columns: tuple[tuple[str, str, str], ...]) -> Iterator[Mention]:
    named = [(row[domain], row.get(name), row.get(url)) for domain, name, url in columns]
    for domain, name, url in _once(named):
        said = _company(source, str(row["id"]), domain, name, url)
        if said:
            yield Mention(*said, row["id"], None, receipt(row))


def _once(named: Iterable[Named]) -> list[Named]:
    """What names a domain twice says of it what it says first."""
    first: dict[str | None, Named] = {}
    for each in named:
        first.setdefault(forms.domain(forms.text_of(each[0])), each)
    return list(first.values())


def person_mentions(raw: Raw, entities: dict[str, list[Entity]]) -> Iterator[Mention]:
    """Every mention of a public profile."""
    for source, kind in (("profile", "profiles"), ("discovery", "people_discovery")):
        for entity in entities[kind]:
            if forms.is_member_id(forms.slug_of(entity.key)):
                continue
            for payload in entity.payloads:
                name = forms.plain(forms.text_of((payload.content or {}).get("name")))
                said = (source, entity.key, entity.key, {"full_name": name})
                yield _by_payload(*said, payload, is_current=payload is entity.winner)
    for row in raw["salesnav_scrapes"]:
        url = forms.person_url(row["linkedin_url_user_profile"])
        if url is None or forms.is_member_id(forms.slug_of(url)):
            continue
        names = (forms.clean(row["first_name"]), forms.clean(row["last_name"]))
        full_name = " ".join(name for name in names if name) or None
        values = {"full_name": full_name}
        yield Mention("salesnav", str(row["id"]), url, values, row["id"], None, receipt(row))


def _by_payload(
    source: str,
    owner: str,
    key: str,
    values: dict[str, str | None],
    payload: Payload,
    *,
    is_current: bool,
) -> Mention:
    facts = (payload.id, payload.refreshed, payload.received)
    return Mention(source, owner, key, values, *facts, is_current)


def _company(
    source: str, owner: str, domain: str | None, name: Any, url: Any
) -> tuple[str, str, str, dict[str, str | None]] | None:
    key = forms.domain(forms.text_of(domain))
    values = {
        "name": forms.plain(forms.text_of(name)),
        "linkedin_url": forms.company_url(forms.text_of(url)),
    }
    return None if key is None else (source, owner, key, values)


def _firmographics(p: Payload) -> list[Named]:
    content = p.content or {}
    return [(p.key, content.get("name"), content.get("url"))]


def _discovery(p: Payload) -> list[Named]:
    content = p.content or {}
    return [(p.key, content.get("name"), content.get("linkedin_url"))]


def _case_study(p: Payload) -> list[Named]:
    content = p.content or {}
    return [
        (p.row["origin_company_domain"], p.row["origin_company_name"], None),
        (content.get("customer_company_domain"), p.row["company_customer_name"], None),
    ]


def _origin(p: Payload) -> list[Named]:
    return [(p.key, p.row["origin_company_name"], p.row["origin_company_linkedin_url"])]


def _employers(p: Payload) -> list[Named]:
    """The latest role first, then the others in their order."""
    content = p.content or {}
    return [
        (role.get("company_domain"), role.get("company"), role.get("url"))
        for role in (latest_role(content), *roles_of(content))
    ]


def _employer_found(p: Payload) -> list[Named]:
    content = p.content or {}
    return [(content.get("domain"), content.get("latest_experience_company"), None)]


_PAYLOAD_SOURCES = {
    "firmographics": _firmographics,
    "discovery": _discovery,
    "case_studies": _case_study,
    "claygent_origins": _origin,
    "profiles": _employers,
    "people_discovery": _employer_found,
}
_NOTHING = ""  # names no column: a source that gives domains only
_ROW_SOURCES = (
    ("company_payloads", "other_payloads", (("company_domain", _NOTHING, _NOTHING),)),
    (
        "manual_company_customers",
        "manual_customers",
        (
            ("origin_company_domain", "origin_company_name", "origin_company_linkedin_url"),
            ("company_customer_domain", "company_customer_name", "company_customer_linkedin_url"),
        ),
    ),
    (
        "vc_portfolio_companies",
        "vc_portfolios",
        (("website_domain", "company_name", "linkedin_url"),),
    ),
    (
        "vc_crunchbase_portfolios",
        "crunchbase_portfolios",
        (("website", "name", "linkedin_url"),),
    ),
    ("salesnav_scrapes", "salesnav", (("company_website", "company", "linkedin_url_company"),)),
)
