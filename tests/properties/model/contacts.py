"""How to reach people: each way once per source, and the address to write to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tests.properties.model import forms
from tests.properties.model.observations import Observation
from tests.properties.model.payloads import Row
from tests.properties.model.providers import Address
from tests.properties.model.seeds import Seeds

_BEST_FIRST = {"valid": 1, "risky": 2, "unknown": 3}
_LAST = 1 << 30


@dataclass(frozen=True)
class _Statement:
    """One row names one way to reach somebody."""

    email: str | None
    phone: str | None
    verdict: str
    raw_id: Any
    refreshed: datetime | None
    received: datetime
    place: int

    @property
    def order(self) -> tuple[datetime, datetime, Any]:
        return (self.refreshed or self.received, self.received, self.raw_id)


def contacts(
    addresses: Iterable[Address], observations: Iterable[Observation], core: Row, seeds: Seeds
) -> list[Row]:
    """Rows of core.person_contacts.

    Args:
        addresses: What is said of addresses.
        observations: What is said of people.
        core: The tables of core.
        seeds: The reviewed CSVs.
    """
    phones = {(o.key, o.source, o.raw_id): o["phone"] for o in observations}
    said: dict[str, dict[str, list[_Statement]]] = defaultdict(lambda: defaultdict(list))
    with_address = set()
    for each in addresses:
        url = each.url or _meant(each, core, seeds)
        if url is None:
            continue
        with_address.add((url, each.raw_id))
        phone = phones.get((url, each.source, each.raw_id))
        said[url][each.source].append(
            _Statement(
                *(each.email, phone, each.verdict, each.raw_id, each.refreshed, each.received),
                each.place,
            )
        )
    for (url, source, raw_id), phone in phones.items():
        if phone is not None and (url, raw_id) not in with_address:
            (o,) = (o for o in observations if (o.key, o.source, o.raw_id) == (url, source, raw_id))
            said[url][source].append(
                _Statement(None, phone, "unknown", raw_id, o.refreshed, o.received, 0)
            )
    ranks = seeds.ranking("person", "email")
    rows = [row for url, sources in said.items() for row in _of_person(url, sources, ranks)]
    employers = {(o.key, o.source, o.raw_id): o["company_domain"] for o in observations}
    held = {row["linkedin_url"]: row["company_domain"] for row in core["core.person_positions"]}
    for row in rows:
        url = row["linkedin_url"]
        named = employers.get((url, row["source"], row["raw_payload_id"]))
        beside = None if named is None else seeds.canonical(named)
        row["_company_domain"] = held.get(url) or beside
    return rows


def _meant(address: Address, core: Row, seeds: Seeds) -> str | None:
    """The one person who bears the name and works there."""
    if address.name is None or address.domain is None:
        return None
    name, domain = forms.comparing(address.name), seeds.canonical(address.domain)
    at = {
        row["linkedin_url"]: row["company_domain"]
        for row in core["core.person_positions"]
        if row["is_current"] is not False
    }
    found = [
        row["linkedin_url"]
        for row in core["core.people"]
        if row["full_name"] is not None
        and forms.comparing(row["full_name"]) == name
        and at.get(row["linkedin_url"]) == domain
    ]
    return found[0] if len(found) == 1 else None


def _of_person(url: str, sources: dict[str, list[_Statement]], ranks: dict[str, int]) -> list[Row]:
    rows = []
    for source, statements in sources.items():
        ways = {(s.email, s.phone) for s in statements}
        for email, phone in ways:
            rows.append(
                _way(
                    *(url, source),
                    [s for s in statements if (s.email, s.phone) == (email, phone)],
                )
            )
    for row in rows:
        row["_address_verdict"] = _judged(row, rows, ranks)
    good = [r for r in rows if r["email"] is not None and r["_address_verdict"] != "invalid"]
    best = min(good, key=lambda row: _place(row, ranks), default=None)
    return [
        {name: value for name, value in row.items() if not name.startswith("said")}
        | {"is_best": row is best}
        for row in rows
    ]


def _way(url: str, source: str, statements: list[_Statement]) -> Row:
    first = min(statements, key=lambda s: (s.received, s.raw_id))
    verified = [s for s in statements if s.verdict != "unknown"]
    newest = max(verified, key=lambda s: s.order, default=None)
    verdict = newest.verdict if newest else "unknown"
    return {
        "linkedin_url": url,
        "source": source,
        "email": first.email,
        "phone": first.phone,
        "verdict": None if first.email is None else verdict,
        "verified_at": (newest.refreshed or newest.received) if newest else None,
        "raw_payload_id": first.raw_id,
        "known_since": first.received,
        "confirmed_at": max(s.received for s in statements),
        "said_at": max(s.refreshed or s.received for s in statements),
        "said_place": max(statements, key=lambda s: s.order).place,
    }


def _judged(row: Row, rows: list[Row], ranks: dict[str, int]) -> str | None:
    """What the best-ranked source that verified the address says of it."""
    if row["email"] is None:
        return None
    verified = [
        r for r in rows if r["email"] == row["email"] and r["verdict"] not in (None, "unknown")
    ]
    best = min(
        verified,
        key=lambda r: (
            ranks.get(r["source"], _LAST),
            -r["verified_at"].timestamp(),
            -r["raw_payload_id"].int,
        ),
        default=None,
    )
    return "unknown" if best is None else str(best["verdict"])


def _place(row: Row, ranks: dict[str, int]) -> tuple[Any, ...]:
    return (
        _BEST_FIRST[row["_address_verdict"]],
        ranks.get(row["source"], _LAST),
        -row["said_at"].timestamp(),
        -row["confirmed_at"].timestamp(),
        row["said_place"],
        -row["raw_payload_id"].int,
        row["email"],
        (row["phone"] is None, row["phone"] or ""),
    )
