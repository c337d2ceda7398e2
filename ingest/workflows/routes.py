"""Where each workflow's records land, and how a record's key is found.

A new payload workflow is one line in ``seeds/registry/workflows.csv`` and, unless the landing by
entity type suits it, one route here.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

from ingest.workflows.feeds import FEEDS
from ingest.workflows.registry import Workflow, extracted_types

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


@dataclass(frozen=True)
class Route:
    """How the records of a workflow become rows.

    Args:
        table: Table in schema raw.
        required: Envelope fields a row cannot do without; the first one is the record's key.
        optional: Envelope fields that may be absent.
        bare_keys: Payload keys that stand in for an absent key field, in order. Without any,
            only envelopes are accepted.
        flags: Boolean envelope fields, true where absent unless the payload is empty.
        fills: Tables of schema extracted (or elsewhere, then qualified) its payloads end in.
    """

    table: str
    required: tuple[str, ...]
    bare_keys: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    fills: tuple[str, ...] = ()

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

_FIRMOGRAPHICS = Route(
    table="company_payloads",
    required=("company_domain",),
    bare_keys=_COMPANY_KEYS,
    fills=("company_firmographics",),
)
_PROFILE = Route(
    table="person_payloads",
    required=("linkedin_url",),
    bare_keys=("url",),
    fills=("person_profile", "person_experience", "person_education"),
)

ROUTES = {
    "clay-company-firmographics": _FIRMOGRAPHICS,
    "clay-find-companies": Route(
        table="company_discovery",
        required=("company_domain",),
        bare_keys=_COMPANY_KEYS,
        fills=("company_discovery",),
    ),
    "clay-person-profile": _PROFILE,
    "clay-find-people": Route(
        table="person_discovery",
        required=("linkedin_url",),
        bare_keys=("url",),
        fills=("person_discovery",),
    ),
    "claygent-get-all-company-customers": Route(
        table="company_customer_claygent_payloads",
        required=("origin_company_domain",),
        bare_keys=("origin_company_domain",),
        optional=("origin_company_name", "origin_company_linkedin_url"),
        fills=("company_customer_claygent",),
    ),
    "gemini-extract-case-study-details": Route(
        table="case_study_extraction_payloads",
        required=("case_study_url", "origin_company_domain", "company_customer_name"),
        optional=("origin_company_name",),
        flags=("has_case_study_url",),
        fills=("case_study_details", "case_study_champions"),
    ),
    "ai-generate-target-client-icp": Route(
        table="icp_payloads", required=("domain",), fills=("reference.company_icp",)
    ),
}

# Where the payloads of all other workflows land; there they fill the same tables, if of a type
# that their models extract.
_ROUTE_BY_ENTITY = {"company": _FIRMOGRAPHICS, "person": _PROFILE}


class NoRouteError(LookupError):
    """A registered workflow whose records cannot land as payloads; the text says why."""


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
    if workflow.payload_type in extracted_types().get(route.table, ()):
        return route
    return replace(route, fills=())
