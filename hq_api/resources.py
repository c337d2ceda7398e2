"""What can be asked for: one table that routes, parameters, documents and exports follow.

A resource is a view of schema api under a path. Its columns, their types and what of them is
personal data come from the yml of the view (``hq_api.catalogue``).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property

from hq_api.catalogue import Column, View, read_views
from hq_api.problems import bad_parameter


@dataclass(frozen=True)
class Resource:
    """One collection of rows.

    Args:
        name: Its path below ``/v1``.
        view: The view of schema api.
        key: Columns that name a row; they are its order unless another one is asked for.
        sortable: Further columns that rows may be ordered by.
        open_for_companies: Set where the view has rows of companies and of people, told apart by
            ``entity``: columns that are personal data in rows of people only.
        needed: A column that a question has to name, where rows are worked out for one entity.
        is_in_order: Whether the view is in the order of its key.
        is_in_order_as_a_whole: Whether that is so where nothing chooses among its rows.
        is_of_everything: Whether a page may be worked out from all rows there are.
    """

    name: str
    view: View
    key: tuple[str, ...]
    sortable: tuple[str, ...] = ()
    open_for_companies: tuple[str, ...] | None = None
    needed: str | None = None
    is_in_order: bool = False
    is_in_order_as_a_whole: bool = False
    is_of_everything: bool = False

    @cached_property
    def columns(self) -> Mapping[str, Column]:
        """All columns by name, in order."""
        return {n: c for n, c in self.view.columns.items() if n not in _NOT_SHOWN}

    @cached_property
    def is_about_people(self) -> bool:
        """Whether every row says something about a person."""
        return self.open_for_companies is None and any(
            column.is_personal and not column.is_nullable for column in self.columns.values()
        )

    def columns_for(self, *, personal: bool) -> Mapping[str, Column]:
        """The columns that exist for a caller.

        Args:
            personal: Whether the caller may read about people.
        """
        if personal:
            return self.columns
        opened = self.open_for_companies or ()
        return {n: c for n, c in self.columns.items() if not c.is_personal or n in opened}

    def require_filters(self, given: Collection[str], *, is_owned: bool) -> None:
        """Make sure that the rows can be found.

        Args:
            given: The columns that a question names.
            is_owned: Whether rows of one company or person are asked for anyway.

        Raises:
            ProblemError: A column has to be named, and is not.
        """
        if self.needed and not is_owned and self.needed not in given:
            raise bad_parameter(
                self.needed,
                f"{self.name} is worked out for one company or person: give {self.needed}",
            )


@dataclass(frozen=True)
class Part:
    """The rows of a resource that belong to one company, person or profile.

    Args:
        of: The resource whose row it belongs to: companies, people or icps.
        name: Its path below that row.
        resource: Where the rows are from.
        column: The column that names the owner.
        entity: What the rows have to be about, where they are about companies and people.
    """

    of: str
    name: str
    resource: Resource
    column: str
    entity: str | None = None


# the snapshot of a list of changes stands beside its rows, not in each
_NOT_SHOWN = ("cursor",)

# resource -> view, key
_TABLE: dict[str, tuple[str, tuple[str, ...]]] = {
    "companies": ("companies", ("domain",)),
    "people": ("people", ("linkedin_url",)),
    "leads": ("leads", ("company_domain", "icp_slug", "linkedin_url")),
    "icps": ("icps", ("slug",)),
    "target-accounts": ("target_accounts", ("company_domain", "icp_slug")),
    "icp-match": ("icp_match", ("company_domain", "icp_slug", "criterion")),
    "contacts": ("contacts", ("linkedin_url", "contact_id")),
    "customers": ("customers", ("origin_domain", "customer_domain")),
    "customers-unresolved": ("customers_unresolved", ("origin_domain", "customer_name")),
    "worked-at-customer": (
        "worked_at_customer",
        ("origin_domain", "customer_domain", "linkedin_url", "role_id"),
    ),
    "past-employees": ("past_employees", ("company_domain", "linkedin_url")),
    "roles": ("roles", ("id",)),
    "education": ("education", ("id",)),
    "champions": ("champions", ("id",)),
    "job-changes": ("job_changes", ("linkedin_url", "seen_at")),
    "company-history": ("company_history", ("entity_key", "attribute", "observed_at")),
    "person-history": ("person_history", ("entity_key", "attribute", "observed_at")),
    # no company is called like a profile, and each half has an index in this order
    "changes": ("changes", ("key",)),
    "company-domains": ("company_domains", ("domain",)),
    "company-duplicates": ("company_duplicates", ("linkedin_url",)),
    "duplicates": ("duplicates", ("entity", "reason", "shared")),
    "disagreements": ("disagreements", ("entity_key", "attribute")),
    "evidence": (
        "evidence",
        ("entity", "entity_key", "attribute", "source", "raw_payload_id", "said_of"),
    ),
    "provenance": ("provenance", ("entity", "entity_key", "attribute")),
    "vc-portfolio": ("vc_portfolio", ("company_domain", "raw_payload_id")),
    "coverage": ("coverage", ("entity", "attribute", "source")),
    "deliveries": ("deliveries", ("day", "workflow_slug")),
    "deliveries-out": ("deliveries_out", ("delivery_id",)),
    "status": ("status", ("workflow_slug",)),
    "payload-fields": ("payload_fields", ("workflow_slug", "path")),
    "vocabularies": ("vocabularies", ("vocabulary", "value")),
}

# what rows may be ordered by beside their key: these lists are short enough to be sorted
_SORTABLE = {
    "companies": ("employee_count", "last_changed_at"),
    "target-accounts": ("leads",),
    "contacts": ("known_since",),
    "job-changes": ("started_on",),
}

# columns without which a page would be worked out for everybody
_NEEDED = {"evidence": "entity_key", "provenance": "entity_key"}

# Views of several queries, each of which is ordered by the key: so a page is read from their
# beginnings.
_IN_ORDER = ("past-employees", "person-history")
_IN_ORDER_AS_A_WHOLE = ("disagreements",)  # few rows are found first and sorted then

# what no index has the order of: in a large warehouse a page may take longer than an answer may
_OF_EVERYTHING = ("coverage", "disagreements", "duplicates", "status")

# rows about companies beside rows about people
_OPEN_FOR_COMPANIES = {
    "changes": ("key", "merged_into"),
    "duplicates": ("shared", "keys", "names"),
    "disagreements": ("entity_key", "said_values"),
    "evidence": ("entity_key", "value", "said_of"),
    "provenance": ("entity_key", "value"),
}

# (of, name, resource, column that names the owner)
_PARTS = (
    ("companies", "people", "people", "company_domain"),
    ("companies", "past-employees", "past-employees", "company_domain"),
    ("companies", "customers", "customers", "origin_domain"),
    ("companies", "customers-unresolved", "customers-unresolved", "origin_domain"),
    ("companies", "customer-of", "customers", "customer_domain"),
    ("companies", "worked-at-customer", "worked-at-customer", "origin_domain"),
    ("companies", "contacts", "contacts", "company_domain"),
    ("companies", "icp-match", "icp-match", "company_domain"),
    ("companies", "leads", "leads", "company_domain"),
    ("companies", "portfolios", "vc-portfolio", "company_domain"),
    ("companies", "domains", "company-domains", "canonical_domain"),
    ("companies", "evidence", "evidence", "entity_key"),
    ("companies", "provenance", "provenance", "entity_key"),
    ("companies", "history", "company-history", "entity_key"),
    ("people", "roles", "roles", "linkedin_url"),
    ("people", "education", "education", "linkedin_url"),
    ("people", "contacts", "contacts", "linkedin_url"),
    ("people", "leads", "leads", "linkedin_url"),
    ("people", "job-changes", "job-changes", "linkedin_url"),
    ("people", "evidence", "evidence", "entity_key"),
    ("people", "provenance", "provenance", "entity_key"),
    ("people", "history", "person-history", "entity_key"),
    ("icps", "leads", "leads", "icp_slug"),
    ("icps", "target-accounts", "target-accounts", "icp_slug"),
    ("icps", "icp-match", "icp-match", "icp_slug"),
)
_ENTITIES = {"companies": "company", "people": "person"}


def read_resources(views: Mapping[str, View] | None = None) -> dict[str, Resource]:
    """The resources by name.

    Args:
        views: The views they stand on; by default those of the project.
    """
    views = read_views() if views is None else views
    return {
        name: Resource(
            *(name, views[view], key, _SORTABLE.get(name, ())),
            open_for_companies=_OPEN_FOR_COMPANIES.get(name),
            needed=_NEEDED.get(name),
            is_in_order=name in _IN_ORDER,
            is_in_order_as_a_whole=name in _IN_ORDER_AS_A_WHOLE,
            is_of_everything=name in _OF_EVERYTHING,
        )
        for name, (view, key) in _TABLE.items()
    }


def parts_of(resources: Mapping[str, Resource]) -> list[Part]:
    """What can be asked for of one company, person or profile."""
    parts = []
    for of, name, resource_name, column in _PARTS:
        resource = resources.get(resource_name)
        if resource is not None:
            entity = _ENTITIES[of] if "entity" in resource.columns else None
            parts.append(Part(of, name, resource, column, entity))
    return parts
