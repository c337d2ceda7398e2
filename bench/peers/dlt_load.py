"""dlt appends an NDJSON file to PostgreSQL, the way its documentation shows it.

    PYTHON dlt_load.py FILE WORKING_FOLDER SCHEMA [tuned]

Its defaults: nested lists become tables of their own, rows go in by INSERT with many values. With
`tuned`, what helps it most here: the payload stays one jsonb, rows go in by COPY.
DESTINATION__POSTGRES__CREDENTIALS names the server.
Run with the same working folder again, it goes on where it was interrupted.
"""

from __future__ import annotations

import sys
from pathlib import Path

import dlt  # type: ignore[import-not-found]
from dlt.sources.filesystem import filesystem, read_jsonl  # type: ignore[import-not-found]


def main(file: Path, folder: str, schema: str, *, tuned: bool) -> None:
    """Append the file to the table `profiles` of the schema."""
    pipeline = dlt.pipeline(
        "bench",
        pipelines_dir=folder,
        destination="postgres",
        dataset_name=schema,
    )
    records = filesystem(bucket_url=file.parent.as_uri(), file_glob=file.name) | read_jsonl()
    records = records.with_name("profiles")
    if tuned:
        records.apply_hints(columns={"raw_payload": {"data_type": "json"}})
    pipeline.run(
        records, write_disposition="append", loader_file_format="csv" if tuned else None
    ).raise_on_failed_jobs()


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:4], tuned="tuned" in sys.argv[4:])
