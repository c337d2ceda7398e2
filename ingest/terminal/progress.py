"""Progress bars: how much of each file has been read, how fast, how long it will take."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)
from rich.text import Text

from ingest.terminal.screen import printable

_NAME_SHOWN = 40  # characters, the last ones


class ProgressBars:
    """A bar for each file under way, on a terminal; nothing elsewhere. A context manager.

    What is printed on the same console meanwhile appears above the bars. Safe to use from
    several threads.
    """

    def __init__(self, console: Console) -> None:
        self._bars = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            DownloadColumn(),
            TransferSpeedColumn(),
            TimeRemainingColumn(),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )

    def __enter__(self) -> Self:
        self._bars.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._bars.stop()

    def refresh(self) -> None:
        """Draw the bars now rather than in a tenth of a second."""
        self._bars.refresh()

    @contextmanager
    def file(self, path: str) -> Iterator[Callable[[int], None]]:
        """Show a bar for a file; yields what is to be told how many bytes have been read."""
        size = None
        with suppress(OSError):  # loading it will tell
            size = Path(path).stat().st_size or None
        task = self._bars.add_task(printable(path)[-_NAME_SHOWN:], total=size)
        try:
            yield lambda read: self._bars.update(task, completed=read)
        finally:
            self._bars.remove_task(task)


class RecordBar:
    """A bar of records with their rate and the time left, on a terminal. A context manager."""

    def __init__(self, console: Console, label: str, total: int | None = None) -> None:
        self._bar = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            MofNCompleteColumn(),
            _RateColumn(),
            TimeRemainingColumn(),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
        self._task = self._bar.add_task(label, total=total)

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._bar.stop()

    def at(self, done: int, of: int) -> None:
        """Say how many are done, and how many there are."""
        self._bar.update(self._task, completed=done, total=of)

    def advance(self, records: int) -> None:
        """Say that so many more are done."""
        self._bar.advance(self._task, records)


class _RateColumn(ProgressColumn):
    """Records a second."""

    def render(self, task: Task) -> Text:
        return Text(f"{task.speed:.1f}/s" if task.speed else "")
