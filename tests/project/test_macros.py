"""Macros that models, tests and hooks call are described, down to their arguments."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from jinja2 import Environment, nodes

from ingest.workflows.routes import RAW_TABLES
from tests.support.warehouse import PROJECT

PACKAGE = "hq_warehouse"


def called(manifest: dict[str, Any]) -> list[dict[str, Any]]:
    """Macros of the project that a model, seed, function, test or hook calls itself.

    Those below tests/dbt are the generic tests themselves, which dbt knows no arguments of.
    """
    kinds = (manifest[kind].values() for kind in ("nodes", "functions", "unit_tests"))
    ids = {
        macro for kind in kinds for node in kind for macro in node["depends_on"].get("macros", [])
    }
    found = [manifest["macros"][macro] for macro in sorted(ids)]
    return [
        macro
        for macro in found
        if macro["package_name"] == PACKAGE and macro["original_file_path"].startswith("macros/")
    ]


def signature(macro: dict[str, Any]) -> list[str]:
    """Names of the arguments as the macro's own head has them."""
    head = re.match(r"\s*\{%-?\s*macro [^%]*%\}", macro["macro_sql"])
    assert head, macro["name"]
    parsed = Environment(autoescape=True).parse(head[0] + "{% endmacro %}").find(nodes.Macro)
    assert parsed is not None
    return [argument.name for argument in parsed.args]


def faults(macro: dict[str, Any]) -> Iterator[str]:
    name = macro["name"]
    if not macro["description"].strip():
        yield f"{name} is not described"
    described = [argument["name"] for argument in macro["arguments"]]
    if described != signature(macro):
        yield f"{name} takes {signature(macro)} and is described with {described}"
    for argument in macro["arguments"]:
        if not (argument["type"] and (argument["description"] or "").strip()):
            yield f"{name}({argument['name']}) is not described"


def test_every_macro_that_is_called_is_described(manifest: dict[str, Any]) -> None:
    macros = called(manifest)
    # one that models call, one that functions do, one that a test does, hooks of a run and a seed
    assert {"is_new", "blanks", "unaccounted_rows", "require_raw", "take_turn"} <= {
        macro["name"] for macro in macros
    }
    assert [fault for macro in macros for fault in faults(macro)] == []


def test_the_loader_and_the_models_know_the_same_tables_of_payloads() -> None:
    """Both name the column of the key; neither can ask the other."""
    macro = (PROJECT / "macros/payloads/sources.sql").read_text(encoding="utf-8")
    macro = macro.partition("macro raw_keys")[2].partition("endmacro")[0]
    keys = dict(re.findall(r"set (\w+) = \['(\w+)'", macro))
    said = re.findall(r"^        '(\w+)': (?:(\w+)|\['(\w+)'[^]]*\]),$", macro, re.MULTILINE)
    known = {table: keys.get(named, column) for table, named, column in said}
    assert known == {table: route.required[0] for table, route in RAW_TABLES.items()}


def test_the_pattern_of_null_markers_is_made_of_those_of_text() -> None:
    """jsonpath cannot ask the seed, so the macro spells them."""
    macro = (PROJECT / "macros/text/listed.sql").read_text(encoding="utf-8")
    words = macro.rpartition("set words -%}")[2].partition("{%-")[0]
    words = words.replace("\n", "").strip().replace("[.]", ".").replace("[?]", "?")
    spelled = words.split("|")
    with (PROJECT / "seeds/vocabularies/null_markers.csv").open(encoding="utf-8") as lines:
        markers = [row["marker"] for row in csv.DictReader(lines) if row["scope"] == "text"]
    # dbt reads the word null in a seed as an empty cell
    assert sorted(spelled) == sorted(["null", *markers])


@pytest.mark.parametrize(
    ("target", "custom", "folder", "package", "schema"),
    [
        ("prod", "core", "core", PACKAGE, "core"),
        ("prod", None, "marts", PACKAGE, "marts"),
        ("prod", None, "analyses", PACKAGE, "public"),
        ("dev", "core", "core", PACKAGE, "public_core"),
        ("dev", None, "marts", PACKAGE, "public_marts"),
        # where dbt puts it
        ("prod", None, "marts", "dbt_project_evaluator", "default of None"),
        ("prod", "audit", "staging", "dbt_project_evaluator", "default of audit"),
    ],
)
def test_only_what_is_ours_goes_into_our_schemas(
    target: str, custom: str | None, folder: str, package: str, schema: str
) -> None:
    source = (PROJECT / "macros/overrides/generate_schema_name.sql").read_text(encoding="utf-8")
    known: dict[str, Any] = {
        "target": {"name": target, "schema": "public"},
        "project_name": PACKAGE,
        "dbt": {"default__generate_schema_name": lambda named, _node: f"default of {named}"},
    }
    node = SimpleNamespace(resource_type="model", fqn=[package, folder, "m"], package_name=package)
    macros: Any = Environment(autoescape=True).from_string(source, known).module
    assert macros.generate_schema_name(custom, node).strip() == schema
