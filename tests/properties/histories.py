"""Histories drawn from a seed: loads, and what is done to the tables between them."""

from __future__ import annotations

import random

from properties.play import NO_TESTS
from properties.records import Dbt, Forget, History, Late, Load, Step
from properties.world import World

MODELS = (
    *("company_firmographics", "person_profile", "person_experience", "company_mentions"),
    *("companies", "people", "company_customers", "extraction_issues", "person_mentions"),
)
BUILD = ("build", *NO_TESTS)
STATES = ("plain", "merged", "reranked")


def draw_history(seed: int, entities: int, loads: int = 4) -> History:
    """The history of a seed.

    Args:
        seed: Decides everything.
        entities: About how many entities of feeds have records in it.
        loads: How often records arrive.
    """
    draw = random.Random(f"steps of {seed}")
    world = World(seed, entities)
    records = world.records()
    ends = sorted(round(draw.random() * len(records)) for _ in range(loads - 1))
    steps: list[Step] = []
    state = "plain"
    for start, end in zip([0, *ends], [*ends, len(records)], strict=True):
        late = start + round((end - start) * draw.choice([0, 0.1, 0.3]))
        steps += [Late(records[start:late]), Load(records[late:end])]
        if draw.random() < 0.3:
            state = draw.choice(STATES)
        steps += _between(draw, state)
    # twice: what committed during the first is seen by the second
    steps += [Dbt(BUILD, state), Dbt(("run",), state)]
    return History(steps, len(world.timelines))


def _between(draw: random.Random, state: str) -> list[Step]:
    model = draw.choice(MODELS)
    selected = draw.choice([model, f"+{model}", f"{model}+"])
    return draw.choice(
        [
            [Dbt(("run",), state)],
            [Dbt(BUILD, state)],
            [Dbt((*BUILD, "--full-refresh"), state)],
            [Dbt(("run", "-s", selected), state)],
            [Dbt(("run", "-s", selected), state), Dbt(("run",), state)],
            [Forget(), Dbt(("run",), state)],
            [Dbt(("run",), state), Forget((model,))],
            [],
        ]
    )
