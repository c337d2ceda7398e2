"""``dbt build`` as a step of something larger: progress while it runs, its outcome in numbers."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from ingest.errors import IngestError

# the very command a user would type; -P because the current folder may hold something named ingest
_BUILD = (sys.executable, "-P", "-m", "ingest", "dbt", "build", "--selector", "everything")
_AS_EVENTS = ("--log-format", "json", "--no-use-colors")

# how both ingest dbt and a model begin to say that another run has the lock
_WAITS = "Waiting for "
_SUCCEEDED = ("success", "pass")
_MESSAGES_SHOWN = 20


@dataclass(frozen=True, slots=True)
class BuildSummary:
    """What a successful build did.

    Attributes:
        models: Models built.
        functions: SQL functions created.
        seeds: CSVs loaded.
        tests: Data and unit tests passed.
        seconds: How long it took.
    """

    models: int
    functions: int
    seeds: int
    tests: int
    seconds: float


@dataclass
class _Outcome:
    """What dbt's events tell, event by event.

    Args:
        announce: Told at once whom the build waits for.
    """

    announce: Callable[[str], None]
    succeeded: dict[str, set[str]] = field(default_factory=dict)
    messages: list[str] = field(default_factory=list)
    total: int = 0

    def add(self, line: str) -> None:
        event = _event(line)
        text = line.rstrip() if event is None else event["info"].get("msg", "").strip()
        if text.startswith(_WAITS):
            self.announce(text)
        elif event is None and text:
            self.messages.append(text)
        if event is None:
            return
        if event["info"]["level"] == "error":
            self.messages.append(text)
        self._note_result(event["data"])

    def _note_result(self, data: dict[str, Any]) -> None:
        node = data.get("node_info", {})
        self.total = max(self.total, data.get("total", 0), data.get("num_models", 0))
        if node.get("node_status") in _SUCCEEDED:
            self.succeeded.setdefault(node["resource_type"], set()).add(node["unique_id"])

    def count(self, *kinds: str) -> int:
        return sum(len(self.succeeded.get(kind, ())) for kind in kinds)


def build(progress: Callable[[int, int], None], complain: Callable[[str], None]) -> BuildSummary:
    """Run ``ingest dbt build`` in a process of its own and wait for it.

    Args:
        progress: Told how many nodes of how many are done.
        complain: Told which other run is waited for, while it is; and what dbt says about each
            failure, before the error is raised.

    Raises:
        IngestError: The build did not succeed.
    """
    started = time.monotonic()
    process = subprocess.Popen(
        [*_BUILD, *_AS_EVENTS], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    try:
        outcome = _follow(process.stdout or (), progress, _Outcome(complain))
        failed = process.wait() != 0
    finally:
        # after Ctrl-C: dbt ends its statements before we say that all is over
        if process.poll() is None:
            process.terminate()
            process.wait()
    if failed:
        for message in outcome.messages[-_MESSAGES_SHOWN:]:
            complain(message)
        raise IngestError("dbt build did not succeed", hint="see above, or run ingest dbt build")
    return BuildSummary(
        models=outcome.count("model"),
        functions=outcome.count("function"),
        seeds=outcome.count("seed"),
        tests=outcome.count("test", "unit_test"),
        seconds=round(time.monotonic() - started, 1),
    )


def _event(line: str) -> dict[str, Any] | None:
    try:
        event = json.loads(line)
    except json.JSONDecodeError:
        return None
    return event if isinstance(event, dict) and event.keys() >= {"info", "data"} else None


def _follow(
    lines: Iterable[str], progress: Callable[[int, int], None], outcome: _Outcome
) -> _Outcome:
    for line in lines:
        outcome.add(line)
        progress(outcome.count("model", "function", "seed", "test", "unit_test"), outcome.total)
    return outcome
