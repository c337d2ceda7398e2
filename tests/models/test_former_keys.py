"""Rows of core whose keys had another normal form in an earlier release."""

from __future__ import annotations

import pytest

from tests.support.warehouse import Warehouse

ACME, ANA = "acme.example", "https://www.linkedin.com/in/ana-example"
OLD_ACME, OLD_ANA = "www.ACME.example", "https://uk.linkedin.com/in/Ana-Example"


def ids(warehouse: Warehouse, kind: str, *keys: str) -> list[str]:
    return [
        str(warehouse.one("select reference.entity_id(%s, %s)::text", kind, key)[0]) for key in keys
    ]


@pytest.fixture
def upgraded(warehouse: Warehouse) -> Warehouse:
    """A company and a person published under keys that today's normal forms do not give."""
    warehouse.payload("company_discovery", ACME, {"name": "Acme"})
    warehouse.payload("person_discovery", ANA, {"name": "Ana Example"})
    warehouse.build()
    for table, key, old in (("companies", "domain", OLD_ACME), ("people", "linkedin_url", OLD_ANA)):
        warehouse.conn.execute(
            f"update core.{table} set {key} = %(old)s,"
            f" id = reference.entity_id('core.{table}', %(old)s)",
            {"old": old},
        )
    # as a changed function does: every model reads everything
    warehouse.conn.execute("delete from extracted.watermarks")
    warehouse.conn.commit()
    warehouse.build()
    return warehouse


@pytest.mark.parametrize(
    "again",
    [
        pytest.param(False, id="at once", marks=pytest.mark.long),
        pytest.param(True, id="after a full refresh"),
    ],
)
def test_they_lead_to_the_present_rows(upgraded: Warehouse, again: bool) -> None:
    if again:
        upgraded.build("--full-refresh")
    old, new = ids(upgraded, "core.companies", OLD_ACME, ACME)
    assert upgraded.all("select id::text, domain from core.companies") == [(new, ACME)]
    assert upgraded.all(
        "select id::text, domain, canonical_id::text, canonical_domain from core.company_aliases"
        " where domain = %s",
        OLD_ACME,
    ) == [(old, OLD_ACME, new, ACME)]
    old, new = ids(upgraded, "core.people", OLD_ANA, ANA)
    assert upgraded.all("select id::text, linkedin_url from core.people") == [(new, ANA)]
    assert upgraded.all(
        "select id::text, linkedin_url, canonical_id::text, canonical_linkedin_url"
        " from core.person_aliases"
    ) == [(old, OLD_ANA, new, ANA)]
