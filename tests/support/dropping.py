"""Drop folders: filled, taken, and what is left where."""

from __future__ import annotations

import os
from pathlib import Path

from click.testing import Result

from tests.support.ingesting import FIRMOGRAPHICS, ingest

REASON = ".reason.txt"


def company(name: str) -> bytes:
    """A payload of one company."""
    return b'{"domain":"%b.example"}' % name.encode()


A, B = company("a"), company("b")


def fill(folder: Path, **contents: bytes) -> None:
    """Write files `<name>.json` into a folder, the earlier ones older, all of them at rest."""
    for number, (name, content) in enumerate(contents.items()):
        path = folder / f"{name}.json"
        path.write_bytes(content)
        os.utime(path, (1_000_000 + number, 1_000_000 + number))


def drop(folder: Path, *words: str, workflow: str | None = FIRMOGRAPHICS) -> Result:
    """`ingest drop` in this process."""
    named = ("--workflow", workflow) if workflow else ()
    return ingest("drop", folder, *named, *words)


def lying(folder: Path) -> dict[str, list[str]]:
    """The names in a drop folder, in its done/ and in its failed/."""
    places = {"": folder, "done": folder / "done", "failed": folder / "failed"}
    return {
        place: sorted(found.name for found in path.iterdir() if found.name not in places)
        for place, path in places.items()
        if path.is_dir()
    }
