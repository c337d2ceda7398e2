"""The image of the Dockerfile holds what it needs; it is put together here without an engine."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from fnmatch import fnmatch
from pathlib import Path

import pytest
from dbt.cli.main import dbtRunner
from dbt.contracts.graph.manifest import Manifest

from tests.support.warehouse import PROJECT, arguments_of, parsed_project

CLI = Path(sys.executable).with_name("ingest")
INSTRUCTIONS = [
    line.split()
    for line in (PROJECT / "Dockerfile").read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
]
COPIES = [(words[1:-1], words[-1]) for words in INSTRUCTIONS if words[0] == "COPY"]


def may_be_sent(path: Path) -> bool:
    """Whether .dockerignore lets a file through: the last line that matches it decides."""
    sent = True
    parts = path.relative_to(PROJECT).parts
    heads = ["/".join(parts[:length]) for length in range(1, len(parts) + 1)]
    for line in (PROJECT / ".dockerignore").read_text(encoding="utf-8").split("\n"):
        pattern = line.removeprefix("!")
        if not line or line.startswith("#"):
            continue
        anywhere = pattern.removeprefix("**/")
        # a star of a pattern ends at a slash
        if any(
            (fnmatch(head, pattern) and head.count("/") == pattern.count("/"))
            or (anywhere != pattern and fnmatch(head.rpartition("/")[2], anywhere))
            for head in heads
        ):
            sent = line.startswith("!")
    return sent


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder the image works in, with the files its COPY instructions bring."""
    folder = tmp_path_factory.mktemp("image")
    for sources, target in COPIES:
        for source in sources:
            place = folder / target / source if target == "./" else folder / target
            origin = PROJECT / source
            files = origin.rglob("*") if origin.is_dir() else [origin]
            for file in files:
                if file.is_file() and may_be_sent(file):
                    copy = place / file.relative_to(origin) if origin.is_dir() else place
                    copy.parent.mkdir(parents=True, exist_ok=True)
                    shutil.copyfile(file, copy)
    return folder


def test_what_is_copied_exists_and_is_sent() -> None:
    sources = [PROJECT / source for words, _ in COPIES for source in words]
    assert sources
    assert [source for source in sources if not source.exists() or not may_be_sent(source)] == []


@pytest.mark.parametrize(
    "path",
    [".git/config", ".venv/bin/python", ".postgres/data", "tests/data/x", ".env", "target/x"],
)
def test_what_is_nobodys_business_stays_out(path: str) -> None:
    assert not may_be_sent(PROJECT / path)


def test_compiled_files_stay_out() -> None:
    assert not may_be_sent(PROJECT / "ingest" / "__pycache__" / "cli.cpython-313.pyc")


def test_it_works_as_a_user_without_rights() -> None:
    names = [words[0] for words in INSTRUCTIONS]
    assert ["USER", "hq"] in INSTRUCTIONS
    assert names.index("USER") > max(i for i, name in enumerate(names) if name in ("RUN", "COPY"))
    assert ["ENTRYPOINT", '["ingest"]'] in INSTRUCTIONS
    assert "HQ_PROJECT_DIR=/srv/hq" in [word for words in INSTRUCTIONS for word in words]


def test_the_cli_finds_its_workflows_there(image: Path, tmp_path: Path) -> None:
    said = subprocess.run(
        [CLI, "workflows", "--json"],
        cwd=tmp_path,
        env={**os.environ, "HQ_PROJECT_DIR": str(image)},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    slugs = {entry["workflow_slug"] for entry in json.loads(said)}
    assert {"clay-person-profile", "salesnav-export"} <= slugs


def test_dbt_finds_the_whole_project_there(image: Path, tmp_path: Path) -> None:
    there = dbtRunner().invoke(["--quiet", "parse", *arguments_of(image, tmp_path)]).result
    here = parsed_project()
    assert isinstance(there, Manifest)
    assert {*there.nodes} == {*here.nodes}
    assert {*there.functions} == {*here.functions}
    assert {*there.sources} == {*here.sources}
    assert {*there.macros} == {*here.macros}
