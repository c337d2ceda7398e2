"""From a history that fails to the few records and steps that make it fail."""

from __future__ import annotations

import re
from collections.abc import Callable

from properties.records import Dbt, History, Load, Record
from properties.verdict import Fault

Fails = Callable[[History], bool]

_NAMES = re.compile(r"(?:company|person|münchen|example|page)-\d+|ACwAA\d+\w*|[\w-]+\.example")
_EVERYBODY = {"studies.example", "x.example", "p.example", "birch.example", "other.example"}


def shrunk(history: History, fault: Fault, fails: Fails, tell: Callable[[str], None]) -> History:
    """A small history that fails as well.

    Args:
        history: The history.
        fault: What was wrong with it.
        fails: Plays a history; whether it is wrong in the same way.
        tell: Told how far it is.
    """
    history = _fewer_steps(history, fails)
    tell(f"{len(history.steps)} steps and {len(history.records)} records fail")
    history = _connected(history, fault, fails)
    tell(f"{len(history.records)} records that have to do with it fail")
    keep = minimal(
        list(range(len(history.records))), lambda places: fails(history.only(set(places)))
    )
    history = history.only(set(keep))
    tell(f"{len(history.records)} records fail")
    return _without_steps(history, fails)


def minimal(items: list[int], fails: Callable[[list[int]], bool]) -> list[int]:
    """Delta debugging: items none of which can be left out; all of them must fail."""
    parts = 2
    while len(items) > 1:
        size = max(len(items) // parts, 1)
        for start in range(0, len(items), size):
            rest = items[:start] + items[start + size :]
            if rest and fails(rest):
                items, parts = rest, max(parts - 1, 2)
                break
        else:
            if size == 1:
                break
            parts = min(parts * 2, len(items))
    return items


def _fewer_steps(history: History, fails: Fails) -> History:
    """One load and one build, if that fails as well."""
    single = History([Load(history.records), Dbt(("run",), history.seeds)], history.timelines)
    return single if fails(single) else history


def _without_steps(history: History, fails: Fails) -> History:
    for place in reversed(range(len(history.steps) - 2)):
        steps = history.steps[:place] + history.steps[place + 1 :]
        shorter = History(steps, history.timelines)
        if fails(shorter):
            history = shorter
    return history


def _connected(history: History, fault: Fault, fails: Fails) -> History:
    """The records that name what the fault names, and those that share a name with them."""
    records = history.records
    names = [_names(record) for record in records]
    wanted = set(_NAMES.findall(fault.evidence)) - _EVERYBODY
    for _ in range(4):
        keep = {n for n, found in enumerate(names) if found & wanted}
        if len(keep) == len(records):
            break
        fewer = history.only(keep)
        if keep and fails(fewer):
            return fewer
        wanted |= {name for n in keep for name in names[n]}
    return history


def _names(record: Record) -> set[str]:
    text = f"{record.columns} {record.payload}".lower()
    return set(_NAMES.findall(text)) - _EVERYBODY
