"""The golden record as it is, and as it was: worked out anew at every receipt there ever was.

Nothing here looks for what is the greatest so far. Of each receipt it is asked what would have been
chosen from all that had come until then, and where two answers in a row differ, that is a change.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tests.properties.model.observations import Observation
from tests.properties.model.providers import UNLIKELY

Ranks = dict[str, int]  # by source; a source without one is not believed


@dataclass(frozen=True)
class Change:
    """From one receipt on another value was golden.

    Args:
        at: The receipt.
        before: What was golden until then; None for nothing.
        after: What was golden from then on.
    """

    at: datetime
    before: Observation | None
    after: Observation


def golden(observations: Iterable[Observation], attribute: str, ranks: Ranks) -> Observation | None:
    """The observation that speaks for an attribute: the best ranked that has a value."""
    knowing = [o for o in observations if o[attribute] is not None and o.source in ranks]
    return max(knowing, key=lambda o: (-ranks[o.source], o.order), default=None)


def golden_position(observations: Iterable[Observation], ranks: Ranks) -> Observation | None:
    """The observation that speaks for where a person works."""
    candidates: dict[str, Observation] = {}
    for each in sorted(observations, key=lambda o: o.order):
        named = (each["title"], each["company_name"], each["company_domain"])
        if each.source in ranks and named != (None, None, None):
            candidates[each.source] = each
    standing = [
        each
        for each in candidates.values()
        if not any(_overtakes(other, each) for other in candidates.values())
    ]
    return max(standing, key=lambda o: (-ranks[o.source], o.order), default=None)


def _is_guess(said: Observation) -> bool:
    likelihood = said["likelihood"]
    return likelihood is not None and likelihood < UNLIKELY


def _overtakes(one: Observation, other: Observation) -> bool:
    """Whether a position was observed later and began later, as far as that is known."""
    if one["started_on"] is None or other["started_on"] is None or _is_guess(one):
        return False
    later: bool = one["started_on"] > other["started_on"]
    return later and one.observed > other.observed


def changes(
    observations: list[Observation],
    first: datetime,
    choose: Callable[[list[Observation]], Observation | None],
    value: Callable[[Observation], Any],
) -> Iterator[Change]:
    """When another value became golden; what an entity was first known with is no change.

    Args:
        observations: Those of one entity that may be chosen.
        first: The first receipt of any of the entity.
        choose: What is golden of those that have come.
        value: What of it is compared.
    """
    before: Observation | None = None
    for at in sorted({o.received for o in observations}):
        after = choose([o for o in observations if o.received <= at])
        if after is None:
            continue
        differs = before is None or value(before) != value(after)
        if differs and at != first:
            yield Change(at, before, after)
        before = after
