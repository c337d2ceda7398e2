"""What the CLI knows of the dbt project: where it lies, the paths inside it, what it fills."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

from ingest.errors import IngestError

PROJECT_VARIABLE = "HQ_PROJECT_DIR"
# the schemas that dbt fills, as dbt_project.yml names them
BUILT_SCHEMAS = ("extracted", "core", "reference", "api")
# for models of one's own, models/marts/
OWN_SCHEMA = "marts"
_MARKER = "name: hq_warehouse"


def _is_project(folder: Path) -> bool:
    marker = folder / "dbt_project.yml"
    return marker.is_file() and _MARKER in marker.read_text(encoding="utf-8")


def current_folder() -> Path | None:
    """Where the command was called; None if that folder is deleted."""
    try:
        return Path.cwd().resolve()
    except FileNotFoundError:
        return None


@cache
def project_dir() -> Path:
    """The folder that holds dbt_project.yml, as an absolute path.

    Looked for in ``HQ_PROJECT_DIR``, then in the current folder and its parents, then beside
    this package (an editable install).

    Raises:
        IngestError: None of them is a checkout of the project.
    """
    named = os.environ.get(PROJECT_VARIABLE)
    here = current_folder()
    if named and here is None and not Path(named).is_absolute():
        raise IngestError(
            "the current folder is deleted, and the checkout is named from there",
            where=PROJECT_VARIABLE,
            hint="name it from the root",
        )
    if named:
        folder = Path(named).expanduser().resolve()
        if not _is_project(folder):
            raise IngestError(
                f"{PROJECT_VARIABLE} does not name a checkout of hq_warehouse", where=str(folder)
            )
        return folder
    above = (here, *here.parents) if here else ()
    for folder in (*above, Path(__file__).resolve().parent.parent):
        if _is_project(folder):
            return folder
    raise IngestError(
        "no checkout of hq_warehouse here or in any parent folder",
        where=str(here) if here else "a folder that is deleted",
        hint=f"change into the checkout or set {PROJECT_VARIABLE}",
    )


def postgres_dir() -> Path:
    """The folder of the embedded server: its data, its log, its lock."""
    return project_dir() / ".postgres"


def seeds_dir() -> Path:
    """The folder of the reviewed CSVs."""
    return project_dir() / "seeds"
