"""``ingest`` and ``python -m ingest``: what happens before the command is there to end properly."""

from __future__ import annotations

import signal


def main() -> None:
    """Import the command and run it.

    Importing takes a moment in which nothing has begun: Ctrl-C ends it as it ends any program,
    without a traceback of half an import. What this process was told to ignore it ignores.
    """
    handler = signal.getsignal(signal.SIGINT)
    if handler is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    from ingest.cli import main as run  # noqa: PLC0415

    signal.signal(signal.SIGINT, handler)
    run()


if __name__ == "__main__":
    main()
