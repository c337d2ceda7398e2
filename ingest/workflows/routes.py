"""Where each workflow's records land, and how a record's key is found.

A new payload workflow is one line in ``seeds/registry/workflows.csv`` and, unless the landing by
entity type suits it, one route here.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from ingest.workflows.feeds import FEEDS
from ingest.workflows.registry import Workflow

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
# Any other key that ends so is one as well: providers put their name before it.
WRAPPER_SUFFIX = "_raw_payload"

# Other words for the key of a record: in its envelope, or in a payload without one.
_PERSON_NAMES = ("person_linkedin_url", "linkedin_url", "linkedin", "profile_url")
_COMPANY_NAMES = ("company_domain", "domain", "website", "primary_domain", "companyDomain")


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
        flags: Boolean envelope fields, true where absent unless the payload is empty.
    """

    table: str
    required: tuple[str, ...]
    names: tuple[str, ...] = ()
    bare_keys: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()

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


_COMPANY_KEYS = ("domain", "website")

# What the models that read payloads fill, by themselves and by those behind them.
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

_FIRMOGRAPHICS = Route(
    table="company_payloads",
    required=("company_domain",),
    names=_COMPANY_NAMES,
    bare_keys=_COMPANY_KEYS,
)
_PROFILE = Route(
    table="person_payloads",
    required=("linkedin_url",),
    names=_PERSON_NAMES,
    bare_keys=("url",),
)

ROUTES = {
    "clay-company-firmographics": _FIRMOGRAPHICS,
    "clay-find-companies": Route(
        table="company_discovery",
        required=("company_domain",),
        names=_COMPANY_NAMES,
        bare_keys=_COMPANY_KEYS,
    ),
    "clay-person-profile": _PROFILE,
    "clay-find-people": Route(
        table="person_discovery",
        required=("linkedin_url",),
        names=_PERSON_NAMES,
        bare_keys=("url",),
    ),
    "claygent-get-all-company-customers": Route(
        table="company_customer_claygent_payloads",
        required=("origin_company_domain",),
        bare_keys=("origin_company_domain",),
        optional=("origin_company_name", "origin_company_linkedin_url"),
    ),
    "gemini-extract-case-study-details": Route(
        table="case_study_extraction_payloads",
        required=("case_study_url", "origin_company_domain", "company_customer_name"),
        optional=("origin_company_name",),
        flags=("has_case_study_url",),
    ),
    "ai-generate-target-client-icp": Route(
        table="icp_payloads", required=("domain",), names=_COMPANY_NAMES
    ),
}

# Where the payloads of all other workflows land.
_ROUTE_BY_ENTITY = {"company": _FIRMOGRAPHICS, "person": _PROFILE}


class NoRouteError(LookupError):
    """A registered workflow whose records cannot land as payloads; the text says why."""


def filled_by(workflow: Workflow) -> tuple[str, ...]:
    """The tables that a workflow's payloads end in; none where no model reads them yet."""
    return _FILLED.get(workflow.read_by, ())


def route_of(workflow: Workflow) -> Route:
    """The workflow's own route, else that of its entity type.

    Raises:
        NoRouteError: The workflow is a feed of table rows, or its entity type has no raw table.
    """
    route = ROUTES.get(workflow.slug)
    if route is not None:
        return route
    if workflow.slug in FEEDS:
        raise NoRouteError(
            f"workflow {workflow.slug} brings rows of a table (CSV), not payloads; its files are "
            f"loaded by themselves, with --workflow {workflow.slug}"
        )
    return _route_by_entity(workflow)


def _route_by_entity(workflow: Workflow) -> Route:
    route = _ROUTE_BY_ENTITY.get(workflow.entity_type)
    if route is None:
        raise NoRouteError(
            f"workflow {workflow.slug} has entity type {workflow.entity_type!r},"
            " and only company and person payloads have a raw table"
        )
    return route
