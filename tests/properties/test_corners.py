"""Corners that the random histories hardly meet, and the one difference that is meant."""

from __future__ import annotations

import pytest

from tests.properties.histories import BUILD as BUILD_ALL
from tests.properties.play import Stage
from tests.properties.verdict import judge
from tests.support.history.draws import company_domain
from tests.support.history.records import LOADED, Dbt, History, Load, Record, Step
from tests.support.warehouse import differences

pytestmark = pytest.mark.long

EARLIER, LATER = "2026-03-01T08:00:00+00:00", "2026-03-02T08:00:00+00:00"
BUILD = Dbt(("run",))


def entry(customer: str, name: str, received: str = LOADED) -> Record:
    columns = {
        "origin_company_domain": "origin.example",
        "company_customer_name": name,
        "company_customer_domain": customer,
    }
    return Record("manual_company_customers", columns, None, received)


def customer_of_itself(n: int, name: str) -> Record:
    """An entry whose two sides were merged: it names one company by two of its domains."""
    columns = {
        "origin_company_domain": company_domain(n),
        "origin_company_name": name,
        "company_customer_name": f"Customer {n}",
        "company_customer_domain": company_domain(n + 1),
    }
    return Record("manual_company_customers", columns)


def companies(stage: Stage) -> set[str]:
    return {row["domain"] for row in stage.rows("select domain from core.companies")}


@pytest.mark.long
def test_only_what_an_entry_said_before_its_correction_outlives_it(stage: Stage) -> None:
    steps: list[Step] = [Load([entry("former.example", "Acme")]), BUILD]
    steps += [Load([entry("real.example", "Acme")]), BUILD]
    stage.play(History(steps))
    assert companies(stage) >= {"origin.example", "former.example", "real.example"}
    grown = stage.snapshot()
    stage.continue_with([Dbt(("run", "--full-refresh"))])
    assert differences(grown, stage.snapshot()) == {}
    stage.rebuild("plain")
    found = differences(grown, stage.snapshot())
    assert found.keys() == {"core.companies", "core.company_observations"}
    for rows in found.values():
        assert [row["domain"] for row in rows["only left"]] == ["former.example"]
        assert rows["only right"] == []


def test_a_payload_that_is_no_object_is_reported_and_no_receipt_of_its_entity(
    stage: Stage,
) -> None:
    key = {"company_domain": "aged.example"}
    records = [
        Record("company_payloads", key, "not json", EARLIER),
        Record("company_payloads", key, {"name": "Aged"}, LATER),
    ]
    stage.play(History([Load(records), BUILD]))
    (row,) = stage.rows("select created_at from extracted.company_firmographics")
    assert row["created_at"].isoformat() == LATER
    (issue,) = stage.rows("select raw_table from extracted.extraction_issues")
    assert issue["raw_table"] == "company_payloads"


def test_nameless_entries_of_one_origin_stay_apart(stage: Stage) -> None:
    records = [entry("a.example", "N/A", EARLIER), entry("b.example", "-", LATER)]
    stage.play(History([Load(records), BUILD]))
    found = stage.rows(
        "select customer_domain from reference.company_customers where domain = 'origin.example'"
    )
    assert {row["customer_domain"] for row in found} == {"a.example", "b.example"}


def test_an_entry_with_one_company_on_both_sides_calls_it_what_its_own_side_does(
    stage: Stage,
) -> None:
    columns = {
        "origin_company_domain": "jane@both.example",
        "origin_company_name": "Both",
        "company_customer_name": "Somebody",
        "company_customer_domain": "www.both.example",
    }
    record = Record("manual_company_customers", columns)
    stage.play(History([Load([record]), BUILD]))
    (row,) = stage.rows("select name from core.companies where domain = 'both.example'")
    assert row["name"] == "Both"
    assert (
        stage.rows("select * from reference.company_customers where domain = 'both.example'") == []
    )


@pytest.mark.long
def test_what_a_source_without_a_rank_says_makes_nothing_known(stage: Stage) -> None:
    page = "https://www.linkedin.com/company/unranked"
    said = {"name": "Unranked", "linkedin_url": page}
    by_hand = entry("nobody.example", "Nobody", EARLIER)
    by_hand.columns.update(
        origin_company_domain="unranked.example", origin_company_linkedin_url=page
    )
    found = Record("company_discovery", {"company_domain": "unranked.example"}, said, LATER)
    # in this state of the seeds entries by hand have no rank for the page
    assert judge(stage, History([Load([by_hand, found]), Dbt(BUILD_ALL, "reranked")])) == []
    (row,) = stage.rows(
        "select new_value, observed_at from core.company_history"
        " where domain = 'unranked.example' and attribute = 'linkedin_url'"
    )
    assert (row["new_value"], row["observed_at"].isoformat()) == (page, LATER)


@pytest.mark.long
def test_a_row_that_names_a_company_twice_says_the_same_in_every_build(stage: Stage) -> None:
    merged = [n for n in range(20, 1_900, 20) if n % 60]
    steps: list[Step] = [Load([customer_of_itself(n, "First") for n in merged])]
    steps += [Dbt(BUILD_ALL, "merged")]
    steps += [Load([customer_of_itself(n, "Corrected") for n in merged]), Dbt(("run",), "merged")]
    stage.play(History(steps))
    grown = stage.snapshot()
    stage.rebuild("merged")
    assert differences(grown, stage.snapshot()) == {}


@pytest.mark.long
def test_employers_are_observed_whatever_the_order_in_which_models_run(stage: Stage) -> None:
    roles = [
        {"company": "Now", "company_domain": "now.example", "is_current": True},
        {"company": "Then", "company_domain": "then.example", "is_current": False},
    ]
    url = "https://www.linkedin.com/in/odd-order-example"
    record = Record("person_payloads", {"linkedin_url": url}, {"experience": roles}, EARLIER)
    models = ("person_profile", "company_observations", "person_experience")
    one_by_one: list[Step] = [Dbt(("run", "-s", model)) for model in models]
    assert judge(stage, History([BUILD, Load([record]), *one_by_one, BUILD])) == []
