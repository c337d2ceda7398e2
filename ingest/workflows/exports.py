"""What other programs call the columns of a feed in their own exports.

Read from ``seeds/registry/table_headers.csv``, a reviewed list that is a dbt seed as well.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from ingest.characters import trim
from ingest.errors import IngestError
from ingest.seeds import seed_rows

_FILE = "table_headers.csv"


def normal_header(header: str) -> str:
    """A header as it is compared: in lower case, without odd blanks and invisible characters."""
    visible = "".join(c for c in header if unicodedata.category(c) != "Cf")
    return " ".join(trim(visible).split()).casefold()


@dataclass(frozen=True)
class Export:
    """The header that one program writes.

    Args:
        name: The program.
        columns: Header, as it is compared -> column of the feed; empty for what is not read.
        signs: The headers by which a file is known as its export.
    """

    name: str
    columns: dict[str, str] = field(default_factory=dict)
    signs: set[str] = field(default_factory=set)

    def made(self, header: Iterable[str]) -> bool:
        """Whether a file with this header (as it is compared) is such an export."""
        return self.signs <= set(header)


def load_exports(folder: Path) -> dict[str, tuple[Export, ...]]:
    """The exports by the workflow that takes them.

    Args:
        folder: The folder of the seed.

    Raises:
        IngestError: The seed cannot be read, or no header tells an export from others.
    """
    path = folder / _FILE
    found: dict[str, dict[str, Export]] = {}
    if not path.exists():
        return {}
    for _, row in seed_rows(path, ("workflow_slug", "export", "header")):
        slug, column = row["workflow_slug"], row.get("column_name", "")
        export = found.setdefault(slug, {}).setdefault(row["export"], Export(row["export"]))
        header = normal_header(row["header"])
        export.columns[header] = column
        if row.get("is_expected", "").lower() == "true":
            export.signs.add(header)
    for slug, exports in found.items():
        for export in exports.values():
            if not export.signs:
                raise IngestError(
                    f"no header of {export.name} is expected ({slug})", where=str(path)
                )
    return {slug: tuple(exports.values()) for slug, exports in found.items()}
