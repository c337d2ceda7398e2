"""A provider that nobody has heard of, added word for word as CONTRIBUTING.md says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent

import pytest

from ingest.load.load import LoadOptions, load_file
from ingest.postgres.connection import connect
from ingest.schema.migrate import migrate
from ingest.workflows.registry import load_registry
from tests.properties.projects import Project, copied
from tests.support.scratch import Scratch, use
from tests.support.warehouse import NO_TESTS, PROJECT, DbtFailedError, Warehouse

# `path`: and the block of code behind it
_BLOCK = re.compile(r"`(?P<path>[\w/.-]+)`:\n\n +```\w+\n(?P<text>.*?)\n +```", re.DOTALL)
EXAMPLE = "examples/acme-company.results.json"
SLUG = "acme-company"


def blocks() -> dict[str, str]:
    """What CONTRIBUTING.md says is to be written, by path."""
    page = (PROJECT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    section = page.partition("## Add a provider")[2].partition("\n## ")[0]
    return {m["path"]: dedent(m["text"]) + "\n" for m in _BLOCK.finditer(section)}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    made = copied(tmp_path_factory.mktemp("project"))
    for path, text in blocks().items():
        file = made.folder / path
        file.parent.mkdir(exist_ok=True)
        before = file.read_text(encoding="utf-8") if file.exists() else ""
        file.write_text(before + text, encoding="utf-8")
    return made


@pytest.fixture(scope="module")
def built(scratch: Scratch, project: Project) -> Iterator[Warehouse]:
    """Its example, loaded and built."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        use(monkeypatch, scratch.create())
        with connect(application_name="tests") as conn:
            migrate(conn)
            registry = load_registry(project.seeds / "registry")
            options = LoadOptions(registry, registry.resolve(SLUG))
            summary = load_file(conn, str(project.folder / EXAMPLE), options)
            assert (summary.landed, summary.rejected) == (3, 0)
            project.dbt("build", *NO_TESTS)
            yield Warehouse(conn)


def test_it_touches_lines_of_seeds_one_model_its_yml_and_one_example() -> None:
    assert list(blocks()) == [
        "seeds/registry/workflows.csv",
        "seeds/registry/sources.csv",
        "seeds/registry/source_rankings.csv",
        "models/observed/company_by_acme.sql",
        "models/observed/company_by_acme.yml",
        EXAMPLE,
    ]
    assert not any((PROJECT / path).exists() for path in blocks() if "acme" in Path(path).name)


def test_what_it_says_is_in_the_golden_record(built: Warehouse) -> None:
    assert built.all(
        "select domain, name, industry, employee_count, size_bucket, country"
        " from api.companies order by domain"
    ) == [
        ("blue-heron.example", "Blue Heron Books", "Retail", 120, "51-200", None),
        ("grey-owl.example", "Grey Owl Maps", None, None, None, "Canada"),
    ]


def test_evidence_coverage_status_and_issues_know_it(built: Warehouse) -> None:
    assert built.all(
        "select attribute, source, provider, is_chosen from api.evidence"
        " where entity_key = 'grey-owl.example' order by attribute"
    ) == [("country", "acme", "acme", True), ("name", "acme", "acme", True)]
    assert built.all(
        "select known from api.coverage where source = 'acme' and attribute = 'name'"
    ) == [(2,)]
    assert built.all(
        "select path, mapped_to, status from api.payload_fields"
        " where workflow_slug = %s and path in ('firm.staff', 'error', 'site') order by path",
        SLUG,
    ) == [
        ("error", None, "unmapped"),
        (
            "firm.staff",
            ["core.company_observations.employee_count", "core.company_observations.size_bucket"],
            "mapped",
        ),
        ("site", None, "ignored"),
    ]
    assert built.all(
        "select payloads, extracted, waiting from api.status where workflow_slug = %s", SLUG
    ) == [(3, 2, 0)]
    assert built.all(
        "select field, value, reason from extracted.extraction_issues order by field"
    ) == [
        ("raw_payload", "error, site", "states nothing"),
        ("staff", "about 20", "neither a number nor a range"),
    ]


def test_what_it_lacks_is_told_in_a_sentence(built: Warehouse, project: Project) -> None:
    project.dbt("test", "--select", "sources_are_complete", "payloads_are_accounted_for")
    built.conn.execute(
        "delete from reference.source_rankings where source = 'acme' and attribute = 'industry'"
    )
    built.conn.execute("delete from reference.sources where source = 'acme'")
    built.conn.commit()
    with pytest.raises(DbtFailedError) as fault:
        project.dbt("test", "--select", "sources_are_complete")
    said = str(fault.value)
    assert "company_by_acme: company,acme has no line in seeds/registry/sources.csv" in said
    assert (
        "company_by_acme states industry, and company,industry,acme has no line in"
        " seeds/registry/source_rankings.csv" in said
    )


# what is written instead of what in its yml, and what is said of it
LACKS = {
    "a-name": ("source: acme", "from: acme", "has no name: write source"),
    "a-name-of-its-own": ("source: acme", "source: apollo", "calls its source apollo, as company_"),
    "an-attribute": (
        "[name, industry",
        "[name, sector, industry",
        "states sector, which is no attribute",
    ),
    "employers": ("[name, industry", "[name, roles, industry", "states roles and no employer"),
    "marks": ("[title, sector, staff, based_in]", "[]", "has no marks"),
    "a-mark-that-is-read": (
        "[title, sector",
        "[tittle, sector",
        "is marked by tittle, which is none",
    ),
}


@pytest.mark.usefixtures("built")
@pytest.mark.parametrize(("right", "wrong", "fault"), LACKS.values(), ids=LACKS)
def test_what_its_yml_lacks_is_told_in_a_sentence(
    project: Project, right: str, wrong: str, fault: str
) -> None:
    said = said_of(project, "yml", right, wrong, ("test", "--select", "sources_are_complete"))
    assert f"company_by_acme {fault}" in said


def test_a_registry_that_sends_its_payloads_elsewhere_is_told(
    built: Warehouse, project: Project
) -> None:
    built.conn.execute(
        "update reference.workflows set raw_table = 'person_payloads' where workflow_slug = %s",
        [SLUG],
    )
    built.conn.commit()
    with pytest.raises(DbtFailedError) as failed:
        project.dbt("test", "--select", "sources_are_complete")
    assert (
        f"company_by_acme reads raw.company_payloads, and {SLUG} lands in raw.person_payloads"
        in str(failed.value)
    )


def said_of(project: Project, ending: str, right: str, wrong: str, words: tuple[str, ...]) -> str:
    """How a dbt command fails with something else in the source's model or yml."""
    file = project.folder / f"models/observed/company_by_acme.{ending}"
    before = file.read_text(encoding="utf-8")
    assert right in before
    file.write_text(before.replace(right, wrong, 1), encoding="utf-8")
    project.forget()
    try:
        with pytest.raises(DbtFailedError) as failed:
            project.dbt(*words)
    finally:
        file.write_text(before, encoding="utf-8")
        project.forget()
    return str(failed.value)


# what is written instead of what, in the model or its yml -> how a run is refused
MISSHAPEN = {
    "within-is-no-list": ("yml", "within: [firm]", "within: firm", "within is a list"),
    "marks-are-no-list": ("yml", "marks: [title, ", "marks: title #", "marks is a list"),
    "fields-of-no-column": (
        *("yml", "name: [title]", "nome: [title]"),
        "fields names nome, which is not among its states",
    ),
    "no-key": ("sql", "as domain", "as company_domain", "selects no column domain"),
    "no-issues": ("sql", "as _issues", "as issues", "selects no column _issues"),
    "an-attribute-less": ("sql", "as country", "as land", "selects no column country"),
    "another-name": (
        *("sql", "'company_by_acme'", "'company_by_apollo'"),
        "reads the payloads of another model",
    ),
}


@pytest.mark.usefixtures("built")
@pytest.mark.parametrize(("ending", "right", "wrong", "fault"), MISSHAPEN.values(), ids=MISSHAPEN)
def test_a_run_with_a_misshapen_source_is_refused_in_a_sentence(
    project: Project, ending: str, right: str, wrong: str, fault: str
) -> None:
    said = said_of(project, ending, right, wrong, ("run", "--select", "workflow_readers"))
    assert f"company_by_acme{':' if ending == 'yml' else ''} {fault}" in said
