"""How often fields come, once payloads of somebody are gone: what a full refresh would count.

Of a day with many payloads 500 are looked at, those with the smallest MD5 of their ids.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from ingest.privacy.erase import LOOKED_AT
from tests.support.ingesting import ingest
from tests.support.scenario import scenario
from tests.support.warehouse import PROJECT, Warehouse, insert, payload_columns

MANY, ONE, WITHHELD, TWO = "2026-03-01", "2026-03-02", "2026-03-03", "2026-03-04"
Counts = tuple[int, int]  # payloads received, payloads in which a name was looked at


@dataclass
class Story:
    """What was counted, by day and moment; and which rows of raw were written by an erasure."""

    warehouse: Warehouse
    counts: dict[str, dict[str, Counts]] = field(default_factory=dict)
    written: dict[str, int] = field(default_factory=dict)

    def look(self, moment: str) -> None:
        """Remember the counts."""
        self.counts[moment] = {
            str(day): (received, present)
            for day, received, present in self.warehouse.all(
                "select f.day, f.received, n.present from extracted.payload_fields as f"
                " inner join extracted.payload_fields as n using (workflow_slug, day)"
                " where f.path = '$' and n.path = 'name'"
            )
        }

    def erase(self, slug: str, case: str) -> None:
        """Erase somebody, and remember what was counted then."""
        (before,) = self.warehouse.one("select pg_current_xact_id()::text")
        assert ingest("privacy", "erase", slug, "--case", case).exit_code == 0
        (self.written[case],) = self.warehouse.one(
            "select count(*) from raw.person_payloads where _xid > %s::xid8", before
        )
        self.look(case)


def arrive(warehouse: Warehouse, slug: str, day: str) -> str:
    name = slug.replace("-", " ").title()
    row = payload_columns("person_payloads", f"linkedin.com/in/{slug}", {"name": name})
    return insert(warehouse.conn, "person_payloads", row | {"created_at": f"{day} 12:00+00"})


@pytest.fixture(scope="module")
def story(key_file: Path) -> Iterator[Story]:
    assert key_file
    with scenario() as warehouse:
        ids = {arrive(warehouse, f"body-{n}", MANY): f"body-{n}" for n in range(520)}
        by_digest = sorted(ids, key=lambda each: hashlib.md5(each.encode()).hexdigest())
        near, far = ids[by_digest[0]], ids[by_digest[-1]]
        for day in (ONE, WITHHELD, TWO):
            arrive(warehouse, "ada-lone-7", day)
        arrive(warehouse, "cy-other-8", TWO)
        warehouse.conn.commit()
        warehouse.build()
        story = Story(warehouse)
        story.look("before")

        story.erase(far, "far")
        arrive(warehouse, far, WITHHELD)
        warehouse.conn.commit()
        story.erase("ada-lone-7", "ada")
        story.erase(near, "near")
        # read and left out by the run, so it is in no count
        arrive(warehouse, far, MANY)
        warehouse.conn.commit()
        warehouse.build()
        story.look("run")
        story.erase(far, "far again")
        warehouse.build()
        story.look("run again")
        tables = warehouse.snapshot()
        warehouse.build("--full-refresh")
        assert warehouse.snapshot() == tables
        yield story


def test_a_payload_that_nobody_looked_at_is_taken_off(story: Story) -> None:
    assert story.counts["before"][MANY] == (520, 500)
    assert story.counts["far"][MANY] == (519, 500)
    # nothing has to be counted by the next run
    assert story.written["far"] == 0


def test_for_one_that_was_looked_at_the_day_is_counted_anew(story: Story) -> None:
    assert story.written["near"] == 1
    assert story.counts["run"] == {MANY: (518, 500), TWO: (1, 1)}


def test_a_day_without_payloads_that_are_read_goes_at_once(story: Story) -> None:
    assert {*story.counts["far"]} == {MANY, ONE, WITHHELD, TWO}
    assert {*story.counts["ada"]} == {MANY, TWO}
    # the day on which Cy came, too
    assert story.written["ada"] == 1


def test_what_was_left_out_is_not_taken_off(story: Story) -> None:
    assert story.counts["run again"] == story.counts["run"]


def test_as_many_are_looked_at_as_the_model_says() -> None:
    macro = (PROJECT / "macros/payloads/paths.sql").read_text()
    assert f"{{% macro payloads_looked_at() -%}}\n    {{{{ return({LOOKED_AT}) }}}}" in macro
