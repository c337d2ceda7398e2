"""Pages, settings and recipes of the repository: what they name is there."""

from __future__ import annotations

import re
from itertools import product
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.warehouse import PROJECT

DECISIONS = PROJECT / "docs" / "decisions"
PAGES = [
    *sorted(PROJECT.glob("*.md")),
    *sorted((PROJECT / "docs").rglob("*.md")),
    *sorted((PROJECT / "macros").rglob("*.md")),
    PROJECT / "examples" / "README.md",
    PROJECT / "tests" / "README.md",
]
PAGES = [page for page in PAGES if page.exists()]
FOLDERS = "docs|examples|functions|ingest|macros|models|seeds|tests|bench|[.]github"
# in prose and in tables; what commands name is the reader's own
PATH = re.compile(
    rf"`((?:{FOLDERS})/[^`\s*<>…]*|[A-Z][\w.]*\.(?:md|toml)|[\w.]+\.(?:yml|toml|txt))`"
)
LINK = re.compile(r"\]\((?!https?:)([^)\s]+)\)")
HEADING = re.compile(r"^#{1,4} (.+)$", re.MULTILINE)
# made by a command, or by whoever follows the page
# the provider that CONTRIBUTING adds; tests/project/test_new_provider.py writes its files
INVENTED = "acme"
MADE = {"models/marts/", "packages.yml"}


def text_of(page: Path) -> str:
    """A page without its blocks of code."""
    return re.sub(
        r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL
    )


def anchors(page: Path) -> set[str]:
    """What GitHub calls the headings of a page in links."""
    found = HEADING.findall(text_of(page))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in found}


def named(page: Path) -> str:
    return str(page.relative_to(PROJECT))


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_links_lead_somewhere(page: Path) -> None:
    broken = []
    for link in LINK.findall(text_of(page)):
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            broken.append(link)
    assert broken == []


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_paths_it_names_exist(page: Path) -> None:
    if page.name == "CHANGELOG.md":
        pytest.skip("names what there was")
    missing = [
        path
        for path in PATH.findall(text_of(page))
        if path not in MADE and INVENTED not in path and not (PROJECT / path).exists()
    ]
    assert missing == []


def test_the_readme_lists_its_sections() -> None:
    text = (PROJECT / "README.md").read_text(encoding="utf-8")
    contents, _, rest = text.partition("\n## ")
    sections = re.findall(r"^## (.+)$", "\n## " + rest, re.MULTILINE)
    assert re.findall(r"^- \[([^]]+)\]\(#", contents, re.MULTILINE) == sections


def test_the_map_of_the_tests_names_every_module_once_and_no_other() -> None:
    text = (PROJECT / "tests" / "README.md").read_text(encoding="utf-8")
    modules = [path.stem for path in (PROJECT / "tests").rglob("test_*.py")]
    assert sorted(re.findall(r"`(test_\w+)`", text)) == sorted(modules)


def test_every_decision_is_listed_and_says_what_was_chosen_and_why() -> None:
    pages = sorted(page for page in DECISIONS.glob("*.md") if page.name != "README.md")
    index = (DECISIONS / "README.md").read_text(encoding="utf-8")
    assert re.findall(r"^\| \[(\d{4})\]\((\d{4}-[\w-]+\.md)\)", index, re.MULTILINE) == [
        (page.name[:4], page.name) for page in pages
    ]
    incomplete = [
        page.name
        for page in pages
        for part in ("**Context.**", "**Choice.**", "**Consequence.**")
        if part not in page.read_text(encoding="utf-8")
    ]
    assert incomplete == []


def test_the_glossary_gives_each_word_one_meaning_in_order() -> None:
    text = (PROJECT / "docs" / "glossary.md").read_text(encoding="utf-8")
    words = re.findall(r"^\*\*([^*]+)\*\*", text, re.MULTILINE)
    assert words == sorted(set(words), key=str.lower)
    assert {"payload", "envelope", "feed", "landing", "reject", "fingerprint"} <= set(words)
    assert "docs/glossary.md" in (PROJECT / "README.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def workflow() -> Any:
    text = (PROJECT / ".github" / "workflows" / "test.yml").read_text(encoding="utf-8")
    return yaml.safe_load(text)


def test_the_suite_runs_on_every_version_that_is_promised(workflow: Any) -> None:
    matrix = workflow["jobs"]["server"]["strategy"]["matrix"]
    assert set(product(matrix["python"], matrix["postgres"])) == set(
        product(("3.11", "3.12", "3.13"), ("16", "17", "18"))
    )
    assert [
        step for step in workflow["jobs"]["embedded"]["steps"] if step.get("run") == "make test"
    ]


def test_every_database_of_each_server_is_built_on_a_schedule(workflow: Any) -> None:
    job = workflow["jobs"]["habits"]
    # YAML reads the word "on" as true
    assert workflow[True]["schedule"]
    assert job["if"] == "github.event_name == 'schedule'"
    assert job["strategy"]["matrix"]["postgres"] == ["16", "17", "18"]
    assert job["steps"][-1]["run"] == ".venv/bin/pytest -m long tests/server"


def test_jobs_may_only_read_and_use_actions_of_a_known_major_version(workflow: Any) -> None:
    assert workflow["permissions"] == {"contents": "read"}
    jobs = workflow["jobs"].values()
    assert not [job for job in jobs if "permissions" in job]
    used = [step["uses"] for job in jobs for step in job["steps"] if "uses" in step]
    assert used
    assert [action for action in used if not re.fullmatch(r"actions/[\w-]+@v\d+", action)] == []


def test_hooks_run_the_tools_of_the_environment() -> None:
    text = (PROJECT / ".pre-commit-config.yaml").read_text(encoding="utf-8")
    (repository,) = yaml.safe_load(text)["repos"]
    assert repository["repo"] == "local"
    tools = {"ruff-check", "ruff-format", "mypy", "sqlfluff"}
    assert {hook["id"] for hook in repository["hooks"]} == tools
    assert all(".venv/bin/" in hook["entry"] for hook in repository["hooks"])
