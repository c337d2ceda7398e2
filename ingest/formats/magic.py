"""What a file is, told by its first bytes: compressed, or no text at all."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import IO

import zstandard

_BLOCK = 1 << 20
# Four bytes of Zstandard can stand for 128 kB: small steps bound what one step can yield.
_ZSTD_STEP = 1 << 10

# what a reader raises when the compressed data is damaged; when it ends early, it is EOFError
DAMAGE = (gzip.BadGzipFile, zlib.error, zstandard.ZstdError)


@dataclass(frozen=True, slots=True)
class Compression:
    """A compression that is undone while a file is read.

    Args:
        name: What messages call it.
        suffix: What names of such files end in; only the magic bytes count when one is read.
        magic: The first bytes of such a file.
        read: Yields the decompressed bytes of an open file.
    """

    name: str
    suffix: str
    magic: bytes
    read: Callable[[IO[bytes]], Iterator[bytes]]


def _gunzip(file: IO[bytes]) -> Iterator[bytes]:
    with gzip.GzipFile(fileobj=file) as stream:
        while block := stream.read(_BLOCK):
            yield block


def _unzstd(file: IO[bytes]) -> Iterator[bytes]:
    # Frame by frame: the library's own stream reader takes a cut-off frame for the end.
    decompressor = zstandard.ZstdDecompressor()
    frame = decompressor.decompressobj()
    finished = True
    while step := file.read(_ZSTD_STEP):
        while step:
            finished = False
            if block := frame.decompress(step):
                yield block
            step = b""
            if frame.eof:
                finished = True
                step = frame.unused_data
                frame = decompressor.decompressobj()
    if not finished:
        raise EOFError


COMPRESSIONS = (
    Compression("gzip", ".gz", b"\x1f\x8b", _gunzip),
    Compression("zstd", ".zst", b"\x28\xb5\x2f\xfd", _unzstd),
)
MAGIC_LENGTH = max(len(compression.magic) for compression in COMPRESSIONS)  # bytes

_FOREIGN = {
    b"PK\x03\x04": "a ZIP archive or Excel workbook",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook",
    b"BZh": "a bzip2 archive",
    b"\xfd7zXZ": "an xz archive",
    b"PAR1": "a Parquet file",
    b"SQLite": "an SQLite database",
    b"%PDF-": "a PDF document",
}


def compression_of(head: bytes) -> Compression | None:
    """The compression of the file with these first bytes; None if it is not compressed."""
    return next((known for known in COMPRESSIONS if head.startswith(known.magic)), None)


def without_suffix(name: str) -> str:
    """The name of a file without what says that it is compressed."""
    for known in COMPRESSIONS:
        name = name.removesuffix(known.suffix)
    return name


def foreign_kind(head: bytes) -> str | None:
    """What the file with these first bytes is, if it is known to be no text."""
    return next((kind for magic, kind in _FOREIGN.items() if head.startswith(magic)), None)
