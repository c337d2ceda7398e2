"""Rows are transformed whenever they commit, whatever was built meanwhile."""

from __future__ import annotations

import psycopg

from ingest.postgres.connection import connect
from tests.support.warehouse import Warehouse

INSERT = """
    insert into raw.person_payloads
        (linkedin_url, workflow_slug, provider, platform, payload_type, raw_payload)
    values (%s, 'clay-person-profile', 'clay', 'clay', 'profile', '{"name": "Ana Example"}')
"""


def _slugs(warehouse: Warehouse) -> list[str]:
    return [slug for (slug,) in warehouse.all("select linkedin_slug from core.people order by 1")]


def test_a_row_that_commits_after_a_later_one_was_built_is_built_next(
    warehouse: Warehouse,
) -> None:
    early: psycopg.Connection[tuple[object, ...]]
    with connect(application_name="early") as early, connect(application_name="late") as late:
        early.execute(INSERT, ["https://www.linkedin.com/in/early-example"])
        late.execute(INSERT, ["https://www.linkedin.com/in/late-example"])
        late.commit()
        warehouse.build()
        assert _slugs(warehouse) == ["late-example"]
        early.commit()
    warehouse.build()
    assert _slugs(warehouse) == ["early-example", "late-example"]


def test_a_row_that_is_rolled_back_leaves_nothing(warehouse: Warehouse) -> None:
    with connect(application_name="undecided") as undecided:
        undecided.execute(INSERT, ["https://www.linkedin.com/in/undone-example"])
        warehouse.build()
        undecided.rollback()
    warehouse.build()
    assert _slugs(warehouse) == []
