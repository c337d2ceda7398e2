"""What users of a load can rely on, each guarantee by itself (kills have a file of their own)."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest.load.load import LoadOptions, load_file
from ingest.postgres.connection import Connection, connect
from ingest.workflows.registry import load_registry
from tests.support import hostile
from tests.support.ingesting import FIRMOGRAPHICS, forget, load, race, rows, written
from tests.support.warehouse import Warehouse

MEGABYTE = 1_000_000


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "companies.ndjson"


def companies(count: int) -> bytes:
    return b"".join(hostile.good(n) + b"\n" for n in range(count))


class TestOneTransaction:
    def test_nothing_is_seen_before_all_of_it(self, db: Connection, file: Path) -> None:
        file.write_bytes(companies(60_000) + b"words\n")
        seen = []
        registry = load_registry()
        options = LoadOptions(
            registry,
            workflow=registry.resolve(FIRMOGRAPHICS),
            progress=lambda _: seen.append(written(db)),
        )
        with connect() as conn:
            load_file(conn, str(file), options)
        assert len(seen) > 2
        assert seen == [(0, 0, 0)] * len(seen)
        assert written(db) == (1, 60_000, 1)

    @pytest.mark.parametrize("option", ["--dry-run", "--on-reject=abort", "--max-rejects=0"])
    def test_what_is_not_kept_leaves_no_trace(
        self, db: Connection, file: Path, option: str
    ) -> None:
        file.write_bytes(companies(3_000) + b"words\n")
        load(file, option)
        assert written(db) == (0, 0, 0)
        assert load(file).exit_code == 3
        assert written(db) == (1, 3_000, 1)

    def test_a_dry_run_asks_the_server_too(self, db: Connection, file: Path) -> None:
        file.write_bytes(companies(10) + b'{"domain":"x.example","n":1e999999}\n')
        (tried,) = json.loads(load(file, "--dry-run", "--json").stdout)["files"]
        assert (tried["landed"], tried["rejected"], tried["load_id"]) == (10, 1, None)
        assert tried["reasons"] == {"unstorable": 1}
        assert written(db) == (0, 0, 0)


class TestOnce:
    def test_the_same_content_again_and_again(self, db: Connection, file: Path) -> None:
        file.write_bytes(companies(5))
        assert [load(file).exit_code for _ in range(3)] == [0, 0, 0]
        assert written(db) == (1, 5, 0)

    def test_many_processes_at_the_same_moment(self, db: Connection, file: Path) -> None:
        file.write_bytes(companies(4_000))
        twin = file.with_name("twin.ndjson")
        twin.write_bytes(file.read_bytes())
        said = race([file, twin] * 2)
        assert sum("already loaded" in words for words in said) == 3
        assert written(db) == (1, 4_000, 0)

    def test_one_process_with_the_content_under_several_names(
        self, db: Connection, tmp_path: Path
    ) -> None:
        for n in range(6):
            (tmp_path / f"{n}.json").write_bytes(companies(2_000))
        result = load("--jobs", "6", "--json", tmp_path)
        found = sorted(outcome["status"] for outcome in json.loads(result.stdout)["files"])
        assert found == ["already loaded"] * 5 + ["loaded"]
        assert written(db) == (1, 2_000, 0)


_LINES = st.one_of(
    st.integers(0, 99).map(hostile.good),
    st.sampled_from([case.text for case in hostile.record_cases() if len(case.text) < 500]),
    st.binary(max_size=30).map(lambda noise: noise.replace(b"\n", b" ")),
)


class TestCounts:
    @settings(
        max_examples=40,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture],
    )
    @given(lines=st.lists(_LINES, max_size=12), list_=st.booleans())
    def test_they_add_up_whatever_the_file(
        self, db: Connection, file: Path, lines: list[bytes], list_: bool
    ) -> None:
        file.write_bytes(b"[" + b",\n".join(lines) + b"]" if list_ else b"\n".join(lines))
        forget(db)
        result = load(file)
        assert result.exception is None or isinstance(result.exception, SystemExit)
        loads, landed, rejected = written(db)
        if not loads:
            assert (result.exit_code, landed, rejected) == (1, 0, 0)
            return
        assert result.exit_code == (3 if rejected else 0)
        found = rows(db, "select records, landed, rejected from raw.loads")
        assert found == [(landed + rejected, landed, rejected)]

    def test_every_reject_has_its_line_its_reason_and_its_text(
        self, db: Connection, file: Path
    ) -> None:
        file.write_bytes(b"\n\n" + companies(2) + b'  {"domain":null}\n\nwords\n')
        load(file)
        found = rows(db, "select line, reason, record from raw.rejects order by line")
        assert found == [
            (5, "no_key", '{"domain":null}'),
            (7, "malformed_json", "words"),
        ]


class TestMemory:
    @pytest.fixture
    def large(self, tmp_path: Path) -> Iterator[Path]:
        """300 MB: many small records, some large ones, and long gaps between."""
        path = tmp_path / "large.ndjson"
        small = companies(50_000)
        one = hostile.bare(f'"a":"{"x" * MEGABYTE}"') + b"\n"
        with path.open("wb") as out:
            out.write(small)
            for _ in range(120):
                out.write(one)
                out.write(b"\n" * MEGABYTE)
            out.writelines([one] * 60)
        assert path.stat().st_size > 300 * MEGABYTE
        yield path
        path.unlink()

    @staticmethod
    def peak(path: Path) -> int:
        """Bytes resident at most in a process that loads a file."""
        script = """
import re, sys
from pathlib import Path
from ingest.cli import cli
cli.main(sys.argv[1:], standalone_mode=False)
print(re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1])
"""
        words = ["load", "--workflow", FIRMOGRAPHICS, str(path)]
        done = subprocess.run(
            [sys.executable, "-c", script, *words], capture_output=True, text=True, check=True
        )
        return int(done.stdout) * 1024

    @pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs Linux's /proc")
    def test_it_does_not_grow_with_the_file(self, db: Connection, file: Path, large: Path) -> None:
        file.write_bytes(companies(10))
        assert self.peak(large) - self.peak(file) < 60 * MEGABYTE
        assert written(db) == (2, 50_190, 0)


class TestForeignRows:
    def test_they_are_transformed_like_any_other(self, warehouse: Warehouse, file: Path) -> None:
        file.write_bytes(hostile.good(1))
        load(file)
        payload = {"name": "Foreign Inc.", "last_refresh": "2026-01-01T00:00:00"}
        warehouse.payload("company_payloads", "www.foreign.example", payload)
        warehouse.payload("company_payloads", "no-date.example", payload, created_at=None)
        warehouse.payload("company_payloads", "text.example", json.dumps(payload))
        copy = (
            b"copy raw.company_payloads (company_domain, workflow_slug, provider, platform,"
            b" payload_type, raw_payload) from stdin"
        )
        with warehouse.conn.cursor().copy(copy) as copied:
            slug = FIRMOGRAPHICS
            copied.write_row(("copied.example", slug, "own", "own", "own", '{"name": "Copied"}'))
        warehouse.conn.commit()
        warehouse.build("--select", "+company_firmographics")
        found = warehouse.all(
            "select company_domain, name from extracted.company_firmographics order by 1"
        )
        assert found == [
            ("copied.example", "Copied"),
            ("foreign.example", "Foreign Inc."),
            ("good-1.example", hostile.MARK),
            ("no-date.example", "Foreign Inc."),
            ("text.example", "Foreign Inc."),
        ]
