"""Takes the pictures of the pages that the README shows.

Builds the examples in the database of the environment as `ingest demo` does, serves them, and looks
at them with a headless Chromium, whose program the variable CHROMIUM names.

Usage: CHROMIUM=chromium python docs/screenshots.py FOLDER
"""  # noqa: INP001 - a tool, run by `make screenshots`

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

_LARGEST = 150_000  # bytes of a picture
_SECONDS = 60
_SCALE = 0.8  # pixels to a point
_INGEST = str(Path(sys.executable).with_name("ingest"))


class Picture(NamedTuple):
    """One picture.

    Attributes:
        path: The page.
        width: Of the window, in points.
        height: Of the window, in points.
        is_dark: Whether the reader prefers dark.
    """

    path: str
    width: int
    height: int
    is_dark: bool = False


PICTURES = {
    "company": Picture("/companies/larkspur-wholesale.example", 1280, 1000),
    "leads": Picture("/icps/northwind-tools-example", 1280, 900),
    "person-dark": Picture("/people/farah-fictional-03", 1280, 900, is_dark=True),
}


@contextmanager
def served() -> Iterator[str]:
    """The address of the service, for as long as it is needed."""
    command = [_INGEST, "api", "serve", "--no-auth", "--port", "0"]
    service = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    with service:
        try:
            said = []
            for line in service.stdout or ():
                said.append(line)
                address = re.search(r"Serving (\S+),", line)
                if address:
                    yield address[1]
                    return
            sys.exit(f"the service did not start: {''.join(said)}")
        finally:
            service.terminate()


def take(chromium: str, address: str, picture: Picture, file: Path) -> None:
    """Take one picture."""
    with tempfile.TemporaryDirectory() as profile:
        words = [
            *("--headless", "--disable-gpu", "--hide-scrollbars", f"--user-data-dir={profile}"),
            # Chromium starts no sandbox as root
            *(("--no-sandbox",) if os.geteuid() == 0 else ()),
            f"--force-device-scale-factor={_SCALE}",
            f"--blink-settings=preferredColorScheme={0 if picture.is_dark else 1}",
            f"--window-size={picture.width},{picture.height}",
            f"--screenshot={file}",
            address + picture.path,
        ]
        done = subprocess.run(
            [chromium, *words], capture_output=True, text=True, timeout=_SECONDS, check=False
        )
    if done.returncode or not file.exists():
        sys.exit(f"{chromium} took no picture of {picture.path}: {done.stderr.strip()[-500:]}")
    if file.stat().st_size > _LARGEST:
        sys.exit(f"{file} is larger than {_LARGEST:,} bytes: make its window smaller")


def main(folder: Path) -> None:
    """Take all pictures."""
    chromium = shutil.which(os.environ.get("CHROMIUM", ""))
    if chromium is None:
        sys.exit("name a Chromium: CHROMIUM=/usr/bin/chromium make screenshots")
    subprocess.run([_INGEST, "demo", "--json"], stdout=subprocess.DEVNULL, check=True)
    folder.mkdir(parents=True, exist_ok=True)
    with served() as address:
        for name, picture in PICTURES.items():
            file = (folder / f"{name}.png").resolve()
            file.unlink(missing_ok=True)
            take(chromium, address, picture, file)
            sys.stdout.write(f"{file} {file.stat().st_size:,} bytes\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
