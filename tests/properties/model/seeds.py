"""The reviewed CSVs that the rules refer to."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Seeds:
    """The seeds of a project.

    Args:
        aliases: Domain given up -> the domain it leads to, chains not followed.
        ignored: Domains that belong to nobody.
        ranks: (entity, attribute, source) -> rank, smaller is better.
        with_history: (entity, attribute) whose values history keeps.
        readers: Workflow -> the model that reads its payloads, by every name of the workflow.
        icps: Curated profiles.
        customers: Curated customers.
    """

    aliases: dict[str, str]
    ignored: frozenset[str]
    ranks: dict[tuple[str, str, str], int]
    with_history: frozenset[tuple[str, str]]
    readers: dict[str, str]
    icps: list[dict[str, Any]]
    customers: list[dict[str, Any]]

    def canonical(self, domain: str | None) -> str | None:
        """The domain its aliases end in; None for a circle."""
        seen = set()
        while domain in self.aliases and domain not in seen:
            seen.add(domain)
            domain = self.aliases[domain]
        return None if domain in seen else domain

    def company(self, domain: str | None) -> str | None:
        """The canonical domain of a company; None for domains that belong to nobody."""
        found = self.canonical(domain)
        return None if found in self.ignored else found

    def ranking(self, entity: str, attribute: str) -> dict[str, int]:
        """Rank by source; a source without one is not believed."""
        return self._rankings.get((entity, attribute), {})

    @cached_property
    def _rankings(self) -> dict[tuple[str, str], dict[str, int]]:
        found: dict[tuple[str, str], dict[str, int]] = {}
        for (entity, attribute, source), rank in self.ranks.items():
            found.setdefault((entity, attribute), {})[source] = rank
        return found

    def reader(self, slug: str) -> str | None:
        """The model that reads the payloads of a workflow; None: they wait."""
        return self.readers.get(slug)


def read_seeds(folder: Path) -> Seeds:
    """The seeds in the folders of a folder of CSVs."""

    def lines(name: str) -> Iterator[dict[str, str]]:
        with next(folder.rglob(f"{name}.csv")).open(encoding="utf-8", newline="") as file:
            yield from csv.DictReader(file)

    def valued(name: str) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = [
            {column: value or None for column, value in line.items()} for line in lines(name)
        ]
        for row in rows:
            row["created_at"] = datetime.fromisoformat(row["created_at"]).astimezone(UTC)
            for column in ("company_criteria", "person_criteria"):
                if row.get(column):
                    row[column] = json.loads(row[column])
        return rows

    readers = {line["workflow_slug"]: line["read_by"] for line in lines("workflows")}
    readers = {slug: model for slug, model in readers.items() if model}
    aliased = {
        line["alias"]: readers[line["workflow_slug"]]
        for line in lines("workflow_aliases")
        if line["workflow_slug"] in readers
    }
    return Seeds(
        aliases={line["alias_domain"]: line["domain"] for line in lines("company_domain_aliases")},
        ignored=frozenset(line["domain"] for line in lines("ignored_domains")),
        ranks={
            (line["entity"], line["attribute"], line["source"]): int(line["rank"])
            for line in lines("source_rankings")
        },
        with_history=frozenset(
            (line["entity"], line["attribute"])
            for line in lines("source_rankings")
            if line["keeps_history"] == "true"
        ),
        readers={**readers, **aliased},
        icps=valued("curated_icps"),
        customers=valued("curated_customers"),
    )
