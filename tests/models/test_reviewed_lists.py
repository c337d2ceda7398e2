"""Reviewed lists: complete, sorted, fit to be spelled into a pattern, and in the database."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

from ingest.postgres.connection import Connection
from tests.support.warehouse import PROJECT


def test_every_country_is_known_by_its_name_and_two_codes(functions: Connection) -> None:
    rows = functions.execute(
        "select country, count(*) filter (where spelling ~ '^[a-z]{2}$'),"
        " count(*) filter (where spelling ~ '^[a-z]{3}$'),"
        " bool_or(spelling = reference.comparing_form(country))"
        " from reference.countries group by country"
    ).fetchall()
    # those of ISO 3166, and Kosovo
    assert len(rows) == 250
    assert [row[0] for row in rows if row[1] < 1 or row[2] < 1 or not row[3]] == []


VOCABULARIES = sorted((PROJECT / "seeds" / "vocabularies").glob("*.csv"))


@pytest.mark.parametrize("path", VOCABULARIES, ids=[path.stem for path in VOCABULARIES])
def test_vocabularies_are_sorted_and_without_repetitions(path: Path) -> None:
    with path.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.reader(lines))[1:]
    if path.stem in {"seniority_levels", "job_functions"}:
        rows = [[f"{int(rank):06}"] for _, _, rank in rows]
    assert rows == sorted(rows)
    assert len({tuple(row) for row in rows}) == len(rows)


@pytest.mark.parametrize("name", ["seniority_levels", "job_functions"])
def test_every_term_of_titles_can_decide(name: str) -> None:
    """Below a term whose words it contains, one that says something else would never be found."""
    with (PROJECT / f"seeds/vocabularies/{name}.csv").open(encoding="utf-8") as lines:
        terms = [(f" {term} ", says) for term, says, _ in list(csv.reader(lines))[1:]]
    assert [
        (above.strip(), term.strip())
        for place, (term, says) in enumerate(terms)
        for above, above_says in terms[:place]
        if above in term and above_says != says
    ] == []


def test_suffixes_are_spelled_into_a_pattern_as_they_are(functions: Connection) -> None:
    row = functions.execute("select array_agg(suffix) from reference.legal_suffixes").fetchone()
    assert row is not None
    assert [
        suffix
        for suffix in row[0]
        if re.escape(suffix).replace("\\ ", " ") != suffix
        and not re.fullmatch(r"[\w /&'-]+", suffix)
    ] == []
    assert len(row[0]) > 300


def test_the_registry_is_the_reviewed_file(functions: Connection) -> None:
    columns = [
        "workflow_slug",
        "provider",
        "platform",
        "payload_type",
        "entity_type",
        "description",
    ]
    with (PROJECT / "seeds/registry/workflows.csv").open(encoding="utf-8", newline="") as lines:
        expected = [tuple(line[c] for c in columns) for line in csv.DictReader(lines)]
    query = f"select {', '.join(columns)} from reference.enrichment_workflow_registry"
    assert sorted(functions.execute(query.encode()).fetchall()) == sorted(expected)
