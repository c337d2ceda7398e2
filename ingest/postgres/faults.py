"""What the server's errors are about."""

from __future__ import annotations

import psycopg

# classes of SQLSTATE that say something of the server, of the role or of other sessions
_SERVERS = ("08", "25", "28", "3D", "40", "42", "53", "55", "57", "58")


def is_of_server(fault: psycopg.Error) -> bool:
    """Whether the server cannot do it now, whatever it is asked to store."""
    state = fault.sqlstate
    # without one it is the connection that failed
    return state.startswith(_SERVERS) if state else isinstance(fault, psycopg.OperationalError)
