"""The demo's screen: what was loaded, refused, built, and what the warehouse now answers."""

from __future__ import annotations

import os
import shutil
import sys
from datetime import UTC, datetime
from pathlib import Path

from ingest.dbt.build import BuildSummary
from ingest.demo.examples import Loaded
from ingest.demo.tour import (
    ADDRESSES,
    COMPANIES,
    CONTACTS,
    CONTENDERS,
    COUNTS,
    CUSTOMERS,
    DISAGREEMENT,
    ICP,
    ISSUES,
    JOB_CHANGE,
    PEOPLE,
    PORTFOLIO_TARGET,
    QUESTIONS,
    Rows,
    View,
)
from ingest.load.load import Status
from ingest.postgres import embedded
from ingest.postgres.connection import connection_parameters
from ingest.terminal.screen import out
from ingest.terminal.screen import show as line
from ingest.terminal.tables import print_paragraph, print_table

_FILES_SHOWN = 13


def show(database: str, loaded: list[Loaded], built: BuildSummary, found: dict[str, Rows]) -> None:
    """Print it all to standard output.

    Args:
        database: Where it is, as ``describe`` says it.
        loaded: The example files.
        built: What dbt did.
        found: What ``tour`` found.
    """
    counts = found[COUNTS.name][0]
    _show_files(loaded)
    _show_rejects(loaded)
    _show_build(built, counts, found)
    _show_entities(counts, found)
    _show_judgements(found)
    _show_questions(database)


def _show_files(loaded: list[Loaded]) -> None:
    records = sum(file.records for file in loaded)
    known = sum(file.status is Status.KNOWN for file in loaded)
    again = (
        f" ({_of_all(known, len(loaded))} loaded before: one content loads once)" if known else ""
    )
    _heading(f"1. Loaded: {records} records of {len(loaded)} files in examples/{again}")
    largest = sorted(loaded, key=lambda file: -file.records)[:_FILES_SHOWN]
    rows = [(f.file, f.landed, len(f.rejects), _where(f.tables)) for f in loaded if f in largest]
    smaller = [file for file in loaded if file not in largest]
    if smaller:
        landed = sum(file.landed for file in smaller)
        rejects = sum(len(file.rejects) for file in smaller)
        tables = {table: 0 for file in smaller for table in file.tables}
        rows.append((f"{len(smaller)} smaller ones", landed, rejects, _where(tables)))
    print_table(out, ("file", "#landed", "#rejected", "in raw."), rows)


def _where(tables: dict[str, int]) -> str:
    return next(iter(tables)) if len(tables) == 1 else f"{len(tables)} tables"


def _of_all(part: int, whole: int) -> str:
    return "all" if part == whole else str(part)


def _show_rejects(loaded: list[Loaded]) -> None:
    rejects = [reject for file in loaded for reject in file.rejects]
    first = {reject.reason: reject for reject in reversed(rejects)}
    _heading(
        f"2. Rejected: {len(rejects)} records, kept as they were; one of each reason, "
        f"all by {_ingest()} rejects"
    )
    print_table(
        out,
        ("file", "#line", "reason", "detail"),
        [
            (Path(r.file_name).name, str(r.line), r.reason, r.detail)
            for r in rejects
            if r is first[r.reason]
        ],
    )


def _show_build(built: BuildSummary, counts: dict[str, int], found: dict[str, Rows]) -> None:
    _heading(
        f"3. Built with dbt in {built.seconds:.0f} s: {built.models} models, "
        f"{built.functions} functions, {built.seeds} seeds; {built.tests} tests passed"
    )
    line(f"{counts['issues']} values could not be used; each is reported, some of them here:")
    _table(ISSUES, found)


def _show_entities(counts: dict[str, int], found: dict[str, Rows]) -> None:
    _heading(f"4. {counts['companies']} companies, one row per domain; some of them")
    _table(COMPANIES, found)
    _heading(f"5. {counts['people']} people, one row per public LinkedIn profile; some of them")
    _table(PEOPLE, found)


def _show_judgements(found: dict[str, Rows]) -> None:
    _heading("6. What the warehouse decided")
    for label, view, told in (
        ("newest wins", CONTENDERS, _contest),
        ("customers", CUSTOMERS, _customers),
        ("ideal customer", ICP, _icp),
        ("a target", PORTFOLIO_TARGET, _portfolio_target),
        ("a new job", JOB_CHANGE, _job_change),
        ("a contact", CONTACTS, _contacts),
        ("an address", ADDRESSES, _addresses),
        ("sources differ", DISAGREEMENT, _disagreement),
    ):
        # beside other data, or with other seeds, it may not be so
        if found[view.name]:
            print_paragraph(out, f"{label:14}", told(found[view.name]))


def _contest(contenders: Rows) -> str:
    winner, *others = contenders
    beaten = ", ".join(f"“{row['name']}” ({_moment(row['last_refresh'])})" for row in others)
    return (
        f"{winner['domain']} came {len(contenders)} times, never spelled alike: "
        f"“{winner['name']}” ({_moment(winner['last_refresh'])}) won over {beaten}"
    )


def _moment(at: datetime | None) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M}" if at else "undated"


def _customers(customers: Rows) -> str:
    names = ", ".join(f"{row['customer_name']} ({row['source']})" for row in customers)
    return f"{customers[0]['domain']} has {names}"


def _icp(profiles: Rows) -> str:
    profile = profiles[0]
    company, person = profile["company_criteria"], profile["person_criteria"]
    return (
        f"{profile['domain']} looks for {_any_of(company, 'industries')} with "
        f"{_any_of(company, 'size_buckets')} employees in {_any_of(company, 'countries')}, "
        f"and there for {_any_of(person, 'title_contains_any')} of "
        f"{_any_of(person, 'title_contains_all')}"
    )


def _any_of(criteria: dict[str, list[str]], key: str) -> str:
    return " / ".join(criteria[key])


def _portfolio_target(targets: Rows) -> str:
    target = targets[0]
    return (
        f"{target['domain']}, known from the portfolio of {target['firm_name']} alone: "
        f"{target['industry']}, {target['size']} employees, {target['country']}, so one of "
        f"{target['icp_domain']}"
    )


def _job_change(changes: Rows) -> str:
    change = changes[0]
    return (
        f"{change['full_name']}, {change['from_title']} at {change['from_company_name']}, is "
        f"{change['to_title']} at {change['to_company_name']} since {change['started_on']} "
        f"({change['source']})"
    )


def _contacts(contacts: Rows) -> str:
    return "; ".join(
        ", ".join(
            filter(
                None, (f"{row['full_name']} ({row['linkedin_kind']})", row["email"], row["phone"])
            )
        )
        for row in contacts
    )


def _addresses(addresses: Rows) -> str:
    best, *others = (f"{row['email']} ({row['verdict']}, {row['source']})" for row in addresses)
    return f"{addresses[0]['full_name']}: {best}, not {', '.join(others)}"


def _disagreement(disagreements: Rows) -> str:
    differing = disagreements[0]
    said = zip(differing["said_values"], differing["sources"], strict=True)
    told = ", ".join(f"“{value}” ({source})" for value, source in said)
    return f"{differing['attribute']} of {differing['domain']}: {told}; the first is believed"


def _show_questions(database: str) -> None:
    psql = _psql()
    _heading("7. Ask it yourself: paste one of these")
    for question in QUESTIONS:
        line(f"# {question.text}", style="bold")
        out.print(f'{psql} -c "\n{question.sql}"\n', markup=False)
    line(f"All of it stands in {database}.")
    line(f"Next: {_ingest()} api serve --no-auth | status | load | rejects | --help")


def _psql() -> str:
    """The command that opens psql on the demo's database, as it works in the user's shell."""
    parameters = connection_parameters()
    if not embedded.owns(parameters["host"]):
        return "psql"
    usual = embedded.ensure_running()["dbname"]
    other = [] if parameters["dbname"] == usual else ["-d", parameters["dbname"]]
    return " ".join([_ingest(), "db", "psql", *other])


def _ingest() -> str:
    """The word that starts this very ingest: its name if the shell finds it, else its path."""
    program = Path(sys.executable).with_name("ingest")
    found = shutil.which("ingest")
    if found is not None and Path(found).samefile(program):
        return "ingest"
    return os.path.relpath(program)


def _heading(text: str) -> None:
    out.print()
    line(text, style="bold cyan")


def _table(view: View, found: dict[str, Rows]) -> None:
    print_table(out, list(view.headings.values()), view.cells(found[view.name]))
