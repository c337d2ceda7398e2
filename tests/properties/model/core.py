"""Canonical companies and people, chosen attribute by attribute, and how they came to be so."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from functools import partial
from operator import itemgetter

from tests.properties.model import forms
from tests.properties.model.choosing import Change, changes, golden, golden_position
from tests.properties.model.observations import (
    COMPANY_ATTRIBUTES,
    PERSON_ATTRIBUTES,
    Observation,
)
from tests.properties.model.payloads import Row
from tests.properties.model.seeds import Seeds

Known = dict[str, list[Observation]]
Tables = dict[str, list[Row]]


@dataclass(frozen=True)
class Kind:
    """What is chosen.

    Args:
        entity: As the ranking calls it.
        key: Column of its key.
        attributes: What is chosen, each on its own.
        first_class: Columns without an underscore before them.
    """

    entity: str
    key: str
    attributes: tuple[str, ...]
    first_class: tuple[str, ...]


COMPANY = Kind("company", "domain", COMPANY_ATTRIBUTES, ("name", "linkedin_url"))
PERSON = Kind("person", "linkedin_url", PERSON_ATTRIBUTES, ("full_name",))


def companies(observations: Iterable[Observation], seeds: Seeds) -> Tables:
    """Every canonical domain that anybody names, and its history."""
    known: Known = {}
    for each in observations:
        domain = seeds.company(each.key)
        if domain is not None:
            known.setdefault(domain, []).append(each)
    rows, history = [], []
    for domain, said in sorted(known.items()):
        changed = _changes(COMPANY, said, seeds)
        history += _history(COMPANY, domain, changed, seeds)
        row = _row(COMPANY, domain, said, [c for _, c in changed], seeds)
        name = row["name"]
        row["_name_key"] = None if name is None else forms.comparing(name)
        row["_name_stem"] = None if name is None else forms.stem(name)
        industry = row["_industry"]
        row["_industry_key"] = None if industry is None else forms.comparing(industry)
        rows.append(row)
    return {"core.companies": rows, "core.company_history": history}


def people(observations: Iterable[Observation], seeds: Seeds) -> Tables:
    """Every public profile that anybody names, with its position and its history."""
    known: Known = {}
    for each in observations:
        if not forms.is_member_id(forms.slug_of(each.key)):
            known.setdefault(each.key, []).append(each)
    position = partial(golden_position, ranks=seeds.ranking("person", "position"))
    place = partial(_place, seeds=seeds)
    tables: Tables = {"core.people": [], "core.person_positions": []}
    tables |= {"core.person_history": [], "core.position_changes": []}
    for url, said in sorted(known.items()):
        changed = _changes(PERSON, said, seeds)
        moved = list(changes(said, min(o.received for o in said), position, place))
        row = _row(PERSON, url, said, [*(c for _, c in changed), *moved], seeds)
        tables["core.people"].append({**row, "linkedin_slug": forms.slug_of(url)})
        tables["core.person_history"] += _history(PERSON, url, changed, seeds)
        tables["core.position_changes"] += [_move(url, change, seeds) for change in moved]
        now = position(said)
        if now is not None:
            tables["core.person_positions"].append(_position(url, now, seeds))
    return tables


def aliases(seeds: Seeds) -> list[Row]:
    """Where each domain that was given up leads."""
    ends = ((alias, seeds.canonical(alias)) for alias in seeds.aliases)
    return [{"domain": alias, "canonical_domain": end} for alias, end in ends if end is not None]


def _changes(kind: Kind, said: list[Observation], seeds: Seeds) -> list[tuple[str, Change]]:
    first = min(o.received for o in said)
    return [
        (attribute, change)
        for attribute in kind.attributes
        for change in changes(
            [o for o in said if o[attribute] is not None],
            first,
            partial(golden, attribute=attribute, ranks=seeds.ranking(kind.entity, attribute)),
            itemgetter(attribute),
        )
    ]


def _row(kind: Kind, key: str, said: list[Observation], changed: list[Change], seeds: Seeds) -> Row:
    created = min(o.received for o in said)
    row: Row = {
        kind.key: key,
        "created_at": created,
        "updated_at": max((change.at for change in changed), default=created),
    }
    for attribute in kind.attributes:
        speaks = golden(said, attribute, seeds.ranking(kind.entity, attribute))
        column = attribute if attribute in kind.first_class else f"_{attribute}"
        row[column] = None if speaks is None else speaks[attribute]
    return row


def _history(kind: Kind, key: str, changed: list[tuple[str, Change]], seeds: Seeds) -> list[Row]:
    """One row per change; the values only of attributes whose history is kept."""

    def text(attribute: str, said: Observation | None) -> str | None:
        kept = (kind.entity, attribute) in seeds.with_history
        return str(said[attribute]) if kept and said is not None else None

    return [
        {
            kind.key: key,
            "attribute": attribute,
            "old_value": text(attribute, change.before),
            "new_value": text(attribute, change.after),
            "source": change.after.source,
            "observed_at": change.at,
            "raw_payload_id": change.after.raw_id,
        }
        for attribute, change in changed
    ]


def _place(said: Observation | None, seeds: Seeds) -> tuple[object, ...]:
    """What of a position makes it another one."""
    if said is None:
        return (None, None, None, None)
    domain = seeds.company(said["company_domain"])
    return (said["title"], said["company_name"], domain, _standing(said)[0])


def _standing(said: Observation) -> tuple[bool | None, date | None]:
    """Whether a position lasts, and its end: that has one which the career ends, too."""
    listed = [role for role in said["roles"] or [] if role and _is_that_role(said, role)]
    ends = [role.get("end_date") for role in listed if role.get("is_current") is not True]
    if said["is_current"] and listed and len(ends) == len(listed) and None not in ends:
        return False, max(end for end in ends if end is not None)
    if said["is_current"] is None and said["ended_on"] is not None:
        return False, said["ended_on"]
    return said["is_current"], said["ended_on"]


def _is_that_role(said: Observation, role: Row) -> bool:
    """Whether a role of the career has the title and the employer of the position."""

    def same(form: Callable[[str], str | None], one: str | None, other: str | None) -> bool:
        return None not in (one, other) and form(one or "") == form(other or "") is not None

    return same(forms.comparing, role.get("title"), said["title"]) and (
        same(str, role.get("company_domain"), said["company_domain"])
        or same(forms.stem, role.get("company"), said["company_name"])
    )


def _move(url: str, change: Change, seeds: Seeds) -> Row:
    names = ("title", "company_name", "company_domain", "is_current")
    ends = {"from": _place(change.before, seeds), "to": _place(change.after, seeds)}
    sides = {
        f"{end}_{name}": value
        for end, place in ends.items()
        for name, value in zip(names, place, strict=True)
    }
    return {
        "linkedin_url": url,
        "observed_at": change.at,
        **sides,
        "started_on": change.after["started_on"],
        "source": change.after.source,
        "raw_payload_id": change.after.raw_id,
    }


def _position(url: str, said: Observation, seeds: Seeds) -> Row:
    is_current, ended_on = _standing(said)
    alike = ("title", "company_name", "company_linkedin_url", "started_on")
    return {
        "linkedin_url": url,
        **{name: said[name] for name in alike},
        "is_current": is_current,
        "ended_on": ended_on,
        "company_domain": seeds.company(said["company_domain"]),
        "source": said.source,
        "raw_payload_id": said.raw_id,
        "received_at": said.received,
    }
