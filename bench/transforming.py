"""Transforming: the three person models beside one pass of SQL, and beside the naive form of it.

    python bench/transforming.py [PROFILES]     default 100000, about 6.5 kB each

Each model from empty, in dbt, one after the other. Its floor reads every payload once and converts
nothing. The naive form takes thirty fields by `->>`, one by one. They take turns; the best counts.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from common import (
    Dbt,
    Scratch,
    circumstances,
    run,
    save,
    scratch_database,
    scratch_folder,
    seconds,
    show,
    tell,
)
from generate import lines

from ingest.load.load import LoadOptions, load_file
from ingest.postgres.connection import Connection
from ingest.workflows.registry import load_registry

ROUNDS = 2
MODELS = ("person_profile", "person_experience", "person_education")
NAIVE = "naive, thirty times ->>"

# What has to be done at the least: every payload read once a table, its fields as text.
FLOOR = {
    "person_profile": """
        select r.id, r.linkedin_url, r.created_at, p.*
        from raw.person_payloads as r
        cross join lateral jsonb_to_record(r.raw_payload) as p (
            name text, first_name text, last_name text, headline text, summary text, country text,
            location_name text, profile_id text, connections text, num_followers text,
            jobs_count text, picture_url_orig text, last_refresh text, latest_experience jsonb,
            certifications jsonb, languages jsonb, courses jsonb, patents jsonb, projects jsonb,
            publications jsonb, volunteering jsonb, awards jsonb
        )""",
    "person_experience": """
        select r.id, r.linkedin_url, r.created_at, e.*
        from raw.person_payloads as r
        cross join lateral jsonb_to_record(r.raw_payload) as p (experience jsonb)
        cross join lateral rows from (
            jsonb_to_recordset(p.experience) as (
                company text, company_domain text, url text, org_id text, title text,
                summary text, locality text, start_date text, end_date text, is_current text
            )
        ) with ordinality as e""",
    "person_education": """
        select r.id, r.linkedin_url, r.created_at, e.*
        from raw.person_payloads as r
        cross join lateral jsonb_to_record(r.raw_payload) as p (education jsonb)
        cross join lateral rows from (
            jsonb_to_recordset(p.education) as (
                school_name text, degree text, field_of_study text, start_date text,
                end_date text, grade text, activities text
            )
        ) with ordinality as e""",
}

_FIELDS = (
    *("url", "slug", "name", "first_name", "last_name", "headline", "summary", "country"),
    *("location_name", "profile_id", "connections", "num_followers", "jobs_count"),
    *("picture_url_orig", "last_refresh", "experience", "education", "certifications"),
    *("languages", "courses"),
)
_LATEST = (
    *("title", "company", "company_domain", "url", "org_id", "locality", "summary"),
    *("start_date", "end_date", "is_current"),
)

Figures = dict[str, Any]


def naive() -> str:
    """The query that takes each field by itself, as one writes it at first."""
    fields = [f"r.raw_payload ->> '{field}' as {field}" for field in _FIELDS]
    fields += [f"r.raw_payload -> 'latest_experience' ->> '{f}' as latest_{f}" for f in _LATEST]
    return (
        f"select r.id, r.linkedin_url, r.created_at, {', '.join(fields)}"
        " from raw.person_payloads as r"
    )


def measure(scratch: Scratch, dbt: Dbt) -> Figures:
    """Seconds of each model, of its floor, of the naive form of the first, and of dbt's start.

    Args:
        scratch: A database that was built, with profiles in the raw table.
        dbt: dbt on it.
    """
    conn = scratch.conn
    run(conn, "vacuum analyze")
    run(conn, "create schema floor")
    floor: dict[str, float] = {}
    ours: dict[str, float] = {}
    slow, starts = [], []
    for number in range(ROUNDS):
        tell(f"transforming: round {number + 1} of {ROUNDS}")
        for model in MODELS:
            run(conn, f"drop table if exists extracted.{model} cascade")
        run(conn, "checkpoint")
        made = dbt("run", "--threads", "1", "-s", *MODELS)
        starts.append(made.start())
        for model in MODELS:
            ours[model] = min(ours.get(model, made.models()[model]), made.models()[model])
            spent = created(conn, model, FLOOR[model])
            floor[model] = min(floor.get(model, spent), spent)
        slow.append(created(conn, "naive", naive()))
    run(conn, "drop schema floor cascade")
    return {
        **circumstances(conn),
        "floor": floor,
        "ours": ours,
        "naive": min(slow),
        "dbt_start": min(starts),
    }


def created(conn: Connection, table: str, query: str) -> float:
    """Seconds to make a table in schema floor from a query."""
    run(conn, f"drop table if exists floor.{table}")
    run(conn, "checkpoint")
    return seconds(lambda: run(conn, f"create table floor.{table} as {query}"))


def print_figures(figures: Figures, profiles: int) -> None:
    """Print the table."""
    floor, ours = figures["floor"], figures["ours"]
    first = MODELS[0]
    rows = [(model, floor[model], ours[model]) for model in MODELS]
    rows.append(("the three of them", sum(floor.values()), sum(ours.values())))
    lines_ = [
        (name, f"{least:.2f}", f"{spent:.2f}", f"{spent / least:.2f}")
        for name, least, spent in rows
    ]
    slow = figures["naive"]
    lines_.append(
        (f"{first}: {NAIVE}", f"{floor[first]:.2f}", f"{slow:.2f}", f"{slow / floor[first]:.2f}")
    )
    lines_.append(("dbt's start, not counted above", "", f"{figures['dbt_start']:.2f}", ""))
    show(
        f"{profiles:,} profiles; PostgreSQL {figures['server_version']}",
        ("transforms", "floor s", "s", "x floor"),
        lines_,
    )


def load_profiles(conn: Connection, file: Path, profiles: int) -> None:
    """Invent profiles, write them to a file and load it."""
    with file.open("wb") as out:
        out.writelines(line + b"\n" for line in lines(profiles))
    load_file(conn, str(file), LoadOptions(load_registry()))


def main(profiles: int) -> None:
    """Measure, keep, print."""
    with scratch_folder() as folder, scratch_database("transforming") as scratch:
        tell(f"transforming: {profiles:,} profiles are loaded and built")
        load_profiles(scratch.conn, folder / "profiles.ndjson", profiles)
        dbt = Dbt(scratch.environment, folder / "dbt")
        dbt("build", "--exclude", "test_type:data", "test_type:unit")
        figures = {"profiles": profiles, **measure(scratch, dbt)}
    save("transforming", figures)
    print_figures(figures, profiles)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
