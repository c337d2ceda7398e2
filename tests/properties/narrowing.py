"""From the faults of a history of thousands of entities to the smallest one that shows a fault."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import partial

from tests.properties.compare import KEYS
from tests.properties.play import Stage
from tests.properties.shrink import names_in, shrunk
from tests.properties.verdict import Fault, glance, judge
from tests.support.history.records import Dbt, History, Load

_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def smallest(
    stage: Stage, history: History, faults: list[Fault], tell: Callable[[str], None]
) -> tuple[History, list[Fault]]:
    """The smallest history found that has one of the faults, and how the fault shows in it.

    The models it runs are the wrong one and those before it, and no table is built anew, if the
    fault shows then, too: the verdict on a small history is a matter of seconds then.

    Args:
        stage: Where it was judged just now: the raw rows are still there.
        history: A history that fails.
        faults: What is wrong with it.
        tell: Told how far it is.
    """
    upstream_first = list(KEYS)
    known = (each for each in faults if each.table in KEYS)
    fault = min(known, key=lambda each: upstream_first.index(each.table), default=faults[0])
    tell(f"{len(history.records)} records fail; {fault.kind}")
    names = _named(stage, fault)
    verdict = partial(judge, stage)
    for candidate in _cheaper(history, fault.model):
        seen = glance(stage, candidate, fault.table)
        if seen:
            fault = next((each for each in seen if each.kind == fault.kind), seen[0])
            tell(f"a glance is enough: {fault.kind}")
            names = _named(stage, fault)
            verdict = partial(glance, stage, table=fault.table)
            history = candidate
            break

    def shown(candidate: History) -> list[Fault]:
        return [each for each in verdict(candidate) if each.kind == fault.kind]

    small = shrunk(history, names, lambda candidate: shown(candidate) != [], tell)
    return small, shown(small)


def _cheaper(history: History, model: str) -> Iterator[History]:
    """Histories that are judged sooner, the cheapest first."""
    words = ("run", "-s", f"+{model}")
    yield History([Load(history.records), Dbt(words, history.seeds)])
    yield History(
        [
            Dbt((*words, *({"--full-refresh"} & set(step.words))), step.seeds)
            if isinstance(step, Dbt)
            else step
            for step in history.steps
        ]
    )
    yield history


def _named(stage: Stage, fault: Fault) -> set[str]:
    """Who is named by a fault and by the raw rows it speaks of."""
    ids = set(_ID.findall(fault.evidence))
    rows = [row for rows in stage.raw().values() for row in rows if str(row["id"]) in ids]
    keys = ({name: value for name, value in row.items() if name != "raw_payload"} for row in rows)
    return names_in(f"{fault.evidence} {list(keys)}")
