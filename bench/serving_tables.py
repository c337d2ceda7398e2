"""The tables of what serving was measured to take, and its goals."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from common import show

EXPORT_GOAL = 20_000  # rows a second
SINGLE_GOAL, BATCH_GOAL = 100, 2_000  # records a second
OVERHEAD_GOAL = 2.0  # times what psycopg takes

Figures = dict[str, Any]


def print_figures(figures: Figures) -> None:
    """Print all tables there are figures for."""
    show(
        f"{figures['companies']:,} companies, {figures['people']:,} people; {figures['clients']}"
        f" clients, {figures['workers']} processes of the service",
        (
            *("question", "alone ms", "answers/s", "p50 ms", "p95 ms", "goal ms"),
            *("psycopg: answers/s", "p50 ms", "p95 ms", "answers/s x", "p95 x"),
        ),
        [_row(name, found) for name, found in figures["questions"].items()],
        caption="x: times psycopg. Where 16 were not asked, one waited a second or was refused.",
    )
    if "exports" not in figures:
        return
    show(
        "exports, one client",
        ("what", "rows", "MB", "rows/s", "COPY rows/s", "peak MB of the service"),
        [
            (
                name,
                f"{found['rows']:,}",
                f"{found['bytes'] / 1e6:,.0f}",
                f"{found['rows_per_second']:,.0f}",
                f"{found['copy_rows_per_second']:,.0f}",
                f"{(found['peak'] or 0) / 1e6:,.0f}",
            )
            for name, found in figures["exports"].items()
        ],
    )
    show(
        "receiver, records of 6.5 kB",
        ("a request", "records/s", "p50 ms", "p95 ms", "refused"),
        [
            (
                name,
                *(f"{found[of]:,.0f}" for of in ("records_per_second", "p50_ms", "p95_ms")),
                str(sum(found["refused"].values())),
            )
            for name, found in figures["receiver"].items()
        ],
    )
    _print_datasette(figures)
    show(
        "goals",
        ("what", "measured", "goal", ""),
        [
            (what, f"{measured:,.1f}", f"{goal:,.0f}", "met" if is_met else "missed")
            for what, measured, goal, is_met in goals(figures)
        ],
    )


def goals(figures: Figures) -> Iterator[tuple[str, float, float, bool]]:
    """What, measured, goal, whether it is met; questions that were too slow are those missed."""
    for name, found in figures["questions"].items():
        goal = found["goal_ms"]
        if "http" not in found:
            yield f"{name}, p95 ms, alone", found["alone_ms"], goal, False
            continue
        http, bare = found["http"], found["psycopg"]
        if http["p95_ms"] > goal or http["refused"]:
            yield f"{name}, p95 ms", http["p95_ms"], goal, False
        slower = bare["per_second"] / http["per_second"]
        if slower > OVERHEAD_GOAL:
            yield f"{name}, times as long as psycopg", slower, OVERHEAD_GOAL, False
    for name, found in figures["exports"].items():
        speed = found["rows_per_second"]
        yield f"{name}, rows/s", speed, EXPORT_GOAL, speed >= EXPORT_GOAL
    for name, goal in (("single", SINGLE_GOAL), ("batch", BATCH_GOAL)):
        speed = figures["receiver"][name]["records_per_second"]
        yield f"receiver, {name}, records/s", speed, goal, speed >= goal


def _row(name: str, found: Figures) -> tuple[str, ...]:
    alone = f"{found['alone_ms']:,.0f}"
    goal = str(found["goal_ms"])
    if "http" not in found:
        said = "" if found["status"] == 200 else f"answers {found['status']}"
        return (name, alone, said, "", "", goal, *[""] * 5)
    http, bare = found["http"], found["psycopg"]
    refused = sum(http["refused"].values())
    return (
        f"{name} ({refused} refused)" if refused else name,
        alone,
        *_speed(http),
        goal,
        *_speed(bare),
        f"{http['per_second'] / bare['per_second']:.2f}",
        f"{http['p95_ms'] / bare['p95_ms']:.1f}",
    )


def _speed(found: Figures) -> tuple[str, str, str]:
    return (f"{found['per_second']:,.0f}", f"{found['p50_ms']:,.0f}", f"{found['p95_ms']:,.0f}")


def _print_datasette(figures: Figures) -> None:
    beside = figures["datasette"]
    if "absent" in beside:
        show(f"Datasette: {beside['absent']}", ("",), [])
        return
    rows = []
    for name, theirs in beside.items():
        ours = figures["exports"].get(name) or figures["questions"][name].get("http")
        if ours is None:
            rows.append((name, "", "", *_speed(theirs)[::2]))
        elif "rows_per_second" in theirs:
            speeds = (f"{found['rows_per_second']:,.0f} rows/s" for found in (ours, theirs))
            ours_, theirs_ = speeds
            rows.append((name, ours_, "", theirs_, ""))
        else:
            rows.append((name, *_speed(ours)[::2], *_speed(theirs)[::2]))
    show(
        "beside Datasette over SQLite",
        ("question", "answers/s", "p95 ms", "Datasette: answers/s", "p95 ms"),
        rows,
    )
