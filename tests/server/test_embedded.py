"""The embedded server: private, started on demand, and hard to break."""

from __future__ import annotations

import os
import shutil
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from ingest.errors import IngestError
from ingest.postgres import embedded
from ingest.postgres.account import server_account
from ingest.postgres.cluster import Cluster
from ingest.project import project_dir

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root runs it as another account")

_MARKER = "name: hq_warehouse\n"


def make_checkout(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Cluster:
    folder.mkdir(parents=True)
    (folder / "dbt_project.yml").write_text(_MARKER)
    monkeypatch.setenv("HQ_PROJECT_DIR", str(folder))
    project_dir.cache_clear()
    return Cluster(folder / ".postgres", embedded.programs, 18)


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cluster]:
    """A checkout of its own, in which nothing was started yet."""
    cluster = make_checkout(tmp_path / "hq", monkeypatch)
    yield cluster
    cluster.stop()
    project_dir.cache_clear()


def ask(question: str) -> object:
    with psycopg.connect(**embedded.ensure_running()) as conn:  # type: ignore[arg-type]
        row = conn.execute(question.encode()).fetchone()
    return row[0] if row else None


def keep(number: int) -> None:
    with psycopg.connect(**embedded.ensure_running()) as conn:  # type: ignore[arg-type]
        conn.execute("create table if not exists kept (number int)")
        conn.execute("insert into kept values (%s)", (number,))


def crash(cluster: Cluster) -> None:
    pid = cluster.pid_file().pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    while cluster.is_ready():
        pass


@pytest.mark.usefixtures("checkout")
def test_starts_on_demand_and_stays() -> None:
    assert not embedded.status().running
    first = embedded.ensure_running()
    pid = embedded.status().pid
    assert first == embedded.ensure_running()
    assert (first["user"], first["dbname"]) == ("hq", "hq")
    assert embedded.status().pid == pid


@pytest.mark.usefixtures("checkout")
def test_stop_says_whether_a_server_ran() -> None:
    assert not embedded.stop()
    embedded.ensure_running()
    assert embedded.stop()
    assert not embedded.stop()
    assert not embedded.status().running


def test_data_outlives_a_stop_and_a_crash(checkout: Cluster) -> None:
    keep(1)
    embedded.stop()
    keep(2)
    crash(checkout)
    assert ask("select count(*) from kept") == 2


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        pytest.param("listen_addresses", "", id="no network"),
        pytest.param("server_encoding", "UTF8", id="encoding"),
        pytest.param("fsync", "on", id="durable: fsync"),
        pytest.param("synchronous_commit", "on", id="durable: commit"),
        pytest.param("full_page_writes", "on", id="durable: pages"),
    ],
)
@pytest.mark.usefixtures("server_of_module")
def test_settings(setting: str, value: str) -> None:
    assert ask(f"select current_setting('{setting}')") == value


@pytest.fixture(scope="module")
def server_of_module(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with pytest.MonkeyPatch.context() as monkeypatch:
        cluster = make_checkout(tmp_path_factory.mktemp("shared") / "hq", monkeypatch)
        yield cluster
        cluster.stop()
    project_dir.cache_clear()


@pytest.mark.usefixtures("server_of_module")
def test_lower_cases_letters_of_any_script() -> None:
    assert ask("select lower('ÉIΩЖ')") == "éiωж"


def test_nobody_else_may_look_at_socket_or_data(server_of_module: Cluster) -> None:
    embedded.ensure_running()
    for folder in (server_of_module.socket_dir, server_of_module.data):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


@as_root
@pytest.mark.usefixtures("server_of_module")
def test_not_even_the_account_that_runs_it_may_log_in() -> None:
    host = embedded.ensure_running()["host"]
    psql: list[str | Path]
    psql = [embedded.programs() / "psql", "-w", "-h", host, "-U", "hq", "-c", "select 1", "hq"]
    process = server_account().popen(psql, {}, stderr=subprocess.PIPE)
    _, complaint = process.communicate()
    assert b"Peer authentication failed" in complaint


@as_root
def test_a_closed_parent_is_opened_to_the_account_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    private = tmp_path / "private"
    cluster = make_checkout(private / "hq", monkeypatch)
    private.chmod(0o700)
    embedded.ensure_running()
    cluster.stop()
    project_dir.cache_clear()
    assert stat.S_IMODE(private.stat().st_mode) & 0o007 == 0
    assert f"Let the account hq-postgres pass through {private}." in capsys.readouterr().err


def test_waits_for_a_statement_that_outlives_the_crash(checkout: Cluster) -> None:
    with closing(psycopg.connect(**embedded.ensure_running())) as conn:  # type: ignore[arg-type]
        conn.pgconn.send_query(b"select count(*) from generate_series(1, 8000000)")
        crash(checkout)
        assert ask("select 1") == 1


def test_number_of_the_crashed_server_went_to_another_program(checkout: Cluster) -> None:
    embedded.ensure_running()
    crash(checkout)
    stranger = server_account().popen(["sleep", "600"], {})
    try:
        pid_file = checkout.data / "postmaster.pid"
        _, rest = pid_file.read_text().split("\n", 1)
        pid_file.write_text(f"{stranger.pid}\n{rest}")
        assert not embedded.stop()
        assert ask("select 1") == 1
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_two_commands_at_the_same_moment_share_one_server(checkout: Cluster) -> None:
    script = "from ingest.postgres import embedded; embedded.ensure_running()"
    both = [subprocess.Popen([sys.executable, "-c", script]) for _ in range(2)]
    assert [process.wait() for process in both] == [0, 0]
    assert checkout.log.read_text().count("ready to accept connections") == 1


def test_an_interrupted_creation_is_begun_anew(checkout: Cluster) -> None:
    half = checkout.folder / "data.new"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")
    assert ask("select 1") == 1
    assert not half.exists()


def test_data_of_another_major_version_is_refused(checkout: Cluster) -> None:
    checkout.data.mkdir(parents=True)
    (checkout.data / "PG_VERSION").write_text("16\n")
    with pytest.raises(IngestError, match="made by PostgreSQL 16, this release brings 18"):
        embedded.ensure_running()


def test_a_folder_that_is_no_data_is_refused(checkout: Cluster) -> None:
    checkout.data.mkdir(parents=True)
    with pytest.raises(IngestError, match="no complete PostgreSQL data folder"):
        embedded.ensure_running()


def test_damaged_data_is_reported_in_the_words_of_the_server(checkout: Cluster) -> None:
    embedded.ensure_running()
    embedded.stop()
    (checkout.data / "global" / "pg_control").unlink()
    with pytest.raises(
        IngestError, match=r"did not start: .*could not find the database.*pg_control"
    ) as caught:
        embedded.ensure_running()
    assert caught.value.where == str(checkout.log)


def test_a_large_log_is_set_aside(checkout: Cluster) -> None:
    embedded.ensure_running()
    embedded.stop()
    with checkout.log.open("ab") as log:
        log.truncate(10_000_001)
    embedded.ensure_running()
    assert checkout.log.stat().st_size < 10_000
    assert checkout.log.with_suffix(".log.1").stat().st_size == 10_000_001


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("deep/" * 30 + "hq", id="path too long for a socket"),
        pytest.param('a, "b" $HOME `c` d\'s é', id="characters with a meaning elsewhere"),
    ],
)
def test_an_awkward_path_gets_its_socket_in_tmp(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cluster = make_checkout(tmp_path / name, monkeypatch)
    try:
        assert ask("select 1") == 1
        assert cluster.socket_dir.parent == Path("/tmp")
        assert stat.S_IMODE(cluster.socket_dir.stat().st_mode) == 0o700
    finally:
        cluster.stop()
        project_dir.cache_clear()
    assert not cluster.socket_dir.exists()


@pytest.mark.parametrize("trap", ["open folder", "link"])
def test_a_socket_folder_prepared_by_somebody_else_is_refused(
    trap: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cluster = make_checkout(tmp_path / ("deep/" * 30 + "hq"), monkeypatch)
    if trap == "link":
        cluster.socket_dir.symlink_to(tmp_path)
    else:
        cluster.socket_dir.mkdir()
        cluster.socket_dir.chmod(0o777)
    try:
        with pytest.raises(IngestError, match="not private to its user"):
            embedded.ensure_running()
    finally:
        project_dir.cache_clear()
        if trap == "link":
            cluster.socket_dir.unlink()
        else:
            cluster.socket_dir.rmdir()


@pytest.mark.parametrize("action", [embedded.ensure_running, embedded.stop, embedded.status])
def test_the_server_of_another_user_is_theirs(
    action: object, checkout: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    checkout.folder.mkdir()
    with monkeypatch.context() as other:
        other.setattr(os, "geteuid", lambda: checkout.folder.stat().st_uid + 1)
        with pytest.raises(IngestError, match="belongs to another user"):
            action()  # type: ignore[operator]


def test_a_missing_wheel_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedded, "find_spec", lambda _name: None)
    with pytest.raises(IngestError, match="PostgreSQL 18 is not installed; install"):
        embedded.programs()


def test_a_checkout_that_is_a_file_in_the_way(checkout: Cluster) -> None:
    checkout.folder.write_text("")
    with pytest.raises(IngestError, match="cannot be set up: File exists"):
        embedded.ensure_running()
    checkout.folder.unlink()


def test_a_moved_checkout_keeps_its_data(
    checkout: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(1)
    embedded.stop()
    shutil.move(checkout.folder.parent, tmp_path / "elsewhere")
    monkeypatch.setenv("HQ_PROJECT_DIR", str(tmp_path / "elsewhere"))
    project_dir.cache_clear()
    try:
        assert ask("select count(*) from kept") == 1
    finally:
        embedded.stop()
