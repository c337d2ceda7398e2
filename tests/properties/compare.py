"""The tables of a warehouse beside the ones the model expects."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tests.properties.model import forms
from tests.properties.model.payloads import AnyOf
from tests.properties.play import Rows

# table -> columns that tell its rows apart
KEYS = {
    "extracted.company_firmographics": ("company_domain",),
    "extracted.company_discovery": ("domain",),
    "extracted.company_customer_claygent": ("origin_company_domain", "company_customer_name"),
    "extracted.case_study_details": ("case_study_url",),
    "extracted.case_study_champions": ("case_study_url", "full_name"),
    "extracted.person_profile": ("linkedin_url",),
    "extracted.person_experience": ("linkedin_url", "experience_order"),
    "extracted.person_education": ("linkedin_url", "education_order"),
    "extracted.person_discovery": ("linkedin_url",),
    "extracted.person_emails": ("raw_payload_id", "email"),
    "core.person_contacts": ("linkedin_url", "source", "email", "phone"),
    "extracted.extraction_issues": ("raw_table", "raw_payload_id", "field"),
    "core.company_observations": ("source", "raw_payload_id", "domain"),
    "core.person_observations": ("source", "raw_payload_id", "linkedin_url"),
    "core.provider_roles": ("linkedin_url", "experience_order"),
    "core.provider_schools": ("linkedin_url", "education_order"),
    "core.companies": ("domain",),
    "core.company_history": ("domain", "attribute", "observed_at"),
    "core.people": ("linkedin_url",),
    "core.person_positions": ("linkedin_url",),
    "core.person_history": ("linkedin_url", "attribute", "observed_at"),
    "core.position_changes": ("linkedin_url", "observed_at"),
    "core.company_aliases": ("domain",),
    "reference.company_icp": ("domain",),
    "reference.company_customers": ("domain", "customer_domain"),
}
# tables that name their owner by its id are read with the owner's key
QUERIES = {
    "extracted.case_study_champions": """
        select c.*, d.case_study_url from extracted.case_study_champions as c
        left join extracted.case_study_details as d on d.id = c.case_study_id
    """,
}


@dataclass(frozen=True)
class Disagreement:
    """A value that is not what the model expects.

    Args:
        table: Its table.
        key: The row.
        column: The column; ``*`` where the row stands on one side only.
        expected: What the model says.
        found: What the warehouse holds.
    """

    table: str
    key: tuple[Any, ...]
    column: str
    expected: Any
    found: Any

    def __str__(self) -> str:
        """On one line."""
        row = ", ".join(map(str, self.key))
        return (
            f"{self.table} [{row}] {self.column}: {self.expected!r} expected, {self.found!r} found"
        )


def disagreements(found: Rows, expected: Rows) -> Iterator[Disagreement]:
    """Where the tables of a warehouse and the expected ones differ, in columns of the latter."""
    for table, rows in found.items():
        ours = _by_key(expected.get(table, []), KEYS[table])
        theirs = _by_key(rows, KEYS[table])
        for key in sorted(ours.keys() | theirs.keys(), key=str):
            if key not in ours or key not in theirs:
                yield Disagreement(table, key, "*", ours.get(key), theirs.get(key))
                continue
            for column, value in ours[key].items():
                allowed = value.values if isinstance(value, AnyOf) else (value,)
                if _comparable(theirs[key][column]) not in map(_comparable, allowed):
                    yield Disagreement(table, key, column, value, theirs[key][column])


def _by_key(rows: list[dict[str, Any]], columns: tuple[str, ...]) -> dict[tuple[Any, ...], Any]:
    return {tuple(row[column] for column in columns): row for row in rows}


def _comparable(value: Any) -> Any:
    """JSON as its text, in which true is not 1."""
    return forms.json_text(value) if isinstance(value, (dict, list)) else value
