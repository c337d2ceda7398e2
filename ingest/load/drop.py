"""The files of a drop folder: each is loaded once and moved to ``done/`` or ``failed/``.

Several runs may work on one folder. Whoever loads a file holds an advisory lock of its path; the
others pass it by. What a run has loaded and not moved, because it was killed, the next one finds in
the ledger.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

from ingest import __version__
from ingest.errors import IngestError, ServerError
from ingest.formats.content import open_content, readable_name
from ingest.landing import ledger
from ingest.load.folder import DropFolder, Item
from ingest.load.load import LoadOptions, LoadSummary, Status, load_key
from ingest.load.parallel import Crew
from ingest.postgres import locks
from ingest.postgres.connection import Connection
from ingest.terminal.screen import printable

# Smaller files are looked up in the ledger many at a time, in one question; larger ones would be
# read once more for it.
_LOOKED_UP_BYTES = 4_000_000
_LOOKED_UP_FILES = 1_000

# So many files in a row that the server could not take are enough: it is not the files.
_SERVER_FAULTS = 3


class Fate(StrEnum):
    """What became of something in a drop folder."""

    LOADED = "loaded"
    KNOWN = "already loaded"
    DRY_RUN = "dry run"
    FAILED = "failed"
    LEFT = "left"


_FATES = {
    Status.LOADED: Fate.LOADED,
    Status.KNOWN: Fate.KNOWN,
    Status.DRY_RUN: Fate.DRY_RUN,
}


@dataclass(frozen=True)
class Outcome:
    """What became of one thing in a drop folder.

    Args:
        file: Where it lay.
        status: In a word.
        moved_to: Where it is now (where it would be, of a dry run); None if it was left, or if
            somebody else moved it.
        error: Why it failed or was left, in a sentence.
        load: What the load says, if it was loaded in this run.
        is_trouble: It was left although nothing is wrong with the file itself.
        is_taken: It was left because another session has it.
    """

    file: str
    status: Fate
    moved_to: str | None = None
    error: str | None = None
    load: LoadSummary | None = None
    is_trouble: bool = False
    is_taken: bool = False

    @property
    def is_renamed(self) -> bool:
        """Whether it has another name where it is now."""
        return self.moved_to is not None and Path(self.moved_to).name != Path(self.file).name


class Drop:
    """One run over a drop folder.

    Args:
        folder: The folder.
        options: How its files are loaded.
        crew: Who loads them.
        load: Loads a file, over a connection of the crew's.
        report: Told what became of a file, as soon as that is known.
        tell: Told what the user should know.
    """

    def __init__(
        self,
        folder: DropFolder,
        options: LoadOptions,
        *,
        crew: Crew,
        load: Callable[[Connection, str], LoadSummary],
        report: Callable[[Outcome], None],
        tell: Callable[[str], None],
    ) -> None:
        self._folder = folder
        self._options = options
        self._crew = crew
        self._load = load
        self._report = report
        self._tell = tell
        self._server_faults = 0

    def take(self, items: Sequence[Item], rest: float) -> list[Outcome]:
        """Take what rests; wait once for what was changed just now.

        Args:
            items: What lies in the folder.
            rest: Seconds a file has not been changed for when it is taken.

        Returns:
            What became of it, without what others have taken meanwhile.
        """
        began = time.monotonic()
        resting: list[Item] = []
        young: list[Item] = []
        for item in items:
            (resting if item.rests(rest) else young).append(item)
        outcomes = self._take(resting)
        if young:
            self._wait(rest - (time.monotonic() - began), len(young))
            unchanged: list[Item] = []
            for item in young:
                if self._folder.is_unchanged(item):
                    unchanged.append(item)
                elif os.path.lexists(item.path):
                    outcomes.append(self._left(item, "it is still growing, and left for later"))
            outcomes += self._take(unchanged)
        return list(self._once_more(outcomes))

    def _wait(self, seconds: float, files: int) -> None:
        if seconds > 0:
            what = "a file that was" if files == 1 else f"{files:,} files that were"
            self._tell(f"Waiting {seconds:.0f} s: {what} changed just now ...")
            time.sleep(seconds)

    def _take(self, items: Sequence[Item]) -> list[Outcome]:
        outcomes = [self._refused(item) for item in items if not item.is_file]
        files = {item.path: item for item in items if item.is_file}
        if files:
            for item in self._known(list(files.values())):
                del files[item.path]
                outcomes.append(self._moved(item, None))
            outcomes += self._crew.work(list(files), lambda path: self._take_one(files[path]))
        return [outcome for outcome in outcomes if outcome is not None]

    def _once_more(self, outcomes: Sequence[Outcome]) -> Iterator[Outcome]:
        """Look again at what another run had: it may have been killed."""
        for outcome in outcomes:
            item = self._folder.look(outcome.file) if outcome.is_taken else None
            if not outcome.is_taken:
                yield outcome
            elif item and (again := self._take_one(item)):
                if again.is_taken:
                    self._report(again)
                yield again

    # -- one of them -----------------------------------------------------------------------

    def _refused(self, item: Item) -> Outcome | None:
        """Of what is no file: folders stay, everything else fails."""
        kind = item.kind()
        if item.is_folder:
            return self._left(item, f"this is {kind}, and left: files of folders are not taken")
        return self._failed(item, f"{readable_name(item.path)}: this is {kind}, and no file.")

    def _known(self, items: Sequence[Item]) -> Iterator[Item]:
        """What the ledger knows already; it need not be loaded."""
        workflow = self._options.workflow
        slug = workflow.slug if workflow else None
        with self._crew.connected() as conn:
            for start in range(0, len(items), _LOOKED_UP_FILES):
                batch = items[start : start + _LOOKED_UP_FILES]
                keys = {item: key for item in batch if (key := self._key(item)) is not None}
                known = ledger.known_keys(conn, list(keys.values()), slug)
                yield from (item for item, key in keys.items() if key in known)

    def _key(self, item: Item) -> ledger.LoadKey | None:
        if item.size > _LOOKED_UP_BYTES:
            return None
        try:
            with open_content(item.path) as content:
                return load_key(content, self._options.workflow)
        except IngestError:  # loading it will tell what is wrong with it
            return None

    def _take_one(self, item: Item) -> Outcome | None:
        """Load a file and move it; None if somebody else has moved it."""
        if self._server_faults >= _SERVER_FAULTS:
            return Outcome(item.path, Fate.LEFT, is_trouble=True)
        try:
            with self._crew.connected() as conn:
                outcome = self._take_over(conn, item)
        except ServerError as fault:
            self._server_faults += 1
            if self._server_faults == _SERVER_FAULTS:
                self._tell("What is not loaded is left for later: the server cannot take it.")
            return self._trouble(item, fault.sentence())
        self._server_faults = 0
        return outcome

    def _take_over(self, conn: Connection, item: Item) -> Outcome | None:
        held = self._claim(conn, item)
        if held:
            what = "its lock is taken" if held.by_stranger else "another run is loading it"
            return Outcome(
                item.path,
                Fate.LEFT,
                error=f"{readable_name(item.path)}: {what} ({held}).",
                is_trouble=held.by_stranger,
                is_taken=True,
            )
        if not self._folder.is_unchanged(item):
            return self._changed(item)
        try:
            summary = self._load(conn, item.path)
        except ServerError:
            raise
        except IngestError as fault:
            if not self._folder.is_unchanged(item):
                return self._changed(item)
            return self._failed(item, fault.sentence())
        return self._moved(item, summary)

    def _claim(self, conn: Connection, item: Item) -> locks.Held | None:
        """Have a file for oneself until the connection ends; who has it, if that is not so."""
        if self._options.dry_run:
            return None
        lock = locks.lock_of_text(f"drop {readable_name(os.path.realpath(item.path))}")
        held = locks.try_for_session(conn, lock)
        conn.commit()
        return held

    # -- what became of it -----------------------------------------------------------------

    def _moved(self, item: Item, summary: LoadSummary | None) -> Outcome:
        """Loaded, now or before, and moved to ``done/``."""
        status = _FATES[summary.status] if summary else Fate.KNOWN
        moved_to = error = None
        is_trouble = False
        try:
            moved_to = self._folder.move_to_done(item)
        except IngestError as fault:
            error, is_trouble = f"{fault.sentence()} It is loaded.", True
        if not moved_to and not error and os.path.lexists(item.path):
            name = readable_name(item.path)
            error = f"{name}: it was changed since it was loaded; what it is now is left for later."
        outcome = Outcome(item.path, status, moved_to, error, summary, is_trouble)
        self._report(outcome)
        return outcome

    def _failed(self, item: Item, sentence: str) -> Outcome | None:
        try:
            moved_to = self._folder.move_to_failed(item, self._reason(sentence))
        except IngestError as fault:
            return self._trouble(item, f"{sentence} {fault.sentence()}")
        if moved_to is None:
            return self._changed(item)
        outcome = Outcome(item.path, Fate.FAILED, moved_to, sentence)
        self._report(outcome)
        return outcome

    def _changed(self, item: Item) -> Outcome | None:
        if not os.path.lexists(item.path):
            return None
        return self._left(item, "it was changed while it was read, and is left for later")

    def _left(self, item: Item, why: str) -> Outcome:
        outcome = Outcome(item.path, Fate.LEFT, error=f"{readable_name(item.path)}: {why}.")
        self._report(outcome)
        return outcome

    def _trouble(self, item: Item, sentence: str) -> Outcome:
        outcome = Outcome(item.path, Fate.LEFT, error=sentence, is_trouble=True)
        self._report(outcome)
        return outcome

    def _reason(self, sentence: str) -> str:
        workflow = self._options.workflow
        named = f"--workflow {workflow.slug}" if workflow else "no --workflow"
        return (
            f"{printable(sentence)}\n\n"
            f"Nothing of it was loaded: {datetime.now(UTC):%Y-%m-%d %H:%M} UTC, "
            f"ingest {__version__}, {named}.\n"
            "When the cause is gone, move the file back to the folder above this one.\n"
        )
