"""``ingest drop``: every file of a folder is loaded once, and moved to done/ or failed/."""

from __future__ import annotations

import gzip
import json
import os
import shutil
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from ingest.load import drop as drop_module
from ingest.load import parallel
from ingest.postgres.connection import Connection, connect
from tests.support.dropping import REASON, A, B, company, drop, fill, lying
from tests.support.feed_loads import DATA
from tests.support.ingesting import FIRMOGRAPHICS, load, rows, value, written

NOT_JSON = b"words\n"
TWO_AND_A_REJECT = A + b"\n" + B + b'\n{"x":1}\n'


def test_files_are_loaded_once_in_the_order_they_came(db: Connection, folder: Path) -> None:
    fill(folder, second=B, first=A)
    os.utime(folder / "first.json", (1, 1))
    result = drop(folder)
    assert result.exit_code == 0, result.output
    assert lying(folder) == {"": [], "done": ["first.json", "second.json"], "failed": []}
    assert written(db) == (2, 2, 0)
    names = rows(db, "select file_name from raw.loads order by started_at")
    assert names == [(f"{folder}/first.json",), (f"{folder}/second.json",)]


def test_nothing_new_is_nothing_said(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(folder, a=A)
    drop(folder)
    monkeypatch.setenv("PGPORT", "1")  # nor is the server asked
    again = drop(folder)
    assert (again.exit_code, again.output) == (0, "")


def test_a_file_that_fails_stops_no_other_and_has_its_reason_beside_it(
    db: Connection, folder: Path
) -> None:
    fill(folder, bad=NOT_JSON, empty=b"", good=A)
    (folder / "table.csv").write_bytes(b"a,b\n1,2\n")
    result = drop(folder, "--rest=0")
    assert result.exit_code == 3
    failed = ["bad.json", "empty.json", "table.csv"]
    beside = sorted([*failed, *(name + REASON for name in failed)])
    assert lying(folder) == {"": [], "done": ["good.json"], "failed": beside}
    assert written(db) == (1, 1, 0)
    for name, reason in (("bad", "malformed_json 1"), ("empty", "nothing to load")):
        text = (folder / "failed" / f"{name}.json{REASON}").read_text()
        assert text.startswith(f"{folder}/{name}.json: ")
        assert reason in text
        assert reason in result.stderr


def test_a_failed_file_that_is_mended_and_put_back_leaves_no_reason(
    db: Connection, folder: Path
) -> None:
    fill(folder, a=NOT_JSON)
    assert drop(folder).exit_code == 3
    # put back as it was: fails in the same place
    (folder / "failed" / "a.json").rename(folder / "a.json")
    assert drop(folder).exit_code == 3
    assert lying(folder)["failed"] == ["a.json", f"a.json{REASON}"]
    (folder / "failed" / "a.json").unlink()
    fill(folder, a=A)
    assert drop(folder).exit_code == 0
    assert lying(folder) == {"": [], "done": ["a.json"], "failed": []}
    assert written(db) == (1, 1, 0)


def test_rejects_are_said_and_do_not_fail_a_file(db: Connection, folder: Path) -> None:
    fill(folder, a=TWO_AND_A_REJECT)
    result = drop(folder)
    assert (result.exit_code, lying(folder)["done"]) == (0, ["a.json"])
    assert "1 rejected (no_key 1). See: ingest rejects" in result.stderr
    assert written(db) == (1, 2, 1)


def test_a_file_with_more_rejects_than_allowed_fails(db: Connection, folder: Path) -> None:
    fill(folder, a=TWO_AND_A_REJECT, b=company("c"))
    assert drop(folder, "--max-rejects=10%").exit_code == 3
    assert lying(folder)["failed"] == ["a.json", f"a.json{REASON}"]
    assert written(db) == (1, 1, 0)


# -- what is no file, or none yet --------------------------------------------------------------


def a_socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listening:
        os.chdir(path.parent)  # its name would be too long otherwise
        listening.bind(path.name)


def a_link_out(path: Path) -> None:
    outside = path.parent.parent / "outside.json"
    outside.write_bytes(A)
    path.symlink_to(outside)


@pytest.mark.parametrize(
    ("make", "kind"),
    [
        pytest.param(os.mkfifo, "a named pipe", id="pipe"),
        pytest.param(a_socket, "a socket", id="socket"),
        pytest.param(a_link_out, "a symbolic link", id="link that leads out"),
        pytest.param(lambda path: path.symlink_to("done"), "a symbolic link", id="link to done"),
        pytest.param(lambda path: path.symlink_to("gone"), "a symbolic link", id="dangling link"),
        pytest.param(
            lambda path: os.mknod(path, 0o20600, os.makedev(1, 3)), "a device", id="device"
        ),
    ],
)
def test_what_is_no_file_fails_and_is_not_opened(
    db: Connection,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    make: Callable[[Path], None],
    kind: str,
) -> None:
    monkeypatch.chdir(folder)
    try:
        make(folder / "odd.json")
    except PermissionError:
        pytest.skip("this user makes no devices")
    fill(folder, good=A)
    result = drop(folder, "--rest=0")
    assert (result.exit_code, written(db)) == (3, (1, 1, 0))
    assert lying(folder) == {
        "": [],
        "done": ["good.json"],
        "failed": ["odd.json", f"odd.json{REASON}"],
    }
    assert f"odd.json: this is {kind}, and no file." in result.stderr
    if kind == "a symbolic link":
        assert (folder / "failed" / "odd.json").is_symlink()


def test_a_folder_stays_and_is_named(db: Connection, folder: Path) -> None:
    (folder / "below").mkdir()
    fill(folder / "below", a=A)
    result = drop(folder, "--rest=0")
    assert (result.exit_code, written(db)) == (0, (0, 0, 0))
    assert lying(folder)[""] == ["below"]
    assert result.stderr.count("\n") == 1
    assert "below: this is a folder, and left" in result.stderr


def test_what_is_hidden_or_unfinished_by_name_is_passed_over(db: Connection, folder: Path) -> None:
    names = [".a.json", ".a.json.Xy12", "a.json.part", "a.json.PART", "a.tmp", "a.crdownload"]
    names += ["a.json.filepart", f"a.json{REASON}"]
    for name in names:
        (folder / name).write_bytes(A)
    result = drop(folder, "--rest=0")
    assert (result.exit_code, result.output, written(db)) == (0, "", (0, 0, 0))
    assert lying(folder)[""] == sorted(names)


def test_a_file_that_rests_is_not_waited_for(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "sleep", lambda _: pytest.fail("nothing to wait for"))
    fill(folder, a=A)
    assert drop(folder, "--rest=3600").exit_code == 0
    assert lying(folder)["done"] == ["a.json"]


def test_a_new_file_is_waited_for_once_whatever_clock_its_time_is_of(folder: Path) -> None:
    for name, ahead in (("now", 0), ("ahead", 86_400)):
        (folder / f"{name}.json").write_bytes(company(name))
        os.utime(folder / f"{name}.json", (time.time() + ahead,) * 2)
    began = time.monotonic()
    result = drop(folder, "--rest=1.5")
    assert time.monotonic() - began > 1.5
    assert "2 files that were changed just now" in result.stderr
    assert lying(folder)["done"] == ["ahead.json", "now.json"]


def test_a_growing_file_is_left_until_it_rests(db: Connection, folder: Path) -> None:
    growing = folder / "growing.ndjson"
    growing.write_bytes(A + b"\n")
    (folder / "new.json").write_bytes(company("new"))
    stop = threading.Event()

    def grow() -> None:
        n = 0
        with growing.open("ab", buffering=0) as file:
            while not stop.wait(0.05):
                file.write(company(f"c{n}") + b"\n")
                n += 1

    writer = threading.Thread(target=grow)
    writer.start()
    try:
        result = drop(folder, "--rest=1")
    finally:
        stop.set()
        writer.join()
    assert result.exit_code == 0
    assert "growing.ndjson: it is still growing" in result.stderr
    assert lying(folder) == {"": ["growing.ndjson"], "done": ["new.json"], "failed": []}
    assert drop(folder, "--rest=0").exit_code == 0
    assert lying(folder)[""] == []
    assert value(db, "select count(*) from raw.loads") == 2


# -- what the ledger knows ---------------------------------------------------------------------


def test_known_files_are_moved_over_one_connection_and_not_loaded(
    db: Connection, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    contents = {f"f{n}": company(f"f{n}") for n in range(30)}
    fill(folder, **contents)
    load(folder)
    (folder / "f0.json.gz").write_bytes(gzip.compress(contents["f0"]))
    connections = []

    def counted() -> Connection:
        connections.append(1)
        return connect()

    monkeypatch.setattr(parallel, "connect", counted)
    result = drop(folder, "--rest=0")
    assert (result.exit_code, len(connections)) == (0, 1)
    assert "31 files were loaded before." in result.stderr
    assert len(lying(folder)["done"]) == 31
    assert written(db) == (30, 30, 0)


def test_known_is_known_for_the_workflow_only(db: Connection, folder: Path) -> None:
    fill(folder, a=A)
    load(folder / "a.json", workflow="clay-find-companies")
    assert drop(folder).exit_code == 0
    assert value(db, "select count(*) from raw.loads") == 2


def test_large_files_are_known_too(
    db: Connection, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drop_module, "_LOOKED_UP_BYTES", 5)
    fill(folder, a=A, same=A)
    result = drop(folder)
    assert (result.exit_code, lying(folder)["done"]) == (0, ["a.json", "same.json"])
    assert "same.json: loaded before, on 20" in result.stderr
    assert written(db) == (1, 1, 0)


# -- names -------------------------------------------------------------------------------------


def test_a_name_that_is_taken_is_not_overwritten(folder: Path) -> None:
    for n in range(3):
        fill(folder, good=company(f"n{n}"), bad=b"words %d" % n)
        assert drop(folder).exit_code == 3
    assert lying(folder)["done"] == ["good-2.json", "good-3.json", "good.json"]
    contents = [(folder / "done" / f"good{tag}.json").read_bytes() for tag in ("", "-2", "-3")]
    assert contents == [company(f"n{n}") for n in range(3)]
    failed = [f"bad{tag}.json" for tag in ("", "-2", "-3")]
    assert lying(folder)["failed"] == sorted([*failed, *(name + REASON for name in failed)])
    assert (folder / "failed" / "bad-3.json").read_bytes() == b"words 2"


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(b"n" * 250 + b".json", id="as long as can be"),
        pytest.param(b"a." + b"n" * 253, id="with an ending as long as can be"),
        pytest.param("é".encode() * 125 + b".json", id="long, of two bytes each"),
        pytest.param(b"\xff\xfe.json", id="no text"),
        pytest.param(b"a\n\x1b[31m.json", id="control characters"),
        pytest.param(b"-.json", id="a dash"),
    ],
)
def test_any_name_can_be_loaded_and_can_fail(db: Connection, folder: Path, name: bytes) -> None:
    path = folder / os.fsdecode(name)
    for content, status in ((NOT_JSON, 3), (NOT_JSON + b"!", 3), (A, 0), (B, 0)):
        path.write_bytes(content)
        result = drop(folder, "--rest=0", "--json")
        assert result.exit_code == status, result.output
        assert len(json.loads(result.stdout)["files"]) == 1
        assert "\x1b" not in result.output
    found = lying(folder)
    assert [len(names) for names in found.values()] == [0, 2, 4]
    assert written(db) == (2, 2, 0)


# -- others at work ----------------------------------------------------------------------------


def test_a_dry_run_moves_and_makes_nothing(db: Connection, folder: Path) -> None:
    fill(folder, a=A, bad=NOT_JSON)
    result = drop(folder, "--dry-run", "--json")
    assert (result.exit_code, written(db)) == (3, (0, 0, 0))
    assert lying(folder) == {"": ["a.json", "bad.json"]}
    files = json.loads(result.stdout)["files"]
    assert [(file["status"], file["moved_to"]) for file in files] == [
        ("dry run", f"{folder}/done/a.json"),
        ("failed", f"{folder}/failed/bad.json"),
    ]


def test_json_is_one_document(db: Connection, folder: Path) -> None:
    assert json.loads(drop(folder, "--json").stdout) == {
        "folder": str(folder),
        "server": None,
        "files": [],
    }
    fill(folder, a=A, bad=NOT_JSON)
    document = json.loads(drop(folder, "--json").stdout)
    loaded, failed = document["files"]
    assert f"database {db.info.dbname} on " in document["server"]
    assert loaded["load"]["load_id"] == str(value(db, "select id from raw.loads"))
    assert (failed["status"], failed["load"]) == ("failed", None)
    assert "malformed_json" in failed["error"]


def test_options_of_a_load_are_those_of_a_drop(folder: Path) -> None:
    assert drop(folder, "--timezone=Europe/Berlin").exit_code == 2
    shutil.copy(DATA / "vc-firms.csv", folder)
    assert drop(folder, "--rest=0", workflow="vc-firms").exit_code == 0
    shutil.copy(DATA / "vc-portfolio.csv", folder)
    options = ("--rest=0", "--vc-firm=fjord.example")
    assert drop(folder, *options, workflow="vc-portfolio").exit_code == 0
    assert lying(folder)["done"] == ["vc-firms.csv", "vc-portfolio.csv"]


def test_several_files_at_a_time(db: Connection, folder: Path) -> None:
    fill(folder, **{f"f{n}": company(f"f{n}") for n in range(20)}, bad=NOT_JSON)
    assert drop(folder, "--jobs=4").exit_code == 3
    assert len(lying(folder)["done"]) == 20
    assert written(db) == (20, 20, 0)


def test_records_may_name_their_workflow(db: Connection, folder: Path) -> None:
    envelope = {"domain": "a.example", "workflow_slug": FIRMOGRAPHICS}
    fill(folder, a=json.dumps(envelope).encode())
    assert drop(folder, workflow=None).exit_code == 0
    assert written(db) == (1, 1, 0)
