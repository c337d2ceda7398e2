"""The folders dbt writes to, which lie in the checkout unless something else is said."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from ingest.errors import IngestError

# option of dbt, its variable, the folder in the project, a file there that every run writes
_WRITTEN = (
    ("--target-path", "DBT_TARGET_PATH", "target", "partial_parse.msgpack"),
    ("--log-path", "DBT_LOG_PATH", "logs", "dbt.log"),
)


def require_writable(project: Path, arguments: Sequence[str]) -> None:
    """Check that dbt can write where it will; it would end with a traceback.

    Args:
        project: The checkout.
        arguments: What dbt is given; a folder that is named there is left to dbt.

    Raises:
        IngestError: It cannot.
    """
    for option, variable, folder, file in _WRITTEN:
        if any(word.split("=")[0] == option for word in arguments):
            continue
        place = project / os.environ.get(variable, folder)
        if not (_can_write(place) and _can_write(place / file)):
            raise IngestError(
                "dbt cannot write here",
                where=str(place),
                hint="set DBT_TARGET_PATH and DBT_LOG_PATH to folders that this user can write to",
            )


def _can_write(path: Path) -> bool:
    """Whether a file or folder can be written, or made where it is missing."""
    existing = next(place for place in (path, *path.parents) if place.exists())
    rights = os.W_OK | os.X_OK if existing.is_dir() else os.W_OK
    return os.access(existing, rights)
