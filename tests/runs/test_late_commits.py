"""A load that commits after a run began is in the next run: in all models, every time."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Any

import pytest

from ingest.postgres.connection import Connection, connect
from tests.support.runs import MIDDLE, Runs, held, models, wait_until_held
from tests.support.warehouse import Warehouse, assert_as_built_at_once, insert, payload_columns

# Models that stand still in the middle of the run, by round: they have read, and not yet written.
HELD = (
    ("person_profile", "company_firmographics", "case_study_details"),
    ("person_profile", "person_discovery", "company_discovery"),
    ("company_customer_claygent", "company_icp_criteria", "person_discovery"),
    ("person_experience", "person_education", "company_firmographics"),
    ("company_observations", "person_observations"),
)
LOADS = 20  # under way when a run begins
THREADS = "4"

# every load brings one of each
COUNTS = {
    table: f"select count(*) from {table} where {column} ~ 'late-'"
    for table, column in {
        "extracted.company_firmographics": "company_domain",
        "extracted.company_discovery": "domain",
        "extracted.company_icp_criteria": "domain",
        "extracted.company_customer_claygent": "origin_company_domain",
        "extracted.case_study_details": "case_study_url",
        "extracted.case_study_champions": "full_name",
        "extracted.person_profile": "linkedin_url",
        "extracted.person_experience": "linkedin_url",
        "extracted.person_education": "linkedin_url",
        "extracted.person_discovery": "linkedin_url",
        "core.people": "linkedin_url",
        "core.companies": "domain",
        "reference.company_icp": "domain",
        "reference.company_customers": "domain",
    }.items()
}


def insert_one_of_each(load: Connection, n: int) -> None:
    """Rows of a load in every payload table, not committed."""
    domain, person = f"late-{n}.example", f"https://www.linkedin.com/in/late-{n}"
    company = {"name": f"late-{n}"}
    customer = {"companyName": f"Customer {n}", "hasCaseStudy": "false"}
    career = {
        "name": f"late-{n}",
        "experience": [{"company": "Acme", "company_domain": "acme-widgets.example"}],
        "education": [{"school_name": "School"}],
    }
    study = {
        "champions": [{"full_name": f"late-{n}"}],
        "customer_company_domain": "acme-widgets.example",
    }
    add(load, "company_payloads", domain, company)
    add(load, "company_discovery", domain, company)
    add(load, "icp_payloads", domain, {"company_criteria": {}})
    add(load, "company_customer_claygent_payloads", domain, {"customers": [customer]})
    add(load, "person_payloads", person, career)
    add(load, "person_discovery", person, company)
    add(
        load,
        "case_study_extraction_payloads",
        f"https://studies.example/late-{n}",
        study,
        origin_company_domain=domain,
        origin_company_name=f"late-{n}",
        company_customer_name="Acme",
        has_case_study_url=True,
    )


def add(load: Connection, table: str, key: str, payload: object, **columns: Any) -> None:
    insert(load, table, payload_columns(table, key, payload) | columns)


@pytest.mark.parametrize(
    "rounds",
    [pytest.param(HELD[1::6], id="20"), pytest.param(HELD, id="100", marks=pytest.mark.long)],
)
def test_a_load_under_way_is_in_the_next_run(
    warehouse: Warehouse, runs: Runs, rounds: tuple[tuple[str, ...], ...]
) -> None:
    by_name = {model.name: model for model in models()}
    for number, stand_still in enumerate(rounds):
        with ExitStack() as open_:
            loads = [open_.enter_context(connect(application_name="load")) for _ in range(LOADS)]
            for n, load in enumerate(loads, start=number * LOADS):
                insert_one_of_each(load, n)
            with held([by_name[name] for name in stand_still], MIDDLE):
                run = runs.start("run", "--threads", THREADS)
                commit(loads[0::4])  # at any moment
                wait_until_held(warehouse.conn, run, len(stand_still))
                commit(loads[1::4])  # after they have read
            commit(loads[2::4])  # while the others read
            run.succeed()
            commit(loads[3::4])
        warehouse.build("--threads", THREADS)
        found = {table: warehouse.one(query)[0] for table, query in COUNTS.items()}
        assert found == dict.fromkeys(COUNTS, (number + 1) * LOADS)
    assert_as_built_at_once(warehouse)


def commit(loads: list[Connection]) -> None:
    for load in loads:
        load.commit()


@pytest.mark.long
@pytest.mark.parametrize("outcome", ["commit", "rollback"])
def test_a_transaction_open_for_many_runs(warehouse: Warehouse, outcome: str) -> None:
    """It has read before them all and writes after them all."""
    with connect(application_name="foreign") as foreign:
        foreign.execute("select from raw.company_payloads")
        insert_one_of_each(foreign, 0)
        for n in range(1, 4):
            with connect(application_name="load") as load:
                insert_one_of_each(load, n)
            warehouse.build()
            assert warehouse.one(COUNTS["core.people"]) == (n,)
        insert_one_of_each(foreign, 4)
        getattr(foreign, outcome)()
    warehouse.build()
    expected = 5 if outcome == "commit" else 3
    found = {table: warehouse.one(query)[0] for table, query in COUNTS.items()}
    assert found == dict.fromkeys(COUNTS, expected)
