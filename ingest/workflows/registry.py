"""The workflow registry: which workflows exist, and the other names they go by.

Read from reviewed CSVs of ``seeds/registry`` that are dbt seeds as well: ``workflows.csv`` (the
source of ``reference.enrichment_workflow_registry``), ``workflow_aliases.csv`` and
``table_headers.csv``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ingest.characters import trim
from ingest.errors import IngestError, did_you_mean
from ingest.project import seeds_dir
from ingest.seeds import seed_rows
from ingest.workflows.exports import Export, load_exports

_WORKFLOWS_FILE = "workflows.csv"
_ALIASES_FILE = "workflow_aliases.csv"
# Behind a wrapper key: it holds the list of all records, and no payload.
LIST_SUFFIX = "[]"
_LONGEST_NAME = 200  # characters of a slug in a sentence
# where payloads land of which the registry names no table
_TABLE_OF_ENTITY = {"company": "company_payloads", "person": "person_payloads"}
_STAMPED = ("workflow_slug", "provider", "platform", "payload_type", "entity_type")


@dataclass(frozen=True, slots=True)
class Workflow:
    """One registered workflow; the first four values are stamped on every raw row it lands.

    Args:
        read_by: The model that reads its payloads; empty if they wait.
        raw_table: The table in schema raw where its payloads land; empty for the one of its entity
            type.
        key_fields: Where a record says its key, in order: members of the record or of its payload,
            with dots between the members of objects. ``column:path`` says it of another column of
            the raw table. Empty for what the raw table takes as a rule.
        wrapper_keys: Members that hold the payload of a record, or the list of all records; the
            latter alone where ``[]`` follows.
        idempotency_field: The field of a record that tells one delivery by HTTP from another;
            empty if its content does.
    """

    slug: str
    provider: str
    platform: str
    payload_type: str
    entity_type: str
    description: str
    read_by: str = ""
    raw_table: str = ""
    key_fields: tuple[str, ...] = ()
    wrapper_keys: tuple[str, ...] = ()
    idempotency_field: str = ""

    @property
    def lists(self) -> tuple[str, ...]:
        """What the list of its records may be called in a file."""
        return tuple(key.removesuffix(LIST_SUFFIX) for key in self.wrapper_keys)

    @property
    def table(self) -> str | None:
        """The table in schema raw where its payloads land; None for another entity type."""
        return self.raw_table or _TABLE_OF_ENTITY.get(self.entity_type)


class UnknownWorkflowError(LookupError):
    """A slug that is neither registered nor an alias; the text says which ones are."""


class Registry:
    """Workflows by slug and by alias, and the exports of other programs that feeds take."""

    def __init__(
        self,
        workflows: Mapping[str, Workflow],
        aliases: Mapping[str, str],
        exports: Mapping[str, tuple[Export, ...]] | None = None,
    ) -> None:
        self.workflows = dict(workflows)
        self.aliases = dict(aliases)
        self.exports = dict(exports or {})

    def resolve(self, name: str) -> Workflow:
        """The workflow that goes by this slug or alias; blanks around the name are ignored.

        Raises:
            UnknownWorkflowError: With the nearest match and the known slugs.
        """
        slug = trim(name)
        workflow = self.workflows.get(self.aliases.get(slug, slug))
        if workflow is None:
            raise UnknownWorkflowError(self._unknown(slug))
        return workflow

    def names(self) -> list[str]:
        """Every name that raw rows may bear, aliases included."""
        return self._with_aliases(set(self.workflows))

    def names_read_from(self, table: str) -> list[str]:
        """Those of workflows that a model reads, in the table of raw where it reads them."""
        found = self.workflows.values()
        return self._with_aliases({w.slug for w in found if w.read_by and w.table == table})

    def _with_aliases(self, slugs: set[str]) -> list[str]:
        return sorted(slugs | {alias for alias, slug in self.aliases.items() if slug in slugs})

    def _unknown(self, slug: str) -> str:
        known = [*self.workflows, *self.aliases]
        nearest = did_you_mean(slug[:_LONGEST_NAME], known)
        return (
            f"unknown workflow {slug[:_LONGEST_NAME]!r}{nearest}; "
            f"known are {', '.join(self.workflows)}"
        )


def load_registry(folder: Path | None = None) -> Registry:
    """Read the registry from the seeds folder, by default that of the project.

    Raises:
        IngestError: A CSV is missing, lacks a column or a value, repeats a slug, or an alias
            leads to no workflow; with file and line.
    """
    folder = folder or seeds_dir() / "registry"
    workflows: dict[str, Workflow] = {}
    for where, row in seed_rows(folder / _WORKFLOWS_FILE, _STAMPED, may_end_early=True):
        slug, provider, platform, payload_type, entity_type = (row[column] for column in _STAMPED)
        if entity_type not in _TABLE_OF_ENTITY:
            raise IngestError(
                f"entity_type is {' or '.join(_TABLE_OF_ENTITY)}, not {entity_type}", where=where
            )
        if slug in workflows:
            raise IngestError(f"workflow {slug} is registered twice", where=where)
        workflows[slug] = Workflow(
            *(slug, provider, platform, payload_type, entity_type),
            description=row.get("description", ""),
            read_by=row.get("read_by", ""),
            raw_table=row.get("raw_table", ""),
            key_fields=tuple(row.get("key_fields", "").split()),
            wrapper_keys=tuple(row.get("wrapper_keys", "").split()),
            idempotency_field=row.get("idempotency_field", ""),
        )
    aliases: dict[str, str] = {}
    for where, row in seed_rows(folder / _ALIASES_FILE, ("alias", "workflow_slug")):
        alias, slug = row["alias"], row["workflow_slug"]
        if alias in workflows or alias in aliases:
            raise IngestError(f"the name {alias} is taken already", where=where)
        if slug not in workflows:
            raise IngestError(f"alias {alias} leads to the unknown workflow {slug}", where=where)
        aliases[alias] = slug
    return Registry(workflows, aliases, load_exports(folder))
