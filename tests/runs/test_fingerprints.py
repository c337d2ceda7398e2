"""A model reads everything once more when anything it depends on changed, and says why."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.properties.projects import Project, copied
from tests.support.ingesting import status
from tests.support.runs import drop_built, models
from tests.support.warehouse import NO_TESTS, DbtFailedError, Warehouse, logged

ANA = "https://www.linkedin.com/in/ana-example"

# (file, what stands there, what stands there instead, the models that are made of it)
EDITS = {
    "a-macro-two-models-call": (
        *(
            "macros/payloads/fields.sql",
            "is true desc, e.position",
            "is true desc, e.position + 0",
        ),
        {"person_profile", "person_observations", "company_observations"},
    ),
    "the-strategy-of-the-best": (
        "macros/incremental/keep_best.sql",
        "s.created_at < t.created_at or",
        "t.created_at > s.created_at or",
        {
            *("company_firmographics", "company_discovery", "company_icp_criteria"),
            *("person_profile", "person_discovery", "claygent_origins", "case_study_details"),
        },
    ),
    "a-model-and-its-comments": (
        *("models/reference/icp_criteria.sql", "{{ config(", "-- to be read\n{{ config("),
        {"icp_criteria"},
    ),
}


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A copy of the project, in which a test may edit one thing and has to mend it."""
    return copied(tmp_path_factory.mktemp("project"))


def read_everything(said: list[str]) -> dict[str, str]:
    """The models that read everything, and why."""
    marker = " reads everything: "
    return dict(line.split(marker) for line in said if marker in line)


def fingerprints(warehouse: Warehouse) -> dict[str, object]:
    return dict(
        warehouse.all("select model, fingerprint from extracted.watermarks where model <> 'tests'")
    )


@pytest.mark.long
def test_a_first_build_and_the_runs_behind_it_have_one_fingerprint(warehouse: Warehouse) -> None:
    drop_built(warehouse.conn)
    first = read_everything(logged("build", *NO_TESTS))
    assert first == {model.name: "its table is new" for model in models()}
    built = fingerprints(warehouse)
    warehouse.payload("person_payloads", ANA, {"name": "Ana Example"})
    assert read_everything(logged("run")) == {}
    assert fingerprints(warehouse) == built


@pytest.mark.long
def test_a_full_refresh_says_so_and_leaves_the_fingerprint(warehouse: Warehouse) -> None:
    warehouse.build()
    built = fingerprints(warehouse)
    said = logged("run", "--full-refresh", "-s", "people")
    assert said == ["people reads everything: --full-refresh"]
    assert fingerprints(warehouse) == built


@pytest.mark.long
@pytest.mark.parametrize(
    "edit",
    [
        "a-macro-two-models-call",
        pytest.param("the-strategy-of-the-best", marks=pytest.mark.long),
        pytest.param("a-model-and-its-comments", marks=pytest.mark.long),
    ],
)
def test_what_is_made_of_edited_code_reads_everything_once(
    warehouse: Warehouse, copy: Project, edit: str
) -> None:
    path, old, new, concerned = EDITS[edit]
    warehouse.payload("person_payloads", ANA, {"name": "Ana Example"})
    assert set(read_everything(copy.dbt("run"))) == {model.name for model in models()}
    assert read_everything(copy.dbt("run")) == {}
    copy.replace(path, old, new)
    try:
        assert read_everything(copy.dbt("run")) == dict.fromkeys(concerned, "its code changed")
        assert read_everything(copy.dbt("run")) == {}
    finally:
        copy.replace(path, new, old)


def test_a_function_is_another_one_when_a_macro_it_calls_was_edited(
    warehouse: Warehouse, copy: Project
) -> None:
    assert warehouse.conn is not None
    path, old, new = "macros/text/characters.sql", r"\u200e\u200f\u2028", r"\u200f\u200e\u2028"
    copy.replace(path, old, new)
    try:
        with pytest.raises(DbtFailedError) as refused:
            copy.dbt("run")
    finally:
        copy.replace(path, new, old)
    # those that have to know which characters are blank
    assert (
        "version of: as_bigint, as_date, as_timestamptz, headcount, listed_names, normal_url,"
        " payload_from_text, size_bucket, trim_blanks. Run once: dbt build"
    ) in " ".join(str(refused.value).split())


@pytest.fixture
def of_old(warehouse: Warehouse) -> Warehouse:
    """A built warehouse whose watermarks an earlier release wrote."""
    warehouse.payload("person_payloads", ANA, {"name": "Ana Example"})
    warehouse.build()
    warehouse.conn.execute("alter table extracted.watermarks rename column fingerprint to basis")
    warehouse.conn.commit()
    return warehouse


def test_watermarks_of_an_earlier_release_are_carried_over(of_old: Warehouse) -> None:
    before = dict(of_old.all("select model, basis from extracted.watermarks"))
    assert read_everything(logged("run")) == {}
    assert dict(of_old.all("select model, fingerprint from extracted.watermarks")) == before


@pytest.mark.usefixtures("of_old")
def test_status_takes_the_watermarks_of_an_earlier_release_for_none() -> None:
    found = status()
    assert {table["rescan"] for table in found["built"]} == {"nothing is remembered"}
    assert found["untransformed"] == 1


@pytest.mark.long
def test_a_package_beside_the_project_stops_no_run(warehouse: Warehouse, tmp_path: Path) -> None:
    warehouse.build("-s", "company_aliases")
    project = copied(tmp_path)
    guest = tmp_path / "dbt_packages" / "guest"
    for folder in ("models", "seeds"):
        (guest / folder).mkdir(parents=True)
    (guest / "dbt_project.yml").write_text('name: guest\nversion: "1.0.0"\n', encoding="utf-8")
    (guest / "seeds" / "never_loaded.csv").write_text("id\n1\n", encoding="utf-8")
    (guest / "models" / "guests.sql").write_text("select 1 as id", encoding="utf-8")
    assert read_everything(project.dbt("run", "-s", "company_aliases")) == {}
    project.dbt("build", "-s", "company_aliases")
    assert (
        warehouse.all(
            "select key from extracted.watermarks, jsonb_object_keys(fingerprint) as key"
            " where key ~ 'guest'"
        )
        == []
    )
    # nor do our functions stop a run of theirs
    project.replace("functions/casts/as_date.sql", "set trimmed =", "set  trimmed =")
    project.dbt("run", "-s", "guests")
