"""The documentation is true: its queries run, its pictures and the comments are the models'."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ingest.project import BUILT_SCHEMAS
from tests.support.example_files import load_examples
from tests.support.scenario import Row, rows, scenario
from tests.support.scratch import Parameters
from tests.support.warehouse import PROJECT, Warehouse, dbt, nodes

DOCS = PROJECT / "docs"
TABLES = DOCS / "tables.md"
SECTIONS = re.split(r"^## ", (DOCS / "analysts.md").read_text(encoding="utf-8"), flags=re.MULTILINE)
QUERY = re.compile(r"^```sql\n(.*?)^```\n\n?((?:\|[^\n]*\n)*)", re.MULTILINE | re.DOTALL)
# a cell that every load fills differently
VARIES = "…"


def questions() -> Iterator[Any]:
    for section in SECTIONS:
        heading = section.partition("\n")[0]
        for query, table in QUERY.findall(section):
            yield pytest.param(query, table, id=heading.replace(" ", "-"))


def as_text(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(as_text, value))
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)


def as_markdown(found: list[Row], like: str) -> str:
    """Rows as a Markdown table, with the cells left open that the one in the document leaves."""
    shown = [[cell.strip() for cell in line.split("|")[1:-1]] for line in like.splitlines()]
    open_cells = {
        (number, name)
        for number, cells in enumerate(shown[2:])
        for name, cell in zip(shown[0], cells, strict=True)
        if cell == VARIES
    }
    lines = [list(found[0]), ["---"] * len(found[0])]
    for number, row in enumerate(found):
        cells = {name: as_text(value) for name, value in row.items()}
        cells |= {name: VARIES for at, name in open_cells if at == number and name in cells}
        lines.append(list(cells.values()))
    return "".join(f"| {' | '.join(line)} |\n".replace("  ", " ") for line in lines)


@pytest.fixture(scope="module")
def built(_built: Parameters) -> Iterator[Warehouse]:
    with scenario() as warehouse:
        load_examples(warehouse.conn)
        warehouse.build()
        yield warehouse


@pytest.mark.parametrize(("query", "table"), list(questions()))
def test_a_query_gives_the_result_that_is_shown(built: Warehouse, query: str, table: str) -> None:
    found = rows(built, query.replace("%", "%%"))
    assert as_markdown(found, table) == table


def test_there_are_at_least_twenty_five_questions() -> None:
    assert len(list(questions())) >= 25


def test_the_page_of_tables_is_the_one_of_the_models(
    manifest: dict[str, Any], tmp_path: Path
) -> None:
    described, written = tmp_path / "manifest.json", tmp_path / "tables.md"
    described.write_text(json.dumps(manifest, default=str), encoding="utf-8")
    subprocess.run([sys.executable, DOCS / "er_diagram.py", described, written], check=True)
    assert written.read_bytes() == TABLES.read_bytes(), "docs/tables.md is out of date: make docs"


@pytest.mark.parametrize(
    "line",
    [
        "flowchart LR",
        "    raw.person_payloads --> extracted.person_profile",
        "    extracted.person_experience --> core.company_observations",
        "    raw.salesnav_scrapes --> core.person_observations",
        "    core.companies --> api.companies",
        "erDiagram",
        '    "extracted.person_profile" }o--|| "raw.person_payloads" : raw_payload_id',
        '    "core.person_positions" }o--|| "core.companies" : company_domain',
        '    "raw.loads" }o--|| "raw.loads" : _retry_of',
        "        uuid raw_payload_id UK, FK",
    ],
)
def test_the_page_of_tables_leads_from_raw_to_the_answers(line: str) -> None:
    assert line in TABLES.read_text(encoding="utf-8").splitlines()


COMMENTS = """
    select
        n.nspname || '.' || c.relname as name,
        c.relkind::text as kind,
        obj_description(c.oid, 'pg_class') as comment,
        (
            select jsonb_object_agg(a.attname, col_description(c.oid, a.attnum))
            from pg_attribute as a
            where c.oid = a.attrelid and a.attnum > 0 and not a.attisdropped
        ) as columns
    from pg_class as c
    inner join pg_namespace as n on c.relnamespace = n.oid
    where n.nspname = any(%s) and c.relkind in ('r', 'v')
"""


def test_descriptions_are_comments_in_the_database(
    built: Warehouse, manifest: dict[str, Any]
) -> None:
    relations = {found["name"]: found for found in rows(built, COMMENTS, list(BUILT_SCHEMAS))}
    kinds, different = set(), []
    for model in nodes(manifest, "model"):
        if model["config"]["materialized"] == "ephemeral":
            continue
        relation = relations[f"{model['schema']}.{model['alias']}"]
        kinds.add(relation["kind"])
        if relation["comment"] != model["description"]:
            different.append(model["name"])
        for column, comment in relation["columns"].items():
            if comment is None or comment != model["columns"][column]["description"]:
                different.append(f"{model['name']}.{column}")
    assert different == []
    assert kinds == {"r", "v"}


# what tells that a row is about a person, and what about a person stands in it
OF_A_PERSON = {"full_name", "first_name", "person_id", "email", "entity_key"}
OF_COMPANIES = {"api.company_history"}
PERSONAL = re.compile(
    r"name|email|phone|linkedin|_urn$|headline|summary|picture|location|locality|country|title"
    r"|degree|school|grade|activities|^owner$|^raw_payload$|^value$|^entity_key$|^said_|birth"
)
# of companies, customers, target profiles, articles, or of the row itself
NOT_OF_A_PERSON = re.compile(
    r"company|export|icp|^article_|origin|customer|_source$|_raw_payload_id$|_received_at$"
)


def columns(manifest: dict[str, Any]) -> Iterator[tuple[str, str, bool]]:
    """Every column as (table, name, whether it is marked as personal)."""
    tables = [*manifest["sources"].values(), *nodes(manifest, "model"), *nodes(manifest, "seed")]
    for table in tables:
        name = f"{table['schema']}.{table.get('identifier') or table['alias']}"
        for column in table["columns"].values():
            yield name, column["name"], column["meta"].get("personal_data") is True


def test_personal_data_is_marked(manifest: dict[str, Any]) -> None:
    found = list(columns(manifest))
    of_a_person = {table for table, column, _ in found if column in OF_A_PERSON}
    of_a_person |= {table for table, _, _ in found if re.search(r"\.(person|people)", table)}
    of_a_person -= OF_COMPANIES
    assert {"raw.person_payloads", "extracted.person_profile", "core.people"} <= of_a_person
    unmarked = [
        f"{table}.{column}"
        for table, column, marked in found
        if table in of_a_person
        and PERSONAL.search(column)
        and not NOT_OF_A_PERSON.search(column)
        and not marked
    ]
    assert unmarked == [], "add to the column: config: {meta: {personal_data: true}}"


@pytest.mark.parametrize(
    "column",
    [
        "raw.rejects.record",
        "raw.case_study_extraction_payloads.raw_payload",
        "extracted.case_study_champions.full_name",
        "extracted.extraction_issues.value",
        "core.company_observations.owner",
    ],
)
def test_a_person_in_a_table_about_something_else_is_marked(
    manifest: dict[str, Any], column: str
) -> None:
    assert (*column.rsplit(".", 1), True) in set(columns(manifest))


@pytest.mark.usefixtures("server")
def test_columns_with_personal_data_can_be_listed(
    manifest: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    dbt("run-operation", "personal_data")
    marked = {f"{table}.{column}" for table, column, is_marked in columns(manifest) if is_marked}
    assert set(capsys.readouterr().out.split()) == marked


def test_answers_have_someone_to_ask(manifest: dict[str, Any]) -> None:
    exposures = manifest["exposures"].values()
    used = {key for exposure in exposures for key in exposure["depends_on"]["nodes"]}
    assert {"leads", "past_employees", "api_companies"} <= {key.split(".")[-1] for key in used}
    assert all(exposure["owner"]["email"].endswith(".example") for exposure in exposures)
