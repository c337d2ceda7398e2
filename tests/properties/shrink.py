"""From a history that fails to the few records, fields and steps that make it fail."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Hashable, Iterator
from dataclasses import replace
from typing import Any, TypeVar

from tests.support.history.records import Dbt, History, Late, Load, Step

Fails = Callable[[History], bool]
Path = tuple[Any, ...]  # of a value in a payload: keys of objects, places in arrays
T = TypeVar("T", bound=Hashable)

_NAMES = re.compile(
    r"(?:company|person|münchen|example|page)-\d+|company no \d+|acwaa\d+\w*|[\w-]+\.example"
)
_EVERYBODY = {"studies.example", "x.example", "p.example", "birch.example", "other.example"}
_DEEPEST = 3  # a value of an object in an array of the payload


def shrunk(history: History, names: set[str], fails: Fails, tell: Callable[[str], None]) -> History:
    """A small history that fails as well: nothing that is left can be left out.

    Args:
        history: The history.
        names: What the fault names; tried first are the records that have to do with it.
        fails: Plays a history; whether it is wrong in the same way.
        tell: Told how far it is.
    """
    history = _connected(history, names, fails)
    tell(f"{len(history.records)} records that have to do with it fail")
    before = None
    # first the steps: the fewer there are, the sooner everything else is judged
    while history != before:
        before = history
        history = _fewer_records(_fewer_steps(history, fails), fails)
        tell(f"{len(history.records)} records and {len(history.steps)} steps fail")
    history = _fewer_fields(history, fails)
    tell("their values do")
    return history


def names_in(text: str) -> set[str]:
    """The companies, people and pages that a text names."""
    return set(_NAMES.findall(text.lower())) - _EVERYBODY


def minimal(items: list[T], fails: Callable[[list[T]], bool]) -> list[T]:
    """Delta debugging: items none of which can be left out.

    Half of them at a time is tried without, then a quarter, down to one. What belongs together
    should stand together.

    Args:
        items: All of them must fail.
        fails: Whether some of them do.
    """
    passed: set[tuple[T, ...]] = set()
    size = max(len(items) // 2, 1)
    while True:
        start, before = 0, len(items)
        while start < len(items):
            rest = items[:start] + items[start + size :]
            if tuple(rest) not in passed and fails(rest):
                items = rest
            else:
                passed.add(tuple(rest))
                start += size
        if size == 1 and len(items) == before:
            return items
        size = max(min(size, len(items)) // 2, 1)


def _connected(history: History, wanted: set[str], fails: Fails) -> History:
    """The records that name what the fault names, and those that share a name with them."""
    names = [names_in(f"{record.columns} {record.payload}") for record in history.records]
    for _ in range(4):
        keep = {n for n, found in enumerate(names) if found & wanted}
        if not 0 < len(keep) < len(names):
            break
        fewer = _only(history, keep)
        if fails(fewer):
            return fewer
        wanted = wanted.union(*(names[n] for n in keep))
    return history


def _fewer_records(history: History, fails: Fails) -> History:
    """Without the entities, then without the records that do not matter."""
    owners = [sorted(names_in(str(record.columns))) for record in history.records]
    by_owner = sorted(range(len(owners)), key=owners.__getitem__)
    return _only(history, set(minimal(by_owner, lambda keep: fails(_only(history, set(keep))))))


def _only(history: History, keep: set[int]) -> History:
    return history.changed(lambda place, record: record if place in keep else None)


def _fewer_steps(history: History, fails: Fails) -> History:
    """Nothing is done in between, and nothing is late, if that fails as well."""
    done = [n for n, step in enumerate(history.steps[:-2]) if not isinstance(step, Load)]
    history = _done(history, done, minimal(done, lambda keep: fails(_done(history, done, keep))))
    for place, step in enumerate(history.steps):
        if isinstance(step, Late):
            punctual: list[Step] = [Load(step.records)]
            steps = history.steps[:place] + punctual + history.steps[place + 1 :]
            history = _simpler(History(steps), history, fails)
    late = any(isinstance(step, Late) for step in history.steps)
    # what comes late is read by the last run, behind the one it is late for
    if not late and all(isinstance(step, Dbt) for step in history.steps[-2:]):
        once = History([*history.steps[:-2], history.steps[-1]])
        history = _simpler(once, history, fails)
    return history


def _done(history: History, done: list[int], keep: list[int]) -> History:
    gone = set(done) - set(keep)
    return History([step for place, step in enumerate(history.steps) if place not in gone])


def _simpler(simpler: History, history: History, fails: Fails) -> History:
    return simpler if fails(simpler) else history


def _fewer_fields(history: History, fails: Fails) -> History:
    """Without the values in payloads that do not matter: whole ones, then parts of them."""
    plain = history.changed(lambda _, record: replace(record, payload=_plain(record.payload)))
    history = _simpler(plain, history, fails)
    for depth in range(1, _DEEPEST + 1):
        history = _fewer_values(history, depth, fails)
    return history


def _plain(payload: Any) -> Any:
    """The object itself, where it comes encoded."""
    plain = payload
    while isinstance(plain, str):
        try:
            plain = json.loads(plain)
        except ValueError:
            break
    return plain if isinstance(plain, dict) else payload


def _fewer_values(history: History, depth: int, fails: Fails) -> History:
    paths = [
        (place, *path)
        for place, record in enumerate(history.records)
        for path in _paths(record.payload)
        if len(path) == depth
    ]
    keep = minimal(paths, lambda kept: fails(_without(history, paths, kept)))
    return _without(history, paths, keep)


def _without(history: History, paths: list[Path], keep: list[Path]) -> History:
    gone = set(paths) - set(keep)
    return history.changed(
        lambda place, record: replace(record, payload=_pruned(record.payload, (place,), gone))
    )


def _paths(value: Any, start: Path = ()) -> Iterator[Path]:
    """The paths of all values in a payload."""
    for key, part in _parts(value):
        yield (*start, key)
        yield from _paths(part, (*start, key))


def _pruned(value: Any, start: Path, gone: set[Path]) -> Any:
    kept = {
        key: _pruned(part, (*start, key), gone)
        for key, part in _parts(value)
        if (*start, key) not in gone
    }
    if isinstance(value, dict):
        return kept
    return list(kept.values()) if isinstance(value, list) else value


def _parts(value: Any) -> list[tuple[Any, Any]]:
    if isinstance(value, dict):
        return list(value.items())
    return list(enumerate(value)) if isinstance(value, list) else []
