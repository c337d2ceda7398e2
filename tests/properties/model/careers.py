"""Careers and schools of people whose profile lists none: whose list is theirs.

A list is whole: of a person all items are from one payload.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Any

from tests.properties.model import forms
from tests.properties.model.choosing import golden
from tests.properties.model.lists import Items, is_stated
from tests.properties.model.observations import Observation
from tests.properties.model.payloads import Entity, Row
from tests.properties.model.seeds import Seeds

_ROLE = (
    *("company", "company_domain", "company_linkedin_url", "company_org_id", "title", "summary"),
    *("locality", "start_date", "end_date", "is_current"),
)
_SCHOOL = ("school_name", "degree", "field_of_study", "start_date", "end_date", "grade")

# set -> (table, field of a profile, members of an item, column of its place)
SETS = {
    "roles": ("core.provider_roles", "experience", _ROLE, "experience_order"),
    "schools": (
        *("core.provider_schools", "education", (*_SCHOOL, "activities")),
        "education_order",
    ),
}


def as_stored(items: Items | None) -> list[dict[str, Any] | None] | None:
    """A list as an observation holds it: without what is not said, days as ISO has them."""
    if items is None:
        return None
    return [
        None
        if item is None
        else {
            name: value.isoformat() if isinstance(value, date) else value
            for name, value in item.items()
            if value is not None
        }
        for item in items
    ]


def of_providers(
    people: Iterable[Observation], profiles: Iterable[Entity], seeds: Seeds
) -> dict[str, list[Row]]:
    """Roles and schools of those whose winning profile lists none.

    Args:
        people: What is said of people.
        profiles: Who has a profile.
        seeds: The reviewed CSVs.
    """
    said: dict[str, list[Observation]] = defaultdict(list)
    for each in people:
        said[each.key].append(each)
    tables: dict[str, list[Row]] = {}
    for name, (table, field, members, order) in SETS.items():
        by_profile = {
            each.key
            for each in profiles
            if is_stated(forms.list_of((each.winner.content or {}).get(field)))
        }
        ranks = seeds.ranking("person", name)
        chosen = (golden(each, name, ranks) for key, each in said.items() if key not in by_profile)
        tables[table] = [
            {
                "linkedin_url": speaks.key,
                "source": speaks.source,
                "raw_payload_id": speaks.raw_id,
                "received_at": speaks.received,
                **{member: item.get(member) for member in members},
                order: place,
            }
            for speaks in chosen
            if speaks is not None
            for place, item in enumerate(speaks[name])
            if item is not None
        ]
    return tables
