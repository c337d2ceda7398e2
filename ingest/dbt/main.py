"""dbt as ``ingest dbt`` starts it: harmless lines, and an end without a traceback after Ctrl-C.

Run as ``python -m ingest.dbt.main``, in a process of its own.
"""

from __future__ import annotations

import gc
import logging
import os
import re
import signal
import sys

from ingest.errors import ExitStatus
from ingest.terminal.screen import printable

_SCREEN_LOGGER, _FILE_LOGGER = "stdout_log", "file_log"  # dbt's names for them
_COLOURS = re.compile(r"(\x1b\[(?:3[123]|0)m)")  # dbt's own: red, green, yellow, none again
# A million objects made and still held before any are looked through. By default dbt spends a
# quarter of its time on looking through a project that stays as it is; memory for an idle build
# grows from 180 to 315 MB.
COLLECTION = (1_000_000, 1_000, 1_000)
# how dbt begins and ends to tell where Ctrl-C met it
_INTERRUPTED = ("Encountered an error:", "\nKeyboardInterrupt")


class HarmlessRecord(logging.LogRecord):
    """A line of a log, without what could steer a terminal.

    What dbt logs may quote values of tables. Colours are left to the screen: dbt puts those of its
    words into its file, too.
    """

    def getMessage(self) -> str:  # noqa: N802 - logging's name
        """The text; odd pieces are colours."""
        pieces = _COLOURS.split(super().getMessage())
        pieces[::2] = [_printable_lines(piece) for piece in pieces[::2]]
        if self.name == _FILE_LOGGER:
            del pieces[1::2]
        return "".join(pieces)


def main() -> None:
    """Run dbt with the words of the command line and end with its status."""
    gc.set_threshold(*COLLECTION)
    logging.setLogRecordFactory(HarmlessRecord)
    # As for any program, it is over when whoever reads its lines leaves; and where the disk is too
    # full for a line, there is no traceback for each.
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    logging.raiseExceptions = False
    for name in (_SCREEN_LOGGER, _FILE_LOGGER):
        logging.getLogger(name).addFilter(is_news)
    try:
        # takes seconds, in which Ctrl-C may come, too
        from dbt.cli.main import cli  # noqa: PLC0415

        cli(prog_name="ingest dbt")
    except KeyboardInterrupt:
        sys.exit(ExitStatus.INTERRUPTED)
    except OSError as fault:
        # dbt tells faults of its own itself; what is left are a version and a help text. What is in
        # the buffer has to go somewhere when the process ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(f"Error: standard output cannot be written: {fault.strerror}")


def is_news(record: logging.LogRecord) -> bool:
    """Whether a line tells more than that dbt takes Ctrl-C for an error of its own."""
    return not str(record.msg).rstrip().endswith(_INTERRUPTED)


def _printable_lines(text: str) -> str:
    return "\n".join(printable(line) for line in text.split("\n"))


if __name__ == "__main__":
    main()
