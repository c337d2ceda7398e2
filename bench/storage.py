"""What compression of the payloads costs and saves: bytes per row, COPY, transforming.

    python bench/storage.py [PROFILES]      default 30000, about 6.5 kB each

The same rows in tables that differ in nothing but how they store large values: compressed by pglz
or lz4 (where the server has it), or not at all (`storage external`). COPY and a pass that reads
every payload once take turns; the best of three counts.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

from common import (
    Scratch,
    circumstances,
    one,
    run,
    save,
    scratch_database,
    scratch_folder,
    seconds,
    show,
    tell,
)
from contenders import bare_copy_command, copy_out
from transforming import FLOOR, MODELS, created, load_profiles

ROUNDS = 3
RAW = "raw.person_payloads"

# how -> what makes a column store that way
CHOICES = {
    "pglz": "set compression pglz",
    "lz4": "set compression lz4",
    "none (external)": "set storage external",
}

Figures = dict[str, Any]


def measure(scratch: Scratch, folder: Path, profiles: int) -> Figures:
    """Seconds and bytes of each choice the server offers."""
    conn = scratch.conn
    load_profiles(conn, folder / "profiles.ndjson", profiles)
    rows = folder / "rows.copy"
    copy_out(conn, rows)
    run(conn, "create schema floor")
    offered = one(conn, "select enumvals from pg_settings where name = 'default_toast_compression'")
    found: dict[str, Figures] = {}
    tables: dict[str, str] = {}
    for choice, how in CHOICES.items():
        if choice.isalnum() and choice not in offered:
            found[choice] = {"absent": "this server was built without it"}
            continue
        tables[choice] = f"raw.stored_{len(tables)}"
        run(conn, f"create table {tables[choice]} (like {RAW} including all)")
        run(conn, f"alter table {tables[choice]} alter column raw_payload {how}")
        found[choice] = {"copy": 1e9, "read": 1e9}
    for number in range(ROUNDS):
        tell(f"storage: round {number + 1} of {ROUNDS}")
        for choice, table in tables.items():
            _once(scratch, rows, table, found[choice])
    for choice, table in tables.items():
        size = one(conn, f"select pg_table_size('{table}')")
        found[choice]["bytes_per_row"] = size / profiles
    return {**circumstances(conn), "profiles": profiles, "choices": found}


def _once(scratch: Scratch, rows: Path, table: str, best: Figures) -> None:
    conn = scratch.conn
    run(conn, f"truncate {table}")
    run(conn, "checkpoint")
    command = bare_copy_command(rows, table)
    copied = seconds(lambda: subprocess.run(command, env=scratch.environment, check=True))
    run(conn, f"vacuum analyze {table}")
    read = sum(created(conn, model, FLOOR[model].replace(RAW, table)) for model in MODELS)
    best["copy"] = min(best["copy"], copied)
    best["read"] = min(best["read"], read)


def print_figures(figures: Figures) -> None:
    """Print the table."""
    rows = []
    for choice, found in figures["choices"].items():
        if "absent" in found:
            rows.append((f"{choice}: {found['absent']}", "", "", ""))
            continue
        rows.append(
            (
                choice,
                f"{found['bytes_per_row']:,.0f}",
                f"{found['copy']:.2f}",
                f"{found['read']:.2f}",
            )
        )
    show(
        f"{figures['profiles']:,} profiles; PostgreSQL {figures['server_version']}",
        ("large values", "bytes/row", "COPY s", "one pass for each of three tables s"),
        rows,
    )


def main(profiles: int) -> None:
    """Measure, keep, print."""
    with scratch_folder() as folder, scratch_database("storage") as scratch:
        figures = measure(scratch, folder, profiles)
    save("storage", figures)
    print_figures(figures)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 30_000)
