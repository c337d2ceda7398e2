"""dbt as ``ingest dbt`` starts it: harmless lines, and an end without a traceback after Ctrl-C.

Run as ``python -m ingest.dbt.main``, in a process of its own.
"""

from __future__ import annotations

import gc
import logging
import re
import signal
import sys
from collections.abc import Callable
from contextlib import suppress

from ingest.errors import ExitStatus
from ingest.terminal.screen import printable, say
from ingest.terminal.streams import OutputError, guard_standard_streams

_SCREEN_LOGGER, _FILE_LOGGER = "stdout_log", "file_log"  # dbt's names for them
_COLOURS = re.compile(r"(\x1b\[(?:3[123]|0)m)")  # dbt's own: red, green, yellow, none again
# A million objects made and still held before any are looked through. By default dbt spends a
# quarter of its time on looking through a project that stays as it is; memory for an idle build
# grows from 180 to 315 MB.
COLLECTION = (1_000_000, 1_000, 1_000)
# what macros/runs/common_cause.sql says above hundreds of lines about the errors themselves
_CAUSE = re.compile(r'The [^"\n]*, which is behind \d+ of \d+ errors\. [^"\n]*')
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
    """Run dbt with the words of the command line and end with its status.

    Whatever dbt has done: where its lines could not be shown, that is said, and it is no success.
    """
    guard_standard_streams()
    gc.set_threshold(*COLLECTION)
    logging.setLogRecordFactory(HarmlessRecord)
    # as for any program, it is over when whoever reads its lines leaves
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    unshown: list[OutputError] = []
    logging.Handler.handleError = _remember(unshown)  # type: ignore[method-assign,assignment]
    causes: list[str] = []
    for name in (_SCREEN_LOGGER, _FILE_LOGGER):
        logging.getLogger(name).addFilter(is_news)
        logging.getLogger(name).addFilter(note_causes(causes))
    try:
        status = _run()
        sys.stdout.flush()
    except OutputError as fault:
        # of a version and a help text, which are no lines of a log
        unshown.append(fault)
        status = ExitStatus.FAILED
    # the last thing on the screen; once, though the file has it as well
    for cause in dict.fromkeys(causes):
        with suppress(OutputError):
            say(cause)
    if unshown:
        with suppress(OutputError):
            say(f"Error: {unshown[0]}.")
    sys.exit(status or (ExitStatus.FAILED if unshown else ExitStatus.DONE))


def _run() -> int | str | None:
    """Run dbt; the status it ends with."""
    try:
        # takes seconds, in which Ctrl-C may come, too
        from dbt.cli.main import cli  # noqa: PLC0415

        cli(prog_name="ingest dbt")
    except KeyboardInterrupt:
        return ExitStatus.INTERRUPTED
    except SystemExit as end:
        return end.code
    return ExitStatus.DONE


def _remember(unshown: list[OutputError]) -> Callable[[logging.Handler, logging.LogRecord], None]:
    """What a handler does with a line that it cannot write: a run under way does not stop for it.

    After the first that cannot be shown there is no second: the stream leads nowhere from then on.
    A file that cannot be written is left alone; where the disk is too full for a line, there is no
    traceback for each.
    """

    def handle_error(_handler: logging.Handler, _record: logging.LogRecord) -> None:
        fault = sys.exception()
        if isinstance(fault, OutputError):
            unshown.append(fault)

    return handle_error


def is_news(record: logging.LogRecord) -> bool:
    """Whether a line tells more than that dbt takes Ctrl-C for an error of its own."""
    return not str(record.msg).rstrip().endswith(_INTERRUPTED)


def note_causes(causes: list[str]) -> Callable[[logging.LogRecord], bool]:
    """A filter that lets every line pass and keeps those that name the cause of many errors."""

    def note(record: logging.LogRecord) -> bool:
        causes.extend(_CAUSE.findall(str(record.msg)))
        return True

    return note


def _printable_lines(text: str) -> str:
    return "\n".join(printable(line) for line in text.split("\n"))


if __name__ == "__main__":
    main()
