"""Histories drawn by hypothesis: loads, and what is done to the tables between them.

Of a history of thousands of entities hypothesis draws the plan: how many deliveries there are, how
large each is, how much of it commits late, and which dbt commands, selections, full refreshes,
states of the seeds and forgotten watermarks come between. Its buffer holds some thousands of
choices, and a record alone takes a hundred of them; so the records come from a world that follows
from one number, which it draws as well. Of a small history it draws everything, down to the
spelling of each value.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate
from random import Random

from hypothesis import strategies as st

from tests.support.history.records import (
    Dbt,
    Erase,
    Forget,
    History,
    Late,
    Lift,
    Load,
    Record,
    Step,
    Suppress,
)
from tests.support.history.world import World
from tests.support.warehouse import NO_TESTS

MODELS = (
    *("company_firmographics", "person_profile", "person_experience", "company_observations"),
    *("companies", "people", "company_customers", "extraction_issues", "person_observations"),
    *("company_history", "person_history", "position_changes", "person_positions"),
)
BUILD = ("build", *NO_TESTS)
RUN = ("run",)
STATES = ("plain", "merged", "reranked")
FEWEST, MOST = 10, 30  # entities of a small world: more do not fit into hypothesis' buffer


Then = Dbt | Forget | Erase | Suppress | Lift


@dataclass(frozen=True)
class Delivery:
    """Some of the records, and what is done when they have arrived.

    Args:
        share: How many they are, in proportion to the shares of the other deliveries.
        late: Percent of them that another program inserts before the next dbt command and commits
            after it.
        then: What is done.
    """

    share: int
    late: int
    then: tuple[Then, ...] = ()


@dataclass(frozen=True)
class Plan:
    """A history without its records.

    Args:
        deliveries: What arrives and what is done, in this order.
        seeds: The state of the reviewed CSVs at the end.
    """

    deliveries: tuple[Delivery, ...]
    seeds: str

    def history(self, records: list[Record]) -> History:
        """The history in which these records arrive."""
        shares = list(accumulate(delivery.share for delivery in self.deliveries))
        ends = [len(records) * share // shares[-1] for share in shares]
        steps: list[Step] = []
        for delivery, start, end in zip(self.deliveries, [0, *ends], ends, strict=False):
            punctual = start + (end - start) * delivery.late // 100
            arriving = (Late(records[start:punctual]), Load(records[punctual:end]))
            steps += [*(load for load in arriving if load.records), *delivery.then]
        # twice: what committed during the first is seen by the second
        return History([*steps, Dbt(BUILD, self.seeds), Dbt(RUN, self.seeds)])


# every kind of step, late records in sets that shrink, people who go and come again; companies
# that are merged at the end
EVERYTHING = Plan(
    (
        Delivery(4, 30, (Dbt(("run", "-s", "person_experience")), Dbt(RUN), Erase(11), Erase(70))),
        Delivery(4, 10, (Forget(), Suppress(5), Dbt(RUN, "merged"), Erase(33), Lift())),
        Delivery(3, 10, (Dbt((*BUILD, "--full-refresh"), "reranked"), Forget(("companies",)))),
        Delivery(3, 30, (Dbt(("run", "-s", "extraction_issues+"), "merged"), Dbt(RUN, "merged"))),
        Delivery(2, 10),
    ),
    "merged",
)


def thousands(plan: Plan, world: int, entities: int) -> History:
    """A history of many entities.

    Args:
        plan: Its plan.
        world: The number all its records follow from.
        entities: How many entities of feeds have records in it.
    """
    return plan.history(World(Random(world), entities).records())


def worlds() -> st.SearchStrategy[int]:
    """Numbers that records follow from."""
    return st.integers(0, 2**32 - 1)


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    """Plans; the state of the seeds changes now and then."""
    state = "plain"
    deliveries = []
    for _ in range(draw(st.integers(2, 4))):
        state = draw(st.sampled_from([*[state] * 5, *STATES]))
        then = tuple(draw(st.lists(_steps(state), max_size=2)))
        deliveries.append(
            Delivery(draw(st.integers(1, 9)), draw(st.sampled_from([0, 10, 30])), then)
        )
    return Plan(tuple(deliveries), state)


def _steps(state: str) -> st.SearchStrategy[Then]:
    models = st.sampled_from(MODELS)
    selections = st.builds(str.format, st.sampled_from(["{}", "+{}", "{}+"]), models)
    return st.one_of(
        st.just(Dbt(RUN, state)),
        selections.map(lambda selected: Dbt(("run", "-s", selected), state)),
        st.sampled_from([Dbt(BUILD, state), Dbt((*BUILD, "--full-refresh"), state)]),
        st.just(Forget()),
        models.map(lambda model: Forget((model,))),
        st.integers(0, 99).map(Erase),
        st.one_of(st.integers(0, 99).map(Suppress), st.just(Lift())),
    )


@st.composite
def small_histories(draw: st.DrawFn) -> History:
    """Histories of few entities, all drawn by hypothesis."""
    plan = draw(plans())
    entities = draw(st.integers(FEWEST, MOST))
    decide = draw(st.randoms(use_true_random=False))
    return plan.history(World(decide, entities).records())
