"""Customers entered by hand are corrected in place; core and reference follow the correction."""

from __future__ import annotations

import pytest

from tests.support.warehouse import Warehouse, differences


def _enter(warehouse: Warehouse, **columns: str) -> str:
    return warehouse.row(
        "manual_company_customers",
        origin_company_domain="origin.example",
        company_customer_name="Beta",
        **columns,
    )


@pytest.mark.long
def test_a_corrected_domain_takes_the_name_with_it(warehouse: Warehouse) -> None:
    entry = _enter(warehouse, company_customer_domain="beta-old.example")
    warehouse.build()
    before = warehouse.one("select id, name from core.companies where domain = 'beta-old.example'")
    assert before[1] == "Beta"

    # as the loader does it: the row changes, and with it the transaction that wrote it
    warehouse.conn.execute(
        "update raw.manual_company_customers set company_customer_domain = 'beta.example',"
        " company_customer_name = 'Beta', _xid = pg_current_xact_id() where id = %s",
        [entry],
    )
    warehouse.conn.commit()
    warehouse.build()

    assert warehouse.all(
        "select customer_domain from reference.company_customers where domain = 'origin.example'"
    ) == [("beta.example",)]
    # the old domain was published: it stays, with its id; nobody calls it Beta any more
    after = warehouse.one("select id, name from core.companies where domain = 'beta-old.example'")
    assert after == (before[0], None)
    assert warehouse.one("select name from core.companies where domain = 'beta.example'") == (
        "Beta",
    )


def name_of_gamma(warehouse: Warehouse) -> tuple[str, str]:
    name, source = warehouse.one(
        "select value, source from api.provenance"
        " where entity_key = 'gamma.example' and attribute = 'name'"
    )
    return name, source


@pytest.mark.long
def test_a_corrected_entry_no_longer_speaks_for_the_domain_it_named(warehouse: Warehouse) -> None:
    entry = _enter(warehouse, company_customer_domain="gamma.example")
    warehouse.payload(
        "person_discovery",
        "https://www.linkedin.com/in/somebody-example",
        {"domain": "gamma.example", "latest_experience_company": "Gamma Tools"},
    )
    warehouse.build()
    assert name_of_gamma(warehouse) == ("Beta", "manual_customers")
    warehouse.conn.execute(
        "update raw.manual_company_customers set company_customer_domain = 'beta.example',"
        " _xid = pg_current_xact_id() where id = %s",
        [entry],
    )
    warehouse.conn.commit()
    warehouse.build()
    assert name_of_gamma(warehouse) == ("Gamma Tools", "people_discovery")
    incremental = warehouse.snapshot()
    warehouse.build("--full-refresh")
    assert not differences(incremental, warehouse.snapshot())
