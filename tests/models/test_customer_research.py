"""Customer research and case studies: whose customers, which champions, and what is reported."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.scenario import Row, issues_of, part, row, rows, scenario
from tests.support.scratch import Parameters
from tests.support.warehouse import Warehouse

CLAYGENT = "company_customer_claygent_payloads"
CASE_STUDIES = "case_study_extraction_payloads"
NO_LIST = "not a list of objects"
LINK = "https://origin.example/customers/acme"

Customer = tuple[str, str | None, bool]  # name, case study, has one


def named(*names: str) -> list[Customer]:
    return [(name, None, False) for name in names]


# name: (payload, customers in order of their names, reported fields)
RESEARCH: dict[str, tuple[Any, list[Customer], list[str]]] = {
    "every-field": (
        {
            "response": "Found one.",
            "confidence": "high",
            "reasoning": "Read the page.",
            "stepsTaken": ["read"],
            "customers": [{"companyName": " Acme ", "url": LINK, "hasCaseStudy": True}],
        },
        [("Acme", LINK, True)],
        [],
    ),
    "url-empty": ({"customers": [{"companyName": "Acme", "url": ""}]}, named("Acme"), []),
    "url-null": ({"customers": [{"companyName": "Acme", "url": None}]}, named("Acme"), []),
    "case-study-null": (
        {"customers": [{"companyName": "Acme", "url": LINK, "hasCaseStudy": None}]},
        [("Acme", LINK, False)],
        [],
    ),
    "case-study-as-text": (
        {"customers": [{"companyName": "Acme", "hasCaseStudy": "yes"}]},
        [("Acme", None, True)],
        [],
    ),
    "case-study-neither": (
        {"customers": [{"companyName": "Acme", "hasCaseStudy": "maybe"}]},
        named("Acme"),
        ["customers[0].hasCaseStudy"],
    ),
    "customers-null": ({"customers": None}, [], ["raw_payload"]),
    "customers-empty": ({"customers": []}, [], []),
    "customers-absent": ({"confidence": "low"}, [], ["raw_payload"]),
    "sentinels": (
        {"customers": [{"companyName": "none found"}, {"companyName": "None found."}, {}]},
        [],
        [],
    ),
    "spellings-stay": (
        {"customers": [{"companyName": "O\u2019Hara & Sons"}, {"companyName": "Acme, Inc."}]},
        named("Acme, Inc.", "O\u2019Hara & Sons"),
        [],
    ),
    "duplicates-first": (
        {"customers": [{"companyName": "ACME"}, {"companyName": "Acme"}]},
        named("ACME"),
        [],
    ),
    "duplicates-best": (
        {
            "customers": [
                {"companyName": "ACME", "url": "https://first.example"},
                {"companyName": "acme", "url": LINK, "hasCaseStudy": True},
                {"companyName": "Acme", "hasCaseStudy": True},
            ]
        },
        [("acme", LINK, True)],
        [],
    ),
    "older-form": (
        {"result": "Saltmarsh Seafood Co., Fernway Foods,Fernway foods"},
        named("Fernway Foods", "Saltmarsh Seafood Co."),
        [],
    ),
    "older-form-with-suffix": (
        {"result": "Acme, Inc., Fernway"},
        named("Acme, Inc.", "Fernway"),
        [],
    ),
    "older-form-none": ({"result": "none found."}, [], ["raw_payload"]),
    "older-form-beside-null": ({"customers": None, "result": "Fernway"}, named("Fernway"), []),
    "both-forms": (
        {"customers": [{"companyName": "Acme"}], "result": "Fernway"},
        named("Acme"),
        [],
    ),
    "customers-as-text": ({"customers": "Acme"}, [], ["customers", "raw_payload"]),
    "customers-as-texts": (
        {"customers": ["Acme", {"companyName": "Fernway"}]},
        named("Fernway"),
        ["customers"],
    ),
    "customers-nested": (
        {"customers": [[{"companyName": "Acme"}]]},
        [],
        ["customers", "raw_payload"],
    ),
    "encoded": ('{"customers": [{"companyName": "Acme"}]}', named("Acme"), []),
}

ANA = {"full_name": "Ana Example", "job_title": "Buyer", "company_name": "Acme"}

# name: (payload, champions in order of their names, reported fields)
EXTRACTIONS: dict[str, tuple[Any, list[tuple[str, str | None, str | None]], list[str]]] = {
    "every-field": (
        {
            "article_title": " Widgets without waste ",
            "customer_company_domain": "https://www.acme.example/",
            "champions": [ANA],
            "confidence": "high",
            "reasoning": "Named in the text.",
        },
        [("Ana Example", "Buyer", "Acme")],
        [],
    ),
    "champions-null": ({"article_title": "Widgets", "champions": None}, [], []),
    "champions-empty": ({"champions": []}, [], []),
    "champions-duplicate": (
        {"champions": [{"full_name": "ana example", "job_title": None}, ANA]},
        [("ana example", None, None)],
        [],
    ),
    "champions-nameless": (
        {"champions": [{"full_name": None, "job_title": "CEO"}, {"full_name": "N/A"}, ANA]},
        [("Ana Example", "Buyer", "Acme")],
        [],
    ),
    "champions-as-texts": (
        {"article_title": "Widgets", "champions": ["Ana Example"]},
        [],
        ["champions"],
    ),
    "champions-nested": ({"article_title": "Widgets", "champions": [[ANA]]}, [], ["champions"]),
    "customer-is-no-domain": (
        {"customer_company_domain": "Fernway Foods"},
        [],
        ["customer_company_domain"],
    ),
    "customer-unknown": (
        {"article_title": "Widgets", "customer_company_domain": None},
        [],
        [],
    ),
}

# case_study_url as received -> as stored
URLS = {
    "https://Publisher.EXAMPLE/Stories/Acme/": "https://publisher.example/Stories/Acme",
    "HTTPS://publisher.example/a?lang=EN#top": "https://publisher.example/a?lang=EN",
    " https://publisher.example/b// ": "https://publisher.example/b",
}


def study(warehouse: Warehouse, url: str, payload: Any, **columns: Any) -> str:
    usual = {
        "origin_company_domain": "www.publisher.example",
        "company_customer_name": "Acme",
        "has_case_study_url": True,
    }
    return warehouse.payload(CASE_STUDIES, url, payload, **{**usual, **columns})


@pytest.fixture(scope="module")
def built(_built: Parameters) -> Iterator[Warehouse]:
    with scenario() as warehouse:
        for name, (payload, _, _) in RESEARCH.items():
            warehouse.payload(
                CLAYGENT, f"www.{name}.example", payload, origin_company_name=f" {name} Ltd "
            )
        for name, (payload, _, _) in EXTRACTIONS.items():
            study(warehouse, f"https://studies.example/{name}", payload, origin_company_name=name)
        for url in URLS:
            study(warehouse, url, {"article_title": "Widgets"})
        warehouse.build()
        yield warehouse


def research(warehouse: Warehouse, name: str) -> list[Row]:
    return rows(
        warehouse,
        "select * from extracted.company_customer_claygent where origin_company_domain = %s"
        ' order by company_customer_name collate "C"',
        f"{name}.example",
    )


def details(warehouse: Warehouse, name: str) -> Row:
    return row(
        warehouse,
        "select * from extracted.case_study_details where case_study_url = %s",
        f"https://studies.example/{name}",
    )


@pytest.mark.parametrize("name", RESEARCH)
def test_customers_of_an_origin(built: Warehouse, name: str) -> None:
    found = [
        (each["company_customer_name"], each["case_study_url"], each["has_case_study"])
        for each in research(built, name)
    ]
    assert found == RESEARCH[name][1]


@pytest.mark.parametrize("name", RESEARCH)
def test_what_names_no_customers_is_reported(built: Warehouse, name: str) -> None:
    query = "select id from raw.company_customer_claygent_payloads where origin_company_domain = %s"
    raw_id = row(built, query, f"www.{name}.example")["id"]
    assert [field for field, _, _ in issues_of(built, raw_id)] == RESEARCH[name][2]


def test_customers_bear_the_name_of_their_origin(built: Warehouse) -> None:
    names = {each["origin_company_name"] for each in research(built, "spellings-stay")}
    assert names == {"spellings-stay Ltd"}


@pytest.mark.parametrize("name", EXTRACTIONS)
def test_champions_of_a_case_study(built: Warehouse, name: str) -> None:
    found = rows(
        built,
        "select * from extracted.case_study_champions where case_study_id = %s order by full_name",
        details(built, name)["id"],
    )
    champions = [(each["full_name"], each["job_title"], each["company_name"]) for each in found]
    assert champions == EXTRACTIONS[name][1]


@pytest.mark.parametrize("name", EXTRACTIONS)
def test_what_an_extraction_got_wrong_is_reported(built: Warehouse, name: str) -> None:
    raw_id = details(built, name)["raw_payload_id"]
    assert [field for field, _, _ in issues_of(built, raw_id)] == EXTRACTIONS[name][2]


def test_a_case_study_reaches_every_column(built: Warehouse) -> None:
    found = details(built, "every-field")
    expected = {
        "case_study_url": "https://studies.example/every-field",
        "origin_company_domain": "publisher.example",
        "origin_company_name": "every-field",
        "company_customer_name": "Acme",
        "company_customer_domain": "acme.example",
        "article_title": "Widgets without waste",
        "confidence": "high",
        "reasoning": "Named in the text.",
    }
    assert part(found, expected) == expected


@pytest.mark.parametrize("received", URLS)
def test_a_case_study_is_known_by_its_address(built: Warehouse, received: str) -> None:
    query = (
        "select d.case_study_url from extracted.case_study_details as d"
        " inner join raw.case_study_extraction_payloads as r on d.raw_payload_id = r.id"
        " where r.case_study_url = %s"
    )
    assert row(built, query, received)["case_study_url"] == URLS[received]
