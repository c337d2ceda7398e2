"""Profiles that come into a warehouse which was built before, as on a team's first day.

    python bench/backfill.py [PROFILES]     default 60000, about 6.5 kB each

A thousand profiles are loaded and built. Then the others come, and one run takes them in, its
models one after the other. The person models stand beside one pass of SQL that reads every payload
once a table; what counting the fields of payloads costs stands beside a run without it.
"""

from __future__ import annotations

import sys
from itertools import islice
from pathlib import Path
from typing import Any

from common import (
    Dbt,
    circumstances,
    run,
    save,
    scratch_database,
    scratch_folder,
    show,
    tell,
)
from generate import lines
from transforming import FLOOR, MODELS, created

from ingest.load.load import LoadOptions, load_file
from ingest.postgres.connection import Connection
from ingest.workflows.registry import load_registry

BASE = 1_000
WATCH = "payload_fields"  # counts the fields of what came
_SLOWEST = 15

Figures = dict[str, Any]


def measure(profiles: int) -> Figures:
    """Seconds of each model that takes new profiles in, and of the floor."""
    with scratch_folder() as folder, scratch_database("backfill") as scratch:
        conn = scratch.conn
        people = lines(BASE + profiles)
        dbt = Dbt(scratch.environment, folder / "dbt")
        _load(conn, folder / "base.ndjson", islice(people, BASE))
        tell("backfill: a thousand profiles are built")
        dbt("build", "--exclude", "test_type:data", "test_type:unit")
        run(conn, "vacuum analyze")
        idle = dbt("run", "--threads", "1")
        tell(f"backfill: {profiles:,} profiles are loaded, and taken in")
        _load(conn, folder / "new.ndjson", people)
        run(conn, "checkpoint")
        made = dbt("run", "--threads", "1")
        run(conn, "create schema floor")
        return {
            **circumstances(conn),
            "profiles": profiles,
            "models": made.models(),
            "idle": idle.models(),
            "floor": {model: created(conn, model, FLOOR[model]) for model in MODELS},
        }


def _load(conn: Connection, file: Path, people: Any) -> None:  # noqa: ANN401 - lines of bytes
    with file.open("wb") as out:
        out.writelines(line + b"\n" for line in people)
    load_file(conn, str(file), LoadOptions(load_registry()))


def print_figures(figures: Figures) -> None:
    """Print what the run took, by model."""
    spent, idle, floor = figures["models"], figures["idle"], figures["floor"]
    profiles = figures["profiles"]
    person = sum(spent[model] for model in MODELS)
    rows = [(model, spent[model], floor[model]) for model in MODELS]
    rows.append(("the three of them", person, sum(floor.values())))
    show(
        f"{profiles:,} profiles into a built warehouse; PostgreSQL {figures['server_version']}",
        ("model", "s", "floor s", "x floor"),
        [(name, f"{s:.2f}", f"{f:.2f}", f"{s / f:.2f}") for name, s, f in rows],
    )
    added = {name: s - idle.get(name, 0) for name, s in spent.items()}
    slowest = sorted(added.items(), key=lambda pair: -pair[1])[:_SLOWEST]
    whole = sum(added.values())
    slowest.append(("all models", whole))
    show(
        "what each took beyond a run without anything new",
        ("model", "s", "ms a profile"),
        [(name, f"{s:.2f}", f"{1000 * s / profiles:.3f}") for name, s in slowest],
        f"with {WATCH} {sum(spent.values()) / (sum(spent.values()) - spent[WATCH]):.2f} times a run"
        " without it, dbt's start not counted",
    )


if __name__ == "__main__":
    figures = measure(int(sys.argv[1]) if len(sys.argv) > 1 else 60_000)
    save("backfill", figures)
    print_figures(figures)
