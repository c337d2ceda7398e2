"""How long a SQL function takes for a text made to be hard on it.

    python bench/functions.py [FUNCTION ...]    default all of the catalogue; five minutes

Drives each argument of each function with texts of tests/support/adversarial.py in two sizes, the
larger one 100 kB and the smaller one below what functions cut off: first a sample, then all texts
of the slowest pieces. The slowest text of each function is measured at further sizes. Times are the
server's, the best of five.
"""

from __future__ import annotations

import sys
from typing import NamedTuple

from common import (
    PROJECT,
    Dbt,
    circumstances,
    save,
    scratch_database,
    scratch_folder,
    show,
    tell,
)

from ingest.postgres.connection import Connection

sys.path.append(str(PROJECT))  # the tests are no package that is installed

from tests.support.adversarial import SAMPLE, TEXTS, Slot, Text, drive, slots

SEARCHED = (4_000, 100_000)
SIZES = (30, 4_000, 10_000, 100_000, 1_000_000)
GOAL = 50.0  # milliseconds for 100 kB
_AGAIN = 5
_SUSPECTS = 5


class Slowest(NamedTuple):
    """The text that a function takes longest for, and its milliseconds at each size."""

    function: str
    text: str
    milliseconds: dict[int, float]


def slowest(conn: Connection, function: str, arguments: list[Slot]) -> Slowest:
    """Find the text of a function."""
    for slot in arguments:  # patterns are compiled at the first call
        drive(conn, slot, TEXTS[0], SEARCHED[0])
    found = searched(conn, arguments, SAMPLE)
    pieces = {text.piece for _, _, _, text in found[:_SUSPECTS]}
    found = searched(conn, arguments, [text for text in TEXTS if text.piece in pieces])
    suspects = [(slot, text, size) for _, size, slot, text in found[:_SUSPECTS]]
    again = [(best(conn, *suspect), *suspect[:2]) for suspect in suspects]
    _, slot, text = max(again, key=lambda one: one[0])
    measured = {size: best(conn, slot, text, size) for size in SIZES}
    return Slowest(function, f"{text} ({slot.form})", measured)


def searched(
    conn: Connection, arguments: list[Slot], texts: list[Text]
) -> list[tuple[float, int, Slot, Text]]:
    """One call for each text and size: milliseconds, size, argument and text, slowest first."""
    found = [
        (drive(conn, slot, text, size), size, slot, text)
        for size in SEARCHED
        for slot in arguments
        for text in texts
    ]
    return sorted(found, key=lambda one: one[0], reverse=True)


def best(conn: Connection, slot: Slot, text: Text, size: int) -> float:
    """The least of some calls, because others use the machine, too."""
    return min(drive(conn, slot, text, size) for _ in range(_AGAIN))


def measure(conn: Connection, chosen: list[str]) -> list[Slowest]:
    """Each function's slowest text, the slowest function first."""
    conn.autocommit = True
    arguments: dict[str, list[Slot]] = {}
    for slot in slots(conn):
        arguments.setdefault(slot.function.split(".")[-1], []).append(slot)
    figures = []
    for function, its in arguments.items():
        if not chosen or function in chosen:
            tell(f"functions: {function}")
            figures.append(slowest(conn, function, its))
    return sorted(figures, key=lambda one: max(one.milliseconds.values()), reverse=True)


def print_figures(figures: list[Slowest]) -> None:
    """Print the table."""
    show(
        "milliseconds for the worst text of each function",
        ("function", "text", *(f"{size / 1000:g} kB" for size in SIZES), ""),
        [
            (
                one.function,
                one.text,
                *(f"{one.milliseconds[size]:.2f}" for size in SIZES),
                "met" if one.milliseconds[SEARCHED[1]] <= GOAL else "missed",
            )
            for one in figures
        ],
    )


def main(chosen: list[str]) -> None:
    """Measure, keep, print."""
    with scratch_folder() as folder, scratch_database("functions") as scratch:
        tell("functions: they are made")
        dbt = Dbt(scratch.environment, folder / "dbt")
        dbt("build", "--exclude-resource-type", "test", "unit_test")
        facts = circumstances(scratch.conn)
        figures = measure(scratch.conn, chosen)
    save("functions", {**facts, "functions": [one._asdict() for one in figures]})
    print_figures(figures)


if __name__ == "__main__":
    main(sys.argv[1:])
