"""Rows of table feeds: what they say of companies and people, and what of them is unusable."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

from tests.properties.model import forms
from tests.properties.model.payloads import (
    EARLIEST,
    NO_COMPANY,
    NO_DOMAIN,
    NO_PERSON,
    NO_TEXTS,
    Issue,
    Row,
    receipt,
    unusable,
)

Form = Callable[[str | None], Any]

NO_DATE, NO_YEAR = "not a date", "not a year"
NO_HEADCOUNT = "neither a number nor a range"

# raw table: column, its form, and what is said of a value that has none
VALUES: dict[str, tuple[tuple[str, Form, str], ...]] = {
    "manual_company_customers": (
        ("origin_company_domain", forms.domain, NO_DOMAIN),
        ("origin_company_linkedin_url", forms.company_url, NO_COMPANY),
        ("company_customer_domain", forms.domain, NO_DOMAIN),
        ("company_customer_linkedin_url", forms.company_url, NO_COMPANY),
    ),
    "salesnav_scrapes": (
        ("linkedin_url_user_profile", forms.person_url, NO_PERSON),
        ("company_website", forms.domain, NO_DOMAIN),
        ("linkedin_url_company", forms.company_url, NO_COMPANY),
        ("job_started_on", forms.day, NO_DATE),
        ("company_headcount", forms.headcount, NO_HEADCOUNT),
        ("email", forms.email, "not an e-mail address"),
        ("phone_number", forms.phone, "not a phone number"),
    ),
    "vc_portfolio_companies": (
        ("website_domain", forms.domain, NO_DOMAIN),
        ("linkedin_url", forms.company_url, NO_COMPANY),
        ("employee_count", forms.headcount, NO_HEADCOUNT),
        ("founded_date", forms.year, NO_YEAR),
    ),
    "vc_crunchbase_portfolios": (
        ("website", forms.domain, NO_DOMAIN),
        ("vc_domain", forms.domain, NO_DOMAIN),
        ("linkedin_url", forms.company_url, NO_COMPANY),
        ("number_employees", forms.headcount, NO_HEADCOUNT),
        ("founded_date", forms.year, NO_YEAR),
    ),
}


def issues(raw: dict[str, list[Row]]) -> Iterator[Issue]:
    """The values of feeds that could not be used."""
    for table, values in VALUES.items():
        for row in raw[table]:
            for column, form, reason in values:
                if forms.clean(row[column]) is not None and form(row[column]) is None:
                    yield unusable((table, row["id"]), column, row[column], reason)
    for row in raw["vc_portfolio_companies"]:
        items, text = forms.list_of(row["categories"]), forms.json_text(row["categories"])
        is_list = items is not None and not any(isinstance(item, dict | list) for item in items)
        if not is_list and row["categories"] is not None and forms.clean(text) is not None:
            yield unusable(("vc_portfolio_companies", row["id"]), "categories", text, NO_TEXTS)
    for row in raw["salesnav_scrapes"]:
        said: datetime | None = row["export_timestamp"]
        if said is not None and exported(row) is None:
            value = said.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
            yield Issue("salesnav_scrapes", row["id"], "export_timestamp", value, "in the future")


def exported(row: Row) -> datetime | None:
    """When a row was exported; None where nothing says so that can be believed."""
    said: datetime | None = row.get("export_timestamp")
    return None if said is None or said - receipt(row) > EARLIEST else said


def company_of_portfolio(row: Row) -> tuple[str | None, Row]:
    """The company of a row of an investor's portfolio."""
    categories = forms.texts_of(row["categories"])
    said = {
        **_texts(row, name="company_name", logo_url="logo_url", operating_status="status"),
        "linkedin_url": forms.company_url(row["linkedin_url"]),
        "description": _either(row, "description_long", "description_short"),
        "industry": ", ".join(categories or []) or None,
        "specialties": categories,
        **_size(row["employee_count"]),
        "founded_year": forms.year(row["founded_date"]),
        "annual_revenue": forms.amount(forms.plain(row["revenue_range"])),
        "total_funding": forms.amount(forms.plain(row["funding_total"]))
        or forms.amount(forms.plain(row["equity_funding"])),
        **_place(row),
    }
    return forms.domain(row["website_domain"]), said


def company_of_crunchbase(row: Row) -> tuple[str | None, Row]:
    """The company of a row of a portfolio from Crunchbase."""
    said = {
        **_texts(row, name="name", operating_status="operating_status"),
        "linkedin_url": forms.company_url(row["linkedin_url"]),
        "description": _either(row, "full_description", "short_description"),
        **_size(row["number_employees"]),
        "founded_year": forms.year(row["founded_date"]),
        **_place(row),
    }
    return forms.domain(row["website"]), said


def company_of_lead(row: Row) -> tuple[str | None, Row]:
    """The employer of an exported lead."""
    said = {
        **_texts(
            row,
            name="company",
            website="company_website",
            description="company_description",
            industry="company_industries",
            location="company_registered_address",
        ),
        "linkedin_url": forms.company_url(row["linkedin_url_company"]),
        **_size(row["company_headcount"]),
    }
    return forms.domain(row["company_website"]), said


def person_of_lead(row: Row) -> Row:
    """An exported lead."""
    said = _texts(
        row,
        first_name="first_name",
        last_name="last_name",
        headline="profile_headline",
        summary="profile_summary",
        location="location",
        title="job_title",
        company_name="company",
    )
    names = [said[name] for name in ("first_name", "last_name") if said[name] is not None]
    return {
        **said,
        "full_name": " ".join(names) or None,
        "company_domain": forms.domain(row["company_website"]),
        "company_linkedin_url": forms.company_url(row["linkedin_url_company"]),
        "started_on": forms.day(row["job_started_on"]),
        "is_current": True,
        "phone": forms.phone(row["phone_number"]),
    }


def _texts(row: Row, **columns: str) -> Row:
    """Attributes that are the text of a column."""
    return {attribute: forms.clean(row[column]) for attribute, column in columns.items()}


def _either(row: Row, column: str, otherwise: str) -> str | None:
    return forms.clean(row[column]) or forms.clean(row[otherwise])


def _size(text: str | None) -> Row:
    count, bucket = forms.headcount(text) or (None, None)
    return {"employee_count": count, "size_bucket": bucket}


def _place(row: Row) -> Row:
    parts = [forms.clean(row[column]) for column in ("city", "state")]
    location = ", ".join(part for part in parts if part is not None) or None
    return {"country": forms.clean(row["country"]), "location": location}
