"""``ingest privacy``: what is held of a person, and taking it out or not writing to them."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from functools import wraps
from typing import Any, TypeVar

import click

from ingest.commands.common import json_option
from ingest.errors import UsageError
from ingest.postgres.connection import Connection, connect, describe, make_privacy_key
from ingest.privacy import tombstones
from ingest.privacy.erase import Counts, erase, search_afterwards, wait_turn
from ingest.privacy.export import export
from ingest.privacy.identity import Given, find
from ingest.privacy.replay import replay
from ingest.privacy.retain import retain
from ingest.privacy.search import unreadable
from ingest.privacy.suppress import suppress
from ingest.privacy.tombstones import Scope
from ingest.schema.migrate import require_initialised
from ingest.terminal.progress import RecordBar
from ingest.terminal.screen import emit_json, err, out, say
from ingest.terminal.tables import print_table

F = TypeVar("F", bound=Callable[..., Any])


@click.group(
    "privacy",
    no_args_is_help=True,
    epilog="Example: ingest privacy erase linkedin.com/in/ana-example --case DSR-2026-17",
)
def command() -> None:
    """Show, erase or suppress a person.

    PERSON is a LinkedIn URL in any spelling, a slug, member id or URN, an e-mail address or a phone
    number. A name does with --employer, and only with --by-name, because it may be somebody else's.

    Tombstones, which keep people out, are keyed hashes. The key is in the file that
    HQ_PRIVACY_KEY_FILE names, on the embedded server in .postgres/privacy.key; back it up apart
    from the database.
    """


def _person(function: F) -> F:
    """Options that say who is meant, handed on as `given`; None if nothing was said."""

    @wraps(function)
    def called(
        person: str | None,
        name: str | None,
        employer: str | None,
        *,
        by_name: bool,
        **others: Any,  # noqa: ANN401 - the command's own
    ) -> Any:  # noqa: ANN401
        if (person and name) or bool(name) != bool(employer):
            raise UsageError(
                "a person is given by PERSON, or by --name with --employer",
                hint="see ingest privacy --help",
            )
        given = Given(person, name, employer, by_name) if person or name else None
        return function(given=given, **others)

    for option in (
        click.option("--by-name", is_flag=True, help="What bears the name is that person's."),
        click.option("--employer", metavar="DOMAIN_OR_NAME", help="Where who is named works."),
        click.option("--name", metavar="TEXT", help="A name, instead of PERSON."),
        click.argument("person", required=False),
    ):
        called = option(called)
    return called  # type: ignore[return-value] # takes what the options say


def _required(given: Given | None) -> Given:
    if given is None:
        raise UsageError("nobody is named", hint="give PERSON, or --name with --employer")
    return given


def _connected(
    *, makes_key: bool = False, dry_run: bool = False
) -> AbstractContextManager[Connection]:
    """A session, with the key. Whoever writes the first tombstone makes it; there is no second."""
    conn = connect(application_name="ingest privacy")
    require_initialised(conn)
    if makes_key:
        with conn.transaction():  # what is asked outside of one opens one that stays open
            is_first = not tombstones.are_there(conn)
        if is_first:
            conn.close()
            make_privacy_key()
            conn = connect(application_name="ingest privacy")
    say(f"{'Looking at' if dry_run else 'Writing to'} {describe(conn)}.")
    return conn


@command.command(
    "erase",
    epilog="Example: ingest privacy erase linkedin.com/in/ana-example --case DSR-2026-17 --dry-run",
)
@_person
@click.option("--case", "case_ref", required=True, metavar="REF", help="The case; no name.")
@click.option("--dry-run", is_flag=True, help="Say what would go, and change nothing.")
@json_option
def erase_command(
    given: Given | None,
    case_ref: str,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Erase a person: raw rows, what was made of them, what others say of them.

    It is one transaction, which waits for models and loads under way and holds up no reader. It
    leaves tombstones: what is loaded of the person again is counted as suppressed. What their
    payloads said of companies stays, without them.

    Behind it every text and jsonb column is searched, which takes as long as reading the database.
    What is found in payloads then is redacted; the rest is listed. A search that was interrupted is
    made up for by the same command.
    """
    with _connected(makes_key=not dry_run, dry_run=dry_run) as conn:
        done = erase(conn, _required(given), case_ref, say, dry_run=dry_run)
        _report("Would go" if dry_run else "Gone", done.counts)
        redacted: Counts = {}
        with conn.transaction():
            unread = unreadable(conn)
        if dry_run:
            left: Counts = {}
        else:
            say("Searching all texts ...")
            with RecordBar(err, "MB") as bar:
                redacted, left = search_afterwards(conn, done, say, bar.at)
            _report("Redacted in what was found afterwards", redacted)
            _report("Still there", left)
            if not left:
                say("Nothing that identifies the person was found any more.")
            if unread:
                say(f"Not searched, because this login may not read them: {', '.join(unread)}.")
    if done.person.shared_names:
        say(
            "Others bear the name as well, so texts with it were left alone: give --by-name to "
            "redact them, too."
        )
    if shared := done.person.shared_contacts:
        say(f"Others have it as well, so it was left alone: {', '.join(shared)}.")
    if as_json:
        emit_json(
            {
                "case": case_ref,
                "dry_run": dry_run,
                "rows": done.counts,
                "redacted_afterwards": redacted,
                "found_afterwards": left,
                "not_searched": unread,
                "name_is_shared": bool(done.person.shared_names),
                "shared_with_others": done.person.shared_contacts,
            }
        )


@command.command(
    "suppress",
    epilog="Example: ingest privacy suppress ana@acme.example --case DSR-2026-18",
)
@_person
@click.option(
    "--scope",
    type=click.Choice([Scope.DO_NOT_CONTACT.value]),
    default=Scope.DO_NOT_CONTACT.value,
    show_default=True,
    help="What must not be done.",
)
@click.option("--case", "case_ref", metavar="REF", help="The case; else a number is made.")
@json_option
def suppress_command(
    given: Given | None,
    scope: str,
    case_ref: str | None,
    as_json: bool,
) -> None:
    """Have a person not written to: kept in core, no lead of anybody, never sent.

    Whoever is not known yet is recognised when they come.
    """
    with _connected(makes_key=True) as conn:
        with conn.transaction():
            # a run that was under way would write what it had read, without the mark
            wait_turn(conn, say)
            tombstones.require_key(conn)
            case = case_ref or _made_case(conn)
            counts = suppress(conn, find(conn, _required(given)), case)
        say(f"Case {case}: {counts['people']:,} people of core are not written to from now on.")
    if as_json:
        emit_json({"case": case, "scope": scope, **counts})


def _made_case(conn: Connection) -> str:
    row = conn.execute("select 'S-' || left(raw.new_id()::text, 13)").fetchone()
    return str(row[0]) if row else ""


@command.command("list", epilog="Example: ingest privacy list --json")
@json_option
def list_command(as_json: bool) -> None:
    """List the cases: scope, how many identifiers of which kind, since when; nobody is named.

    It says of which cases a search was cut off.
    """
    with _connected(dry_run=True) as conn, conn.transaction():
        found = tombstones.cases(conn)
    if as_json:
        emit_json(found)
    elif not found:
        say("Nobody is suppressed.")
    else:
        print_table(
            out,
            ("case", "scope", "since", "~identifiers"),
            [
                (
                    case.case_ref,
                    case.scope,
                    case.since.isoformat(sep=" ", timespec="seconds"),
                    ", ".join(f"{n} {kind}" for kind, n in sorted(case.identifiers.items())),
                )
                for case in found
            ],
        )
        for case in found:
            if case.is_search_cut_off:
                say(
                    f"Case {case.case_ref}: the search of all texts is under way or was cut off. "
                    "Give ingest privacy erase again, with the same person and case."
                )


@command.command("lift", epilog="Example: ingest privacy lift --case S-0199f3c2")
@_person
@click.option("--case", "case_ref", metavar="REF", help="The case whose tombstones go.")
@json_option
def lift_command(
    given: Given | None,
    case_ref: str | None,
    as_json: bool,
) -> None:
    """Take back a suppression, or the tombstones of an erasure: what comes is kept again.

    Without --case PERSON has to stand in one case alone. What was erased does not come back.
    """
    if given is not None and case_ref is not None:
        raise UsageError("a case may be of several people", hint="give PERSON or --case, not both")
    with _connected() as conn:
        with conn.transaction():
            wait_turn(conn, say)
            tombstones.require_key(conn, to_write=False)
            case = case_ref
            if case is None:
                case = _case_of(conn, _required(given))
            lifted, read_again = tombstones.lift(conn, case)
            if not lifted:
                raise UsageError(f"no case {case}", hint="see ingest privacy list")
            counts = {**lifted, "read again": read_again}
            tombstones.audit(conn, "lift", case, counts)
        say(f"Case {case}: {sum(lifted.values()):,} tombstones lifted.")
        if read_again:
            say(f"{read_again:,} rows are read by the next run.")
    if as_json:
        emit_json({"case": case, **counts})


def _case_of(conn: Connection, given: Given) -> str:
    found = tombstones.cases_of(conn, find(conn, given).identifiers(conn))
    if len(found) != 1:
        raise UsageError(
            f"this person stands in {len(found)} cases{': ' if found else ''}{', '.join(found)}",
            hint="name one by --case; see ingest privacy list",
        )
    return found[0]


@command.command("replay", epilog="Example: ingest privacy replay")
@json_option
def replay_command(as_json: bool) -> None:
    """Apply all tombstones again: after a restore, and to rows of other programs.

    What the rows held of people who are erased goes, and what was made of it; a person whom only a
    name identifies is redacted in texts. Large tables of the models are read by the next run, and
    named here if it has anything to do.
    """
    with _connected() as conn:
        done = replay(conn, say)
        _report("Gone", done.counts)
        if not done.counts:
            say("Nothing of anybody who is erased was there.")
        if done.left_to_run:
            say(
                "Payloads were redacted, and these tables may still have what they said. Run "
                f"ingest dbt run before anybody reads them: {', '.join(done.left_to_run)}."
            )
    if as_json:
        emit_json({"rows": done.counts, "left_to_run": done.left_to_run})


@command.command("export", epilog="Example: ingest privacy export ana@acme.example > ana.json")
@_person
@click.option("--case", "case_ref", metavar="REF", help="The case, for the audit; no name.")
@click.option("--json", "_as_json", is_flag=True, help="As it is in any case.")
def export_command(given: Given | None, case_ref: str | None, *, _as_json: bool) -> None:
    """Write everything that is held of a person, as one JSON document on standard output.

    Raw rows with provider, file and receipt; values with their source; what was made of them; where
    others name the person (only what identifies them, because the rest is about others); what was
    sent to whom. It takes as long as reading the database.
    """
    with _connected(dry_run=True) as conn, RecordBar(err, "MB") as bar:
        document = export(conn, _required(given), case_ref, bar.at)
    emit_json(document)


_UNITS = {"d": 1, "w": 7, "m": 30, "y": 365}


class _Age(click.ParamType[timedelta]):
    """A time, as 90d, 26w, 18m or 2y."""

    name = "age"

    def convert(
        self,
        value: Any,  # noqa: ANN401 - as click has it
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> timedelta:
        match = re.fullmatch(r"(\d{1,5})([dwmy])", str(value))
        if match is None:
            self.fail(f"{value!r} is no age; write 90d, 26w, 18m or 2y", param, ctx)
        return timedelta(days=int(match[1]) * _UNITS[match[2]])


@command.command("retain", epilog="Example: ingest privacy retain --older-than 2y --dry-run")
@click.option(
    "--older-than", type=_Age(), required=True, metavar="AGE", help="90d, 26w, 18m or 2y."
)
@click.option(
    "--batch", type=click.IntRange(1), default=1_000, show_default=True, help="Rows at a time."
)
@click.option("--dry-run", is_flag=True, help="Say how many would go, and change nothing.")
@json_option
def retain_command(older_than: timedelta, batch: int, dry_run: bool, as_json: bool) -> None:
    """Delete what is old and nothing depends on.

    Superseded profiles that no value, first receipt or company comes from; rejects that landed
    since or are settled; ids of people who were erased, which api.changes shows until then. Each
    batch is a transaction: what was interrupted goes on with the same command.
    """
    with _connected(dry_run=dry_run) as conn, RecordBar(err, "rows") as bar:
        counts = retain(conn, older_than, bar.at, batch=batch, dry_run=dry_run)
    _report("Would go" if dry_run else "Gone", counts)
    if not counts:
        say("Nothing is that old and depended on by nothing.")
    if as_json:
        emit_json({"dry_run": dry_run, "rows": counts})


def _report(title: str, counts: Counts) -> None:
    if counts:
        say(f"{title}:")
        for table, n in counts.items():
            say(f"  {n:>6,}  {table}")
