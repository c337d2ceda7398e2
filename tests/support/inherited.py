"""What this process has inherited and no test may depend on."""

from __future__ import annotations

import os
import signal

# settings of somebody's work with dbt or with another checkout; HQ_ENDLESS is for these tests
_SETTINGS = ("DBT_", "HQ_")
_OURS = {"HQ_ENDLESS"}


def put_aside() -> None:
    """Start from what every shell gives to a command in the foreground.

    A background job of a shell ignores SIGINT, and so would all that the tests start and
    interrupt. A handler that does nothing keeps this process as deaf as it was, and goes with exec.
    """
    for number in (signal.SIGINT, signal.SIGTERM):
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, lambda _number, _frame: None)
    for name in list(os.environ):
        if name.startswith(_SETTINGS) and name not in _OURS:
            del os.environ[name]
