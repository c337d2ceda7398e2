"""Any history of loads, runs and refreshes gives the tables of one build, and the right ones.

More than ten thousand entities of feeds live through the history of the normal run, and through
each of those that `pytest -m long` draws. What is drawn follows from the code alone, so every run
of one version plays the same histories. To search for as long as you like, from a number on:

    HQ_ENDLESS=1000 pytest -s tests/properties/test_histories.py -k endless

What it finds is narrowed to a few records. A plan that failed elsewhere is narrowed by it as well,
when it is put among the `KNOWN` ones.
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
from tests.properties.records import History
from tests.properties.verdict import Fault, judge, summary

Case = tuple[int, Plan]

ENTITIES = 10_500
KNOWN: list[Case] = [(10, EVERYTHING)]
tell = print
FIRST_ENDLESS = os.environ.get("HQ_ENDLESS")

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
@settings(DRAWN, max_examples=4)
@given(world=worlds(), plan=plans())
def test_so_do_other_histories(stage: Stage, world: int, plan: Plan) -> None:
    assert summary(judge(stage, thousands(plan, world, ENTITIES))) == ""


@settings(DRAWN, max_examples=2)
@given(history=small_histories())
def test_so_do_small_ones(stage: Stage, history: History) -> None:
    assert summary(judge(stage, history)) == ""


@pytest.mark.long
@settings(DRAWN, max_examples=15, phases=[Phase.generate, Phase.shrink])
@given(history=small_histories())
def test_so_do_many_small_ones(stage: Stage, history: History) -> None:
    assert summary(judge(stage, history)) == ""


@pytest.mark.skipif(FIRST_ENDLESS is None, reason="runs until it finds something: HQ_ENDLESS=1")
def test_endless(stage: Stage) -> None:
    judged: dict[Case, list[Fault]] = {}

    def wrong(case: Case) -> bool:
        if case not in judged:
            history = thousands(case[1], case[0], ENTITIES)
            tell(f"  {len(history.records):,} records, {case}")
            judged[case] = judge(stage, history)
        return judged[case] != []

    world, plan = next(failing(wrong))
    faults = judged[world, plan]
    tell(summary(faults))
    small, shown = smallest(stage, thousands(plan, world, ENTITIES), faults, tell)
    pytest.fail(f"world {world}, {plan}\n{small}\n{summary(shown)}")


def failing(wrong: Callable[[Case], bool]) -> Iterator[Case]:
    """Histories that are wrong: known ones, then a few from each number on."""
    yield from filter(wrong, KNOWN)
    for number in count(int(FIRST_ENDLESS or 1)):
        tell(f"number {number}")
        try:
            yield find(
                st.tuples(worlds(), plans()),
                wrong,
                settings=settings(DRAWN, derandomize=False, max_examples=5),
                random=Random(number),
            )
        except NoSuchExample:
            continue
