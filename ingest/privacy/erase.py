"""A person is erased: one transaction, and a search of all texts behind it.

What the models made of the person's raw rows goes with these; what they make of the rows that are
left is there already, so that nothing has to be built.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from uuid import UUID

from psycopg import sql

from ingest.postgres.connection import Connection
from ingest.postgres.locks import PRIVACY, hold
from ingest.postgres.statements import statement
from ingest.privacy import tombstones, unfinished
from ingest.privacy.cases import require_nameless
from ingest.privacy.identity import Given, Identity, find
from ingest.privacy.search import SMALL, Progress, holds, redact, redactable, search, unreadable
from ingest.privacy.tombstones import Scope

Counts = dict[str, int]
LOOKED_AT = 500  # payloads of a workflow and a day: payloads_looked_at in macros/payloads/paths.sql


@dataclass(frozen=True, slots=True)
class Erasure:
    """What an erasure did, or would do.

    Attributes:
        person: Who was erased.
        counts: Rows by table.
        audit_id: Its line of the audit; None of a dry run.
    """

    person: Identity
    counts: Counts
    audit_id: UUID | None


def erase(
    conn: Connection, given: Given, case_ref: str, notice: Callable[[str], None], *, dry_run: bool
) -> Erasure:
    """Erase a person, in one transaction.

    Models that write and writers that are about to commit are waited for; readers are not.

    Args:
        conn: A connection outside any transaction, with the key of the tombstones.
        given: Who.
        case_ref: The case, in words that name nobody.
        notice: Told whom it waits for.
        dry_run: Count, and keep nothing of it.
    """
    with conn.transaction(force_rollback=dry_run):
        wait_turn(conn, notice)
        tombstones.require_key(conn, to_write=not dry_run)
        person = _as_studies_spell(conn, find(conn, given))
        require_nameless(conn, case_ref, person)
        counts = _Erasing(conn, person, case_ref, is_dry_run=dry_run).run()
        audit_id = tombstones.audit(conn, "erase", case_ref, counts)
        if not dry_run:
            unfinished.owe(conn, audit_id, person)
    return Erasure(person, counts, None if dry_run else audit_id)


def _as_studies_spell(conn: Connection, person: Identity) -> Identity:
    """The person with all spellings of the names in studies whose champion they are."""
    spelled = conn.execute(statement("ingest.privacy", "champion_spellings"), person.values(conn))
    names = {name for (name,) in spelled}
    return replace(person, names=tuple(sorted({*person.names, *names})))


def wait_turn(conn: Connection, notice: Callable[[str], None]) -> None:
    """Wait for writers about to commit and models that write, and keep others waiting."""
    hold(conn, PRIVACY, lambda holder: notice(f"Waiting for {holder}, who lands or erases ..."))
    there = conn.execute("select to_regclass('extracted.watermarks') is not null").fetchone()
    if there == (True,):
        # each model updates its line of it first, and holds it until it commits
        conn.execute("lock table extracted.watermarks in exclusive mode")


def search_afterwards(
    conn: Connection, erasure: Erasure, notice: Callable[[str], None], progress: Progress
) -> tuple[Counts, Counts]:
    """Search all texts for an erased person, once the erasure is committed.

    What is found in payloads and what is made of them is redacted, in one transaction. Searches of
    the person that were cut off are made up for.

    Args:
        conn: A connection outside any transaction.
        erasure: What was done; of a dry run nothing is searched.
        notice: Told whom it waits for.
        progress: Told how many megabytes of how many are read.

    Returns:
        Rows that were redacted, and rows that still name the person, by table.
    """
    redacted: Counts = {}
    if erasure.audit_id is None:
        return redacted, {}
    with conn.transaction():
        owing, person = unfinished.owed(conn, erasure.audit_id)
        if len(owing) > 1:
            notice("A search of this case or person was cut off before; this one makes up for it.")
        found = search(conn, person, progress)
    with conn.transaction():
        if found:
            wait_turn(conn, notice)
        if "raw.case_study_extraction_payloads" in found:
            values = person.values(conn)
            conn.execute(statement("ingest.privacy", "remove_champions"), values)
        for table in redactable(conn):
            name = f"{table.schema}.{table.name}"
            if name in found and (rows := redact(conn, person, table)):
                redacted[name] = rows
                if (left := found.pop(name) - rows) > 0:
                    found[name] = left
        said = {"redacted": redacted, "left": found, "not_searched": unreadable(conn)}
        unfinished.settle(conn, owing, said)
    return redacted, found


class _Erasing:
    """An erasure under way, inside of its transaction."""

    def __init__(
        self, conn: Connection, person: Identity, case_ref: str, *, is_dry_run: bool
    ) -> None:
        self._conn = conn
        self._person = person
        self._case_ref = case_ref
        self._is_dry_run = is_dry_run  # which may have no key
        contacts = replace(person, names=(), urls=()).pattern()
        self._values = {
            **person.values(conn),
            "pattern": person.pattern() or None,
            "contacts": rf"(?<![[:alnum:]])(?:{contacts})(?![[:alnum:]])" if contacts else None,
        }
        self._counts: Counter[str] = Counter()

    def run(self) -> Counts:
        """Write tombstones, and take everything out."""
        person = self._person
        keyed = statement("ingest.privacy", "keyed_rows").format(
            salesnav=statement("ingest.privacy", "salesnav_rows")
        )
        query = statement("ingest.privacy", "erased_rows").format(keyed=keyed)
        self._conn.execute(query, self._values)
        identifiers = person.identifiers(self._conn)
        self._counts["privacy.tombstones"] = (
            len({*identifiers})
            if self._is_dry_run
            else tombstones.write(self._conn, identifiers, Scope.ERASED, self._case_ref)
        )
        self._execute("note_erased", "privacy.erased_people")
        remove_rows(self._conn, self._values, self._counts)
        # by what stands in records, before it is taken out of them
        self._execute("empty_deliveries", "raw.outbound_deliveries")
        if person.pattern():
            self._redact_small()
            self._remove_rejects()
        return {name: n for name, n in sorted(self._counts.items()) if n}

    def _execute(self, name: str, counted: str) -> None:
        done = self._conn.execute(statement("ingest.privacy", name), self._values)
        self._counts[counted] += done.rowcount

    def _redact_small(self) -> None:
        studies = self._conn.execute(
            statement("ingest.privacy", "studies_of_champions"),
            {**self._values, "pattern": self._person.pattern_of_champion()},
        ).fetchone()
        name = "raw.case_study_extraction_payloads (redacted)"
        self._counts[name] += studies[0] if studies else 0
        self._execute("remove_champions", "extracted.case_study_champions")
        for table in redactable(self._conn):
            if table.size <= SMALL:
                name = f"{table.schema}.{table.name}"
                self._counts[f"{name} (redacted)"] += redact(self._conn, self._person, table)

    def _remove_rejects(self) -> None:
        """A record goes that an identifier makes theirs; of others the name is taken out."""
        nameless = replace(self._person, names=())
        pattern = sql.Literal(self._person.pattern())
        queries: list[tuple[str, sql.Composed]] = []
        if nameless.pattern():
            found = holds(("record", "detail"), nameless)
            queries.append(
                ("rejects", sql.SQL("delete from raw.rejects as x where {}").format(found))
            )
        for counted, table, columns in (
            ("rejects (redacted)", "rejects", ("record", "detail")),
            ("loads", "loads", ("file_name",)),
        ):
            changes = [
                sql.SQL("{0} = privacy.redacted_text(x.{0}, {1})").format(
                    sql.Identifier(column), pattern
                )
                for column in columns
            ]
            queries.append(
                (
                    counted,
                    sql.SQL("update {} as x set {} where {}").format(
                        sql.Identifier("raw", table),
                        sql.SQL(", ").join(changes),
                        holds(columns, self._person),
                    ),
                )
            )
        headers = sql.SQL(
            # which are unique in a load
            "update raw.load_headers as x"
            " set header = privacy.redacted_text(x.header, {}) || ' ' || x.id where {}"
        )
        queries.append(("load_headers", headers.format(pattern, holds(("header",), self._person))))
        for counted, query in queries:
            self._counts[f"raw.{counted}"] += self._conn.execute(query).rowcount


def remove_rows(conn: Connection, values: dict[str, object], counts: Counter[str]) -> None:
    """Delete the raw rows in ``erased_rows``, and what was made of them and of the person."""
    conn.execute(statement("ingest.privacy", "kept_statements"), values)
    for name, counted in (
        ("keep_companies", "raw.company_statements"),
        ("observe_kept", ""),
        ("history_of_kept", "core.company_history"),
        ("touch_namesakes", ""),
        ("forget_candidates", "core.email_candidates"),
    ):
        done = conn.execute(statement("ingest.privacy", name), values)
        if counted:
            counts[counted] += done.rowcount
    conn.execute(
        "delete from core.company_observations where id in"
        " (select observation_id from company_statements_kept)"
    )
    _remove_built(conn, values, counts)
    for table in ("person_payloads", "person_discovery", "email_payloads", "salesnav_scrapes"):
        done = conn.execute(
            f"delete from raw.{table} where id in"  # noqa: S608 - ours
            f" (select id from erased_rows where raw_table = '{table}')".encode()
        )
        counts[f"raw.{table}"] += done.rowcount
    _mend_counts(conn)
    for name in ("forget_deliveries_received", "forget_former_keys", "forget_aliases"):
        conn.execute(statement("ingest.privacy", name), values)


def _mend_counts(conn: Connection) -> None:
    """Have fields be counted of the rows that are left: here, or a day anew by the next run."""
    conn.execute(statement("ingest.privacy", "days_of_rows"))
    all_of_them = [name for (name,) in conn.execute(statement("ingest.privacy", "payload_tables"))]
    query = "select distinct raw_table from erased_rows where workflow_slug is not null order by 1"
    tables = [name for (name,) in conn.execute(query)]
    for name in tables:
        _mend_counts_in(conn, name, "days_looked_into")
    for name in dict.fromkeys((*tables, *all_of_them)):
        waiting = conn.execute(
            "select exists (select from days_of_rows where not is_told and not is_touched)"
        ).fetchone()
        if waiting != (True,):
            break
        _mend_counts_in(conn, name, "count_anew")
    for name in ("forget_days", "take_off_days"):
        conn.execute(statement("ingest.privacy", name))


def _mend_counts_in(conn: Connection, table: str, name: str) -> None:
    query = statement("ingest.privacy", name).format(
        table=sql.Identifier("raw", table), looked_at=sql.Literal(LOOKED_AT)
    )
    conn.execute(query, {"name": table})


def _remove_built(conn: Connection, values: dict[str, object], counts: Counter[str]) -> None:
    for schema, name, person, raw_row, is_indexed, has_entity in conn.execute(
        statement("ingest.privacy", "tables_of_people")
    ).fetchall():
        conditions: list[sql.Composable] = []
        if person:
            conditions.append(sql.SQL("{} = any(%(urls)s::text[])").format(sql.Identifier(person)))
        if has_entity:
            conditions.append(
                sql.SQL(
                    "_entity in (select e.raw_table || '#' || e.id from erased_rows as e"
                    " union all select t.raw_table || ':' || u.url"
                    " from (select distinct raw_table from erased_rows) as t"
                    " cross join unnest(%(urls)s::text[]) as u (url))"
                )
            )
        elif raw_row and (is_indexed or not person):
            conditions.append(
                sql.SQL("{} in (select id from erased_rows)").format(sql.Identifier(raw_row))
            )
        for condition in conditions:
            query = sql.SQL("delete from {} where {}").format(
                sql.Identifier(schema, name), condition
            )
            counts[f"{schema}.{name}"] += conn.execute(query, values).rowcount
