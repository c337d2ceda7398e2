r"""Hostile files: forms, cuts and wrappings nobody would send on purpose, and what becomes of each.

A case loads with given counts, or is refused as a whole with one sentence.

    python tests/hostile_files.py FOLDER      writes them all, to try them by hand
"""

from __future__ import annotations

import bz2
import gzip
import json
import lzma
import random
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import zstandard

from tests.support.hostile import DEEP, LONG, MARK, bare, good, ndjson, record_cases

RECORDS_FILE = "records.ndjson"

NOISE = random.Random(7).randbytes(200_000)


@dataclass(frozen=True)
class FileCase:
    """A file: its content, how many records land, which lines are rejected, or the refusal."""

    name: str
    content: bytes
    landed: int = 0
    rejected: tuple[int, ...] = ()
    refused: str | None = None


def _lines(*texts: bytes) -> bytes:
    return b"".join(text + b"\n" for text in texts)


_THREE = _lines(good(1), good(2), good(3))
_UNREADABLE = "can be read"
_CUT = "cut off"


def file_cases() -> list[FileCase]:
    """All file cases; their names are the names of the files."""
    return [*_forms(), *_broken_forms(), *_cut_off(), *_compressed(), *_no_payload_files()]


def _forms() -> Iterator[FileCase]:
    one, two, three = good(1), good(2), good(3)
    for name, content in {
        "lines.json": _THREE,
        "no-last-line-end.json": _THREE[:-1],
        "windows-line-ends.json": _THREE.replace(b"\n", b"\r\n"),
        "old-mac-line-ends.json": _THREE.replace(b"\n", b"\r"),
        "blank-lines.json": _THREE.replace(b"\n", b"\n \n\t\n"),
        "indented.json": b"   " + _THREE.replace(b"\n", b"\n      "),
        "byte-order-mark.json": b"\xef\xbb\xbf" + _THREE,
        "byte-order-marks-between.json": b"\xef\xbb\xbf".join([one, two, three]),
        "array.json": b"[" + b",".join([one, two, three]) + b"]",
        "array-in-lines.json": b"[\n" + b",\n".join([one, two, three]) + b"\n]\n",
        "commas.json": b",".join([one, two, three]),
        "commas-at-line-ends.json": b",\n".join([one, two, three]) + b",\n",
        "nothing-between.json": one + two + three,
        "two-arrays.json": b"[" + one + b"][" + two + b"," + three + b"]",
        "batch.json": b'{"payloads":[' + b",".join([one, two, three]) + b"]}",
        "pretty.json": json.dumps([json.loads(t) for t in (one, two, three)], indent=4).encode(),
        "far-apart.json": one + b"\n" * LONG + two + b" " * LONG + three,
        "long-string.json": _lines(one, two, bare(f'"a":"{"x" * 2 * LONG}"')),
        "many-scalars.json": _lines(one, two, bare(f'"a":[{"1," * LONG}1]')),
    }.items():
        yield FileCase(name, content, landed=3)


def _broken_forms() -> Iterator[FileCase]:
    one, two, three = good(1), good(2), good(3)
    bad = b'{"domain":"x.example","a":NaN}'
    open_ = b'{"domain":"x.example","a":[1,2'
    pretty = json.dumps([json.loads(one), {"domain": "x", "a": "BAD"}, json.loads(two)], indent=2)
    yield FileCase("bad-in-array.json", b"[" + one + b"," + bad + b"," + two + b"]", 2, (1,))
    yield FileCase("bad-in-pretty.json", pretty.replace('"BAD"', "NaN").encode(), 2, (6,))
    yield FileCase("open-in-lines.json", _lines(one, open_, two, open_, three), 3, (2, 4))
    yield FileCase(
        "open-in-array-in-lines.json", b"[\n" + b",\n".join([one, open_, two]) + b"\n]\n", 2, (3,)
    )
    yield FileCase(
        "bad-in-batch.json", b'{"payloads":[\n' + b",\n".join([one, bad, two]) + b"\n]}", 2, (3,)
    )
    yield FileCase("bracket-too-many.json", _lines(one, two + b"}", three), 3, (2,))
    yield FileCase("key-and-value.json", _lines(one, b'"domain":"x.example"', two), 2, (2, 2))
    yield FileCase("words-between.json", _lines(one, b"-- 2 rows --", two), 2, (2,))
    yield FileCase("scalars-between.json", _lines(one, b"1 2 3", two), 2, (2, 2, 2))
    yield FileCase("zeros-between.json", _lines(one, b"\0" * LONG, two), 2, (2,))
    yield FileCase(
        "noise-between.json", _lines(one, b"\xff" + NOISE.replace(b"\n", b""), two), 2, (2,)
    )
    yield FileCase("empty-object.json", b"{}", 0, (1,))
    yield FileCase("error-message.json", b'{"error":{"code":429,"message":"slow down"}}', 0, (1,))
    yield FileCase("deep.json", _lines(one, b"[" * DEEP + b"]" * DEEP, two), 2, (2,))


def _cut_off() -> Iterator[FileCase]:
    batch = b'{"workflow_slug":"clay-company-firmographics","payloads":[' + good(1) + b"," + good(2)
    for name, content in {
        "cut-in-record.json": _THREE[:-20],
        "cut-behind-colon.json": _lines(good(1)) + b'{"domain":',
        "cut-behind-bracket.json": _lines(good(1)) + b"{",
        "cut-in-escape.json": _lines(good(1)) + b'{"domain":"a\\u00',
        "cut-in-character.json": _lines(good(1)) + b'{"domain":"\xc3',
        "cut-array.json": b"[" + good(1) + b"," + good(2),
        "cut-array-behind-comma.json": b"[" + good(1) + b",",
        "cut-batch.json": batch,
        "cut-batch-in-list.json": batch + b"]",
    }.items():
        yield FileCase(name, content, refused=_CUT)


def _compressed() -> Iterator[FileCase]:
    zipped = gzip.compress(_THREE, mtime=0)
    zstd = zstandard.ZstdCompressor(write_checksum=True).compress
    frame = zstd(_THREE)
    broken = bytearray(zipped)
    broken[-5] ^= 0xFF
    broken_frame = bytearray(frame)
    broken_frame[-2] ^= 0xFF
    zeros = bytes(70_000_000)
    long_record = b'{"domain":"x.example","a":"' + b"a" * 70_000_000 + b'"}'
    yield FileCase("good.json.gz", zipped, 3)
    yield FileCase("good.json.zst", frame, 3)
    yield FileCase("gzip-without-suffix", zipped, 3)
    yield FileCase("two-members.json.gz", zipped + gzip.compress(_lines(good(4))), 4)
    yield FileCase("two-frames.json.zst", frame + zstd(_lines(good(4))), 4)
    yield FileCase("misnamed.json.gz", _THREE, 3)
    yield FileCase("cut.json.gz", zipped[:-9], refused=_CUT)
    yield FileCase("cut-head.json.gz", zipped[:5], refused=_CUT)
    yield FileCase("cut.json.zst", frame[:-3], refused=_CUT)
    yield FileCase("cut-second-frame.json.zst", frame + frame[:9], refused=_CUT)
    yield FileCase("damaged.json.gz", bytes(broken), refused="damaged")
    yield FileCase("damaged.json.zst", bytes(broken_frame), refused="damaged")
    yield FileCase("garbage-behind.json.gz", zipped + b"garbage", refused="damaged")
    yield FileCase("garbage-behind.json.zst", frame + b"garbage", refused="damaged")
    yield FileCase("empty.json.gz", gzip.compress(b""), refused="nothing to load")
    yield FileCase("empty.json.zst", zstd(b""), refused="nothing to load")
    yield FileCase("gzip-in-gzip.json.gz", gzip.compress(zipped), refused=_UNREADABLE)
    yield FileCase("bomb-of-zeros.json.gz", gzip.compress(zeros), refused="200 times")
    yield FileCase("bomb-of-zeros.json.zst", zstd(zeros), refused="200 times")
    yield FileCase("bomb-of-a-record.json.gz", gzip.compress(long_record), refused="200 times")
    bomb = _lines(good(1)) * 3 + good(2) + b"\n" * 70_000_000 + good(3)
    yield FileCase("bomb-of-lines.json.zst", zstd(bomb), refused="200 times")


def _no_payload_files() -> Iterator[FileCase]:
    for name, content in {
        "empty.json": b"",
        "blank.json": b" \n\t\r\n",
        "byte-order-mark-alone.json": b"\xef\xbb\xbf",
        "empty-array.json": b"[]",
        "empty-batch.json": b'{"payloads":[]}',
        "commas-alone.json": b",,,\n",
    }.items():
        yield FileCase(name, content, refused="nothing to load")
    readme = f"# Payloads\n\nWhat is here:\n\n- one file\n- {MARK}\n"
    for name, content in {
        "README.md": readme.encode(),
        "page.html": b"<!doctype html>\n<html><body>\n<h1>Not found</h1>\n</body></html>\n",
        "table.json": b"domain,name\nx.example,Acme\n",
        "noise.json": NOISE,
        "zeros.json": bytes(LONG),
        "null.json": b"null",
        "string.json": json.dumps(MARK).encode(),
        "scalars.json": b"[" + b"1," * 20_000 + b"1]",
        "utf-16-without-mark.json": _THREE.decode().encode("utf-16-le"),
        "one-bad-record.json": b'{"domain":"x.example","a":NaN}\n',
    }.items():
        yield FileCase(name, content, refused=_UNREADABLE)
    for name, content, kind in (
        ("utf-16.json", _THREE.decode().encode("utf-16"), "UTF-16"),
        ("utf-16-be.json", b"\xfe\xff" + _THREE.decode().encode("utf-16-be"), "UTF-16"),
        ("workbook.xlsx", b"PK\x03\x04" + NOISE, "Excel"),
        ("archive.bz2", bz2.compress(_THREE), "bzip2"),
        ("archive.xz", lzma.compress(_THREE), "xz"),
        ("table.parquet", b"PAR1" + NOISE + b"PAR1", "Parquet"),
        ("database.sqlite", b"SQLite format 3\0" + NOISE, "SQLite"),
    ):
        yield FileCase(name, content, refused=kind)


def write(folder: Path) -> None:
    """Write all files, and the hostile records in one more."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / RECORDS_FILE).write_bytes(ndjson(record_cases()))
    for case in file_cases():
        (folder / case.name).write_bytes(case.content)


if __name__ == "__main__":
    write(Path(sys.argv[1]))
