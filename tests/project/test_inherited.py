"""The suite passes whatever it inherits: it is run as a bare background job of a strict shell."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.warehouse import PROJECT

# needs to interrupt a program, to find the project, and to write files
REPRESENTATIVE = (
    "tests/load/test_kills.py::test_an_interrupt_ends_with_130_and_nothing_half_written"
)
JOB = """
trap '' INT
umask {umask}
exec env -u HOME -u TERM -u USER -u LOGNAME LANG=C LC_ALL=C DBT_PROJECT_DIR=/nowhere \
    HQ_PROJECT_DIR=/nowhere "$@" <&-
"""


@pytest.mark.long
@pytest.mark.usefixtures("server")
@pytest.mark.parametrize("umask", ["077", "000"])
def test_a_background_job_without_a_home(tmp_path: Path, umask: str) -> None:
    words = ["-m", "pytest", "-q", "-p", "no:cacheprovider", f"--basetemp={tmp_path / 'child'}"]
    job = ["/bin/sh", "-c", JOB.format(umask=umask), "sh", sys.executable, *words]
    done = subprocess.run(
        [*job, f"{REPRESENTATIVE}[1]"], cwd=PROJECT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 passed" in done.stdout
