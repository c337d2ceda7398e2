"""The content of a file to load: its fingerprint, and its bytes with any compression undone."""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import IO, cast

from ingest.errors import IngestError, UsageError
from ingest.formats.magic import DAMAGE, MAGIC_LENGTH, Compression, compression_of

STANDARD_INPUT = "-"

_BLOCK = 1 << 20

# Compressed data may grow to this many times its size. Payloads grow ten- to thirtyfold; what
# grows more is a mistake or an attack, and would fill the server's disk.
EXPANSION_LIMIT = 200
EXPANSION_FREE = 64_000_000  # bytes; nothing up to here is asked how much it has grown


class _Source:
    """The bytes of a file as they came; a failing disk is an error with the file's name."""

    def __init__(self, file: IO[bytes], name: str) -> None:
        self._file = file
        self._name = name
        self.seek = file.seek
        self.tell = file.tell
        self.fileno = file.fileno

    def read(self, length: int = -1) -> bytes:
        try:
            return self._file.read(length)
        except OSError as fault:
            raise IngestError(
                f"cannot be read: {fault.strerror}; nothing of it was loaded", where=self._name
            ) from fault


class Content:
    """An open file whose bytes are read several times: hashed, then loaded.

    Args:
        file: The bytes as they came; seekable.
        name: What messages and the ledger call it.
    """

    def __init__(self, file: IO[bytes], name: str) -> None:
        self._file = _Source(file, name)
        self.name = name
        self._stamp = self._fingerprint()

    @property
    def size(self) -> int:
        """Bytes as they came, compressed or not."""
        return os.fstat(self._file.fileno()).st_size

    def hashes(self) -> tuple[str, str]:
        """Hexadecimal SHA-256 of what is inside, and of the bytes as they came.

        Raises:
            IngestError: As of ``blocks``.
        """
        inside = _hexdigest(self.blocks())
        if self._compression() is None:
            return inside, inside
        return inside, _hexdigest(self._as_they_came())

    def blocks(self, progress: Callable[[int], None] | None = None) -> Iterator[bytes]:
        """The decompressed bytes in blocks of about a megabyte.

        Args:
            progress: Told how many bytes of the file (as they came) have been read so far.

        Raises:
            IngestError: The compressed data ends early, is damaged or grows beyond
                ``EXPANSION_LIMIT``, or the file was changed since it was opened.
        """
        compression = self._compression()
        blocks = self._decompressed(compression) if compression else self._as_they_came()
        for block in blocks:
            yield block
            if progress:
                progress(self._file.tell())
        if self._fingerprint() != self._stamp:
            raise IngestError(
                "the file was changed while it was read", where=self.name, hint="load it again"
            )

    def _compression(self) -> Compression | None:
        self._file.seek(0)
        return compression_of(self._file.read(MAGIC_LENGTH))

    def _as_they_came(self) -> Iterator[bytes]:
        self._file.seek(0)
        while block := self._file.read(_BLOCK):
            yield block

    def _fingerprint(self) -> tuple[int, int]:
        facts = os.fstat(self._file.fileno())
        return facts.st_size, facts.st_mtime_ns

    def _decompressed(self, compression: Compression) -> Iterator[bytes]:
        grown = 0
        self._file.seek(0)
        try:
            for block in compression.read(cast("IO[bytes]", self._file)):
                grown += len(block)
                if grown > max(EXPANSION_FREE, EXPANSION_LIMIT * self._file.tell()):
                    raise IngestError(
                        f"the compressed data grows to more than {EXPANSION_LIMIT} times its "
                        "size; nothing of it was loaded",
                        where=self.name,
                        hint="if that is meant, decompress it and load the result",
                    )
                yield block
        except EOFError:
            raise self._unreadable(
                f"the {compression.name} data ends early, the file has been cut off"
            ) from None
        except DAMAGE as fault:
            raise self._unreadable(f"the {compression.name} data is damaged ({fault})") from fault

    def _unreadable(self, what: str) -> IngestError:
        return IngestError(
            f"{what}; nothing of it was loaded", where=self.name, hint="fetch the file again"
        )


def _hexdigest(blocks: Iterator[bytes]) -> str:
    digest = hashlib.sha256()
    for block in blocks:
        digest.update(block)
    return digest.hexdigest()


@contextmanager
def open_content(path: str) -> Iterator[Content]:
    """Open a file; standard input (``-``) and pipes are spooled to a temporary file first.

    Raises:
        UsageError: There is no such file, or it is a folder, a device or not readable.
        IngestError: There is no room for the temporary file.
    """
    if path == STANDARD_INPUT:
        with _spooled(sys.stdin.buffer, "standard input") as content:
            yield content
        return
    name = readable_name(path)
    try:
        file = open(path, "rb")  # noqa: PTH123, SIM115 - closed below; errors of opening only
    except OSError as fault:
        raise UsageError(f"cannot be read: {fault.strerror}", where=name) from fault
    with file:
        kind = os.fstat(file.fileno()).st_mode
        if stat.S_ISREG(kind):
            yield Content(file, name)
        elif stat.S_ISFIFO(kind):
            with _spooled(file, name) as content:
                yield content
        else:
            raise UsageError("this is neither a file nor a pipe", where=name)


def readable_name(path: str) -> str:
    r"""A path for messages and the ledger: bytes that are no text are written ``\xNN``."""
    name = os.fsencode(path).decode("utf-8", errors="backslashreplace")
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in name)


@contextmanager
def _spooled(stream: IO[bytes], name: str) -> Iterator[Content]:
    with tempfile.TemporaryFile() as spool:
        try:
            shutil.copyfileobj(stream, spool, _BLOCK)
            spool.flush()
        except OSError as fault:
            raise IngestError(
                f"cannot be kept in {tempfile.gettempdir()} while it is read: {fault.strerror}",
                where=name,
                hint="set TMPDIR to a folder with more room",
            ) from fault
        yield Content(spool, name)
