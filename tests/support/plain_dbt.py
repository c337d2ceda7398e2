"""dbt as it comes, in a process of its own that parses only what a project has changed."""

from __future__ import annotations

import json
import os
import subprocess
import sys

from tests.properties.projects import Project
from tests.support.warehouse import parsed_file


def plain(project: Project, *words: str) -> str:
    """What plain dbt says."""
    main = "from dbt.cli.main import cli; cli()"
    return subprocess.run(
        [sys.executable, "-P", "-c", main, "--no-use-colors", *words],
        cwd=project.folder,
        env={**os.environ, "DBT_PARTIAL_PARSE_FILE_PATH": str(parsed_file())},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    ).stdout


def built(project: Project) -> set[str]:
    """Names of what the last run has built."""
    results = (project.folder / "target" / "run_results.json").read_text(encoding="utf-8")
    return {
        result["unique_id"].split(".")[-1]
        for result in json.loads(results)["results"]
        if result["status"] == "success"
    }
