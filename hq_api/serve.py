"""Starting and stopping the service: uvicorn, with as many processes as asked for."""

from __future__ import annotations

import ipaddress
import os
import socket
import tempfile
from collections.abc import Callable

import uvicorn
from uvicorn.supervisors import Multiprocess

from hq_api.metrics import SHARED_FOLDER
from hq_api.protocol import Protocol
from hq_api.settings import Settings, hand_on
from ingest.errors import IngestError, UsageError

_APPLICATION = "hq_api.app:served"
_GRACE_SECONDS = 30  # for answers under way when the service is told to stop
_BACKLOG = 1024


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches a server on this host."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def serve(
    host: str,
    port: int,
    settings: Settings,
    *,
    base_path: str = "",
    proxies: str = "127.0.0.1",
    announce: Callable[[str], None],
) -> None:
    """Serve until told to stop; answers under way are finished first.

    Args:
        host: Where to listen.
        port: Where to listen; 0 for any free one.
        settings: How to run.
        base_path: What a proxy puts before every path.
        proxies: Addresses whose X-Forwarded headers are believed, separated by commas.
        announce: Told the address once it is listened on.

    Raises:
        UsageError: Everybody would be let in from anywhere.
        IngestError: The address is taken.
    """
    if not settings.with_keys and not is_loopback(host):
        raise UsageError(
            f"--no-auth lets everybody in, and {host} is reached from other machines",
            hint="leave --host out, or make a key: ingest api keys create --help",
        )
    hand_on(settings)
    config = uvicorn.Config(
        _APPLICATION,
        factory=True,
        host=host,
        port=port,
        workers=settings.workers,
        root_path=base_path.rstrip("/"),
        proxy_headers=True,
        forwarded_allow_ips=proxies,
        access_log=False,
        log_level="warning",
        server_header=False,
        backlog=_BACKLOG,
        timeout_graceful_shutdown=_GRACE_SECONDS,
        lifespan="on",
        http=Protocol,
    )
    listening = _listen(host, port)
    address = f"[{host}]" if ":" in host else host
    announce(f"http://{address}:{listening.getsockname()[1]}{base_path.rstrip('/')}")
    with tempfile.TemporaryDirectory(prefix="hq-api-metrics-") as folder:
        if settings.workers > 1:
            os.environ[SHARED_FOLDER] = folder
            Multiprocess(config, [listening]).run()
        else:
            uvicorn.Server(config).run(sockets=[listening])


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
        listening.listen(_BACKLOG)
        listening.set_inheritable(True)
    except OSError as fault:
        listening.close()
        raise IngestError(
            f"cannot listen: {fault.strerror or fault}",
            where=f"{host}:{port}",
            hint="give another --port",
        ) from fault
    return listening
