"""The ladder: loading and transforming, each beside its floor and its peers, in one run.

    python bench/run.py [--profiles N] [--also STEP ...] [--SIZE N ...]

    --profiles N        profiles to load and transform, default 30000, about 6.5 kB each
    --also STEP ...     afterwards, each by its own script: storage overhead backfill history
                        core answers functions serving
    --all               all of them
    --histories N ...   payloads of the histories, default 10000 100000
    --companies N       companies of core, default 1000000
    --people N          people in the warehouse of the answers and of serving, default 1000000

Each step works in a database of its own on the server that the PG variables name, or the embedded
one; one that fails does not keep the others from being measured. Prints tables, and at the end the
goals; everything is in bench/results.json.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

import loading
import psycopg
import transforming
from common import PROJECT, Dbt, FailedError, save, scratch_database, scratch_folder, show, tell

STEPS = ("storage", "overhead", "backfill", "history", "core", "answers", "functions", "serving")


def ladder(profiles: int) -> None:
    """Load and transform the same profiles in one database; keep and print."""
    with scratch_folder() as folder, scratch_database("ladder") as scratch:
        loaded = loading.measure(scratch, folder, profiles)
        save("loading", loaded)
        loading.print_figures(loaded)
        dbt = Dbt(scratch.environment, folder / "dbt")
        transformed = {"profiles": profiles, **transforming.measure(scratch, dbt)}
        save("transforming", transformed)
        transforming.print_figures(transformed, profiles)
    show(
        "goals",
        ("what", "measured", "goal", ""),
        [
            (what, f"{measured:.2f}", f"{goal:.1f}", "met" if measured >= goal else "missed")
            for what, measured, goal in loading.goals(loaded)
        ],
    )


def arguments() -> argparse.Namespace:
    """What was asked for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, usage="see below"
    )
    add = parser.add_argument
    add("--profiles", type=_positive, default=30_000, help=argparse.SUPPRESS)
    add("--also", nargs="+", choices=STEPS, default=[], help=argparse.SUPPRESS)
    add("--all", action="store_true", help=argparse.SUPPRESS)
    add("--histories", type=_positive, nargs="+", default=[], help=argparse.SUPPRESS)
    add("--companies", type=_positive, help=argparse.SUPPRESS)
    add("--people", type=_positive, help=argparse.SUPPRESS)
    return parser.parse_args()


def _positive(word: str) -> int:
    number = int(word.replace("_", "").replace(",", ""))
    if number < 100:
        raise argparse.ArgumentTypeError(f"{number} is too few to measure anything")
    return number


def main() -> int:
    """Measure all that was asked for; 1 if something failed."""
    asked = arguments()
    sizes: dict[str, list[int | None]] = {
        "history": list(asked.histories),
        "core": [asked.companies],
        "answers": [asked.people],
        "serving": [asked.people],
    }
    failed = []
    try:
        ladder(asked.profiles)
    except (FailedError, psycopg.Error) as fault:
        tell(str(fault))
        failed.append("ladder")
    for step in STEPS if asked.all else asked.also:
        tell(step)
        script = Path(__file__).with_name(f"{step}.py")
        words = [str(size) for size in sizes.get(step, []) if size is not None]
        done = subprocess.run([sys.executable, script, *words], cwd=PROJECT, check=False)
        if done.returncode != 0:
            failed.append(step)
    if failed:
        tell(f"failed: {', '.join(failed)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
