"""Payloads about companies: one typed row per entity, or per item of its winning payload."""

from __future__ import annotations

from tests.properties.model import forms
from tests.properties.model.outcome import Extracted, row_of
from tests.properties.model.payloads import NO_OBJECT, NO_TEXTS, Entity, Issue, Reader, Row


def firmographics(entity: Entity, r: Reader, out: Extracted) -> None:
    """A company by its profile."""
    url = r.company_url("url")
    numbers = (r.number("company_id", 64), r.number("clay_company_id", 64))
    locations = r.objects("locations")
    row = {
        "company_domain": entity.key,
        "linkedin_url": url,
        "linkedin_slug": forms.slug_of(url),
        "linkedin_org_id": r.number("org_id", 64),
        "clay_company_id": numbers[1] if numbers[0] is None else numbers[0],
        "name": r.text("name"),
        "description": r.text("description"),
        "website": r.text("website"),
        "logo_url": r.text("logo_url"),
        "company_type": r.text("type"),
        "industry": r.text("industry"),
        "founded_year": r.year("founded"),
        "size_range": forms.size_bucket(r.text("size")),
        "employee_count": r.number("employee_count"),
        "follower_count": r.number("follower_count"),
        "country": r.text("country"),
        "locality": r.text("locality"),
        "primary_location": _primary([item for _, item in locations]),
        "all_locations": forms.list_of(r.fields.get("locations")),
        "specialties": forms.texts_of(r.texts("specialties")),
        "source_last_refresh": entity.winner.refreshed,
        "created_at": entity.created_at,
    }
    out.add("extracted.company_firmographics", [row_of(entity, row)])


def _primary(locations: list[Row]) -> Row | None:
    marks = ("is_primary", "is_hq", "is_headquarters")
    for location in locations:
        if any(forms.boolean(forms.text_of(location.get(mark))) for mark in marks):
            return location
    return locations[0] if locations else None


def discovery(entity: Entity, r: Reader, out: Extracted) -> None:
    """A company that was found."""
    names = (
        *("name", "type", "country", "location", "industry", "description"),
        *("annual_revenue", "total_funding_amount_range_usd"),
    )
    row = {
        "domain": entity.key,
        **{name: r.text(name) for name in names},
        "linkedin_url": r.company_url("linkedin_url"),
        "linkedin_company_id": r.number("linkedin_company_id", 64),
        "clay_company_id": r.number("clay_company_id", 64),
        "size": forms.size_bucket(r.text("size")),
        "industries": r.texts("industries"),
        "resolved_domain": r.fields.get("resolved_domain"),
        "derived_datapoints": r.fields.get("derived_datapoints"),
        "source_last_refresh": entity.winner.refreshed,
        "created_at": entity.created_at,
        "updated_at": entity.winner.received,
    }
    out.add("extracted.company_discovery", [row_of(entity, row)])


def research(entity: Entity, r: Reader, out: Extracted) -> None:
    """The customers that somebody found of a company."""
    best: dict[str, Row] = {}
    reported: dict[str, list[Issue]] = {}
    r.names_of("customers", "companyName")
    for n, item in _researched(r):
        customer = Reader(r.payload, item, f"customers[{n}].")
        name = forms.clean_name(forms.plain(forms.text_of(item.get("companyName"))))
        has_study = customer.flag("hasCaseStudy") or False
        if name is None:
            continue
        row = {
            "created_at": entity.winner.received,
            "origin_company_domain": entity.key,
            "origin_company_name": forms.clean(entity.winner.row["origin_company_name"]),
            "company_customer_name": name,
            "case_study_url": customer.text("url"),
            "has_case_study": has_study,
        }
        known = best.get(forms.comparing(name))
        if known is None or (has_study and not known["has_case_study"]):
            best[forms.comparing(name)] = row
            # what is said of a duplicate that goes has no column that could be NULL
            reported[forms.comparing(name)] = customer.issues
    url = entity.winner.row["origin_company_linkedin_url"]
    if forms.clean(url) is not None and forms.company_url(url) is None:
        r.report("origin_company_linkedin_url", url, "not a LinkedIn company URL")
    for issues in reported.values():
        r.issues.extend(issues)
    out.add("extracted.company_customer_claygent", [row_of(entity, row) for row in best.values()])


def _researched(r: Reader) -> list[tuple[int, Row]]:
    """The customers, also in the older form, one text with commas."""
    customers = r.objects("customers")
    names = (r.text("result") or "").split(",")
    if forms.list_of(r.fields.get("customers")) is not None:
        return customers
    return [(n, {"companyName": name}) for n, name in enumerate(names)]


def case_study(entity: Entity, r: Reader, out: Extracted) -> None:
    """A case study and who speaks in it."""
    columns = entity.winner.row
    row = {
        "created_at": entity.created_at,
        "case_study_url": entity.key,
        "origin_company_domain": forms.domain(columns["origin_company_domain"]),
        "origin_company_name": forms.clean(columns["origin_company_name"]),
        "company_customer_name": forms.clean_name(columns["company_customer_name"]),
        "company_customer_domain": r.domain("customer_company_domain"),
        "article_title": r.text("article_title"),
        "confidence": r.text("confidence"),
        "reasoning": r.text("reasoning"),
    }
    out.add("extracted.case_study_details", [row_of(entity, row)])
    champions: dict[str, Row] = {}
    r.names_of("champions", "full_name")
    for n, item in r.objects("champions"):
        champion = r.part(item, f"champions[{n}].")
        name = forms.clean_name(forms.plain(forms.text_of(item.get("full_name"))))
        # of duplicates the first speaks, and nothing is said of the others
        if name is not None and forms.comparing(name) not in champions:
            person = {
                "created_at": entity.winner.received,
                "case_study_url": entity.key,
                "full_name": name,
                "job_title": champion.text("job_title"),
                "company_name": champion.text("company_name"),
            }
            champions[forms.comparing(name)] = person
    out.add("extracted.case_study_champions", champions.values())


TERMS = {
    "company_criteria": ("industries", "size", "size_buckets", "countries"),
    "person_criteria": ("title_contains_any", "title_contains_all", "seniority"),
}


def criteria(entity: Entity, r: Reader, out: Extracted) -> None:
    """Whom a company wants to sell to; read by the model of reference."""
    del entity, out
    for name in ("company_criteria", "person_criteria"):
        value = r.fields.get(name)
        if value is not None and not isinstance(value, dict):
            r.report(name, forms.json_text(value), NO_OBJECT)
            continue
        for term in TERMS[name]:
            terms = (value or {}).get(term)
            items = terms if isinstance(terms, list) else []
            if isinstance(terms, dict) or any(isinstance(item, dict | list) for item in items):
                r.report(f"{name}.{term}", forms.json_text(terms), NO_TEXTS)
