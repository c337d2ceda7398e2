"""SQL that stands in files of its own, beside the module that runs it."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from psycopg import sql


@cache
def statement(package: str, name: str) -> sql.SQL:
    """The statement of a file, to be executed or, where it has ``{names}``, formatted first.

    Args:
        package: The package that has the file.
        name: The file's name without ``.sql``.
    """
    text = files(package).joinpath(f"{name}.sql").read_text(encoding="utf-8")
    return sql.SQL(text)
