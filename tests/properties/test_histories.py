"""Any history of loads, runs and refreshes gives the tables of one build, and the right ones.

More than ten thousand entities of feeds live through the history of the normal run, and through
each of those of `pytest -m long`. To search for as long as you like, from a seed on:

    HQ_ENDLESS=1000 pytest -s tests/properties/test_histories.py -k endless
"""

from __future__ import annotations

import os
from itertools import count

import pytest

from properties.histories import draw_history
from properties.play import Stage
from properties.records import History
from properties.shrink import shrunk
from properties.verdict import Fault, judge, summary

SEEDS = (10, *(pytest.param(seed, marks=pytest.mark.long) for seed in (1, 11, 12)))
ENTITIES = 10_500
tell = print
FIRST_ENDLESS = os.environ.get("HQ_ENDLESS")


@pytest.mark.parametrize("seed", SEEDS)
def test_a_history_ends_in_the_tables_of_one_build_and_in_the_right_ones(
    stage: Stage, seed: int
) -> None:
    history = draw_history(seed, ENTITIES)
    assert history.timelines >= ENTITIES
    assert summary(judge(stage, history)) == ""


@pytest.mark.skipif(FIRST_ENDLESS is None, reason="runs until it finds something: HQ_ENDLESS=1")
def test_endless(stage: Stage) -> None:
    for seed in count(int(FIRST_ENDLESS or 1)):
        history = draw_history(seed, ENTITIES)
        tell(f"seed {seed}: {len(history.records):,} records, {len(history.steps)} steps")
        faults = judge(stage, history)
        if faults:
            tell(summary(faults))
            pytest.fail(f"seed {seed}\n{smallest(stage, history, faults[0])}")


def smallest(stage: Stage, history: History, fault: Fault) -> str:
    """The smallest history found that has a fault of the same kind, and what comes of it."""

    def fails(candidate: History) -> bool:
        return any(each.kind == fault.kind for each in judge(stage, candidate))

    small = shrunk(history, fault, fails, tell)
    return f"{small}\n{summary(judge(stage, small))}"
