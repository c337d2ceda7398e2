"""The views of schema api as their yml describes them: columns, types, meaning, personal data.

The yml is the one home of these facts: dbt holds the views to it when it builds them, and keeps the
descriptions as comments in the database.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from ingest.errors import IngestError
from ingest.project import project_dir

# a model that shares its name with one of core says so; its view does not
_PREFIX = "api_"
_PRECISION = re.compile(r"\([\d, ]+\)")


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a view.

    Args:
        name: Its name.
        type: Its type, as PostgreSQL calls it; without a precision, to which what a caller compares
            it with would be rounded.
        description: What it holds.
        is_personal: It says something about a person.
        is_nullable: It may be NULL.
    """

    name: str
    type: str
    description: str
    is_personal: bool
    is_nullable: bool

    @property
    def is_list(self) -> bool:
        """Whether a value is a list of values."""
        return self.type.endswith("[]")


@dataclass(frozen=True, slots=True)
class View:
    """One view of schema api.

    Args:
        name: Its name in the schema.
        description: What it holds, down to "One row per ...".
        columns: Its columns by name, in order.
    """

    name: str
    description: str
    columns: Mapping[str, Column]


def read_views(folder: Path | None = None) -> dict[str, View]:
    """The views by name.

    Args:
        folder: Where the yml files lie; by default models/api of the project.

    Raises:
        IngestError: There are none.
    """
    folder = folder or project_dir() / "models" / "api"
    models = [
        model
        for path in sorted(folder.glob("*.yml"))
        for model in yaml.safe_load(path.read_text(encoding="utf-8")).get("models", [])
    ]
    if not models:
        raise IngestError("no views are described here", where=str(folder))
    return {view.name: view for view in map(_view, models)}


def _view(model: Mapping[str, Any]) -> View:
    columns = [_column(column) for column in model["columns"]]
    return View(
        name=model["name"].removeprefix(_PREFIX),
        description=" ".join(model["description"].split()),
        columns={column.name: column for column in columns},
    )


def _column(column: Mapping[str, Any]) -> Column:
    meta = column.get("config", {}).get("meta", {})
    return Column(
        name=column["name"],
        type=_PRECISION.sub("", column["data_type"]),
        description=" ".join(column.get("description", "").split()),
        is_personal=bool(meta.get("personal_data", False)),
        is_nullable="not_null" not in {c["type"] for c in column.get("constraints", [])},
    )
