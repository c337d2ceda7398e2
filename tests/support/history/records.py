"""What a history consists of: records on their way into raw, and steps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from typing import Any

WORKFLOWS = {
    "company_payloads": "clay-company-firmographics",
    "company_discovery": "clay-find-companies",
    "person_payloads": "clay-person-profile",
    "person_discovery": "clay-find-people",
    "email_payloads": "leadmagic-email",
    "company_customer_claygent_payloads": "claygent-get-all-company-customers",
    "case_study_extraction_payloads": "gemini-extract-case-study-details",
    "icp_payloads": "ai-generate-target-client-icp",
    "manual_company_customers": "manual-company-customers",
    "salesnav_scrapes": "salesnav-export",
    "vc_portfolio_companies": "vc-portfolio",
    "vc_crunchbase_portfolios": "crunchbase-vc-portfolio",
}
EXPORTS = (
    *("manual_company_customers", "salesnav_scrapes"),
    *("vc_portfolio_companies", "vc_crunchbase_portfolios"),
)
LOADED = "loaded"  # by the loader, which knows the time
UNDATED = "undated"  # inserted by another program that leaves created_at NULL


@dataclass(frozen=True)
class Record:
    """One record as it is received.

    Args:
        table: Raw table it lands in.
        columns: Its columns, or the fields of its envelope.
        payload: Its payload; None for rows of a table.
        received: ``LOADED``, ``UNDATED``, or the ISO time another program inserts it with.
        payload_type: The type, where it is not the usual one of its table.
        workflow: The slug, where it is not the usual one of its table.
    """

    table: str
    columns: dict[str, Any]
    payload: Any = None
    received: str = LOADED
    payload_type: str | None = None
    workflow: str | None = None


@dataclass(frozen=True)
class Load:
    """Records that arrive together: in files, and from other programs."""

    records: list[Record]


@dataclass(frozen=True)
class Late(Load):
    """Another program inserts records before the next dbt command and commits after it."""


@dataclass(frozen=True)
class Dbt:
    """A dbt command.

    Args:
        words: The command line.
        seeds: The state of the reviewed CSVs it runs with, by name.
    """

    words: tuple[str, ...]
    seeds: str = "plain"


@dataclass(frozen=True)
class Forget:
    """The watermarks are deleted: of all models, or of some."""

    models: tuple[str, ...] = ()


@dataclass(frozen=True)
class Erase:
    """A person is erased.

    Args:
        which: The place among the people that are known then, from 0, as often round as it takes.
    """

    which: int


@dataclass(frozen=True)
class Suppress:
    """A person is not to be written to; `which` as of `Erase`."""

    which: int


@dataclass(frozen=True)
class Lift:
    """The oldest case is as if it had never been."""


Step = Load | Dbt | Forget | Erase | Suppress | Lift


@dataclass(frozen=True)
class History:
    """What happens to a warehouse, from nothing.

    Args:
        steps: In their order; the last ones read everything there is.
    """

    steps: list[Step]

    @property
    def seeds(self) -> str:
        """The state of the reviewed CSVs at the end."""
        return next((s.seeds for s in reversed(self.steps) if isinstance(s, Dbt)), "plain")

    @property
    def erases(self) -> bool:
        """Whether anybody is erased."""
        return any(isinstance(step, Erase) for step in self.steps)

    @property
    def records(self) -> list[Record]:
        """All records."""
        return [r for step in self.steps if isinstance(step, Load) for r in step.records]

    def changed(self, change: Callable[[int, Record], Record | None]) -> History:
        """The same history with other records.

        Args:
            change: Called with the place and the record; gives back what stands there instead, or
                None where nothing does. Loads without records go.
        """
        places = count()
        steps: list[Step] = []
        for step in self.steps:
            if isinstance(step, Load):
                changed = (change(next(places), record) for record in step.records)
                kept = [record for record in changed if record is not None]
                steps += [type(step)(kept)] if kept else []
            else:
                steps.append(step)
        return History(steps)

    def __str__(self) -> str:
        """The history as it can be pasted into a test."""
        lines = [f"    {line}," for step in self.steps for line in _lines(step)]
        return "History([\n" + "\n".join(lines) + "\n])"


def _lines(step: Step) -> list[str]:
    if not isinstance(step, Load):
        return [repr(step)]
    return [
        f"{type(step).__name__}([\n"
        + "\n".join(f"        {r!r}," for r in step.records)
        + "\n    ])"
    ]
