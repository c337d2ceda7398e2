"""Company payloads, field by field: what reaches which column, and what is reported instead."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from tests.support.scenario import Case, Row

NO_NUMBER = "not a whole number"
NO_YEAR = "not a year"
NO_LIST = "not a list of objects"
AUSTIN = {"is_primary": True, "city": "Austin", "country": "US"}
DENVER = {"is_primary": False, "city": "Denver", "country": "US"}
OFFICE = {"country": "US", "city": "Toledo", "postal_code": "43604", "latitude": 41.65}


def size(text: str | None, bucket: str | None) -> Case:
    return Case({"size": text}, {"size_range": bucket})


def org_id(value: Any, number: int | None, reported: str | None = None) -> Case:
    issues = ((("org_id", reported, NO_NUMBER)),) if reported is not None else ()
    return Case({"name": "Acme", "org_id": value}, {"linkedin_org_id": number}, issues)


def refreshed(text: str, *moment: int) -> Case:
    return Case(
        {"name": "Acme", "last_refresh": text},
        {"source_last_refresh": datetime(*moment, tzinfo=UTC)},  # type: ignore[misc,arg-type]
    )


def locations(value: Any, primary: Row | None) -> Case:
    return Case(
        {"name": "Acme", "locations": value}, {"primary_location": primary, "all_locations": value}
    )


EMPTY: Row = dict.fromkeys(
    [
        "linkedin_url",
        "linkedin_slug",
        "linkedin_org_id",
        "clay_company_id",
        "name",
        "description",
        "website",
        "logo_url",
        "company_type",
        "industry",
        "founded_year",
        "size_range",
        "employee_count",
        "follower_count",
        "country",
        "locality",
        "primary_location",
        "all_locations",
        "specialties",
        "source_last_refresh",
    ]
)

NAMED = {"name": "Acme"}

FULL = Case(
    {
        "url": "http://linkedin.com/company/Northwind-Tools/?trk=x",
        "slug": "northwind-tools",
        "name": " Northwind Tools ",
        "description": "Counts.\n\tTwice\u2014“always” 🚀",
        "industry": "Software Development",
        "logo_url": "https://media.northwind.example/logo.png",
        "type": "Privately Held",
        "domain": "another.example",
        "org_id": "18234567",
        "company_id": 40551234,
        "country": "US",
        "locality": "Austin, Texas",
        "founded": 2014,
        "website": "http://www.northwind.example",
        "size": "1,001-5,000 employees",
        "employee_count": 1430,
        "follower_count": "5,210",
        "specialties": ["ERP", "Inventory"],
        "last_refresh": "2025-10-19T23:31:39.952297",
        "locations": [DENVER, AUSTIN],
        "annual_revenue": "10M-25M",
    },
    {
        "linkedin_url": "https://www.linkedin.com/company/northwind-tools",
        "linkedin_slug": "northwind-tools",
        "linkedin_org_id": 18234567,
        "clay_company_id": 40551234,
        "name": "Northwind Tools",
        "description": "Counts.\n\tTwice\u2014“always” 🚀",
        "website": "http://www.northwind.example",
        "logo_url": "https://media.northwind.example/logo.png",
        "company_type": "Privately Held",
        "industry": "Software Development",
        "founded_year": 2014,
        "size_range": "1001-5000",
        "employee_count": 1430,
        "follower_count": 5210,
        "country": "US",
        "locality": "Austin, Texas",
        "primary_location": AUSTIN,
        "all_locations": [DENVER, AUSTIN],
        "specialties": ["ERP", "Inventory"],
        "source_last_refresh": datetime(2025, 10, 19, 23, 31, 39, 952297, UTC),
    },
)

FIRMOGRAPHICS = {
    "every-field": FULL,
    "no-other-field": Case(NAMED, {**EMPTY, **NAMED}),
    "every-other-field-null": Case({**dict.fromkeys(FULL.payload), **NAMED}, {**EMPTY, **NAMED}),
    "null-markers": Case(
        {
            **NAMED,
            "url": "N/A",
            "description": " \t\n",
            "industry": "-",
            "website": "None",
            "logo_url": "",
            "type": "NULL",
            "org_id": "",
            "company_id": "null",
            "country": "—",
            "locality": "none found",
            "founded": "N/A",
            "size": "null",
            "employee_count": " ",
            "follower_count": "-",
            "last_refresh": "",
        },
        {**EMPTY, **NAMED},
    ),
    "named-by-a-null-marker": Case(
        {"name": "none found.", "locality": "Austin"}, {**EMPTY, "locality": "Austin"}
    ),
    "dash-inside-a-text": Case({"name": "Acme - Widgets"}, {"name": "Acme - Widgets"}),
    "surname-null": Case({"name": "Null"}, {"name": "Null"}),
    "integer": org_id(18234567, 18234567),
    "integer-as-text": org_id("18234567", 18234567),
    "integer-with-comma": org_id("1,234", 1234),
    "integer-with-point": org_id(123.0, 123),
    "integer-as-text-with-point": org_id("123.0", 123),
    "integer-with-exponent": org_id("1e3", 1000),
    "integer-of-64-bits": org_id(9223372036854775807, 9223372036854775807),
    "integer-non-numeric": org_id("clay_1", None, "clay_1"),
    "integer-too-large": org_id(99999999999999999999, None, "99999999999999999999"),
    "integer-too-large-as-text": org_id("9" * 20, None, "9" * 20),
    "integer-with-fraction": org_id(1.5, None, "1.5"),
    "integer-given-as-list": org_id([1], None, "[1]"),
    "integer-given-as-object": org_id({"id": 1}, None, '{"id": 1}'),
    "integer-given-as-boolean": org_id(True, None, "true"),
    "company-id-non-numeric": Case(
        {"company_id": "clay_ab12"},
        {"clay_company_id": None},
        (("company_id", "clay_ab12", NO_NUMBER),),
    ),
    "company-id-else-clay-company-id": Case(
        {"company_id": None, "clay_company_id": "77012"}, {"clay_company_id": 77012}
    ),
    "company-id-non-numeric-beside-a-number": Case(
        {"company_id": "clay_ab12", "clay_company_id": 5},
        {"clay_company_id": 5},
        (("company_id", "clay_ab12", NO_NUMBER),),
    ),
    "clay-company-id-non-numeric": Case(
        {"company_id": "", "clay_company_id": "clay_9"},
        {"clay_company_id": None},
        (("clay_company_id", "clay_9", NO_NUMBER),),
    ),
    "founded-as-text": Case({"founded": "2014"}, {"founded_year": 2014}),
    "founded-on-a-day": Case({"founded": "2014-05-31"}, {"founded_year": 2014}),
    "founded-outside-of-years": Case(
        {"founded": 20210}, {"founded_year": None}, (("founded", "20210", NO_YEAR),)
    ),
    "founded-in-words": Case(
        {"founded": "circa 1990"}, {"founded_year": None}, (("founded", "circa 1990", NO_YEAR),)
    ),
    "employees-beyond-32-bits": Case(
        {"employee_count": 2147483648, "follower_count": "-2147483648"},
        {"employee_count": None, "follower_count": -2147483648},
        (("employee_count", "2147483648", NO_NUMBER),),
    ),
    "size-with-suffix": size("51-200 employees", "51-200"),
    "size-bare": size("51-200", "51-200"),
    "size-with-commas": size("1,001-5,000 employees", "1001-5000"),
    "size-open": size("10,001+ employees", "10001+"),
    "size-with-en-dash": size("51\u2013200", "51-200"),
    "size-of-one": size("Myself Only", "1"),
    "size-self-employed": size("self-employed", "1"),
    "size-unknown": size(" a handful ", "a handful"),
    "refreshed-without-zone": refreshed("2026-02-18T03:36:51.601", 2026, 2, 18, 3, 36, 51, 601000),
    "refreshed-with-blank": refreshed("2026-02-18 03:36:51.601", 2026, 2, 18, 3, 36, 51, 601000),
    "refreshed-in-utc": refreshed("2026-02-18T03:36:51Z", 2026, 2, 18, 3, 36, 51),
    "refreshed-elsewhere": refreshed("2026-02-18T03:36:51+02:00", 2026, 2, 18, 1, 36, 51),
    "refreshed-in-words": Case(
        {**NAMED, "last_refresh": "yesterday"},
        {"source_last_refresh": None},
        (("last_refresh", "yesterday", "not a timestamp"),),
    ),
    "url-of-a-school": Case(
        {"url": "https://www.linkedin.com/school/Invented-State/"},
        {"linkedin_url": "https://www.linkedin.com/school/invented-state"},
    ),
    "url-with-numeric-id": Case(
        {"url": "/company/123456"},
        {"linkedin_url": "https://www.linkedin.com/company/123456", "linkedin_slug": "123456"},
    ),
    "url-of-a-person": Case(
        {**NAMED, "url": "https://www.linkedin.com/in/ana-example"},
        {"linkedin_url": None, "linkedin_slug": None},
        (("url", "https://www.linkedin.com/in/ana-example", "not a LinkedIn company URL"),),
    ),
    "locations-null": locations(None, None),
    "locations-empty": locations([], None),
    "locations-first": locations([OFFICE, DENVER], OFFICE),
    "locations-second-primary": locations([DENVER, AUSTIN], AUSTIN),
    "locations-first-of-two-primary": locations([AUSTIN, {**DENVER, "is_primary": True}], AUSTIN),
    "locations-headquarters": locations(
        [OFFICE, {**OFFICE, "is_hq": True}], {**OFFICE, "is_hq": True}
    ),
    "locations-is-headquarters": locations(
        [DENVER, {"city": "Bern", "is_headquarters": True}],
        {"city": "Bern", "is_headquarters": True},
    ),
    "locations-inferred": locations(
        [{"inferred_location": None}, {"inferred_location": {"locality": "Bern"}}],
        {"inferred_location": None},
    ),
    "locations-primary-null": locations([{"is_primary": None, "city": "Bern"}, AUSTIN], AUSTIN),
    "locations-with-null": locations([None, AUSTIN], AUSTIN),
    "locations-of-texts": Case(
        {**NAMED, "locations": ["Austin"]},
        {"primary_location": None},
        (("locations", '["Austin"]', NO_LIST),),
    ),
    "locations-as-text": Case(
        {**NAMED, "locations": "Austin"},
        {"primary_location": None, "all_locations": None},
        (("locations", '"Austin"', NO_LIST),),
    ),
    "locations-nested": Case(
        {**NAMED, "locations": [[AUSTIN]]},
        {"primary_location": None},
        (
            (
                "locations",
                '[[{"city": "Austin", "country": "US", "is_primary": true}]]',
                NO_LIST,
            ),
        ),
    ),
    "specialties-null": Case({**NAMED, "specialties": None}, {"specialties": None}),
    "specialties-empty": Case({"specialties": []}, {"specialties": []}),
    "specialties-dirty": Case(
        {"specialties": [" ERP ", None, "", "N/A", 3]}, {"specialties": ["ERP", "3"]}
    ),
    "specialties-as-text": Case(
        {**NAMED, "specialties": "ERP"},
        {"specialties": None},
        (("specialties", '"ERP"', "not a list of texts"),),
    ),
    "one-bad-value-costs-no-other": Case(
        {"name": "Acme", "founded": [], "org_id": "x", "employee_count": 5},
        {"name": "Acme", "founded_year": None, "linkedin_org_id": None, "employee_count": 5},
        (("founded", "[]", NO_YEAR), ("org_id", "x", NO_NUMBER)),
    ),
}

DISCOVERY = {
    "every-field": Case(
        {
            "name": "Northwind Tools, Inc.",
            "domain": "another.example",
            "linkedin_url": "https://uk.linkedin.com/company/northwind-tools",
            "linkedin_company_id": "18234567",
            "clay_company_id": 40551234,
            "size": "51-200 employees",
            "type": "Privately Held",
            "country": "United States",
            "location": "Denver, CO",
            "industry": "Software Development",
            "industries": ["Software Development", "Retail"],
            "description": "Counts\nthings",
            "annual_revenue": "10M-25M",
            "total_funding_amount_range_usd": "$1M - $5M",
            "resolved_domain": {"resolved_domain": "x.example", "is_live": True},
            "derived_datapoints": {"business_model": "B2B"},
        },
        {
            "name": "Northwind Tools, Inc.",
            "linkedin_url": "https://www.linkedin.com/company/northwind-tools",
            "linkedin_company_id": 18234567,
            "clay_company_id": 40551234,
            "size": "51-200",
            "type": "Privately Held",
            "country": "United States",
            "location": "Denver, CO",
            "industry": "Software Development",
            "industries": ["Software Development", "Retail"],
            "description": "Counts\nthings",
            "annual_revenue": "10M-25M",
            "total_funding_amount_range_usd": "$1M - $5M",
            "resolved_domain": {"resolved_domain": "x.example", "is_live": True},
            "derived_datapoints": {"business_model": "B2B"},
            "source_last_refresh": None,
        },
    ),
    "ids-non-numeric": Case(
        {"linkedin_company_id": "x1", "clay_company_id": "clay_77"},
        {"linkedin_company_id": None, "clay_company_id": None},
        (
            ("clay_company_id", "clay_77", NO_NUMBER),
            ("linkedin_company_id", "x1", NO_NUMBER),
        ),
    ),
    "resolved-domain-as-text": Case(
        {**NAMED, "resolved_domain": "x.example"}, {"resolved_domain": "x.example"}
    ),
    "refreshed": Case(
        {**NAMED, "last_refresh": "2026-01-02T03:04:05Z"},
        {"source_last_refresh": datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)},
    ),
    "no-other-field": Case(
        NAMED,
        NAMED
        | dict.fromkeys(
            [
                "linkedin_url",
                "linkedin_company_id",
                "clay_company_id",
                "size",
                "type",
                "country",
                "location",
                "industry",
                "industries",
                "description",
                "annual_revenue",
                "resolved_domain",
                "derived_datapoints",
                "total_funding_amount_range_usd",
                "source_last_refresh",
            ]
        ),
    ),
}
