"""What dbt costs by itself: a run in which nothing is new, taken apart.

    python bench/overhead.py [PROFILES]     default 1000, so that there is nothing to wait for

From dbt's own artefacts, `run_results.json` and `perf_info.json`, as far as they tell. Best of
three; nodes one after the other, so that their times add up.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from common import (
    PROJECT,
    Dbt,
    Scratch,
    circumstances,
    save,
    scratch_database,
    scratch_folder,
    seconds,
    show,
    tell,
)
from transforming import load_profiles

ROUNDS = 3
_RUN = ("run", "--threads", "1")
_BUILD = ("build", "--threads", "1")

# three runs in one process that has imported dbt and parsed the project
_IN_PROCESS = """
import sys, time
from dbt.cli.main import dbtRunner
from dbt.contracts.graph.nodes import CompiledNode
words = sys.argv[1:]
manifest = dbtRunner().invoke(["--quiet", "parse", *words]).result
spent = []
for _ in range(3):
    # dbt puts ephemeral models into a model of one manifest only once
    for node in manifest.nodes.values():
        if isinstance(node, CompiledNode):
            node.extra_ctes, node.extra_ctes_injected = [], False
    begin = time.perf_counter()
    done = dbtRunner(manifest=manifest).invoke(["--quiet", "run", "--threads", "1", *words])
    if not done.success:
        sys.exit(1)
    spent.append(time.perf_counter() - begin)
print(min(spent))
"""


class Part(NamedTuple):
    """A share of the time.

    Attributes:
        name: What it goes into.
        seconds: How long it takes.
        detail: How many of what, how long each.
    """

    name: str
    seconds: float
    detail: str = ""


def measure(scratch: Scratch, folder: Path, profiles: int) -> list[Part]:
    """The parts of a run and of a build, and what others cost beside plain dbt."""
    tell(f"overhead: {profiles:,} profiles are loaded and built")
    load_profiles(scratch.conn, folder / "profiles.ndjson", profiles)
    dbt = Dbt(scratch.environment, folder / "dbt")
    anew = _parsing(dbt)
    dbt("build")
    read = min(_parsing(dbt) for _ in range(ROUNDS))
    tell("overhead: starts")
    empty = _best([sys.executable, "-c", "pass"], scratch)
    imported = _best([sys.executable, "-c", "import dbt.cli.main, dbt.adapters.postgres"], scratch)
    start = [
        Part("Python starts", empty),
        Part("dbt and its adapter are imported", imported - empty),
        Part("the project is read, nothing changed", read),
    ]
    tell("overhead: runs")
    run, run_wall = _parts(dbt, _RUN, imported + read)
    build, build_wall = _parts(dbt, _BUILD, imported + read)
    threads = min(dbt("run").wall for _ in range(ROUNDS))
    beyond = _beyond(dbt, scratch)
    program = [sys.executable, "-c", _IN_PROCESS, *dbt.command()[2:]]
    said = subprocess.run(
        program, env=scratch.environment, capture_output=True, text=True, check=True
    )
    return [
        *start,
        *run,
        Part("dbt run, one thread", run_wall),
        *build,
        Part("dbt build, one thread", build_wall),
        Part("dbt run with the threads of the profile", threads),
        Part("parsing anew (a first run, a new host, changed variables)", anew),
        Part("ingest dbt run, beyond dbt run", beyond, "turn, connection, its start"),
        Part("dbt run again in a process that has parsed", float(said.stdout.split()[-1])),
    ]


def _beyond(dbt: Dbt, scratch: Scratch) -> float:
    """Seconds that `ingest dbt run` takes more than `dbt run`, both in turn."""
    place = ("--target-path", str(dbt.target), "--log-path", str(dbt.target))
    words = [sys.executable, "-P", "-m", "ingest", "dbt", "--quiet", *_RUN, *place]
    plain, ingest = [], []
    for _ in range(ROUNDS):
        plain.append(dbt(*_RUN).wall)
        ingest.append(_best(words, scratch, rounds=1))
    return min(ingest) - min(plain)


def _best(command: list[str], scratch: Scratch, rounds: int = ROUNDS) -> float:
    return min(
        seconds(
            lambda: subprocess.run(
                command, env=scratch.environment, cwd=PROJECT, check=True, capture_output=True
            )
        )
        for _ in range(rounds)
    )


def _parts(dbt: Dbt, words: tuple[str, ...], start: float) -> tuple[list[Part], float]:
    """The parts of the fastest of some runs, behind its start, and its wall time."""
    best: tuple[float, list[Part]] | None = None
    for _ in range(ROUNDS):
        wall = dbt(*words).wall
        if best is None or wall < best[0]:
            best = wall, _taken_apart(dbt, words[0], wall - start)
    if best is None:
        raise ValueError("no rounds")
    return best[1], best[0]


def _taken_apart(dbt: Dbt, command: str, wall: float) -> list[Part]:
    artefact = json.loads((dbt.target / "run_results.json").read_text())
    parts = []
    kinds = {
        "hooks": ("operation",),
        "models": ("model",),
        "functions and seeds": ("function", "seed"),
        "tests": ("test", "unit_test"),
    }
    nodes = artefact["results"]
    for name, kind in kinds.items():
        chosen = [n for n in nodes if n["unique_id"].split(".")[0] in kind]
        if chosen:
            parts.append(Part(f"{command}: {name}", _sum(chosen), _each(chosen)))
    between = artefact["elapsed_time"] - _sum(nodes)
    parts.append(Part(f"{command}: between the nodes, and before the first", between))
    rest = wall - artefact["elapsed_time"]
    return [*parts, Part(f"{command}: the rest (artefacts, logs, end)", rest)]


def _parsing(dbt: Dbt) -> float:
    """Seconds to parse; no command but `parse` says so."""
    dbt("parse")
    return float(json.loads((dbt.target / "perf_info.json").read_text())["load_all_elapsed"])


def _sum(nodes: list[dict[str, Any]]) -> float:
    return sum(float(n["execution_time"]) for n in nodes)


def _each(nodes: list[dict[str, Any]]) -> str:
    """How many, their median, and how much of all was Jinja and how much the server."""
    median = statistics.median(n["execution_time"] for n in nodes) * 1000
    phases = {"compile": 0.0, "execute": 0.0}
    for node in nodes:
        for phase in node["timing"]:
            begin, end = (
                datetime.fromisoformat(phase[at]) for at in ("started_at", "completed_at")
            )
            phases[phase["name"]] += (end - begin).total_seconds()
    shares = ", ".join(f"{name} {spent:.1f} s" for name, spent in phases.items())
    return f"{len(nodes)}, median {median:.0f} ms; {shares}"


def print_figures(parts: list[Part]) -> None:
    """Print the table."""
    show(
        "a run in which nothing is new",
        ("part", "s", "of it"),
        [(part.name, f"{part.seconds:.2f}", part.detail) for part in parts],
    )


def main(profiles: int) -> None:
    """Measure, keep, print."""
    with scratch_folder() as folder, scratch_database("overhead") as scratch:
        facts = circumstances(scratch.conn)
        parts = measure(scratch, folder, profiles)
    save("overhead", {**facts, "parts": [part._asdict() for part in parts]})
    print_figures(parts)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000)
