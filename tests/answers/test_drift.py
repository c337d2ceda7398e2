"""What providers send that nobody reads, and what they stopped sending: api.payload_fields."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

import pytest
from click.testing import CliRunner, Result
from dbt.artifacts.schemas.run import RunExecutionResult
from dbt.contracts.graph.nodes import SingularTestNode
from psycopg.types.json import Jsonb

from ingest.cli import cli
from ingest.errors import IngestError
from ingest.postgres.connection import connect
from ingest.schema.migrate import migrate
from tests.support.ingesting import status
from tests.support.scenario import Row, row, rows, scenario
from tests.support.scratch import NewDatabase, Parameters
from tests.support.warehouse import Warehouse, dbt, logged

FOUND_COMPANIES, FOUND_PEOPLE = "clay-find-companies", "clay-find-people"
EMAILS = "leadmagic-email"
TODAY = datetime.now(UTC).date()
OLD, LAST_OLD, NEW, NEWEST = "2026-01-05", "2026-01-06", "2026-03-20", "2026-03-21"

# As a provider sent it, and after it renamed one field, dropped one, filled one half as often and
# sent another as a number.
BEFORE = {
    "name": "Acme",
    "industry": "Widgets",
    "country": "US",
    "location": "Toledo, Ohio",
    "size": "51-200",
    "resolved_domain": {"resolved_domain": "acme.example"},
    "note": None,
}
AFTER: dict[str, Any] = {
    "name": "Acme",
    "industry_name": "Widgets",
    "country": "US",
    "size": 51,
    "resolved_domain": {"resolved_domain": "acme.example"},
    "note": None,
    "score": {"value": 1, "of": {"total": 5}},
    # comes back from where it was sent
    "_hq_delivery_id": "0199f3c2-0000-7000-8000-000000000000",
}


class Sent(NamedTuple):
    """Payloads of a workflow that are alike, each of an entity of its own.

    Args:
        table: The raw table.
        workflow: The workflow on the rows.
        key: Their key, with %s for a number.
    """

    table: str
    workflow: str
    key: str

    def put(self, w: Warehouse, day: str, many: int, payload: Any) -> None:
        """Insert them as of noon of a day, without a commit."""
        column = "company_domain" if self.table.startswith("company") else "linkedin_url"
        w.conn.execute(
            f"insert into raw.{self.table} ({column}, workflow_slug, provider, platform,"
            " payload_type, raw_payload, created_at) select format(%s, n), %s, 'clay', 'clay',"
            " 'discovery', %s, %s::timestamptz + interval '12 hours'"
            " from generate_series(1, %s) as n".encode(),
            (self.key.replace("DAY", day), self.workflow, Jsonb(payload), day, many),
        )


COMPANIES = Sent("company_discovery", FOUND_COMPANIES, "c-DAY-%s.example")
MORE_COMPANIES = COMPANIES._replace(key="d-DAY-%s.example")
PEOPLE = Sent("person_discovery", FOUND_PEOPLE, "https://www.linkedin.com/in/daily-DAY-%s")
ADDRESSES = Sent("email_payloads", EMAILS, "https://www.linkedin.com/in/found-DAY-%s")
FIRMOGRAPHICS = Sent("company_payloads", "clay-company-firmographics", "f-DAY-%s.example")


def unread(workflow: str) -> Sent:
    """Of a workflow that is not registered."""
    return Sent("company_payloads", workflow, "u-%s.example")


# workflow, how many days ago it brought payloads, and how many on each
SCHEDULES = [
    ("daily and silent", (14, 13, 12, 11, 10), 50),
    ("weekly", (31, 24, 17, 10), 60),
    ("on three days", (14, 13, 12), 100),
    ("rarely", (14, 13, 12, 11), 49),
    ("tomorrow's tomorrow", (-3,), 1),
]


def without(payload: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in payload.items() if name not in names}


@pytest.fixture(scope="module")
def built(_built: Parameters) -> Iterator[Warehouse]:
    with scenario() as w:
        COMPANIES.put(w, OLD, 40, BEFORE)
        COMPANIES.put(w, LAST_OLD, 160, BEFORE)
        # 200 of 400 have a country, where all had one
        COMPANIES.put(w, NEW, 150, AFTER)
        MORE_COMPANIES.put(w, NEW, 50, without(AFTER, "country"))
        no_page = {"linkedin_url": "no page of a company"}
        COMPANIES.put(w, NEWEST, 150, without(AFTER, "country") | no_page)
        MORE_COMPANIES.put(w, NEWEST, 50, AFTER | {"rare": 1, "location": ""})
        # what comes every day; the last 200 lack a field
        profile = {"name": "Ana", "domain": "acme.example", "url": "x"}
        for n in range(1, 11):
            PEOPLE.put(w, f"2026-03-{n:02}", 50, profile if n <= 6 else without(profile, "domain"))
        # half of the addresses are hidden since
        ADDRESSES.put(w, OLD, 200, {"email": "ana@acme.example", "status": "valid"})
        ADDRESSES.put(w, NEW, 100, {"email": "ana@acme.example", "status": "valid"})
        ADDRESSES.put(w, NEWEST, 100, {"email": "hidden, upgrade", "status": "valid"})
        # too few lately to say anything
        FIRMOGRAPHICS.put(w, OLD, 300, {"specialties": ["a"], "name": "a"})
        FIRMOGRAPHICS.put(w, NEW, 199, {"unheard_of": 1})
        unread("technographics").put(w, NEW, 250, {"stack": ["x"]})
        for workflow, days, many in SCHEDULES:
            for ago in days:
                unread(workflow).put(w, str(TODAY - timedelta(days=ago)), many, {"a": 1})
        w.conn.commit()
        w.build()
        yield w


def field(w: Warehouse, workflow: str, path: str) -> Row:
    return row(
        w, "select * from api.payload_fields where workflow_slug = %s and path = %s", workflow, path
    )


def drifting(w: Warehouse) -> dict[tuple[str, str], tuple[str, date]]:
    return {
        (found["workflow_slug"], found["path"]): (found["drift"], found["drift_since"])
        for found in rows(w, "select * from api.payload_fields where drift is not null")
    }


def test_what_drifts_is_named_with_the_day_and_nothing_else_is(built: Warehouse) -> None:
    assert drifting(built) == {
        (FOUND_COMPANIES, "industry_name"): ("new", date(2026, 3, 20)),
        # not score.value nor what is further in
        (FOUND_COMPANIES, "score"): ("new", date(2026, 3, 20)),
        (FOUND_COMPANIES, "rare"): ("new", date(2026, 3, 21)),
        (FOUND_COMPANIES, "industry"): ("vanished", date(2026, 1, 6)),
        (FOUND_COMPANIES, "location"): ("vanished", date(2026, 1, 6)),
        # the 30 days up to 21 March
        (FOUND_COMPANIES, "country"): ("halved", date(2026, 2, 20)),
        (FOUND_COMPANIES, "size"): ("another type", date(2026, 3, 20)),
        (FOUND_PEOPLE, "domain"): ("vanished", date(2026, 3, 6)),
    }


def test_a_field_has_its_counts_before_and_lately(built: Warehouse) -> None:
    country = field(built, FOUND_COMPANIES, "country")
    assert (country["payloads_before"], country["payloads"]) == (200, 400)
    assert (country["present_before"], country["present"]) == (200, 200)
    assert country["filled_share_before"] == 1
    assert country["filled_share"] == Decimal("0.5")
    assert country["types"] == {"string": 400}
    assert (country["first_seen"], country["last_filled"]) == (date(2026, 1, 5), date(2026, 3, 21))
    assert country["mapped_to"] == ["extracted.company_discovery.country"]
    location = field(built, FOUND_COMPANIES, "location")
    # there, and empty
    assert (location["present"], location["filled_share"]) == (50, 0)
    assert (location["last_seen"], location["last_filled"]) == (date(2026, 3, 21), date(2026, 1, 6))
    assert (location["longest"], location["payloads_since_filled"]) == (12, 400)
    size = field(built, FOUND_COMPANIES, "size")
    assert size["types"] == {"string": 200, "number": 400}
    assert size["new_types"] == ["number"]
    note = field(built, FOUND_COMPANIES, "note")
    assert (note["status"], note["types"], note["filled_share"]) == ("unmapped", {"null": 600}, 0)


def test_what_a_column_keeps_whole_and_what_holds_it_is_mapped(built: Warehouse) -> None:
    inside = field(built, FOUND_COMPANIES, "resolved_domain.resolved_domain")
    assert inside["mapped_to"] == ["extracted.company_discovery.resolved_domain"]
    assert field(built, FOUND_PEOPLE, "url")["status"] == "ignored"
    assert field(built, FOUND_PEOPLE, "url")["reason"] == "The raw row names the person"
    assert field(built, FOUND_COMPANIES, "_hq_delivery_id")["status"] == "ignored"
    assert field(built, "technographics", "stack[]")["status"] == "waiting"


class Ended(NamedTuple):
    """How a data test ended, and what it found."""

    status: str
    found: list[Row]


@pytest.fixture(scope="module")
def tested(built: Warehouse) -> dict[str, Ended]:
    """The tests of drift by name."""
    result = dbt("test", "--select", "tag:drift", may_fail=True).result
    assert isinstance(result, RunExecutionResult)
    return {
        one.node.name: Ended(
            str(one.status),
            rows(built, str(one.node.compiled_code).replace("%", "%%")),
        )
        for one in result
        if isinstance(one.node, SingularTestNode)
    }


def test_a_field_that_vanished_is_an_error_and_the_rest_are_warnings(
    tested: dict[str, Ended],
) -> None:
    assert {name: (one.status, len(one.found)) for name, one in tested.items()} == {
        "fields_have_not_vanished": ("fail", 3),
        "fields_are_filled_as_before": ("warn", 1),
        "fields_keep_their_type": ("warn", 1),
        "new_fields_are_reviewed": ("warn", 3),
        # what is no address, and that a payload with nothing else states nothing
        "values_are_usable_as_before": ("warn", 3),
        "payloads_keep_coming": ("warn", len(tested["payloads_keep_coming"].found)),
    }


# test -> a field it finds, and what it says of it
SAID = [
    (
        "fields_have_not_vanished",
        "industry",
        (FOUND_COMPANIES, "100 %", "none of 400 payloads", date(2026, 1, 6)),
        "extracted.company_discovery.industry",
    ),
    # 300 of the 500 payloads of the 30 days, and none of the last 200
    (
        "fields_have_not_vanished",
        "domain",
        (FOUND_PEOPLE, "100 %", "none of 200 payloads", date(2026, 3, 6)),
        "ignored_fields.csv",
    ),
    (
        "fields_are_filled_as_before",
        "country",
        (FOUND_COMPANIES, "100 %", "50 %", date(2026, 2, 20)),
        "ask the provider",
    ),
    (
        "fields_keep_their_type",
        "size",
        (FOUND_COMPANIES, "string", "number as well", date(2026, 3, 20)),
        "extraction_issues",
    ),
    # 50 of 400
    (
        "new_fields_are_reviewed",
        "rare",
        (FOUND_COMPANIES, "0 %", "13 %", date(2026, 3, 21)),
        "ignored_fields.csv",
    ),
    # 150 of 400
    (
        "values_are_usable_as_before",
        "linkedin_url",
        (FOUND_COMPANIES, "0 % unusable", "38 % not a LinkedIn company URL", date(2026, 3, 21)),
        "extraction_issues",
    ),
    # 100 of 200
    (
        "values_are_usable_as_before",
        "email",
        (EMAILS, "0 % unusable", "50 % not an e-mail address", date(2026, 3, 21)),
        "extraction_issues",
    ),
]


@pytest.mark.parametrize(
    ("test", "path", "said", "to_do"), SAID, ids=[f"{said[0]}-{said[1]}" for said in SAID]
)
def test_a_message_says_what_was_what_is_since_when_and_what_to_do(
    tested: dict[str, Ended], test: str, path: str, said: tuple[Any, ...], to_do: str
) -> None:
    (found,) = [one for one in tested[test].found if one["path"] == path]
    since = found.get("since", found.get("last_filled"))
    assert (found["workflow"], found["before"], found["after"], since) == said
    assert to_do in found["to_do"]


def test_a_workflow_that_came_regularly_and_is_silent_is_named(tested: dict[str, Ended]) -> None:
    found = {one["workflow"]: one for one in tested["payloads_keep_coming"].found}
    # those of this spring are not looked at: how long they are silent depends on the day
    ours = found.keys() - {FOUND_COMPANIES, FOUND_PEOPLE}
    assert ours == {"daily and silent", "tomorrow's tomorrow"}
    silent = found["daily and silent"]
    assert silent["before"] == "250 payloads on 5 days, at most 1 days apart"
    assert silent["after"] == "none for 10 days"
    assert silent["since"] == TODAY - timedelta(days=10)


def test_what_was_found_is_in_the_log(built: Warehouse) -> None:
    _ = built
    said = "\n".join(logged("test", "--select", "fields_have_not_vanished", may_fail=True))
    assert "Found by fields_have_not_vanished, 3 of 3:" in said
    assert '"path": "industry"' in said


def test_a_line_with_a_reason_ends_the_alarm(built: Warehouse) -> None:
    w = built
    w.conn.execute(
        "insert into reference.ignored_fields values (%s, 'industry', 'Gone'), (%s, 'score', 'No')",
        (FOUND_COMPANIES, FOUND_COMPANIES),
    )
    w.conn.commit()
    try:
        found = rows(
            w,
            "select path, status, reason, drift from api.payload_fields"
            " where workflow_slug = %s and (path = 'industry' or path like 'score%%')"
            " order by path",
            FOUND_COMPANIES,
        )
    finally:
        w.conn.execute("delete from reference.ignored_fields where reason in ('Gone', 'No')")
        w.conn.commit()
    assert [tuple(one.values()) for one in found] == [
        ("industry", "mapped", "Gone", None),
        *((path, "ignored", "No", None) for path in ("score", "score.of")),
        ("score.of.total", "ignored", "No", None),
        ("score.value", "ignored", "No", None),
    ]


# ingest fields, ingest status


def ingest(*words: str) -> Result:
    return CliRunner().invoke(cli, words, standalone_mode=False)


def test_the_command_lists_workflows_and_what_drifts(built: Warehouse) -> None:
    _ = built
    lines = ingest("fields").stdout.splitlines()
    (found,) = [line.split() for line in lines if line.startswith("clay-find-companies ")]
    # lately, before, mapped, ignored, waiting, unmapped
    assert found[1:] == ["400", "200", "8", "1", "0", "7"]
    (vanished,) = [line.split() for line in lines if " industry " in line]
    assert vanished == [
        *("vanished", "clay-find-companies", "industry", "100", "%", "0", "%", "2026-01-06"),
    ]
    (new,) = [line.split() for line in lines if " industry_name " in line]
    assert new[:3] == ["new", "clay-find-companies", "industry_name"]


def test_the_command_lists_the_fields_of_a_workflow(built: Warehouse) -> None:
    _ = built
    text = ingest("fields", FOUND_COMPANIES).stdout
    (country,) = [line.split() for line in text.splitlines() if line.startswith("country ")]
    assert country[:7] == ["country", "string", "100", "%", "50", "%", "halved"]
    assert country[7].startswith("company_discovery.co")
    assert text.endswith("Shares of 400 payloads looked at lately and 200 before.\n")
    unknown = ingest("fields", "clay-find-companys")
    assert isinstance(unknown.exception, IngestError)
    assert "clay-find-companies" in unknown.exception.sentence()


def test_the_status_counts_what_drifts_in_one_line(built: Warehouse) -> None:
    _ = built
    (line,) = [line for line in ingest("status").stdout.splitlines() if line.startswith("fields ")]
    assert line.split(maxsplit=1)[1] == (
        "3 new fields, 1 halved, 1 of another type, 3 vanished: ingest fields"
    )
    counts = {"new": 3, "halved": 1, "another type": 1, "vanished": 3}
    assert status()["drifts"] == counts


def test_before_the_first_build_the_command_says_what_is_missing(new_database: NewDatabase) -> None:
    new_database(None)
    with connect(application_name="tests") as conn:
        migrate(conn)
    result = ingest("fields")
    assert isinstance(result.exception, IngestError)
    assert "run ingest dbt build" in result.exception.sentence()
