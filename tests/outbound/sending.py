"""Rows of Sales Navigator to send, a destination that takes them, and what the ledger says."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from typing import Any

import pytest
from click.testing import Result

from ingest.outbound import destinations, ledger
from ingest.outbound.destinations import Destination
from ingest.postgres.connection import Connection
from tests.support.ingesting import ingest, rows, value
from tests.support.receiving_end import ReceivingEnd
from tests.support.warehouse import insert_load

SECRET = "only-between-us"


@dataclass
class Sending:
    """A database and a destination.

    Args:
        db: A connection.
        there: The receiving end.
        monkeypatch: For the list of destinations.
    """

    db: Connection
    there: ReceivingEnd
    monkeypatch: pytest.MonkeyPatch

    def destination(self, **changes: Any) -> Destination:
        """Make the one destination that there is, quick unless said otherwise."""
        self.monkeypatch.setenv("HQ_TEST_URL", self.there.url)
        self.monkeypatch.setenv("HQ_TEST_SECRET", SECRET)
        usual: dict[str, Any] = {
            "name": "end",
            "kind": "clay",
            "takes": "salesnav",
            "rate": 100_000.0,
            "url_from": "env:HQ_TEST_URL",
            "secret_from": "env:HQ_TEST_SECRET",
            "burst": 1_000,
            "required_fields": ("first_name",),
        }
        made = Destination(**{**usual, **changes})
        self.monkeypatch.setattr(destinations, "load_destinations", lambda: {made.name: made})
        return made

    def add_rows(self, count: int, first_name: str | None = "Ana") -> None:
        upload = insert_load(self.db)
        self.db.execute(
            "insert into raw.salesnav_scrapes"
            " (upload_id, first_name, company, linkedin_url_user_profile)"
            " select %s, %s, 'Acme', 'https://www.linkedin.com/in/person-' || n"
            " from generate_series(1, %s) as n",
            (upload, first_name, count),
        )
        self.db.commit()

    def send(self, *options: str) -> Result:
        return ingest("send", "salesnav", "--destination", "end", *options)

    def job(self) -> dict[str, Any]:
        """The newest job."""
        found: list[dict[str, Any]] = json.loads(ingest("send", "jobs", "--json").stdout)
        return found[0]

    def states(self) -> dict[str, int]:
        query = "select state, count(*) from raw.outbound_deliveries group by state"
        return dict(rows(self.db, query))

    def ids_of(self, *states: str) -> set[str]:
        listed = ", ".join(f"'{state}'" for state in states)
        query = f"select id::text from raw.outbound_deliveries where state in ({listed})"
        return {found for (found,) in rows(self.db, query)}

    def flagged(self) -> int:
        """Rows of Sales Navigator that bear a batch and a time; one comes with the other."""
        query = (
            "select count(*) from raw.salesnav_scrapes"
            " where (sent_to_clay_at is null) <> (clay_batch_number is null)"
        )
        assert value(self.db, query) == 0
        found: int = value(
            self.db, "select count(*) from raw.salesnav_scrapes where sent_to_clay_at is not null"
        )
        return found

    def assert_accounted_for(self) -> None:
        """Nothing arrived twice, what was acknowledged is sent, every doubt is named."""
        arrived = Counter(self.there.ids())
        assert [i for i, n in arrived.items() if n > 1] == []
        acknowledged = set(self.there.ids("acknowledged"))
        assert self.ids_of("sent") <= acknowledged
        assert acknowledged <= self.ids_of("sent", "unknown", "in_flight")
        assert arrived.keys() - acknowledged <= self.ids_of("unknown", "in_flight", "failed")
        self.assert_counts_add_up()

    def assert_counts_add_up(self) -> None:
        """The counters of the jobs are those of their deliveries; the rows bear what was sent."""
        self.assert_counts_add_up_of_jobs()
        assert self.flagged() == self.states().get("sent", 0)

    def assert_counts_add_up_of_jobs(self) -> None:
        query = (
            "select j._number from raw.email_waterfall_jobs as j"
            " left join raw.outbound_deliveries as d on j.id = d.job_id group by j.id"
            " having j.total_records <> count(d.id)"
            " or j.sent_count <> count(d.id) filter (where d.state = 'sent')"
            " or j.failed_count <> count(d.id)"
            " filter (where d.state not in ('pending', 'in_flight', 'sent'))"
        )
        assert rows(self.db, query) == []


def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Attempts follow each other at once."""
    monkeypatch.setattr(ledger, "FIRST_PAUSE", 0.002)
    monkeypatch.setattr(ledger, "LONGEST_PAUSE", 0.01)
