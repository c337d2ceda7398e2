"""Loading and transforming, each beside its floor on the same server in the same run.

    python bench/run.py [PROFILES]          default 100000, about 6 kB each

Works in a database of its own (``hq_bench``), made and dropped on the server that the PG variables
name, or the embedded one. Prints a table; writes the figures to bench/results.json.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from generate import lines
from psycopg import sql
from rich.console import Console
from rich.table import Table

from ingest.connection import Connection, connect, connection_parameters, environment_for
from ingest.loading import LoadOptions, load_file
from ingest.migrate import migrate
from ingest.registry import load_registry

PROJECT = Path(__file__).resolve().parent.parent
DATABASE = "hq_bench"
COLUMNS = "id,linkedin_url,workflow_slug,provider,platform,payload_type,raw_payload,_load_id"
MODELS = ("person_profile", "person_experience", "person_education")

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


def seconds(step: Callable[[], object]) -> float:
    """Wall time of one call."""
    begin = time.perf_counter()
    step()
    return time.perf_counter() - begin


def bench_loading(conn: Connection, file: Path, rounds: int = 3) -> dict[str, float]:
    """Best of some rounds: our loader, and COPY of the same rows into the same kind of table."""
    options = LoadOptions(load_registry(), force=True)
    ours, bare = [], []
    rows = Path(file).with_suffix(".copy")
    for number in range(rounds):
        run(conn, "truncate raw.person_payloads")
        ours.append(seconds(lambda: load_file(conn, str(file), options)))
        if number == 0:
            with (
                rows.open("wb") as out,
                conn.cursor().copy(
                    f"copy (select {COLUMNS} from raw.person_payloads) to stdout".encode()
                ) as copied,
            ):
                for block in copied:
                    out.write(block)
            run(conn, "create table raw.bare (like raw.person_payloads including all)")
        run(conn, "truncate raw.bare")
        bare.append(seconds(lambda: _copy_in(conn, rows)))
    run(conn, "drop table raw.bare")
    return {"ours": min(ours), "floor": min(bare)}


def _copy_in(conn: Connection, rows: Path) -> None:
    with (
        rows.open("rb") as source,
        conn.cursor().copy(f"copy raw.bare ({COLUMNS}) from stdin".encode()) as sink,
    ):
        while block := source.read(1 << 20):
            sink.write(block)
    conn.commit()


def bench_models(
    conn: Connection, environment: dict[str, str], rounds: int = 2
) -> dict[str, dict[str, float]]:
    """Best of some rounds: each person model from empty, and its floor."""
    dbt(environment, "build", "--exclude", "test_type:data", "test_type:unit")
    found: dict[str, dict[str, float]] = {m: {"ours": 1e9, "floor": 1e9} for m in MODELS}
    run(conn, "create schema floor")
    for _ in range(rounds):
        for model in MODELS:
            run(conn, f"drop table if exists extracted.{model} cascade")
        run(conn, "checkpoint")
        timings = dbt(environment, "run", "--threads", "1", "-s", *MODELS)
        run(conn, "checkpoint")
        for model in MODELS:
            run(conn, f"drop table if exists floor.{model}")
            statement = f"create table floor.{model} as {FLOOR[model]}"
            floor = seconds(lambda statement=statement: run(conn, statement))  # type: ignore[misc]
            found[model]["floor"] = min(found[model]["floor"], floor)
            found[model]["ours"] = min(found[model]["ours"], timings[model])
    return found


def run(conn: Connection, statement: str) -> None:
    """One statement in a transaction of its own, VACUUM and CHECKPOINT included."""
    conn.commit()
    conn.autocommit = True
    conn.execute(statement.encode())
    conn.autocommit = False


def dbt(environment: dict[str, str], *words: str) -> dict[str, float]:
    """Run dbt; seconds by model."""
    with tempfile.TemporaryDirectory() as target:
        place = ["--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT)]
        subprocess.run(
            [
                str(Path(sys.executable).parent / "dbt"),
                "--quiet",
                *words,
                *place,
                "--target-path",
                target,
            ],
            env=environment,
            check=True,
        )
        results = json.loads((Path(target) / "run_results.json").read_text())["results"]
    return {r["unique_id"].rsplit(".", 1)[-1]: r["execution_time"] for r in results}


@contextmanager
def scratch_database() -> Iterator[dict[str, str]]:
    """The environment of a database for measuring, dropped in the end."""
    server = connection_parameters()
    with psycopg.connect(**{**server, "dbname": "postgres"}, autocommit=True) as admin:  # type: ignore[arg-type]
        admin.execute(f"drop database if exists {DATABASE} with (force)".encode())
        admin.execute(sql.SQL("create database {}").format(sql.Identifier(DATABASE)))
        try:
            yield environment_for({**server, "dbname": DATABASE})
        finally:
            admin.execute(f"drop database {DATABASE} with (force)".encode())


def main(profiles: int) -> None:
    """Run all steps and print the table."""
    with scratch_database() as environment:
        figures = _measure(environment, profiles)
    (PROJECT / "bench" / "results.json").write_text(json.dumps(figures, indent=2) + "\n")
    _print(figures)


def _measure(environment: dict[str, str], profiles: int) -> dict[str, Any]:
    os.environ.update(environment)
    with tempfile.TemporaryDirectory() as folder, connect(application_name="bench") as conn:
        migrate(conn)
        file = Path(folder) / "profiles.ndjson"
        with file.open("wb") as out:
            out.writelines(line + b"\n" for line in lines(profiles))
        size = file.stat().st_size
        loading = bench_loading(conn, file)
        run(conn, "vacuum analyze")
        models = bench_models(conn, environment)
        version = conn.info.server_version
    return {
        "profiles": profiles,
        "bytes": size,
        "server": version,
        "machine": f"{platform.machine()}, {os.cpu_count()} cores",
        "database": environment.get("PGHOST", ""),
        "loading": loading,
        "models": models,
    }


def _print(figures: dict[str, Any]) -> None:
    table = Table(title=f"{figures['profiles']:,} profiles, {figures['bytes'] / 1e6:,.0f} MB")
    for heading in ("step", "floor s", "ours s", "ours : floor"):
        table.add_column(heading, justify="left" if heading == "step" else "right")
    loading = figures["loading"]
    table.add_row(
        "load (floor: bare COPY)",
        f"{loading['floor']:.1f}",
        f"{loading['ours']:.1f}",
        f"{loading['floor'] / loading['ours']:.2f} of its speed",
    )
    floor = sum(m["floor"] for m in figures["models"].values())
    ours = sum(m["ours"] for m in figures["models"].values())
    for model, times in figures["models"].items():
        table.add_row(
            model,
            f"{times['floor']:.1f}",
            f"{times['ours']:.1f}",
            f"{times['ours'] / times['floor']:.2f} times its time",
        )
    table.add_row(
        "three person models", f"{floor:.1f}", f"{ours:.1f}", f"{ours / floor:.2f} times its time"
    )
    Console().print(table)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
