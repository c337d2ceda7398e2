"""What a scheduled run costs as the history grows: nothing new, and a hundredth new.

    python bench/history.py [PROFILES ...]      default 10000 100000; 1000000 takes 20 minutes

Every size in a database of its own, made and dropped on the server that the PG variables name, or
the embedded one. Prints a table of wall seconds, dbt's own start included: where nothing is new the
best of three, `run` and `build` in turn. Each size is kept as soon as it is measured.
"""

from __future__ import annotations

import sys
from typing import Any

from common import (
    Dbt,
    Scratch,
    circumstances,
    run,
    save,
    scratch_database,
    scratch_folder,
    show,
    tell,
)

from ingest.postgres.connection import Connection

COMMANDS = ("run", "build")
ROUNDS = 3
PEOPLE_PER_COMPANY = 5
_AT_ONCE = 100_000  # profiles per statement

# profiles of about 1.5 kB with three roles; (n, version) decides everything
PROFILES = """
    insert into raw.person_payloads
    (linkedin_url, workflow_slug, provider, platform, payload_type, raw_payload)
    select
        'https://www.linkedin.com/in/person-' || n, 'clay-person-profile', 'clay', 'clay',
        'profile', jsonb_build_object(
            'url', 'https://www.linkedin.com/in/person-' || n,
            'name', 'Sample ' || n,
            'headline', 'Buyer of things, version {version}',
            'summary', repeat('Plans, counts and ships. ', 8),
            'last_refresh', '2026-0{version}-01T00:00:00',
            'connections', n % 3000,
            'experience', (
                select jsonb_agg(jsonb_build_object(
                    'title', (array['VP Operations', 'Buyer', 'Head of Sales'])[1 + (n + o) % 3],
                    'company', 'Company ' || (n * 7 + o * 131) % {companies},
                    'company_domain', 'company-' || (n * 7 + o * 131) % {companies} || '.example',
                    'url', 'https://www.linkedin.com/company/c-' || (n * 7 + o * 131) % {companies},
                    'summary', repeat('Did this and that. ', 6),
                    'start_date', 2024 - 3 * o || '-05-01',
                    'is_current', o = 0
                ))
                from generate_series(0, 2) as o
            )
        )
    from generate_series({first}, {last}) as n
"""

Figures = dict[str, Any]


def add(conn: Connection, first: int, last: int, version: int, companies: int) -> None:
    """Payloads of the people from the first to the last number, who work at so many companies."""
    for begin in range(first, last + 1, _AT_ONCE):
        end = min(last, begin + _AT_ONCE - 1)
        run(conn, PROFILES.format(first=begin, last=end, version=version, companies=companies))


def measure(scratch: Scratch, dbt: Dbt, profiles: int) -> Figures:
    """Seconds of each command with nothing new and with a hundredth new, and of the audit."""
    conn = scratch.conn
    tell(f"history: {profiles:,} payloads are made up")
    companies = profiles // PEOPLE_PER_COMPANY
    add(conn, 1, profiles, 1, companies)
    run(conn, "vacuum analyze")
    dbt("parse")
    figures: Figures = {}

    def timed(step: str, *words: str) -> None:
        tell(f"history: {profiles:,} payloads, {step}")
        spent = dbt(*words).wall
        figures[step] = min(spent, figures.get(step, spent))

    timed("first build", "build")
    dbt("build")
    run(conn, "vacuum analyze")
    for _ in range(ROUNDS):
        for command in COMMANDS:
            timed(f"{command}, nothing new", command)
    share = max(2, profiles // 100)
    for number, command in enumerate(COMMANDS):
        # half of them are known already
        begin = profiles + 1 - share // 2 + number * share
        add(conn, begin, begin + share - 1, 2, companies)
        timed(f"{command}, 1 % new", command)
    timed("every test over all rows", "test", "--selector", "everything")
    return figures


def print_figures(sizes: dict[str, Figures]) -> None:
    """Print the table."""
    smallest = sizes[min(sizes, key=int)]
    show(
        "seconds, and times those of the smallest history",
        ("command", *(f"{int(profiles):,} payloads" for profiles in sizes)),
        [
            (step, *(f"{found[step]:.1f} ({found[step] / base:.2f})" for found in sizes.values()))
            for step, base in smallest.items()
        ],
    )


def main(sizes: list[int]) -> None:
    """Measure every size, keep, print."""
    found: dict[str, Figures] = {}
    figures: Figures = {}
    for profiles in sizes:
        with scratch_folder() as folder, scratch_database("history") as scratch:
            figures = circumstances(scratch.conn)
            dbt = Dbt(scratch.environment, folder)
            found[str(profiles)] = measure(scratch, dbt, profiles)
        save("history", {**figures, "sizes": found})
        print_figures(found)


if __name__ == "__main__":
    main([int(word) for word in sys.argv[1:]] or [10_000, 100_000])
