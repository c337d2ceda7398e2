"""Ideal customer profiles and customers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tests.properties.model import forms
from tests.properties.model.payloads import Entity, Row, open_choice, receipt
from tests.properties.model.seeds import Seeds

SHORTEST_NAME = 4  # letters of a name that may be matched


def icps(entities: list[Entity], seeds: Seeds) -> list[Row]:
    """One profile per canonical domain: the curated one, else the newest generated one."""
    generated: dict[str, list[Entity]] = {}
    for entity in entities:
        domain = seeds.company(entity.key)
        if domain is not None:
            generated.setdefault(domain, []).append(entity)
    curated = {seeds.canonical(line["domain"]): line for line in seeds.icps}
    rows = []
    for domain in sorted({*generated, *(d for d in curated if d is not None)}):
        theirs = generated.get(domain, [])
        line = curated.get(domain)
        first = [entity.created_at for entity in theirs]
        if line is not None:
            rows.append(_curated_icp(domain, line, first))
        else:
            newest = max(theirs, key=lambda entity: entity.winner.order)
            rows.append(_generated_icp(domain, newest, min(first)))
    return rows


def _curated_icp(domain: str, line: Row, first: list[datetime]) -> Row:
    return {
        "domain": domain,
        "slug": line["slug"] or domain.replace(".", "-"),
        "company_criteria": _criteria(line["company_criteria"]),
        "person_criteria": line["person_criteria"],
        "notes": line["notes"],
        "created_at": min([line["created_at"], *first]),
        "updated_at": line["created_at"],
    }


def _generated_icp(domain: str, entity: Entity, first: datetime) -> Row:
    content = entity.winner.content or {}
    company, person = (content.get(name) for name in ("company_criteria", "person_criteria"))
    return {
        "domain": domain,
        "slug": domain.replace(".", "-"),
        "company_criteria": _criteria(company) if isinstance(company, dict) else None,
        "person_criteria": person if isinstance(person, dict) else None,
        "notes": None,
        "created_at": first,
        "updated_at": entity.winner.received,
    }


def _criteria(company: Row) -> Row:
    """Sizes as canonical buckets under ``size_buckets``, each once; the rest as received."""
    if not {"size", "size_buckets"} & company.keys():
        return company
    rest = {name: value for name, value in company.items() if name not in ("size", "size_buckets")}
    said: Any = company.get("size_buckets")
    said = company.get("size") if said is None else said
    items = said if isinstance(said, list) else [said]
    buckets = (
        forms.size_bucket(forms.text_of(item))
        for item in items
        if not isinstance(item, dict | list)
    )
    known = list(dict.fromkeys(bucket for bucket in buckets if bucket is not None))
    return {**rest, "size_buckets": known or None}


@dataclass(frozen=True)
class Claim:
    """A statement that one company is a customer of another."""

    source: str
    domain: str | None
    customer_domain: str | None
    name: str | None
    notes: str | None
    received: datetime


def customers(raw: dict[str, list[Row]], tables: dict[str, list[Row]], seeds: Seeds) -> list[Row]:
    """Every pair once, by the best source; names are resolved where one company bears them."""
    names = Names(tables["core.companies"])
    ranks = seeds.ranking("customer", "statement")
    pairs: dict[tuple[str, str], list[Claim]] = {}
    for claim in _claims(raw, tables, seeds):
        customer = claim.customer_domain or names.bearer(claim.name)
        if claim.source not in ranks or claim.domain is None or customer is None:
            continue
        if customer != claim.domain:
            pairs.setdefault((claim.domain, customer), []).append(claim)
    rows = []
    for (domain, customer), claims in sorted(pairs.items()):
        source = min((claim.source for claim in claims), key=lambda name: ranks[name])
        of_source = [claim for claim in claims if claim.source == source]
        newest = max(claim.received for claim in of_source)
        best = [claim for claim in of_source if claim.received == newest]
        row = {
            "domain": domain,
            "customer_domain": customer,
            "customer_name": open_choice(claim.name for claim in best),
            "source": source,
            "notes": open_choice(claim.notes for claim in best),
            "created_at": min(claim.received for claim in claims),
        }
        rows.append(row)
    return rows


def _claims(
    raw: dict[str, list[Row]], tables: dict[str, list[Row]], seeds: Seeds
) -> Iterator[Claim]:
    for line in seeds.customers:
        sides = (seeds.canonical(line["domain"]), seeds.canonical(line["customer_domain"]))
        said = (line["customer_name"], line["notes"], line["created_at"])
        yield Claim("curated", *sides, *said)
    for row in _last_entries(raw["manual_company_customers"]):
        origin = seeds.company(forms.domain(row["origin_company_domain"]))
        customer = seeds.company(forms.domain(row["company_customer_domain"]))
        name, notes = (
            forms.clean_name(row["company_customer_name"]),
            forms.clean(row["source_notes"]),
        )
        yield Claim("manual", origin, customer, name, notes, receipt(row))
    for row in tables["extracted.case_study_details"]:
        origin = seeds.company(row["origin_company_domain"])
        customer = seeds.company(row["company_customer_domain"])
        said = (row["company_customer_name"], row["case_study_url"], row["created_at"])
        yield Claim("case_study", origin, customer, *said)
    for row in tables["extracted.company_customer_claygent"]:
        origin = seeds.company(row["origin_company_domain"])
        said = (row["company_customer_name"], row["case_study_url"], row["created_at"])
        yield Claim("claygent", origin, None, *said)


def _last_entries(rows: list[Row]) -> list[Row]:
    """Entries by hand: a later one about the same customer replaces an earlier one."""
    last: dict[tuple[str | None, str], Row] = {}
    for row in sorted(rows, key=lambda row: (receipt(row), row["id"])):
        name = forms.clean_name(row["company_customer_name"])
        customer = forms.comparing(name) if name is not None else f"nameless {row['id']}"
        last[forms.domain(row["origin_company_domain"]), customer] = row
    return list(last.values())


class Names:
    """Who bears a name among the companies."""

    def __init__(self, companies: list[Row]) -> None:
        self._exact: dict[str, set[str]] = {}
        self._stems: dict[str, set[str]] = {}
        for company in companies:
            if company["name"] is not None:
                name = forms.comparing(company["name"])
                self._exact.setdefault(name, set()).add(company["domain"])
                self._stems.setdefault(forms.stem(name), set()).add(company["domain"])

    def bearer(self, name: str | None) -> str | None:
        """The one company of that name, as it stands, else without legal suffixes."""
        said = forms.comparing(name or "")
        stem = forms.stem(said)
        known, bearers = (
            (said, self._exact[said])
            if said in self._exact
            else (stem, self._stems.get(stem, set()))
        )
        tells = sum(letter.isalpha() for letter in known) >= SHORTEST_NAME
        return next(iter(bearers)) if tells and len(bearers) == 1 else None
