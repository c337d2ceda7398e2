"""One PostgreSQL data folder and the server process on it.

Everything lies in one folder: ``data``, ``server.log``, ``lock``, the access rules and the
socket. There is no TCP port and no password: the server takes connections over its socket from
the operating-system user who owns the folder, checked by the kernel (``peer``).
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from ingest.errors import IngestError
from ingest.postgres.account import Account, let_through, login_name, server_account
from ingest.terminal.screen import say

DATABASE = "hq"
SUPERUSER = "hq"
PORT = 5432  # only part of the socket's name: nothing listens on a network

# sun_path holds 104 bytes on the BSDs and 108 on Linux, the closing NUL included
_SOCKET_PATH_BYTES = 103
# libpq splits a host at commas, the server splits its list at commas and blanks
_PLAIN_PATH = re.compile(r"[A-Za-z0-9._/+-]+")

_LOG_BYTES = 10_000_000
_PATIENCE_SECONDS = 300.0  # recovery after a crash replays up to max_wal_size
_POLL_SECONDS = 0.02

# For a laptop. Durability (fsync, synchronous_commit, full_page_writes) stays as PostgreSQL ships.
_SETTINGS = {
    "listen_addresses": "",
    "port": str(PORT),
    "unix_socket_permissions": "0700",
    "max_connections": "60",
    "shared_buffers": "256MB",
    "effective_cache_size": "2GB",
    "work_mem": "32MB",
    "maintenance_work_mem": "256MB",
    "max_wal_size": "4GB",
    "checkpoint_timeout": "15min",
    "random_page_cost": "1.1",
}

_HBA = """\
# Written by ingest at every start. One user, one way in.
local all all peer map=owner
"""


@dataclass(frozen=True)
class PidFile:
    """The two facts of ``postmaster.pid`` that matter; None and "" where it has none."""

    pid: int | None
    state: str


@dataclass(frozen=True)
class Cluster:
    """A data folder, where its programs are, and what can be done with it.

    Attributes:
        folder: Where everything lies; made when the server is first started.
        programs: Tells the folder of PostgreSQL's programs, or raises IngestError.
        major: Their major version.
    """

    folder: Path
    programs: Callable[[], Path]
    major: int

    @cached_property
    def _home(self) -> Path:
        return self.folder.resolve()

    @property
    def data(self) -> Path:
        """PostgreSQL's data folder; it need not exist yet."""
        return self._home / "data"

    @property
    def log(self) -> Path:
        """What the server writes about itself."""
        return self._home / "server.log"

    @cached_property
    def socket_dir(self) -> Path:
        """Beside the data, or in /tmp when that path is too long or has odd characters.

        A fixed place, not TMPDIR or XDG_RUNTIME_DIR: those differ between a login and a cron job
        of the same user, which have to find the same server.
        """
        inside = self._home / "socket"
        full = os.fsencode(_socket_file(inside))
        if len(full) <= _SOCKET_PATH_BYTES and _PLAIN_PATH.fullmatch(str(inside)):
            return inside
        digest = hashlib.sha256(os.fsencode(self.data)).hexdigest()[:16]
        return Path(f"/tmp/hq-{os.geteuid()}-{digest}")  # noqa: S108 - ownership is verified

    def parameters(self) -> dict[str, str]:
        """How libpq reaches the server's database."""
        return {
            "host": str(self.socket_dir),
            "port": str(PORT),
            "user": SUPERUSER,
            "dbname": DATABASE,
        }

    def ensure_running(self) -> dict[str, str]:
        """Start the server unless it runs; make its data folder and database the first time.

        Returns:
            libpq parameters.

        Raises:
            IngestError: It cannot be started, or belongs to another user.
        """
        self.check_owner()
        if not self.is_ready():
            try:
                account = server_account()
                self._make_home(account)
                with self._locked():
                    self._start(account)
            except OSError as fault:
                raise IngestError(
                    f"the embedded server cannot be set up: {fault.strerror}",
                    where=str(fault.filename or self.folder),
                    hint="make the checkout writable, or set PGHOST to use another server",
                ) from fault
        return self.parameters()

    def stop(self) -> bool:
        """Stop the server; open transactions are rolled back.

        Returns:
            Whether one was running.

        Raises:
            IngestError: It did not stop in time, or belongs to another user.
        """
        self.check_owner()
        if not self.folder.is_dir():
            return False
        with self._locked():
            pid = self._postmaster()
            if pid is None:
                return False
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGINT)  # PostgreSQL's "fast" shutdown
            _wait_until(lambda: self.pid_file().pid != pid, "the embedded server does not stop")
            with suppress(OSError):
                self.socket_dir.rmdir()  # it may lie in /tmp, where nobody would tidy it up
            return True

    # -- what is there ---------------------------------------------------------------------

    def pid_file(self) -> PidFile:
        """Read ``postmaster.pid``; a crashed server leaves it behind."""
        try:
            lines = (self.data / "postmaster.pid").read_text(encoding="utf-8").splitlines()
        except (FileNotFoundError, PermissionError):
            return PidFile(None, "")
        pid = int(lines[0]) if lines and lines[0].strip().isdigit() else None
        return PidFile(pid, lines[7].strip() if len(lines) > 7 else "")  # noqa: PLR2004

    def is_ready(self) -> bool:
        """Whether the server takes connections now."""
        return self._listens() and self.pid_file().state == "ready"

    def _listens(self) -> bool:
        with socket.socket(socket.AF_UNIX) as probe:
            try:
                probe.connect(_socket_file(self.socket_dir))
            except OSError:
                return False
        return True

    def _postmaster(self) -> int | None:
        """The server's process id; None if it is dead and the number perhaps another's now."""
        pid = self.pid_file().pid
        if pid is None or not (self._listens() or str(self.data) in _arguments(pid)):
            return None
        return pid

    def check_owner(self) -> None:
        """Raise an IngestError if the folder is another user's: they alone may connect."""
        if not self.folder.exists():
            return
        owner = self.folder.stat().st_uid
        if owner != os.geteuid():
            raise IngestError(
                f"the embedded server here belongs to another user (id {owner}), "
                "who alone may use it",
                where=str(self.folder),
                hint="run as that user, use a checkout of your own, or set PGHOST",
            )

    def _check_version(self) -> None:
        version = self.data / "PG_VERSION"
        if not version.is_file():
            raise IngestError(
                "this is no complete PostgreSQL data folder",
                where=str(self.data),
                hint="put its files back, or move it away to begin anew",
            )
        made_by = version.read_text(encoding="ascii").strip()
        if made_by != str(self.major):
            raise IngestError(
                f"the data was made by PostgreSQL {made_by}, this release brings {self.major}",
                where=str(self.data),
                hint=f"move {self.folder} away and load the files again, or copy the data over "
                "with pg_dump of the release that made it",
            )

    # -- making it -------------------------------------------------------------------------

    def _make_home(self, account: Account) -> None:
        self._home.mkdir(mode=0o700, exist_ok=True)
        account.let_read(self._home, mode=0o710 if account.switched else 0o700)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Let one command at a time create, start or stop the server."""
        with (self._home / "lock").open("w", encoding="ascii") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                say("Waiting for another command that starts or stops the server ...")
                fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _initialise(self, account: Account) -> None:
        """Make the data folder under another name: an interruption leaves no half of one."""
        say(f"Creating the embedded PostgreSQL {self.major} in {self._home} ...")
        fresh = self._home / "data.new"
        if fresh.exists():
            shutil.rmtree(fresh)
        fresh.mkdir()
        account.give(fresh, mode=0o700)
        account.run(
            [
                self.programs() / "initdb",
                f"--pgdata={fresh}",
                f"--username={SUPERUSER}",
                "--encoding=UTF8",
                # built into PostgreSQL, so the same on every machine, whatever locales it has
                "--locale-provider=builtin",
                "--builtin-locale=C.UTF-8",
                "--locale=C",
                "--auth-local=peer",
                "--auth-host=reject",
                "--no-instructions",
            ],
        )
        account.run(
            [
                self.programs() / "postgres",
                "--single",
                f"-D{fresh}",
                "-cexit_on_error=on",
                "template1",
            ],
            stdin=f"create database {DATABASE}\n",
        )
        fresh.rename(self.data)

    # -- starting it -----------------------------------------------------------------------

    def _start(self, account: Account) -> None:
        """Start the server and wait until it takes connections. The lock is held."""
        let_through(account, self.programs())
        let_through(account, self._home)
        if not self.data.exists():
            self._initialise(account)
        self._check_version()
        stale = self._settle()
        if self.is_ready():
            return
        self._prepare(account)
        deadline, waiting = time.monotonic() + _PATIENCE_SECONDS, False
        while (failure := self._attempt(account, stale)) is not None:
            # a statement that was running when the server crashed has not noticed yet
            if "shared memory block" not in failure or time.monotonic() > deadline:
                raise IngestError(
                    f"the embedded server did not start: {failure}", where=str(self.log)
                )
            if not waiting:
                say("Waiting for a process of the crashed server to end ...")
            waiting = True
            time.sleep(1)

    def _attempt(self, account: Account, stale: int | None) -> str | None:
        """Start the server once; its last words if it ended instead."""
        began = self.log.stat().st_size if self.log.exists() else 0
        process = self._launch(account, stale)
        _wait_until(
            lambda: process.poll() is not None or self.is_ready(),
            "the embedded server is not ready yet",
        )
        return None if process.returncode is None else self._last_words(began)

    def _settle(self) -> int | None:
        """Wait for a server on its way up or down.

        Returns:
            The process id that a crashed server left in its pid file, if it did.
        """
        if self._postmaster() is not None:
            _wait_until(
                lambda: self.is_ready() or self._postmaster() is None,
                "the embedded server neither starts nor stops",
            )
        return self.pid_file().pid

    def _prepare(self, account: Account) -> None:
        owner = login_name().replace('"', '""')
        rules = {"pg_hba.conf": _HBA, "pg_ident.conf": f'owner "{owner}" "{SUPERUSER}"\n'}
        for name, text in rules.items():
            (self._home / name).write_text(text, encoding="utf-8")
            account.let_read(self._home / name, mode=0o640)
        if self.log.exists() and self.log.stat().st_size > _LOG_BYTES:
            self.log.replace(self.log.with_suffix(".log.1"))
        account.own_folder(self.socket_dir)
        # left by a crash; nobody listens, and only this server uses the folder
        socket_file = _socket_file(self.socket_dir)
        for leftover in (socket_file, f"{socket_file}.lock"):
            Path(leftover).unlink(missing_ok=True)

    def _launch(self, account: Account, stale: int | None) -> subprocess.Popen[bytes]:
        settings = {
            **_SETTINGS,
            "unix_socket_directories": str(self.socket_dir),
            "hba_file": str(self._home / "pg_hba.conf"),
            "ident_file": str(self._home / "pg_ident.conf"),
        }
        # PostgreSQL refuses to start while the process of its pid file lives. After a crash that
        # number may have gone to some other program; this variable names a process that does not
        # count. Its second check, for shared memory still in use, stays in force.
        extra = {"PG_GRANDPARENT_PID": str(stale)} if stale else {}
        arguments: list[str | Path] = [self.programs() / "postgres", "-D", self.data]
        for name, value in settings.items():
            arguments += ["-c", f"{name}={value}"]
        with self.log.open("ab") as log:
            return account.popen(arguments, extra, stdout=log, stderr=log)

    def _last_words(self, began: int) -> str:
        with self.log.open("rb") as log:
            log.seek(began if began <= self.log.stat().st_size else 0)
            lines = log.read().decode("utf-8", "replace").splitlines()
        telling = [
            line
            for line in lines
            if ("FATAL:" in line or "PANIC:" in line)
            # said by a process of the crashed server, which writes to the same log
            and "unexpected postmaster exit" not in line
        ]
        words = telling[-1] if telling else " ".join(lines) or "it left no message"
        return re.sub(r"^.*?(FATAL|PANIC):\s*", "", words).rstrip(".")


def _socket_file(folder: Path) -> str:
    return f"{folder}/.s.PGSQL.{PORT}"


def _arguments(pid: int) -> list[str]:
    """The command line of a process, [] if there is none or the system does not tell."""
    try:
        return os.fsdecode(Path(f"/proc/{pid}/cmdline").read_bytes()).split("\0")
    except OSError:
        return []


def _wait_until(condition: Callable[[], bool], failure: str) -> None:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while not condition():
        if time.monotonic() > deadline:
            raise IngestError(f"{failure} after {_PATIENCE_SECONDS:.0f} seconds")
        time.sleep(_POLL_SECONDS)
