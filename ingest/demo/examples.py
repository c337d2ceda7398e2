"""The demo's work: load the example files into a warehouse that holds nothing else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from os.path import relpath
from pathlib import Path

from psycopg import sql

from ingest.errors import IngestError, UsageError
from ingest.feeds.options import FeedOptions
from ingest.formats.content import open_content
from ingest.formats.magic import COMPRESSIONS
from ingest.landing import ledger
from ingest.load.load import LoadOptions, Status, load_file
from ingest.postgres.connection import Connection, describe
from ingest.project import project_dir
from ingest.workflows.registry import load_registry

# records of this file name their own workflows; all others are named for theirs
_MIXED = "mixed-workflows"
_FORMS = (
    ".json",
    ".ndjson",
    ".csv",
    ".tsv",
    *(compression.suffix for compression in COMPRESSIONS),
)
# what the options of ``ingest load`` say of files that do not say it themselves, by workflow
SAID = {
    "salesnav-export": FeedOptions(
        export_title="Operations, North America",
        export_timestamp="10/20/2026, 9:30 AM",
        timezone="America/Chicago",
    ),
    "vc-portfolio": FeedOptions(vc_firm="birch-capital.example"),
}


@dataclass(frozen=True, slots=True)
class Loaded:
    """An example file in the warehouse.

    Attributes:
        file: Its name, without a folder.
        status: Whether this run loaded it or an earlier one had.
        records: Records found in it.
        landed: Records that landed.
        tables: Rows it has in raw tables, by table.
        rejects: Its records that did not land.
    """

    file: str
    status: Status
    records: int
    landed: int
    tables: dict[str, int]
    rejects: list[ledger.RejectEntry]


def example_files() -> list[Path]:
    """The files of ``examples/``, in the order of their names, which is that of the history.

    Raises:
        IngestError: There are none.
    """
    folder = project_dir() / "examples"
    files = sorted(path for path in folder.glob("*") if path.suffix in _FORMS)
    if not files:
        raise IngestError("there are no example files", where=str(folder))
    return files


def refuse_other_data(conn: Connection, files: list[Path]) -> None:
    """Check that the database holds nothing but what the demo itself would load.

    Args:
        conn: A connection outside any transaction; the database need not be initialised.
        files: The example files.

    Raises:
        UsageError: Another file was loaded, or another program has inserted rows.
    """
    with conn.transaction():
        stranger = _other_data(conn, files)
    if stranger is not None:
        raise UsageError(
            f"it holds other data than the demo's ({stranger})",
            where=describe(conn),
            hint="let PGDATABASE name an empty database, or add --yes to load the examples there",
        )


def _other_data(conn: Connection, files: list[Path]) -> str | None:
    if conn.execute("select to_regclass('raw.loads') is null").fetchone() == (True,):
        return None
    other = conn.execute(
        "select file_name from raw.loads where file_sha256 <> all(%s) limit 1",
        ([sha256 for file in files for sha256 in _hashes(file)],),
    ).fetchone()
    if other is not None:
        return f"the file {other[0]}, for one"
    # all loads are the examples', so a scan for rows without a load ends soon
    for table in _landing_tables(conn):
        query = sql.SQL("select exists (select from {} where _load_id is null)")
        if conn.execute(query.format(sql.Identifier("raw", table))).fetchone() == (True,):
            return f"rows of raw.{table} that no load brought, for one"
    return None


def load_examples(conn: Connection, files: list[Path], tell: Callable[[str], None]) -> list[Loaded]:
    """Load what is not loaded yet.

    Args:
        conn: A connection outside any transaction, to an initialised database.
        files: The example files.
        tell: Told what the user should know while waiting.

    Raises:
        IngestError: A file cannot be loaded; the ones before it stay loaded.
    """
    return [_load(conn, file, tell) for file in files]


def _load(conn: Connection, file: Path, tell: Callable[[str], None]) -> Loaded:
    registry = load_registry()
    slug = file.name.split(".")[0]
    workflow = None if slug == _MIXED else registry.resolve(slug)
    # a name that the ledger can show to anybody: no folders of this machine
    said = SAID.get(slug, FeedOptions())
    options = LoadOptions(registry, workflow, feed=said.found(conn), notice=tell)
    summary = load_file(conn, relpath(file), options)
    if summary.load_id is None:
        raise TypeError("a load has an id")
    with conn.transaction():
        return Loaded(
            file=file.name,
            status=summary.status,
            records=summary.records,
            landed=summary.landed,
            tables=_landed_rows(conn, summary.load_id),
            rejects=ledger.rejects(conn, summary.load_id, limit=summary.rejected + 1),
        )


def _landed_rows(conn: Connection, load_id: object) -> dict[str, int]:
    found = {}
    for table in _landing_tables(conn):
        query = sql.SQL("select count(*) from {} where _load_id = %s")
        row = conn.execute(query.format(sql.Identifier("raw", table)), (load_id,)).fetchone()
        if row is not None and row[0]:
            found[table] = int(row[0])
    return found


def _landing_tables(conn: Connection) -> list[str]:
    rows = conn.execute(
        """
        select table_name from information_schema.columns
        where table_schema = 'raw' and column_name = '_load_id'
        order by table_name
        """
    )
    return [name for (name,) in rows]


def _hashes(file: Path) -> tuple[str, str]:
    """What the ledger of this release, and of earlier ones, knows a file by."""
    with open_content(str(file)) as content:
        return content.hashes()
