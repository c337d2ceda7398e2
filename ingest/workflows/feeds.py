"""The feeds whose records are rows of a table: their columns, and what a column can hold.

A row arrives as a line of delimited text or as a JSON object whose keys are the headers. A new
feed is one entry in ``FEEDS``, one line in ``seeds/registry/workflows.csv`` and its raw table.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum, auto
from functools import cached_property
from typing import Literal

from ingest.workflows.exports import normal_header
from ingest.workflows.registry import Workflow

UNSTORED = "_unstored"  # column of every feed's table: what its typed columns could not store
_NO_WORD = re.compile(r"\W+")


class Holds(Enum):
    """What the values of a column are: how they are stored, and what cannot be among them."""

    TEXT = auto()  # anything
    WORDS = auto()  # anything but an address
    PLACE = auto()  # neither an address nor an amount
    LABEL = auto()  # neither an address, an amount nor a number
    QUANTITY = auto()  # something with a number in it
    ADDRESS = auto()  # a web address or a domain, so no amount
    PAGE = auto()  # the same, but no LinkedIn page of a company or person
    DOMAIN = auto()  # as ADDRESS; compared without what surrounds the domain
    LINKEDIN = auto()  # an address at LinkedIn, also without the host
    EMAIL = auto()
    FLAG = auto()  # boolean
    LIST = auto()  # jsonb array
    MOMENT = auto()  # timestamptz

    @property
    def sql_type(self) -> str:
        """The type of the raw column, as PostgreSQL calls it."""
        return _SQL_TYPES.get(self, "text")


_SQL_TYPES = {Holds.FLAG: "bool", Holds.LIST: "jsonb", Holds.MOMENT: "timestamptz"}


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a feed.

    Args:
        name: Column of the raw table.
        holds: What its values are.
        header: How files call it, in any case; by default its name.
        expected: A file without this header is refused.
        needed: A row without a value is refused.
    """

    name: str
    holds: Holds = Holds.TEXT
    header: str = ""
    expected: bool = False
    needed: bool = False

    @property
    def title(self) -> str:
        """The header as messages show it."""
        return self.header or self.name


# What may be said about a whole file: the fields of ``ingest.feeds.options.FeedOptions``.
Saying = Literal["vc_firm", "export_title", "export_timestamp", "timezone", "notes", "encoding"]


@dataclass(frozen=True)
class Feed:
    """How the rows of a workflow's files become rows of a raw table.

    Args:
        table: Table in schema raw.
        columns: What a file may bring.
        unread: Headers a file may have whose values are not taken, because the loader gives
            them itself or they are of no use.
        upload_column: The column that takes the load's id.
        takes: What may be said about a file.
        needs: What must be said.
        key: Columns that tell rows apart; none if every row stands for itself.
        updates: A row with a known key corrects the one that is there, else it changes nothing.
        fills: Tables its rows end in.
    """

    table: str
    columns: tuple[Column, ...]
    unread: tuple[str, ...] = ("id", "created_at")
    upload_column: str | None = None
    takes: tuple[Saying, ...] = ("encoding",)
    needs: Saying | None = None
    key: tuple[str, ...] = ()
    updates: bool = False
    fills: tuple[str, ...] = ()

    @cached_property
    def by_header(self) -> dict[str, Column]:
        """The columns by header, as ``normal_header`` writes it."""
        return {normal_header(column.title): column for column in self.columns}

    @property
    def key_columns(self) -> tuple[Column, ...]:
        """The columns of the key, in its order."""
        named = {column.name: column for column in self.columns}
        return tuple(named[name] for name in self.key)

    def rule(self) -> str:
        """How its rows are told apart, in words."""
        if not self.key:
            return "none: every row stands for itself"
        known = "is updated" if self.updates else "is left alone"
        return f"{' and '.join(self.key)}; a row that is known {known}"


def _exported(header: str, holds: Holds = Holds.TEXT) -> Column:
    """A column of the lead export, whose name is its header in snake case."""
    name = _NO_WORD.sub("_", header.lower()).strip("_")
    return Column(name, holds, header, expected=True)


_LEAD_EXPORT = Feed(
    table="salesnav_scrapes",
    columns=(
        _exported("Matching filters", Holds.FLAG),
        _exported("LinkedIn user profile URN"),
        _exported("First name", Holds.WORDS),
        _exported("Last name", Holds.WORDS),
        _exported("Email", Holds.EMAIL),
        _exported("Phone number"),
        _exported("Profile headline"),
        _exported("Profile summary"),
        _exported("Job title", Holds.WORDS),
        _exported("Job description"),
        _exported("Job started on", Holds.WORDS),
        _exported("LinkedIn URL (user profile)", Holds.LINKEDIN),
        _exported("Location", Holds.PLACE),
        _exported("Company"),
        _exported("Linkedin company profile URN"),
        _exported("LinkedIn URL (company)", Holds.LINKEDIN),
        _exported("Company website", Holds.ADDRESS),
        _exported("Company description"),
        _exported("Company headcount", Holds.QUANTITY),
        _exported("Company industries", Holds.LABEL),
        _exported("Company registered address"),
        # the relayed form says of each record what the options say of a file
        Column("export_title", header="_export_title"),
        Column("export_timestamp", Holds.MOMENT, header="_export_timestamp"),
        Column("notes", header="_notes"),
    ),
    unread=("_row_index",),
    upload_column="upload_id",
    takes=("export_title", "export_timestamp", "timezone", "notes", "encoding"),
    fills=("core.companies", "core.people"),
)

_MANUAL_CUSTOMERS = Feed(
    table="manual_company_customers",
    columns=(
        Column("origin_company_domain", Holds.DOMAIN, expected=True, needed=True),
        Column("origin_company_name", Holds.WORDS),
        Column("origin_company_linkedin_url", Holds.LINKEDIN),
        Column("company_customer_name", Holds.WORDS, expected=True, needed=True),
        Column("company_customer_domain", Holds.DOMAIN),
        Column("company_customer_linkedin_url", Holds.LINKEDIN),
        Column("case_study_url", Holds.PAGE),
        Column("has_case_study", Holds.FLAG),
        Column("source_notes"),
    ),
    unread=("id", "created_at", "updated_at"),
    key=("origin_company_domain", "company_customer_name"),
    updates=True,
    fills=("core.companies", "reference.company_customers"),
)

_VC_FIRMS = Feed(
    table="vc_firms",
    columns=(
        Column("name", expected=True, needed=True),
        Column("domain", Holds.DOMAIN, expected=True, needed=True),
    ),
    key=("name", "domain"),
)

_VC_PORTFOLIO = Feed(
    table="vc_portfolio_companies",
    columns=(
        Column("company_name", expected=True),
        Column("website_domain", Holds.DOMAIN, expected=True),
        Column("crunchbase_url", Holds.PAGE),
        Column("logo_url", Holds.PAGE),
        Column("status", Holds.PLACE),
        Column("founded_date", Holds.WORDS),
        Column("description_long"),
        Column("description_short"),
        Column("city", Holds.PLACE),
        Column("state", Holds.PLACE),
        Column("country", Holds.PLACE),
        Column("employee_count", Holds.QUANTITY),
        Column("linkedin_url", Holds.LINKEDIN),
        Column("revenue_range", Holds.QUANTITY),
        Column("funding_total", Holds.QUANTITY),
        Column("equity_funding", Holds.QUANTITY),
        Column("categories", Holds.LIST),
        Column("investors", Holds.LIST),
    ),
    unread=("id", "upload_id", "vc_firm_id", "created_at"),
    upload_column="upload_id",
    takes=("vc_firm", "encoding"),
    needs="vc_firm",
    fills=("core.companies",),
)

_CRUNCHBASE_PORTFOLIO = Feed(
    table="vc_crunchbase_portfolios",
    columns=(
        Column("vc_name", expected=True),
        Column("vc_domain", Holds.DOMAIN, expected=True),
        Column("website", Holds.DOMAIN, expected=True),
        Column("name", expected=True),
        Column("operating_status", Holds.PLACE),
        Column("founded_date", Holds.WORDS),
        Column("full_description"),
        Column("short_description"),
        Column("city", Holds.PLACE),
        Column("state", Holds.PLACE),
        Column("country", Holds.PLACE),
        Column("number_employees", Holds.QUANTITY),
        Column("linkedin_url", Holds.LINKEDIN),
    ),
    unread=("id", "upload_id", "created_at"),
    upload_column="upload_id",
    fills=("core.companies",),
)

FEEDS = {
    "manual-company-customers": _MANUAL_CUSTOMERS,
    "salesnav-export": _LEAD_EXPORT,
    "vc-firms": _VC_FIRMS,
    "vc-portfolio": _VC_PORTFOLIO,
    "crunchbase-vc-portfolio": _CRUNCHBASE_PORTFOLIO,
}


def feed_of(workflow: Workflow | None) -> Feed | None:
    """The feed of a workflow; None if there is no workflow or its records are payloads."""
    return None if workflow is None else FEEDS.get(workflow.slug)
