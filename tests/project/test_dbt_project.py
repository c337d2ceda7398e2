"""What the dbt project promises of itself: described, tested, and free of clocks and chance."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import Any

import psycopg
import pytest
import yaml

from ingest.project import BUILT_SCHEMAS
from tests.support.scratch import Parameters
from tests.support.warehouse import PROJECT, nodes

CONTRACT: dict[str, dict[str, dict[str, str]]] = yaml.safe_load(
    (PROJECT / "tests" / "expected" / "schema_contract.yml").read_text(encoding="utf-8")
)
MODELS = sorted((PROJECT / "models").rglob("*.sql"))
FUNCTIONS = sorted((PROJECT / "functions").rglob("*.sql"))
CLOCKS = re.compile(
    r"\b(?:now\s*\(|current_(?:timestamp|date|time)\b|local(?:timestamp|time)\b|gen_random_uuid"
    r"|uuidv[47]\b|clock_timestamp|statement_timestamp|transaction_timestamp|timeofday|random\s*\()",
    re.IGNORECASE,
)
COMMENT = re.compile(r"--[^\n]*|\{#.*?#\}", re.DOTALL)


def attached_tests(manifest: dict[str, Any]) -> dict[tuple[str, str], set[str]]:
    """Generic tests: (schema.table, column) -> names of its tests, those of many columns, too."""
    tables = manifest["nodes"] | manifest["sources"]
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    for node in nodes(manifest, "test"):
        metadata = node.get("test_metadata")
        if not metadata:
            continue
        table = tables[node.get("attached_node") or node["depends_on"]["nodes"][-1]]
        name = f"{table['schema']}.{table['name']}"
        if metadata["name"] == "columns_hold":
            asked = metadata["kwargs"]
            for column in (*required_columns(table), *asked.get("required", ())):
                found[name, column].add("not_null")
            for column in asked.get("unique", ()):
                if isinstance(column, str):  # others are unique together
                    found[name, column].add("unique")
            for column in asked.get("values", ()):
                found[name, column].add("accepted_values")
        elif node.get("column_name"):
            found[name, node["column_name"]].add(metadata["name"])
    return found


def required_columns(table: dict[str, Any]) -> list[str]:
    """Columns that are not null, as the yml of their table says."""
    return [
        name
        for name, column in table["columns"].items()
        if "not_null" in {constraint["type"] for constraint in column["constraints"]}
    ]


@pytest.mark.parametrize("kind", ["model", "seed", "function"])
def test_everything_is_described(manifest: dict[str, Any], kind: str) -> None:
    found = nodes(manifest, kind)
    assert found
    assert [node["name"] for node in found if not node["description"].strip()] == []


@pytest.mark.parametrize("kind", ["model", "seed"])
def test_every_column_is_described(manifest: dict[str, Any], kind: str) -> None:
    bare = [
        f"{node['name']}.{column['name']}"
        for node in nodes(manifest, kind)
        for column in node["columns"].values()
        if not column["description"].strip()
    ]
    assert bare == []


def test_every_source_and_its_columns_are_described(manifest: dict[str, Any]) -> None:
    bare = [
        f"{source['name']}.{name}"
        for source in manifest["sources"].values()
        for name, text in [
            ("", source["description"]),
            *((c["name"], c["description"]) for c in source["columns"].values()),
        ]
        if not text.strip()
    ]
    assert bare == []


def test_every_argument_of_a_function_is_described(manifest: dict[str, Any]) -> None:
    bare = [
        f"{function['name']}({argument['name']})"
        for function in nodes(manifest, "function")
        for argument in function["arguments"]
        if not (argument["description"] or "").strip()
    ]
    assert bare == []


def test_the_cli_knows_the_schemas_that_dbt_fills(manifest: dict[str, Any]) -> None:
    filled = {n["schema"] for kind in ("model", "seed", "function") for n in nodes(manifest, kind)}
    assert filled == set(BUILT_SCHEMAS)


@pytest.mark.parametrize("kind", ["model", "seed"])
def test_a_description_ends_with_the_grain(manifest: dict[str, Any], kind: str) -> None:
    without = [
        node["name"]
        for node in nodes(manifest, kind)
        if not re.search(r"(?:^|[.!?] )One row per [^.]+\.$", node["description"].strip())
    ]
    assert without == []


def test_every_seed_says_what_is_right_in_it(manifest: dict[str, Any]) -> None:
    """Without a key a seed is loaded unchecked; without a type its cells cannot be cast."""
    seeds = nodes(manifest, "seed")
    assert [seed["name"] for seed in seeds if not seed["config"]["meta"].get("key")] == []
    assert [s["name"] for s in seeds if [*s["columns"]] != [*s["config"]["column_types"]]] == []


@pytest.mark.parametrize("table", CONTRACT)
def test_what_must_not_be_null_is_tested(manifest: dict[str, Any], table: str) -> None:
    tests = attached_tests(manifest)
    columns = [name for name, kind in CONTRACT[table]["columns"].items() if kind.endswith("!")]
    assert [name for name in columns if "not_null" not in tests[table, name]] == []


def test_no_table_says_of_a_column_in_vain_that_it_is_not_null(manifest: dict[str, Any]) -> None:
    tests = attached_tests(manifest)
    tables = [*nodes(manifest, "model"), *manifest["sources"].values()]
    untested = [
        (table["name"], column)
        for table in tables
        for column in required_columns(table)
        if "not_null" not in tests[f"{table['schema']}.{table['name']}", column]
    ]
    assert untested == []


@pytest.mark.parametrize("table", CONTRACT)
def test_a_primary_key_is_tested(manifest: dict[str, Any], table: str) -> None:
    assert {"unique", "not_null"} <= attached_tests(manifest)[table, "id"]


@pytest.mark.parametrize(
    ("table", "column"),
    {
        "core.companies": "domain",
        "core.people": "linkedin_url",
        "reference.company_icp": "domain",
        "reference.enrichment_workflow_registry": "workflow_slug",
    }.items(),
)
def test_a_unique_identifier_is_tested(manifest: dict[str, Any], table: str, column: str) -> None:
    assert "unique" in attached_tests(manifest)[table, column]


@pytest.mark.parametrize(
    "column",
    [
        *(
            f"{table}.raw_payload_id"
            for table in CONTRACT
            if "raw_payload_id" in CONTRACT[table]["columns"]
        ),
        "extracted.case_study_champions.case_study_id",
        "raw.vc_portfolio_companies.vc_firm_id",
    ],
)
def test_a_foreign_key_is_tested(manifest: dict[str, Any], column: str) -> None:
    table, _, name = column.rpartition(".")
    assert "relationships" in attached_tests(manifest)[table, name]


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("raw.email_waterfall_jobs", "status"),
        ("reference.enrichment_workflow_registry", "entity_type"),
        ("reference.company_customers", "source"),
    ],
)
def test_a_closed_vocabulary_is_tested(manifest: dict[str, Any], table: str, column: str) -> None:
    assert "accepted_values" in attached_tests(manifest)[table, column]


def test_an_extracted_or_canonical_model_has_its_contract_enforced(
    manifest: dict[str, Any],
) -> None:
    loose = [n["name"] for n in nodes(manifest, "model") if not n["config"]["contract"]["enforced"]]
    assert [name for name in loose if any(t.endswith(f".{name}") for t in CONTRACT)] == []


def test_every_table_of_the_contract_is_a_model_or_a_source(manifest: dict[str, Any]) -> None:
    known = {f"{n['schema']}.{n['name']}" for n in nodes(manifest, "model")}
    known |= {f"{s['schema']}.{s['name']}" for s in manifest["sources"].values()}
    assert set(CONTRACT) <= known


@pytest.mark.parametrize("path", MODELS, ids=lambda path: path.stem)
def test_a_payload_is_read_once_and_not_field_by_field(path: Any) -> None:
    assert COMMENT.sub("", path.read_text(encoding="utf-8")).count("->>") <= 5


@pytest.mark.parametrize("path", [*MODELS, *FUNCTIONS], ids=lambda path: path.stem)
def test_a_result_depends_on_no_clock_and_no_chance(path: Any) -> None:
    assert CLOCKS.findall(COMMENT.sub("", path.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize("path", MODELS, ids=lambda path: path.stem)
def test_a_model_has_its_description_beside_it(path: Any) -> None:
    assert path.with_suffix(".yml").exists()


@pytest.mark.usefixtures("_built")
def test_functions_may_run_in_parallel(server: Parameters) -> None:
    with psycopg.connect(**server) as conn:  # type: ignore[arg-type]
        unsafe = conn.execute(
            "select proname from pg_proc where pronamespace = 'reference'::regnamespace"
            " and (proparallel <> 's' or provolatile = 'v')"
        ).fetchall()
    assert unsafe == []
