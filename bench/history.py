"""What a scheduled run costs as the history grows: nothing new, and a hundredth new.

    python bench/history.py [PROFILES ...]      default 10000 100000; 1000000 takes half an hour

Works in a database of its own (``hq_bench``), made and dropped on the server that the PG variables
name, or the embedded one. Prints a table of wall seconds, dbt's own start included, the best of two
runs where nothing is new; writes the figures to bench/history.json.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any

from rich.console import Console
from rich.table import Table
from run import PROJECT, dbt, run, scratch_database, seconds

from ingest.connection import Connection, connect
from ingest.migrate import migrate

COMMANDS = ("run", "build")
COMPANIES = 20_000

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


def add(conn: Connection, first: int, last: int, version: int) -> None:
    """Payloads of the people from the first to the last number."""
    statement = PROFILES.format(first=first, last=last, version=version, companies=COMPANIES)
    run(conn, statement)


def measure(environment: dict[str, str], profiles: int) -> dict[str, float]:
    """Seconds of each command with nothing new and with a hundredth new."""
    figures = {}
    with connect(application_name="bench") as conn:
        migrate(conn)
        add(conn, 1, profiles, version=1)
        run(conn, "vacuum analyze")
        figures["first build"] = seconds(lambda: dbt(environment, "build"))
        dbt(environment, "build")
        run(conn, "vacuum analyze")
        for command in COMMANDS:
            figures[f"{command}, nothing new"] = min(
                seconds(lambda command=command: dbt(environment, command))  # type: ignore[misc]
                for _ in range(2)
            )
        share = profiles // 100
        for number, command in enumerate(COMMANDS):
            # half of them are known already
            begin = profiles + 1 - share // 2 + number * share
            add(conn, begin, begin + share - 1, version=2)
            figures[f"{command}, 1 % new"] = seconds(
                lambda command=command: dbt(environment, command)  # type: ignore[misc]
            )
    return figures


def main(sizes: list[int]) -> None:
    """Measure every size and print the table."""
    found: dict[int, dict[str, float]] = {}
    for profiles in sizes:
        with scratch_database() as environment:
            os.environ.update(environment)
            found[profiles] = measure(environment, profiles)
    (PROJECT / "bench" / "history.json").write_text(json.dumps(found, indent=2) + "\n")
    _print(found)


def _print(found: dict[int, dict[str, Any]]) -> None:
    table = Table(title="seconds, and times those of the smallest history")
    table.add_column("command")
    for profiles in found:
        table.add_column(f"{profiles:,} payloads", justify="right")
    smallest = found[min(found)]
    for step, base in smallest.items():
        table.add_row(
            step, *(f"{times[step]:.1f} ({times[step] / base:.2f})" for times in found.values())
        )
    Console().print(table)


if __name__ == "__main__":
    main([int(word) for word in sys.argv[1:]] or [10_000, 100_000])
