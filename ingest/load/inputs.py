"""The files that the words of a command line stand for: names, folders and patterns."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from ingest.errors import UsageError
from ingest.formats.content import STANDARD_INPUT, readable_name

_HIDDEN = "."


def files_of(words: Iterable[str]) -> list[str]:
    """The files to load, each once, in the order of the words; those of a folder by name.

    Args:
        words: Names of files; of folders, which stand for all files in and below them that are
            not hidden; patterns (``*``, ``?``, ``[…]``, ``**``) the shell has left alone; and
            ``-``, which stays as it is.

    Raises:
        UsageError: A word stands for no file.
    """
    return list(dict.fromkeys(file for word in words for file in _files(word)))


def _files(word: str) -> list[str]:
    if word == STANDARD_INPUT:
        return [word]
    if Path(word).is_dir():
        return _found(sorted(_below(word)), word, "there are no files in this folder")
    if os.path.lexists(word):
        return [word]
    if glob.has_magic(word):
        fitting = glob.iglob(word, recursive=True)  # noqa: PTH207 - absolute patterns as well
        files = (name for name in fitting if not Path(name).is_dir())
        return _found(sorted(files), word, "no file fits this pattern")
    raise UsageError("there is no such file", where=readable_name(word))


def _below(folder: str) -> Iterator[str]:
    for place, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(_HIDDEN)]
        yield from (os.path.join(place, name) for name in names if not name.startswith(_HIDDEN))  # noqa: PTH118 - names stay as they were given


def _found(files: list[str], word: str, otherwise: str) -> list[str]:
    if not files:
        raise UsageError(otherwise, where=readable_name(word))
    return files
