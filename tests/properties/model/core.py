"""Canonical companies and people, chosen attribute by attribute from what names them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from tests.properties.model import forms
from tests.properties.model.mentions import Mention
from tests.properties.model.payloads import Row, open_choice
from tests.properties.model.seeds import Seeds


@dataclass(frozen=True)
class Kind:
    """What is chosen.

    Args:
        entity: As the ranking calls it.
        key: Column of its key.
        attributes: What is chosen, each on its own.
    """

    entity: str
    key: str
    attributes: tuple[str, ...]


COMPANY = Kind("company", "domain", ("name", "linkedin_url"))
PERSON = Kind("person", "linkedin_url", ("full_name",))


def companies(mentions: Iterable[Mention], seeds: Seeds) -> list[Row]:
    """One row per canonical domain that anybody names."""
    named: dict[str, list[Mention]] = {}
    for mention in mentions:
        domain = seeds.company(mention.key)
        if domain is not None:
            named.setdefault(domain, []).append(mention)
    return _chosen(COMPANY, named, seeds)


def people(mentions: Iterable[Mention], seeds: Seeds) -> list[Row]:
    """One row per public profile that anybody names."""
    named: dict[str, list[Mention]] = {}
    for mention in mentions:
        named.setdefault(mention.key, []).append(mention)
    rows = _chosen(PERSON, named, seeds)
    return [{**row, "linkedin_slug": forms.slug_of(row["linkedin_url"])} for row in rows]


def aliases(seeds: Seeds) -> list[Row]:
    """Where each domain that was given up leads."""
    ends = ((alias, seeds.canonical(alias)) for alias in seeds.aliases)
    return [{"domain": alias, "canonical_domain": end} for alias, end in ends if end is not None]


def _chosen(kind: Kind, named: dict[str, list[Mention]], seeds: Seeds) -> list[Row]:
    rows = []
    for key, mentions in sorted(named.items()):
        voices = _voices(mentions)
        row: Row = {kind.key: key, "created_at": min(m.received for m in mentions)}
        receipts: list[datetime] = []
        for attribute in kind.attributes:
            best = _best(voices, attribute, seeds.ranking(kind.entity, attribute))
            row[attribute] = open_choice(m.values[attribute] for m in best)
            row[f"_{attribute}_source"] = best[0].source if best else None
            row[f"_{attribute}_raw_payload_id"] = best[0].raw_id if best else None
            row[f"_{attribute}_received_at"] = best[0].received if best else None
            receipts += [m.received for m in best]
        row["updated_at"] = max(receipts or [m.received for m in voices])
        rows.append(row)
    return rows


def _voices(mentions: list[Mention]) -> list[Mention]:
    """Of each owner its best payload's word; superseded ones only where no current one speaks."""
    best: dict[tuple[str, str, str], Mention] = {}
    for mention in sorted(mentions, key=lambda m: m.order):
        best[mention.source, mention.owner, mention.key] = mention
    voices = list(best.values())
    return [m for m in voices if m.is_current] or voices


def _best(voices: list[Mention], attribute: str, ranks: dict[str, int]) -> list[Mention]:
    """The word that counts; several, if one raw row names the company by two of its domains."""
    knowing = [m for m in voices if m.values[attribute] is not None and m.source in ranks]
    if not knowing:
        return []
    rank = min(ranks[m.source] for m in knowing)
    heard = [m for m in knowing if ranks[m.source] == rank]
    # payloads of different owners do not supersede each other: the newest is the last received
    newest = max((m.received, m.raw_id) for m in heard)
    return [m for m in heard if (m.received, m.raw_id) == newest]
