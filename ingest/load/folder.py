"""A drop folder: what lies in it, whether it rests, and where it goes, ``done/`` or ``failed/``.

Moving is the last thing that happens to a file, and a file is moved only if it is still the one
that was looked at. Whoever is killed on the way leaves a folder that the next run goes on with.
"""

from __future__ import annotations

import fcntl
import os
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import count

from ingest.errors import IngestError, UsageError
from ingest.formats.content import readable_name

DONE, FAILED = "done", "failed"
REASON_SUFFIX = ".reason.txt"

_HIDDEN = "."
# what programs call a file that they have not finished
_UNFINISHED = (".part", ".partial", ".filepart", ".tmp", ".temp", ".crdownload", ".download")
_NAME_BYTES = 255  # of a file, on most file systems
_ENDING_CHARACTERS = 40  # of a name, behind its first dot; what is longer is no ending

_KINDS = (
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISLNK, "a symbolic link"),
    (stat.S_ISFIFO, "a named pipe"),
    (stat.S_ISSOCK, "a socket"),
)


@dataclass(frozen=True, slots=True)
class Item:
    """Something in a drop folder, as it was when it was looked at.

    Attributes:
        path: Where it lies.
        mode: What it is and who may do what with it, as the system has it.
        stamp: Device, number on it, bytes, time of the last change of its content and of anything
            about it (nanoseconds): another file under the same name, or other content in the same
            file, has another stamp, even where the time of the content was set back.
    """

    path: str
    mode: int
    stamp: tuple[int, int, int, int, int]

    @property
    def name(self) -> str:
        """Its name in the folder."""
        return os.path.basename(self.path)  # noqa: PTH119 - names stay as they are

    @property
    def size(self) -> int:
        """Bytes."""
        return self.stamp[2]

    @property
    def is_file(self) -> bool:
        """Whether it is an ordinary file."""
        return stat.S_ISREG(self.mode)

    @property
    def is_folder(self) -> bool:
        """Whether it is a folder."""
        return stat.S_ISDIR(self.mode)

    def kind(self) -> str:
        """What it is, if it is no ordinary file."""
        return next((kind for is_it, kind in _KINDS if is_it(self.mode)), "a device")

    def rests(self, seconds: float) -> bool:
        """Whether it has not been changed for so long, by the clock of this machine."""
        return time.time() - self.stamp[3] / 1e9 >= seconds


class DropFolder:
    """A folder whose files are taken once.

    Args:
        path: The folder; ``done/`` and ``failed/`` in it are made if they are missing.
        moves: Whether anything is made or moved at all.

    Raises:
        UsageError: There is no such folder.
        IngestError: Files cannot be moved out of it, or into ``done/`` and ``failed/``.
    """

    def __init__(self, path: str, *, moves: bool = True) -> None:
        self.path = path
        self._moves = moves
        try:
            facts = os.stat(path)  # noqa: PTH116 - the path stays as it was given
        except OSError as fault:
            raise UsageError(f"{fault.strerror}", where=readable_name(path)) from fault
        if not facts.st_nlink:
            # somebody's current folder still, in which nothing lies and nothing can be made
            raise UsageError("this folder is deleted", where=readable_name(path))
        self._device = facts.st_dev
        self._check_access(path)
        for name in (DONE, FAILED):
            self._check(os.path.join(path, name))  # noqa: PTH118

    def items(self) -> list[Item]:
        """What lies in it, the oldest first; without what is hidden, unfinished or a reason."""
        with os.scandir(self.path) as entries:
            names = [entry.name for entry in entries if not _is_passed_over(entry.name)]
        found = (self.look(os.path.join(self.path, name)) for name in names)  # noqa: PTH118
        return sorted(filter(None, found), key=lambda item: (item.stamp[3], item.name))

    def is_unchanged(self, item: Item) -> bool:
        """Whether it is still there, as it was."""
        return self.look(item.path) == item

    def move_to_done(self, item: Item) -> str | None:
        """Move it to ``done/``, under another name if that one is taken.

        Returns:
            Where it is now; None if it is not there any more as it was.

        Raises:
            IngestError: It cannot be moved.
        """
        moved = self._move(item, DONE)
        if moved and self._moves:
            # of a run that was killed before it had moved it to failed/, or of one before somebody
            # put it back
            with suppress(OSError):
                os.unlink(self._free(FAILED, item.name) + REASON_SUFFIX)  # noqa: PTH108
        return moved

    def move_to_failed(self, item: Item, reason: str) -> str | None:
        """Move it to ``failed/`` like ``move_to_done``, its reason in a text file beside it."""
        return self._move(item, FAILED, reason)

    def _move(self, item: Item, to: str, reason: str | None = None) -> str | None:
        with self._alone():
            if not self.is_unchanged(item):
                return None
            target = self._free(to, item.name)
            if not self._moves:
                return target
            try:
                if reason is not None:
                    # before the move: killed in between, the next run fails or loads it again,
                    # and writes or removes this very file
                    with open(target + REASON_SUFFIX, "w", encoding="utf-8") as file:  # noqa: PTH123
                        file.write(reason)
                os.rename(item.path, target)  # noqa: PTH104 - both on one file system: one step
            except FileNotFoundError:
                if os.path.lexists(item.path):
                    raise
                return None
            except OSError as fault:
                raise IngestError(
                    f"it cannot be moved to {to}/: {fault.strerror}",
                    where=readable_name(item.path),
                    hint="let this user move files there",
                ) from fault
            return target

    def _free(self, folder: str, name: str) -> str:
        """A path in ``done/`` or ``failed/`` that is not taken."""
        room = _NAME_BYTES - (len(REASON_SUFFIX) if folder == FAILED else 0)
        paths = (
            os.path.join(self.path, folder, _numbered(name, number, room))  # noqa: PTH118
            for number in count(1)
        )
        return next(path for path in paths if not os.path.lexists(path))

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Let one process or thread at a time look for a free name and take it."""
        folder = os.open(self.path, os.O_RDONLY | os.O_DIRECTORY)
        try:
            # some network file systems have no such locks: there, looking just before has to do
            with suppress(OSError):
                fcntl.flock(folder, fcntl.LOCK_EX)
            yield
        finally:
            os.close(folder)

    @staticmethod
    def look(path: str) -> Item | None:
        """What lies at a path now; None if nothing does."""
        try:
            facts = os.lstat(path)
        except FileNotFoundError:
            return None
        times = (facts.st_mtime_ns, facts.st_ctime_ns)
        return Item(path, facts.st_mode, (facts.st_dev, facts.st_ino, facts.st_size, *times))

    def _check(self, folder: str) -> None:
        try:
            if self._moves:
                os.makedirs(folder, exist_ok=True)  # noqa: PTH103
            device = os.stat(folder).st_dev  # noqa: PTH116
        except FileNotFoundError:
            if self._moves:  # deleted since it was looked at
                raise UsageError("this folder is deleted", where=readable_name(self.path)) from None
            return
        except OSError as fault:
            raise IngestError(
                f"this cannot be the folder that files are moved to: {fault.strerror}",
                where=readable_name(folder),
            ) from fault
        if device != self._device:
            raise IngestError(
                "this is on another file system than the drop folder, and moving a file there "
                "would not be one step",
                where=readable_name(folder),
                hint="make it a folder on the same one",
            )
        self._check_access(folder)

    def _check_access(self, folder: str) -> None:
        if not os.path.isdir(folder):  # noqa: PTH112
            raise UsageError("this is no folder", where=readable_name(folder))
        if self._moves and not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
            raise IngestError(
                "this user cannot write to this folder, and files are moved when they are loaded",
                where=readable_name(folder),
                hint="let the user write there, or load the files with ingest load",
            )


def _is_passed_over(name: str) -> bool:
    return (
        name in {DONE, FAILED}
        or name.startswith(_HIDDEN)
        or name.lower().endswith((*_UNFINISHED, REASON_SUFFIX))
    )


def _numbered(name: str, number: int, room: int) -> str:
    """``people.csv.gz``, then ``people-2.csv.gz`` and so on, cut to so many bytes."""
    stem, dot, ending = name.partition(".")
    if len(ending) > _ENDING_CHARACTERS:
        stem, dot, ending = name, "", ""
    ending = f"{f'-{number}' if number > 1 else ''}{dot}{ending}"
    return os.fsdecode(os.fsencode(stem)[: room - len(os.fsencode(ending))]) + ending
