"""One payload may be as large as the loader takes it: it costs what its size says."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from psycopg import sql

from tests.support.sources import PROFILE
from tests.support.warehouse import Warehouse

ROLES = 100_000
CUSTOMERS = 1_000_000

# Minutes where the work grows with the size; hours where it grows with the square of it.
_CANCELLED_AFTER = "20min"

_ROLES = """
    insert into raw.person_payloads
    (linkedin_url, workflow_slug, provider, platform, payload_type, raw_payload)
    select
        %s, 'clay-person-profile', 'clay', 'clay', 'profile',
        jsonb_build_object('name', 'Ana Example', 'experience', jsonb_agg(jsonb_build_object(
            'company', 'Company ' || n, 'company_domain', 'company-' || n || '.example',
            'title', 'Engineer', 'start_date', '2020-01', 'is_current', n = 1
        ) order by n))
    from generate_series(1, %s) as n
"""
_CUSTOMERS = """
    insert into raw.company_customer_claygent_payloads
    (origin_company_domain, workflow_slug, provider, platform, payload_type, raw_payload)
    select
        'many.example', 'claygent-get-all-company-customers', 'clay', 'clay', 'customer_research',
        jsonb_build_object('customers', jsonb_agg(jsonb_build_object(
            'companyName', 'Customer ' || n, 'url', 'https://many.example/' || n
        ) order by n))
    from generate_series(1, %s) as n
"""
_NAMES = """
    insert into raw.company_customer_claygent_payloads
    (origin_company_domain, workflow_slug, provider, platform, payload_type, raw_payload)
    select
        'names.example', 'claygent-get-all-company-customers', 'clay', 'clay', 'customer_research',
        jsonb_build_object('result', string_agg('Customer ' || n || ', Inc.', ', ' order by n))
    from generate_series(1, %s) as n
"""


@pytest.fixture
def bounded(warehouse: Warehouse) -> Iterator[Warehouse]:
    """A warehouse in which no statement takes longer than a large payload may."""
    database = sql.Identifier(warehouse.conn.info.dbname)
    bound = sql.SQL("alter database {} set statement_timeout = {}")
    warehouse.conn.execute(bound.format(database, sql.Literal(_CANCELLED_AFTER)))
    warehouse.conn.commit()
    yield warehouse
    warehouse.conn.rollback()
    warehouse.conn.execute(sql.SQL("alter database {} reset statement_timeout").format(database))
    warehouse.conn.commit()


def _insert(warehouse: Warehouse, statement: str, *values: object) -> None:
    warehouse.conn.execute(statement.encode(), values)
    warehouse.conn.commit()


@pytest.mark.long
def test_a_profile_of_a_hundred_thousand_roles(bounded: Warehouse) -> None:
    for _ in range(2):  # the second one replaces every role of the first
        _insert(bounded, _ROLES, PROFILE.format("many"), ROLES)
        bounded.build()
        assert bounded.one("select count(*) from extracted.person_experience") == (ROLES,)
        # each role names a company of its own
        assert bounded.one(
            "select count(*) from api.companies where domain like 'company-%%.example'"
        ) == (ROLES,)


@pytest.mark.long
@pytest.mark.parametrize(
    ("statement", "domain"),
    [(_CUSTOMERS, "many.example"), (_NAMES, "names.example")],
    ids=["objects", "names"],
)
def test_an_answer_of_a_million_customers(bounded: Warehouse, statement: str, domain: str) -> None:
    for _ in range(2):
        _insert(bounded, statement, CUSTOMERS)
        bounded.build()
        assert bounded.one(
            "select count(distinct customer_name) from reference.customer_claims where domain = %s",
            domain,
        ) == (CUSTOMERS,)
