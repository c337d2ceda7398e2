"""Where each workflow's records land, and how a record's key is found.

The registry says it of a workflow; what is said here is what the raw tables take, and what holds
of every record.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property

from ingest.workflows.feeds import FEEDS
from ingest.workflows.registry import LIST_SUFFIX, Workflow

PAYLOAD_COLUMN = "raw_payload"
STAMP_COLUMNS = ("workflow_slug", "provider", "platform", "payload_type")

# Keys under which an envelope may carry its payload, in the order they are looked at.
WRAPPER_KEYS = (
    "raw_payload",
    "raw_company_payload",
    "raw_clay_company_enriched_payload",
    "raw_clay_person_enriched_payload",
    "person_raw_enriched_payload",
    "claygent_output",
    "customers_claygent",
    "payload",
)
# Any other key that ends so is one as well: providers put their name before it. That of the
# workflow's own provider comes first, that of another one in the registry never counts.
WRAPPER_SUFFIX = "_raw_payload"
REGISTRY = "seeds/registry/workflows.csv"
COMPANY_KEY = "company_domain"
PERSON_KEY = "linkedin_url"

# Other words for the key of a record: in its envelope, or in a payload without one.
_PERSON_NAMES = ("person_linkedin_url", "linkedin_url", "linkedin", "profile_url")
_COMPANY_NAMES = ("company_domain", "domain", "website", "primary_domain", "companyDomain")
# A member that holds the end of a profile's address alone, and what stands before it there.
_SLUG_NAMES = ("public_identifier", "linkedin_username")
_BEFORE_SLUG = "https://www.linkedin.com/in/"
# What makes an object a record whichever its workflow is.
RECORD_NAMES = (*_PERSON_NAMES, *_COMPANY_NAMES)


@dataclass(frozen=True)
class Route:
    """How the records of a workflow become rows.

    Args:
        table: Table in schema raw.
        required: Envelope fields a row cannot do without; the first one is the record's key.
        optional: Envelope fields that may be absent.
        names: What else the key may be called beside a payload, or in a record that is one.
        bare_keys: Payload keys that stand in for an absent key field, in order. Without any,
            only envelopes are accepted.
        slug_names: Fields that hold the key without what stands before it in every one.
        flags: Boolean envelope fields, true where absent unless the payload is empty.
        other_names: What the other columns may be called, in the record or its payload.
        instead: Columns that do for the key together, each such set.
        wrapper_keys: Keys under which its envelopes, too, may carry their payload.
        own_key: The key that its provider's payload has by the provider's name.
        foreign_keys: Those of the other providers: what stands there is not this workflow's.
    """

    table: str
    required: tuple[str, ...]
    names: tuple[str, ...] = ()
    bare_keys: tuple[str, ...] = ()
    slug_names: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    other_names: tuple[tuple[str, tuple[str, ...]], ...] = ()
    instead: tuple[tuple[str, ...], ...] = ()
    wrapper_keys: tuple[str, ...] = ()
    own_key: str = field(default="", compare=False)
    foreign_keys: frozenset[str] = field(default=frozenset(), compare=False)

    @cached_property
    def payload_keys(self) -> tuple[str, ...]:
        """The keys that may hold the payload of an envelope, in the order they are looked at."""
        named = (key for key in self.wrapper_keys if not key.endswith(LIST_SUFFIX))
        return (self.own_key, *WRAPPER_KEYS, *named)

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """Columns of a landed row, in the order ``ingest.payloads.envelopes`` gives its values."""
        return (
            "id",
            *self.required,
            *self.optional,
            *STAMP_COLUMNS,
            PAYLOAD_COLUMN,
            *self.flags,
            "_load_id",
        )

    @cached_property
    def words(self) -> dict[str, tuple[str, ...]]:
        """What each of the other columns may be called, its own name first."""
        return {name: (name, *others) for name, others in self.other_names}

    @property
    def is_of_people(self) -> bool:
        """The key is the page of a person."""
        return self.required[0] == PERSON_KEY

    def key_of_slug(self, slug: str) -> str:
        """The key of which a record says the end alone."""
        return slug if "/" in slug else f"{_BEFORE_SLUG}{slug}"


def _company(table: str, key: str = COMPANY_KEY, *bare_keys: str) -> Route:
    return Route(table=table, required=(key,), names=_COMPANY_NAMES, bare_keys=bare_keys)


def _person(table: str) -> Route:
    return Route(
        table=table,
        required=(PERSON_KEY,),
        names=_PERSON_NAMES,
        bare_keys=("url",),
        slug_names=_SLUG_NAMES,
    )


# What the raw tables of payloads take, where the registry says nothing else.
RAW_TABLES = {
    route.table: route
    for route in (
        _company("company_payloads", COMPANY_KEY, "domain", "website"),
        _company("company_discovery", COMPANY_KEY, "domain", "website"),
        _company("icp_payloads", "domain"),
        _person("person_payloads"),
        _person("person_discovery"),
        Route(
            table="email_payloads",
            required=(PERSON_KEY,),
            names=_PERSON_NAMES,
            bare_keys=("linkedin_url",),
            slug_names=_SLUG_NAMES,
            optional=("first_name", "last_name", "full_name", "company_domain"),
            other_names=(
                ("first_name", ("firstName", "firstname", "first")),
                ("last_name", ("lastName", "lastname", "last")),
                ("full_name", ("fullName", "name")),
                (
                    "company_domain",
                    ("domain", "companyDomain", "domainOrCompany", "primary_domain", "website"),
                ),
            ),
            instead=(("full_name", "company_domain"), ("last_name", "company_domain")),
        ),
        Route(
            table="company_customer_claygent_payloads",
            required=("origin_company_domain",),
            bare_keys=("origin_company_domain",),
            optional=("origin_company_name", "origin_company_linkedin_url"),
        ),
        Route(
            table="case_study_extraction_payloads",
            required=("case_study_url", "origin_company_domain", "company_customer_name"),
            optional=("origin_company_name",),
            flags=("has_case_study_url",),
        ),
    )
}

# What the models fill that keep winning payloads, by themselves and by those behind them.
_FILLED = {
    "company_firmographics": ("extracted.company_firmographics",),
    "company_discovery": ("extracted.company_discovery",),
    "person_profile": (
        "extracted.person_profile",
        "extracted.person_experience",
        "extracted.person_education",
    ),
    "person_discovery": ("extracted.person_discovery",),
    "claygent_origins": ("extracted.company_customer_claygent",),
    "case_study_details": ("extracted.case_study_details", "extracted.case_study_champions"),
    "company_icp_criteria": ("reference.company_icp",),
}
# And those behind a model that tells what each payload says of an entity.
_FILLED_BY_ENTITY: dict[str, tuple[str, ...]] = {
    "company": ("core.companies",),
    "person": ("core.people",),
}


class NoRouteError(LookupError):
    """A registered workflow whose records cannot land as payloads; the text says why."""


def wrappers_of(workflow: Workflow) -> tuple[str, ...]:
    """The keys under which what a workflow's provider sends may stand."""
    return (*WRAPPER_KEYS, *workflow.lists)


def filled_by(workflow: Workflow) -> tuple[str, ...]:
    """The tables that a workflow's payloads end in; none where no model reads them yet."""
    if not workflow.read_by:
        return ()
    of_entity = _FILLED_BY_ENTITY.get(workflow.entity_type, ())
    return _FILLED.get(workflow.read_by, of_entity)


def providers_of(workflows: Iterable[Workflow]) -> frozenset[str]:
    """The providers of workflows that bring payloads, which feeds of table rows do not."""
    return frozenset(found.provider for found in workflows if found.slug not in FEEDS)


def route_of(workflow: Workflow, providers: Iterable[str] = ()) -> Route:
    """What the registry says of a workflow, on top of what its raw table takes.

    Args:
        workflow: The workflow.
        providers: All whose payloads are known.

    Raises:
        NoRouteError: The workflow is a feed of table rows, there is no such raw table, or none for
            its entity type, or its key fields are of columns that the table does not have.
    """
    if workflow.slug in FEEDS:
        raise NoRouteError(
            f"workflow {workflow.slug} brings rows of a table (CSV), not payloads; its files are "
            f"loaded by themselves, with --workflow {workflow.slug}"
        )
    own_key = workflow.provider + WRAPPER_SUFFIX
    foreign_keys = {provider + WRAPPER_SUFFIX for provider in providers} - {own_key}
    route = replace(
        _table_of(workflow),
        own_key=own_key,
        foreign_keys=frozenset(foreign_keys.difference(workflow.wrapper_keys)),
    )
    if not (workflow.key_fields or workflow.wrapper_keys):
        return route
    bare_keys, others = [], {name: list(words) for name, words in route.other_names}
    for said in workflow.key_fields:
        column, separator, path = said.partition(":")
        if not separator or column == route.required[0]:
            bare_keys.append(path or column)
        elif column in others:
            others[column].append(path)
        else:
            raise NoRouteError(
                f"the key field {said} of workflow {workflow.slug} names no column that "
                f"raw.{route.table} has beside its key"
            )
    return replace(
        route,
        bare_keys=tuple(bare_keys) or route.bare_keys,
        other_names=tuple((name, tuple(words)) for name, words in others.items()),
        wrapper_keys=workflow.wrapper_keys,
    )


def _table_of(workflow: Workflow) -> Route:
    table = workflow.table
    if table is None:
        raise NoRouteError(
            f"workflow {workflow.slug} has entity type {workflow.entity_type!r},"
            " and only company and person payloads have a raw table"
        )
    route = RAW_TABLES.get(table)
    if route is None:
        raise NoRouteError(
            f"workflow {workflow.slug} is to land in raw.{table}, which takes no payloads;"
            f" those that do are {', '.join(RAW_TABLES)}"
        )
    return route
