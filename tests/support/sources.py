"""How each source names a company: one raw row each, and what a second row would add to it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from tests.support.warehouse import Warehouse, insert_load

PROFILE = "https://www.linkedin.com/in/{}"
COMPANY = "https://www.linkedin.com/company/{}"

_START = datetime(2026, 3, 1, 8, tzinfo=UTC)

# (warehouse, domain, name, LinkedIn URL, receipt) -> raw id
Say = Callable[[Warehouse, str, str | None, str | None, str], str]


def moment(n: int) -> str:
    """Receipt of the n-th delivery of an entity."""
    return (_START + timedelta(days=n)).isoformat()


def slug(text: str) -> str:
    """The text as part of a domain or an address."""
    return text.replace(".", "-").replace("_", "-")


def upload(warehouse: Warehouse) -> str:
    """A load, for tables whose rows name the one they came with."""
    return insert_load(warehouse.conn)


def firmographics(w: Warehouse, domain: str, name: str | None, url: str | None, at: str) -> str:
    payload = {"name": name, "url": url, "industry": "Retail"}
    return w.payload("company_payloads", domain, payload, received=at)


def discovery(w: Warehouse, domain: str, name: str | None, url: str | None, at: str) -> str:
    payload = {"name": name, "linkedin_url": url, "industry": "Retail"}
    return w.payload("company_discovery", domain, payload, received=at)


def manual_customers(w: Warehouse, domain: str, name: str | None, url: str | None, at: str) -> str:
    return w.row(
        "manual_company_customers",
        origin_company_domain=domain,
        origin_company_name=name,
        origin_company_linkedin_url=url,
        company_customer_name="Nobody",
        created_at=datetime.fromisoformat(at),
    )


def case_studies(w: Warehouse, domain: str, name: str | None, _: str | None, at: str) -> str:
    return w.payload(
        "case_study_extraction_payloads",
        f"https://studies.example/{slug(domain)}/{uuid4()}",
        {"article_title": "How it went"},
        received=at,
        origin_company_domain=domain,
        origin_company_name=name,
        company_customer_name="Nobody",
        has_case_study_url=True,
    )


def claygent_origins(w: Warehouse, domain: str, name: str | None, url: str | None, at: str) -> str:
    return w.payload(
        "company_customer_claygent_payloads",
        domain,
        {"customers": []},
        received=at,
        origin_company_name=name,
        origin_company_linkedin_url=url,
    )


def vc_portfolios(w: Warehouse, domain: str, name: str | None, url: str | None, at: str) -> str:
    return w.row(
        "vc_portfolio_companies",
        upload_id=upload(w),
        vc_firm_id=w.row("vc_firms", name="Firm", domain="firm.example"),
        website_domain=domain,
        company_name=name,
        linkedin_url=url,
        created_at=datetime.fromisoformat(at),
    )


def crunchbase(w: Warehouse, domain: str, name: str | None, url: str | None, at: str) -> str:
    return w.row(
        "vc_crunchbase_portfolios",
        website=domain,
        name=name,
        linkedin_url=url,
        created_at=datetime.fromisoformat(at),
    )


def icp_owners(w: Warehouse, domain: str, _name: str | None, _url: str | None, at: str) -> str:
    return w.payload("icp_payloads", domain, {"company_criteria": {}}, received=at)


def profiles(w: Warehouse, domain: str, name: str | None, url: str | None, at: str) -> str:
    role = {"company": name, "company_domain": domain, "url": url, "is_current": False}
    person = PROFILE.format(f"employed-{uuid4()}")
    return w.payload("person_payloads", person, {"experience": [role]}, received=at)


def people_discovery(w: Warehouse, domain: str, name: str | None, _: str | None, at: str) -> str:
    payload = {"domain": domain, "latest_experience_company": name}
    person = PROFILE.format(f"found-{uuid4()}")
    return w.payload("person_discovery", person, payload, received=at)


def salesnav(w: Warehouse, domain: str, name: str | None, url: str | None, at: str) -> str:
    return w.row(
        "salesnav_scrapes",
        upload_id=upload(w),
        company_website=domain,
        company=name,
        linkedin_url_company=url,
        created_at=datetime.fromisoformat(at),
    )


def other_payloads(w: Warehouse, domain: str, _name: str | None, _url: str | None, at: str) -> str:
    said = {"received": at, "payload_type": "technographics"}
    return w.payload("company_payloads", domain, {}, workflow_slug="builtwith-stack", **said)


# Best first.
SOURCES: dict[str, Say] = {
    "firmographics": firmographics,
    "discovery": discovery,
    "manual_customers": manual_customers,
    "case_studies": case_studies,
    "claygent_origins": claygent_origins,
    "vc_portfolios": vc_portfolios,
    "crunchbase_portfolios": crunchbase,
    "icp_owners": icp_owners,
    "profiles": profiles,
    "people_discovery": people_discovery,
    "salesnav": salesnav,
    "other_payloads": other_payloads,
}
DOMAIN_ONLY = {"icp_owners", "other_payloads"}
NAMING = [source for source in SOURCES if source not in DOMAIN_ONLY]
LINKING = [s for s in NAMING if s not in {"case_studies", "people_discovery"}]
# Sources of which several rows or entities may name one company.
REPEATING = [s for s in NAMING if s not in {"firmographics", "discovery", "claygent_origins"}]
