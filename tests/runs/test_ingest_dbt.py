"""What `ingest dbt` adds to dbt: harmless lines, colours in their place, an end after Ctrl-C."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from ingest.dbt.main import HarmlessRecord, is_news, note_causes
from ingest.dbt.seed_files import require_readable
from ingest.errors import IngestError
from tests.support.warehouse import Warehouse

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


CAUSE = "The disk of the server is full, which is behind 1 of 1 errors. Make room there"


@pytest.mark.parametrize(
    ("line", "causes"),
    [
        (f"08:00:00  {CAUSE}", [CAUSE]),
        (f'{{"info": {{"msg": "{CAUSE}"}}, "data": {{}}}}', [CAUSE]),
        ("08:00:00  Completed with 1 error, which is one of 9", []),
    ],
    ids=["text", "json", "another line"],
)
def test_what_is_behind_many_errors_is_known_by_its_words(line: str, causes: list[str]) -> None:
    found: list[str] = []
    assert note_causes(found)(record("stdout_log", line))
    assert found == causes


# as the server puts it
FULL_DISK = """
    create function public.full_disk() returns trigger language plpgsql as $$
    begin raise exception 'could not extend file "base/5/16384": No space left on device'; end $$;
    create trigger fails before insert on reference.sources execute function public.full_disk()
"""


def test_the_cause_of_many_errors_is_the_last_thing_said(warehouse: Warehouse) -> None:
    warehouse.conn.execute(FULL_DISK)
    warehouse.conn.commit()
    try:
        done = subprocess.run(
            [*INGEST, "seed", "--full-refresh", "--select", "sources"],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
    finally:
        warehouse.conn.execute("drop function public.full_disk cascade")
        warehouse.conn.commit()
    assert done.returncode == 1
    assert done.stdout.splitlines()[-1] == f"{CAUSE}, then run: dbt retry"
    assert done.stdout.count(CAUSE) == 2


@pytest.mark.parametrize(
    ("setting", "words", "told"),
    [
        # dbt begins its first line with the code of no colour
        pytest.param({}, ("ls", "--select", "nothing"), "does not match any", id="pipe"),
        pytest.param(
            {},
            ("seed", "--select", "sources"),
            "OK loaded seed file reference.sources",
            id="pipe-seed",
            marks=pytest.mark.long,
        ),
        pytest.param(
            {"NO_COLOR": "1"},
            ("seed", "--select", "sources"),
            "OK loaded seed file reference.sources",
            id="no-color",
            marks=pytest.mark.long,
        ),
    ],
)
def test_nothing_but_text_goes_into_files_and_pipes(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    setting: dict[str, str],
    words: tuple[str, ...],
    told: str,
) -> None:
    if words[0] == "seed":
        request.getfixturevalue("_built")
    done = subprocess.run(
        [*INGEST, *words, "--log-path", str(tmp_path)],
        env={**os.environ, **setting},
        capture_output=True,
        text=True,
        check=False,
    )
    logged = (tmp_path / "dbt.log").read_text(encoding="utf-8")
    assert done.returncode == 0
    assert told in done.stdout
    assert told in logged
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
