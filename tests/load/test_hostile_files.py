"""Hostile input: a record lands or is rejected, a file loads or is refused, nothing leaks."""

from __future__ import annotations

import json
import os
import socket
import stat
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from ingest.postgres.connection import Connection
from tests.support import hostile, hostile_files
from tests.support.ingesting import ingest, load, rows, written

RECORDS = hostile.record_cases()
FILES = hostile_files.file_cases()


def said(result: Result) -> str:
    """Everything a user or a log could see."""
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exc_info
    return result.stdout + result.stderr


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("hostile")
    hostile_files.write(made)
    return made


def test_the_corpus_is_large_and_its_cases_are_told_apart() -> None:
    assert len(RECORDS) >= 200
    assert len(FILES) >= 40
    assert len({case.name for case in RECORDS}) == len(RECORDS)
    assert len({case.name for case in FILES}) == len(FILES)


def test_every_record_lands_or_is_rejected_and_every_neighbour_lands(
    db: Connection, folder: Path
) -> None:
    result = load(folder / hostile_files.RECORDS_FILE)
    assert (result.exit_code, hostile.MARK in said(result)) == (3, False)
    found = dict(rows(db, "select line, reason from raw.rejects"))
    outcomes = {case.name: found.pop(2 * n + 1, None) for n, case in enumerate(RECORDS)}
    assert found == {}, "lines of good neighbours"
    expected = {case.name: case.reason for case in RECORDS}
    assert outcomes == expected
    refused = sum(case.reason is not None for case in RECORDS)
    assert rows(db, "select records, landed, rejected from raw.loads") == [
        (2 * len(RECORDS), 2 * len(RECORDS) - refused, refused)
    ]
    landed = "from raw.company_payloads where company_domain like 'good-%'"
    assert rows(db, f"select count(*), count(distinct company_domain) {landed}") == [
        (len(RECORDS), len(RECORDS))
    ]


def test_nothing_unstorable_is_left_in_what_landed(db: Connection, folder: Path) -> None:
    load(folder / hostile_files.RECORDS_FILE)
    payloads = rows(db, "select raw_payload::text from raw.company_payloads")
    assert len(payloads) > 50
    for (payload,) in payloads:
        text = json.dumps(json.loads(payload, parse_int=str), ensure_ascii=False)
        assert r"\u0000" not in text.replace(r"\\", "")
        assert text.encode(), "half a pair is no text that could be sent to anybody"


@pytest.mark.parametrize("case", FILES, ids=lambda case: case.name)
def test_a_file_loads_or_is_refused_in_one_sentence(
    db: Connection, folder: Path, case: hostile_files.FileCase
) -> None:
    result = load(folder / case.name)
    assert hostile.MARK not in said(result)
    if case.refused is not None:
        assert (result.exit_code, written(db)) == (1, (0, 0, 0))
        (sentence,) = [line for line in result.stderr.splitlines() if line.startswith("Error: ")]
        assert case.refused in sentence
        assert case.name in sentence
        return
    assert result.exit_code == (3 if case.rejected else 0), result.stderr
    assert written(db) == (1, case.landed, len(case.rejected))
    lines = rows(db, "select line from raw.rejects order by line, id")
    assert tuple(line for (line,) in lines) == case.rejected


@pytest.mark.parametrize("option", ["--json", "--dry-run", "--max-rejects=1%"])
def test_no_option_brings_payload_text_to_the_screen(
    db: Connection, folder: Path, option: str
) -> None:
    del db
    result = load(folder / hostile_files.RECORDS_FILE, option)
    assert hostile.MARK not in said(result)


@pytest.mark.parametrize("reason", sorted({case.reason for case in RECORDS if case.reason}))
def test_a_record_that_aborts_a_load_is_not_quoted(
    db: Connection, tmp_path: Path, reason: str
) -> None:
    for case in [case for case in RECORDS if case.reason == reason][-3:]:
        file = tmp_path / "one.ndjson"
        file.write_bytes(hostile.good(1) + b"\n" + case.text + b"\n")
        result = load(file, "--on-reject", "abort")
        assert (result.exit_code, written(db)) == (1, (0, 0, 0))
        assert f"{file}:2: {reason}" in result.stderr
        assert hostile.MARK not in said(result), case.name


def test_rejects_show_the_text(db: Connection, folder: Path) -> None:
    load(folder / hostile_files.RECORDS_FILE)
    result = ingest("rejects")
    assert hostile.MARK in result.stdout
    # what a terminal would obey does not get through
    assert not any(c != "\n" and not c.isprintable() for c in result.stdout)
    del db


class TestPlaces:
    """Things that are no regular files."""

    def test_a_pipe_is_read(self, db: Connection, tmp_path: Path) -> None:
        reading, writing = os.pipe()
        os.write(writing, hostile.good(1) + b"\n")
        os.close(writing)
        result = load(f"/dev/fd/{reading}")
        os.close(reading)
        assert (result.exit_code, written(db)) == (0, (1, 1, 0)), said(result)
        del tmp_path

    @pytest.fixture(params=["folder without files", "missing", "device", "socket", "unreadable"])
    def place(self, request: pytest.FixtureRequest, tmp_path: Path) -> Path:
        path = tmp_path / "place"
        match request.param:
            case "folder without files":
                path.mkdir()
                (path / ".hidden").touch()
            case "device":
                path = Path(os.devnull)
            case "socket":
                with socket.socket(socket.AF_UNIX) as made:
                    made.bind(str(path))
            case "unreadable":
                path.write_bytes(hostile.good(1))
                path.chmod(0)
                if os.access(path, os.R_OK):
                    pytest.skip("this user may read everything")
        return path

    def test_what_cannot_be_read_is_one_sentence(self, db: Connection, place: Path) -> None:
        result = load(place)
        assert result.exit_code in {1, 2}
        words = f"{result.exception} {result.stdout} {result.stderr}"
        assert str(place) in words
        assert written(db) == (0, 0, 0)

    def test_a_name_that_is_no_text_is_readable_in_the_ledger(
        self, db: Connection, tmp_path: Path
    ) -> None:
        path = os.fsencode(tmp_path) + b"/\xff\x1b[31m.json"
        Path(os.fsdecode(path)).write_bytes(hostile.good(1))
        result = load(os.fsdecode(path))
        assert result.exit_code == 0, said(result)
        ((name,),) = rows(db, "select file_name from raw.loads")
        assert name.endswith(r"/\xff\x1b[31m.json")


def test_a_file_that_is_changed_while_it_is_read_is_refused(
    db: Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ingest.landing.ledger import open_load  # noqa: PLC0415

    file = tmp_path / "growing.json"
    file.write_bytes(hostile.good(1))

    def grow(*args: Any, **named: Any) -> None:
        open_load(*args, **named)
        with file.open("ab") as more:
            more.write(hostile.good(2))

    monkeypatch.setattr("ingest.landing.ledger.open_load", grow)
    result = load(file)
    assert (result.exit_code, written(db)) == (1, (0, 0, 0))
    assert "changed while it was read" in result.stderr


class TestServer:
    """A server that will not or cannot go on."""

    @pytest.fixture
    def many(self, tmp_path: Path) -> Path:
        file = tmp_path / "many.ndjson"
        file.write_bytes(b"".join(hostile.good(n) + b"\n" for n in range(20_000)))
        return file

    @pytest.mark.parametrize(
        ("state", "hint"),
        [
            pytest.param("53100", "make room", id="disk full"),
            pytest.param("53200", "", id="out of memory"),
            pytest.param("57014", "statement_timeout", id="timeout"),
            pytest.param("XX001", "", id="damaged table"),
        ],
    )
    def test_a_fault_of_the_server_is_no_reject(
        self, db: Connection, many: Path, state: str, hint: str
    ) -> None:
        db.execute(
            f"""
            create function raw.fail() returns trigger language plpgsql as $$ begin
                if new.company_domain = 'good-15000.example' then
                    raise exception 'could not extend file' using errcode = '{state}';
                end if;
                return new;
            end $$;
            create trigger fail before insert on raw.company_payloads
            for each row execute function raw.fail();
            """.encode()
        )
        db.commit()
        try:
            result = load(many)
            assert (result.exit_code, written(db)) == (1, (0, 0, 0))
            assert "could not extend file; nothing of this file was written" in result.stderr
            assert hint in result.stderr
        finally:
            db.execute("drop function raw.fail cascade")
            db.commit()

    @pytest.mark.parametrize(
        ("setting", "fault"),
        [
            pytest.param("default_transaction_read_only=on", "read-only", id="read only"),
            pytest.param("statement_timeout=20", "statement timeout", id="statement timeout"),
            pytest.param("temp_buffers=100", "", id="a harmless setting"),
        ],
    )
    def test_settings_of_the_session(
        self,
        db: Connection,
        many: Path,
        setting: str,
        fault: str,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setenv("PGOPTIONS", f"-c {setting}")
        result = load(many)
        if not fault:
            assert result.exit_code == 0, said(result)
            return
        assert (result.exit_code, written(db)) == (1, (0, 0, 0))
        assert fault in said(result)

    def test_a_server_that_goes_away_while_it_commits_leaves_one_question(
        self, db: Connection, many: Path
    ) -> None:
        # a deferred trigger runs in COMMIT, where it ends the session it runs in
        db.execute(
            b"""
            create function raw.leave() returns trigger language plpgsql as $$ begin
                perform pg_terminate_backend(pg_backend_pid());
                perform pg_sleep(5);
                return null;
            end $$;
            create constraint trigger leave after update on raw.loads
            deferrable initially deferred for each row execute function raw.leave();
            """
        )
        db.commit()
        try:
            result = load(many)
            assert (result.exit_code, written(db)) == (1, (0, 0, 0))
            assert "while the file was committed" in result.stderr
            assert "run the same command again" in result.stderr
        finally:
            db.execute("drop function raw.leave cascade")
            db.commit()
        assert (load(many).exit_code, written(db)) == (0, (1, 20_000, 0))


def test_payloads_stay_out_of_the_log_of_the_server(db: Connection, folder: Path) -> None:
    settings = dict(
        rows(
            db,
            "select name, setting from pg_settings where name in "
            "('log_directory', 'data_directory', 'logging_collector')",
        )
    )
    log = Path(settings["data_directory"]).parent / "server.log"
    if settings["logging_collector"] == "on" or not log.is_file():
        pytest.skip("not the embedded server")
    before = log.stat().st_size
    load(folder / hostile_files.RECORDS_FILE)
    with log.open("rb") as file:
        file.seek(before)
        assert hostile.MARK.encode() not in file.read()
    assert stat.S_ISREG(log.stat().st_mode)
