"""The catalogue of identity as a page, made from the scenarios that the tests live through.

python -m tests.properties.catalogue_page > docs/identity.md
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

from tests.properties.catalogue import MONDAY, SCENARIOS, SUNDAY, TUESDAY, Known, Scenario

DAYS = {SUNDAY: "Sunday", MONDAY: "Monday", TUESDAY: "Tuesday"}

HEAD = """\
# Who is one, and who is two

What becomes of companies and people when more is known. Each story has two deliveries, with a build
behind each; after the second the tables are the same as after a full refresh, and as in a build of
everything at once. A row shows what core holds under a domain or slug: name, LinkedIn page, since
when it is known, and the receipt of its last change. An arrow leads to the canonical company.

This page is made from the scenarios in `tests/properties/catalogue.py`, which the tests run.
"""


def page() -> str:
    """The page, as Markdown."""
    return "\n".join([HEAD, *(section(name, each) for name, each in SCENARIOS.items())])


def section(name: str, scenario: Scenario) -> str:
    """A scenario: what it says, and core before and after."""
    lines = [f"## {name.replace('-', ' ').capitalize()}", "", scenario.says, ""]
    if scenario.aliases:
        told = ", ".join(f"`{old}` → `{new}`" for old, new in scenario.aliases.items())
        lines += [f"New in the alias seed: {told}.", ""]
    lines += ["| | before | after |", "| --- | --- | --- |"]
    for key in sorted(set(keys(scenario))):
        before, after = told_of(scenario.before, key), told_of(scenario.after, key)
        end = canonical(scenario, key)
        lines.append(f"| `{key}` | {before} | {after or (f'→ `{end}`' if end else '')} |")
    return "\n".join([*lines, ""])


def keys(scenario: Scenario) -> Iterator[str]:
    """Every domain and slug of a scenario."""
    for known in (scenario.before, scenario.after):
        yield from (*known.companies, *known.people)
    yield from scenario.aliases


def canonical(scenario: Scenario, key: str) -> str | None:
    """Where a chain of aliases ends; None for a domain that is no alias."""
    end = None
    while key in scenario.aliases:
        end = key = scenario.aliases[key]
    return end


def told_of(known: Known, key: str) -> str:
    """What core holds under a domain or slug."""
    if key in known.companies:
        name, url, since, latest = known.companies[key]
    elif key in known.people:
        name, since, latest = known.people[key]
        url = None
    else:
        return ""
    facts = [name or "no name", *([url.rpartition("/")[2] + " page"] if url else [])]
    return f"{', '.join(facts)}; since {DAYS[since]}, so since {DAYS[latest]}"


if __name__ == "__main__":
    sys.stdout.write(page())
