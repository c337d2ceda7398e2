"""The README's recipes for schedulers, as written but for the folder, in an environment as bare."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from ingest.cli import cli
from ingest.postgres.connection import Connection
from ingest.project import PROJECT_VARIABLE
from tests.support.dropping import REASON, fill, lying
from tests.support.ingesting import FIRMOGRAPHICS, value, written
from tests.support.warehouse import PROJECT, Warehouse

README = (PROJECT / "README.md").read_text(encoding="utf-8")
SCHEDULING = README.partition("\n## Scheduling\n")[2].partition("\n## ")[0]
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```", SCHEDULING, re.MULTILINE | re.DOTALL)
PLACE = "/srv/hq"
# all that cron gives: no HOME, no USER
CRON = {"PATH": "/usr/bin:/bin", "SHELL": "/bin/sh", "LANG": "C"}


def block(language: str, containing: str = "") -> str:
    (found,) = [text for kind, text in BLOCKS if kind == language and containing in text]
    return str(found)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """What the recipes call /srv/hq: an environment, a drop folder and hq-run."""
    (tmp_path / ".venv").symlink_to(PROJECT / ".venv")
    (tmp_path / "drop").mkdir()
    script = tmp_path / "hq-run"
    script.write_text(block("sh").replace(PLACE, str(tmp_path)))
    script.chmod(0o755)
    return tmp_path


def crontab(place: Path) -> tuple[dict[str, str], str]:
    """What the crontab sets, and what it runs."""
    lines = block("crontab").replace(PLACE, str(place)).splitlines()
    settings = dict(line.split("=", 1) for line in lines if re.match(r"\w+=", line))
    (entry,) = [line for line in lines if line.startswith("15 * * * *")]
    return settings, entry.split(maxsplit=5)[5]


def run(place: Path) -> subprocess.CompletedProcess[str]:
    """The line of the crontab as cron runs it, against the tests' database."""
    settings, command = crontab(place)
    assert "%" not in command, "cron takes it for the end of the line"
    server = {name: text for name, text in os.environ.items() if name.startswith("PG")}
    assert {"PGHOST", "PGDATABASE", "PGUSER"} <= settings.keys() & server.keys()
    written = {"DBT_TARGET_PATH": str(place / "target"), "DBT_LOG_PATH": str(place / "logs")}
    return subprocess.run(
        ["/bin/sh", "-c", command],
        env={**CRON, **server, **written, PROJECT_VARIABLE: str(PROJECT)},
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
    )


def a_good_and_a_bad_file(folder: Path) -> None:
    payload = {"domain": "a.example", "name": "A", "type": "Privately Held"}
    good = json.dumps({"workflow_slug": FIRMOGRAPHICS, **payload}).encode()
    fill(folder, bad=b"words", good=good)


def assert_tells_only_of_what_failed(place: Path) -> None:
    done = run(place)
    failed = ["bad.json", f"bad.json{REASON}"]
    assert lying(place / "drop") == {"": [], "done": ["good.json"], "failed": failed}, done
    assert "malformed_json" in done.stdout
    assert "Traceback" not in done.stdout
    quiet = run(place)
    assert (quiet.returncode, quiet.stdout, quiet.stderr) == (0, "", ""), quiet


def test_cron_loads_and_tells_only_of_what_failed(db: Connection, place: Path) -> None:
    (place / ".venv").unlink()
    program = place / ".venv" / "bin" / "ingest"
    program.parent.mkdir(parents=True)
    ours = shlex.quote(str(PROJECT / ".venv" / "bin" / "ingest"))
    program.write_text(f'#!/bin/sh\n[ "$1" = dbt ] || exec {ours} "$@"\n')
    program.chmod(0o755)
    a_good_and_a_bad_file(place / "drop")
    assert_tells_only_of_what_failed(place)
    assert written(db) == (1, 1, 0)


@pytest.mark.long
def test_cron_loads_and_builds(warehouse: Warehouse, place: Path) -> None:
    a_good_and_a_bad_file(place / "drop")
    assert_tells_only_of_what_failed(place)
    assert value(warehouse.conn, "select count(*) from core.companies") == 1


def test_the_script_ends_with_what_the_drop_ended_with(place: Path) -> None:
    # instead of ingest: drop ends with 3, and all else as it is told
    (place / ".venv").unlink()
    program = place / ".venv" / "bin" / "ingest"
    program.parent.mkdir(parents=True)
    program.write_text('#!/bin/sh\necho "$1 $3"\n[ "$1" = drop ] && exit 3\nexit ${OTHERS:-0}\n')
    program.chmod(0o755)
    for others, status, said in (("0", 3, 3), ("1", 1, 2)):
        environment = {**CRON, "OTHERS": others}
        done = subprocess.run(
            [place / "hq-run"], env=environment, capture_output=True, text=True, check=False
        )
        assert (done.returncode, done.stdout.count("\n")) == (status, said), done


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="no systemd here")
def test_systemd_accepts_the_units(place: Path) -> None:
    for containing in ("# hq.service", "# hq.timer"):
        name = containing.removeprefix("# ")
        text = block("ini", containing).replace(PLACE, str(place)).replace("User=hq", "User=root")
        (place / name).write_text(text)
    (place / "notify@.service").write_text("[Service]\nType=oneshot\nExecStart=/bin/true\n")
    units = [place / "hq.service", place / "hq.timer"]
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *units],
        env={**CRON, "SYSTEMD_UNIT_PATH": f"{place}:"},
        capture_output=True,
        text=True,
        check=False,
    )
    ours = [line for line in done.stderr.splitlines() if "hq." in line or str(place) in line]
    assert (done.returncode, ours) == (0, []), done.stderr


def test_github_runs_commands_that_there_are() -> None:
    workflow: Any = yaml.safe_load(block("yaml"))
    steps = workflow["jobs"]["hq"]["steps"]
    commands = [
        shlex.split(step["run"]) for step in steps if ".venv/bin/ingest" in step.get("run", "")
    ]
    assert [words[1] for words in commands] == ["drop", "dbt"]
    for words in commands:
        shown = CliRunner().invoke(cli, [words[1], "--help"]).stdout
        assert all(word in shown for word in words[2:] if word.startswith("--max"))
    # a file that failed stops no build
    assert steps[-1]["if"] == "${{ !cancelled() }}"
