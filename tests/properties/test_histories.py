"""Any history of loads, runs and refreshes gives the tables of one build, and the right ones.

Some 1,500 entities of feeds live through the history of the normal run, and seven times as many
through each of those that the long one draws. What is drawn follows from the code alone, so every
run of one version plays the same histories. To search on until something is found, from a number
on:

    HQ_ENDLESS=1000 pytest -m long -s tests/properties/test_histories.py -k large

What the long run finds is narrowed to a few records. A plan that failed elsewhere is narrowed as
well, when it is put among the `KNOWN` ones.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from itertools import count
from random import Random

import pytest
from hypothesis import HealthCheck, Phase, example, find, given, settings
from hypothesis import strategies as st
from hypothesis.errors import NoSuchExample

from tests.properties.histories import EVERYTHING, Plan, plans, small_histories, thousands, worlds
from tests.properties.narrowing import smallest
from tests.properties.play import Stage
from tests.properties.verdict import Fault, judge, summary
from tests.support.history.records import History

Case = tuple[int, Plan]

ENTITIES = 1_500
MORE = 10_500  # of the histories that are looked for
KNOWN: list[Case] = [(10, EVERYTHING)]
tell = print
ENDLESS_FROM = os.environ.get("HQ_ENDLESS")

# dbt takes its time, and hypothesis' own search for the smallest example would take hours
DRAWN = settings(
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@settings(DRAWN, phases=[Phase.explicit])
@example(world=10, plan=EVERYTHING)
@given(world=worlds(), plan=plans())
def test_a_history_ends_in_the_tables_of_one_build_and_in_the_right_ones(
    stage: Stage, world: int, plan: Plan
) -> None:
    assert summary(judge(stage, thousands(plan, world, ENTITIES))) == ""


@pytest.mark.long
@settings(DRAWN, max_examples=15, phases=[Phase.generate, Phase.shrink])
@given(history=small_histories())
def test_so_do_small_ones(stage: Stage, history: History) -> None:
    assert summary(judge(stage, history)) == ""


@pytest.mark.long
def test_so_do_other_large_ones(stage: Stage) -> None:
    judged: dict[Case, list[Fault]] = {}

    def wrong(case: Case) -> bool:
        if case not in judged:
            history = thousands(case[1], case[0], MORE)
            tell(f"  {len(history.records):,} records, {case}")
            judged[case] = judge(stage, history)
        return judged[case] != []

    found = next(failing(wrong), None)
    if found is None:
        return
    world, plan = found
    faults = judged[found]
    tell(summary(faults))
    small, shown = smallest(stage, thousands(plan, world, MORE), faults, tell)
    pytest.fail(f"world {world}, {plan}\n{small}\n{summary(shown)}")


def failing(wrong: Callable[[Case], bool]) -> Iterator[Case]:
    """Histories that are wrong: known ones, then a few of each number."""
    yield from filter(wrong, KNOWN)
    for number in count(int(ENDLESS_FROM)) if ENDLESS_FROM else [1]:
        tell(f"number {number}")
        try:
            yield find(
                st.tuples(worlds(), plans()),
                wrong,
                settings=settings(DRAWN, derandomize=False, max_examples=4),
                random=Random(number),
            )
        except NoSuchExample:
            continue
