"""Narrowing arrives at what matters, whatever stands around it; the judge is made up."""

from __future__ import annotations

from tests.properties.shrink import minimal, names_in, shrunk
from tests.support.history.records import Dbt, Forget, History, Late, Load, Record

RUN, REFRESH = Dbt(("run",)), Dbt(("run", "--full-refresh"))


def named(number: int) -> Record:
    """A record of the many: three of each company, each with an employer."""
    roles = [{"company": "A"}, {"company": "B", "company_domain": f"company-{number % 7}.example"}]
    payload = {"name": f"Company No {number}", "size": "2-10", "experience": roles}
    return Record("company_payloads", {"company_domain": f"company-{number // 3}.example"}, payload)


def history(records: int) -> History:
    everything = [named(number) for number in range(records)]
    half = records // 2
    return History(
        [
            *(Late(everything[: half // 2]), Load(everything[half // 2 : half]), RUN),
            *(Forget(), REFRESH, Load(everything[half:]), RUN, RUN),
        ]
    )


def companies(candidate: History) -> set[str]:
    return {record.payload.get("name", "") for record in candidate.records}


def test_of_thousands_of_records_the_two_that_matter_are_left() -> None:
    judged = []

    def fails(candidate: History) -> bool:
        judged.append(candidate)
        return companies(candidate) >= {"Company No 17", "Company No 4001"}

    small = shrunk(history(6_000), {"company-5"}, fails, lambda _: None)
    assert [record.payload for record in small.records] == [
        {"name": "Company No 17"},
        {"name": "Company No 4001"},
    ]
    assert [type(step) for step in small.steps] == [Load, Load, Dbt]
    assert len(judged) < 150


def test_a_step_that_matters_stays_where_it_is() -> None:
    def fails(candidate: History) -> bool:
        if REFRESH not in candidate.steps:
            return False
        before = History(candidate.steps[: candidate.steps.index(REFRESH)])
        return companies(before) >= {"Company No 3"} and any(
            isinstance(step, Late) for step in candidate.steps
        )

    small = shrunk(history(60), set(), fails, lambda _: None)
    record = Record(
        "company_payloads", {"company_domain": "company-1.example"}, {"name": "Company No 3"}
    )
    assert small == History([Late([record]), REFRESH, RUN, RUN])


def test_of_a_value_the_part_that_matters_is_left() -> None:
    def fails(candidate: History) -> bool:
        return any(
            role.get("company_domain") == "company-4.example"
            for record in candidate.records
            for role in record.payload.get("experience", [])
        )

    small = shrunk(history(30), {"company-4"}, fails, lambda _: None)
    (record,) = small.records
    assert record.payload == {"experience": [{"company_domain": "company-4.example"}]}


def test_nothing_is_left_where_nothing_matters() -> None:
    assert shrunk(history(9), set(), lambda _: True, lambda _: None) == History([RUN])


def test_what_is_left_cannot_be_left_out() -> None:
    wanted = {3, 41, 42, 97}
    judged: list[tuple[int, ...]] = []

    def fails(items: list[int]) -> bool:
        judged.append(tuple(items))
        return wanted <= set(items)

    assert minimal(list(range(100)), fails) == sorted(wanted)
    assert len(judged) == len(set(judged)), "each is judged once"


def test_names_are_found_in_any_case_and_spelling() -> None:
    text = "HTTP://WWW.Company-12.example/ jos%C3%A9-example-7 ACwAA33bCdE_f-G x.example Page-4"
    assert names_in(text) == {"company-12", "example-7", "acwaa33bcde_f", "page-4"}
