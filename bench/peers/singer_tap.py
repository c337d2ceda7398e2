"""A Singer tap of the barest kind: NDJSON envelopes as SCHEMA and RECORD messages.

    PYTHON singer_tap.py FILE | target-postgres --config CONFIG

The lines are not parsed, so that hardly any of the time is the tap's. No keys: rows are appended,
as payloads in a raw table have to be.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

SCHEMA = {
    "type": "SCHEMA",
    "stream": "profiles",
    "key_properties": [],
    "schema": {
        "type": "object",
        "properties": {
            "linkedin_url": {"type": "string"},
            "workflow_slug": {"type": "string"},
            "raw_payload": {"type": "object"},
        },
    },
}


def main(file: Path) -> None:
    """Write the messages of one file."""
    out = sys.stdout.buffer
    out.write(json.dumps(SCHEMA).encode() + b"\n")
    with file.open("rb") as lines:
        for line in lines:
            out.write(b'{"type":"RECORD","stream":"profiles","record":%b}\n' % line.rstrip(b"\n"))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
