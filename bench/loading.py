"""Loading one file: bare COPY, ours and others, side by side; and what a kill half way leaves.

    python bench/loading.py [PROFILES]      default 30000, about 6.5 kB each

Logged tables, the server's own durability. Every program runs in a process of its own, its start
included; all take turns for three rounds, of which the best counts. Then each is killed (SIGKILL)
at half and at nine tenths of its time, and run again to the end.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

from common import (
    Dbt,
    FailedError,
    Scratch,
    circumstances,
    cores,
    one,
    run,
    save,
    scratch_database,
    scratch_folder,
    show,
    tell,
)
from contenders import (
    COPY,
    DLT,
    HALVES,
    ONE_FILE,
    ONE_JOB,
    Contender,
    Place,
    contenders,
    forget_ours,
    load_command,
    versions,
)
from generate import lines
from process import Cost, ServerClock, cost_of, kill_after
from transforming import MODELS

ROUNDS = 3
MOMENTS = (0.5, 0.9)  # of its usual time, when a program is killed
WITH_MODELS = "ours, and dbt run of what dlt makes"
WITH_TWO_JOBS = f"{WITH_MODELS}, --jobs 2"
WITH_BUILD = "ours, and the first dbt build"
_ATTEMPTS, _EARLIER = 4, 0.85  # at killing one that is faster now than before
_PATIENCE = 60  # seconds for the server to notice that a client is gone

Figures = dict[str, Any]


def measure(scratch: Scratch, folder: Path, profiles: int) -> Figures:
    """Let everybody load, and kill everybody.

    Leaves the profiles in the raw table, and the warehouse built from them.
    """
    place = _place(scratch, folder, profiles)
    clock = ServerClock(scratch.conn)
    everybody = contenders(scratch.conn, place)
    able = [c for c in everybody if c.absent is None]
    found: dict[str, Figures] = {c.name: {"absent": c.absent} for c in everybody if c.absent}
    for _ in range(ROUNDS):
        for contender in able:
            _take_part(scratch, contender, clock, profiles, found)
    for contender in able:
        if "seconds" in found[contender.name]:
            usual = found[contender.name]["seconds"]
            found[contender.name]["kills"] = [
                _kill(scratch, contender, profiles, usual * moment) for moment in MOMENTS
            ]
    for contender in everybody:
        contender.forget(scratch.conn)
    found = {c.name: found[c.name] for c in everybody}
    found |= _with_dbt(scratch, place, folder)
    return {
        **circumstances(scratch.conn),
        "profiles": profiles,
        "bytes": place.file.stat().st_size,
        "cores": cores(),
        "peers": versions(),
        "contenders": found,
    }


def _place(scratch: Scratch, folder: Path, profiles: int) -> Place:
    tell(f"loading: {profiles:,} profiles are made up")
    whole, *halves = (folder / f"{name}.ndjson" for name in ("profiles", "first", "second"))
    with whole.open("wb") as out, halves[0].open("wb") as first, halves[1].open("wb") as second:
        for number, line in enumerate(lines(profiles)):
            out.write(line + b"\n")
            (first if number < profiles // 2 else second).write(line + b"\n")
    return Place(whole, (halves[0], halves[1]), folder, scratch.environment)


def _take_part(
    scratch: Scratch,
    contender: Contender,
    clock: ServerClock,
    profiles: int,
    found: dict[str, Figures],
) -> None:
    """One run of one program; the best so far stays."""
    tell(f"loading: {contender.name}")
    contender.forget(scratch.conn)
    run(scratch.conn, "checkpoint")
    try:
        cost = cost_of(contender.command, contender.environment, clock)
    except FailedError as fault:
        found[contender.name] = {"failed": str(fault)}
        return
    visible, expected = contender.visible(scratch.conn), profiles * sum(contender.tables.values())
    if visible != expected:
        found[contender.name] = {"failed": f"{visible:,} rows of {expected:,} are there"}
        return
    best = found.get(contender.name, {}).get("seconds")
    if best is None or cost.seconds < best:
        found[contender.name] = _figures(cost)


def _figures(cost: Cost) -> Figures:
    return {
        "seconds": cost.seconds,
        "client_cpu": cost.client,
        "server_cpu": cost.server,
        "peak_bytes": cost.peak,
    }


def _kill(scratch: Scratch, contender: Contender, profiles: int, after: float) -> Figures:
    """Kill it after some seconds, count, run it again, count."""
    for _ in range(_ATTEMPTS):
        tell(f"loading: {contender.name}, killed after {after:.1f} s")
        contender.forget(scratch.conn)
        if kill_after(contender.command, contender.environment, after):
            break
        # it was done: what another run makes of that says nothing about a kill
        after *= _EARLIER
    else:
        return {"missed": True}
    _wait_until_alone(scratch)
    left = contender.visible(scratch.conn)
    again = "done"
    try:
        cost_of(contender.command, contender.environment, ServerClock(scratch.conn))
    except FailedError as fault:
        again = f"failed: {fault}"
    return {
        "after": after,
        "left": left,
        "again": again,
        "finally": contender.visible(scratch.conn),
        "expected": profiles * sum(contender.tables.values()),
    }


def _wait_until_alone(scratch: Scratch) -> None:
    """Wait until the server has noticed that a client is gone."""
    others = (
        "select count(*) from pg_stat_activity where datname = current_database()"
        " and backend_type = 'client backend' and pid <> pg_backend_pid()"
    )
    until = time.monotonic() + _PATIENCE
    while one(scratch.conn, others) and time.monotonic() < until:
        time.sleep(0.05)


def _with_dbt(scratch: Scratch, place: Place, folder: Path) -> dict[str, Figures]:
    """Load into a warehouse that was never built, and build it; and only what dlt makes."""
    tell("loading: ours and dbt build")
    dbt = Dbt(scratch.environment, folder / "dbt")

    def load(jobs: str) -> float:
        forget_ours(scratch.conn)
        run(scratch.conn, "checkpoint")
        command = load_command("--jobs", jobs, place.file)
        return cost_of(command, scratch.environment, ServerClock(scratch.conn)).seconds

    def make() -> float:
        for model in MODELS:
            run(scratch.conn, f"drop table extracted.{model} cascade")
        return dbt("run", "-s", *MODELS).wall

    def both(loaded: float, made: float) -> Figures:
        return {"seconds": loaded + made, "load": loaded, "dbt": made}

    loaded = load("1")
    built = dbt("build").wall
    return {
        WITH_MODELS: both(loaded, make()),
        WITH_TWO_JOBS: both(load("2"), make()),
        WITH_BUILD: both(loaded, built),
    }


def goals(figures: Figures) -> list[tuple[str, float, float]]:
    """What was aimed at, what was measured, and the aim, as times the speed of the other."""
    found = figures["contenders"]
    wanted = [
        (f"{ONE_JOB}, times COPY", COPY, ONE_JOB, 0.9),
        (f"{ONE_FILE}, times COPY", COPY, ONE_FILE, 1.6),
        (f"{HALVES}, times COPY", COPY, HALVES, 1.6),
        (f"{WITH_MODELS}, times dlt", DLT, WITH_MODELS, 4.0),
        (f"{WITH_TWO_JOBS}, times dlt", DLT, WITH_TWO_JOBS, 4.0),
        (f"{WITH_BUILD}, times dlt", DLT, WITH_BUILD, 4.0),
    ]
    return [
        (words, found[other]["seconds"] / found[ours]["seconds"], goal)
        for words, other, ours, goal in wanted
        if "seconds" in found.get(other, {}) and "seconds" in found.get(ours, {})
    ]


def print_figures(figures: Figures) -> None:
    """Print the table."""
    profiles, size = figures["profiles"], figures["bytes"]
    found = figures["contenders"]
    headings = (
        *("loads", "s", "rows/s", "MB/s", "x COPY", "client s", "server s", "at most"),
        *("peak MB", "left by kill -9", "run again"),
    )
    rows = []
    for name, one_of in found.items():
        if "seconds" not in one_of:
            why = one_of.get("absent") or one_of["failed"].splitlines()[-1]
            rows.append((f"{name}: {why}", *[""] * (len(headings) - 1)))
            continue
        spent = one_of["seconds"]
        rows.append(
            (
                name,
                f"{spent:.1f}",
                f"{profiles / spent:,.0f}",
                f"{size / spent / 1e6:.1f}",
                _ratio(found, spent),
                _number(one_of.get("client_cpu"), ".1f"),
                _number(one_of.get("server_cpu"), ".1f"),
                _bound(figures, one_of),
                _number(one_of.get("peak_bytes"), ",.0f", 1e-6),
                *_killed(one_of.get("kills", [])),
            )
        )
    show(
        f"{profiles:,} profiles, {size / 1e6:,.0f} MB; PostgreSQL {figures['server_version']}",
        headings,
        rows,
        "at most: the speed, in times COPY, at which this processor time would fill all"
        f" {figures['cores']} cores; empty if others worked on the server."
        " Left by kill -9: rows visible after a kill at half and at nine"
        " tenths of the usual time; then what another run made of it. Of dlt's rows, those of all"
        " its tables.",
    )


def _ratio(found: dict[str, Figures], spent: float) -> str:
    return f"{found[COPY]['seconds'] / spent:.2f}" if "seconds" in found[COPY] else ""


def _bound(figures: Figures, one_of: Figures) -> str:
    """With both sides on one machine nothing is done before its processor time is spent."""
    server, copy = one_of.get("server_cpu"), figures["contenders"][COPY].get("seconds")
    if server is None or copy is None:
        return ""
    return f"{figures['cores'] * copy / (one_of['client_cpu'] + server):.2f}"


def _number(value: float | None, form: str, factor: float = 1) -> str:
    return "" if value is None else format(value * factor, form)


def _killed(kills: list[Figures]) -> tuple[str, str]:
    """What each kill left, and what was there, over what should be, after another run."""
    left, again = [], []
    for kill in kills:
        if "missed" in kill:
            continue
        left.append(f"{kill['left']:,}")
        surplus = kill["finally"] - kill["expected"]
        outcome = "exact" if surplus == 0 else f"{surplus:+,}"
        again.append(outcome if kill["again"] == "done" else f"fails, {outcome}")
    return ", ".join(left), ", ".join(again)


def main(profiles: int) -> None:
    """Measure, keep, print."""
    with scratch_folder() as folder, scratch_database("loading") as scratch:
        figures = measure(scratch, folder, profiles)
    save("loading", figures)
    print_figures(figures)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 30_000)
