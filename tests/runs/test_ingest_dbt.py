"""What `ingest dbt` adds to dbt: harmless lines, colours in their place, an end after Ctrl-C."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from ingest.dbt.main import HarmlessRecord, is_news
from ingest.dbt.seed_files import require_readable
from ingest.errors import IngestError

INGEST = (sys.executable, "-P", "-m", "ingest", "dbt")
ESCAPE = "\x1b"


def record(name: str, text: str) -> logging.LogRecord:
    return HarmlessRecord(name, logging.INFO, __file__, 1, text, (), None)


@pytest.mark.parametrize(
    ("logger", "expected"),
    [
        ("stdout_log", "[\x1b[32mOK\x1b[0m] 'a ]0;title b'\nnext"),
        ("file_log", "[OK] 'a ]0;title b'\nnext"),
    ],
)
def test_what_could_steer_a_terminal_is_taken_out(logger: str, expected: str) -> None:
    text = "[\x1b[32mOK\x1b[0m] 'a\x1b]0;title\x07b'\nnext"
    assert record(logger, text).getMessage() == expected


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("08:00:00  Encountered an error:\n", False),
        ("08:00:00  Traceback (most recent call last):\n  …\nKeyboardInterrupt\n", False),
        ("08:00:00  Encountered an error:\nDatabase Error\n", True),
    ],
)
def test_where_ctrl_c_met_dbt_is_no_news(text: str, told: bool) -> None:
    assert is_news(record("stdout_log", text)) is told


@pytest.mark.long
@pytest.mark.usefixtures("_built")
@pytest.mark.parametrize(
    "setting",
    [
        pytest.param({}, id="pipe"),
        pytest.param({"NO_COLOR": "1"}, id="no-color", marks=pytest.mark.long),
    ],
)
def test_nothing_but_text_goes_into_files_and_pipes(
    tmp_path: Path, setting: dict[str, str]
) -> None:
    words = ("seed", "--select", "sources", "no_such_seed", "--log-path", str(tmp_path))
    done = subprocess.run(
        [*INGEST, *words],
        env={**os.environ, **setting},
        capture_output=True,
        text=True,
        check=False,
    )
    logged = (tmp_path / "dbt.log").read_text(encoding="utf-8")
    assert done.returncode == 0
    assert "OK loaded seed file reference.sources" in done.stdout
    assert "OK loaded seed file reference.sources" in logged
    assert ESCAPE not in done.stdout + done.stderr + logged


@pytest.mark.usefixtures("_built")
@pytest.mark.parametrize("moment", ["dbt works on", "Running with dbt", "START"])
def test_ctrl_c_is_an_end_and_no_error(moment: str) -> None:
    process = subprocess.Popen(
        [*INGEST, "build"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    assert process.stdout is not None
    for line in process.stdout:
        if moment in line:
            break
    os.killpg(process.pid, signal.SIGINT)
    rest = process.stdout.read()
    assert process.wait() == 130
    assert "Traceback" not in rest
    assert rest.rstrip().endswith("Interrupted; nothing half-written.")


@pytest.mark.parametrize(
    ("note", "said"),
    [
        pytest.param(
            b"caf\xe9", "a byte that is not UTF-8 (0xe9); save the file as UTF-8", id="Latin-1"
        ),
        pytest.param(b"a\0b", "a control character (0x00); take it out", id="NUL"),
        pytest.param(b"a\x1eb", "a control character (0x1e); take it out", id="separator"),
        pytest.param(
            b"x" * 131_073,
            "more than 131,072 bytes with the cells before it; shorten it",
            id="without end",
        ),
    ],
)
def test_a_seed_that_cannot_be_read_is_named(tmp_path: Path, note: bytes, said: str) -> None:
    folder = tmp_path / "seeds" / "curation"
    folder.mkdir(parents=True)
    (folder / "aliases.csv").write_bytes(
        b'alias,"note, long"\r\na.example,ok\r\nb.example,' + note + b"\r\n"
    )
    with pytest.raises(IngestError) as refused:
        require_readable(tmp_path)
    assert refused.value.sentence() == (
        f"{Path('seeds/curation/aliases.csv')}, line 3: note, long holds {said}."
    )
