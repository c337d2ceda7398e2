"""The extracted tables: one typed row per entity, or per item of its winning payload."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from tests.properties.model import forms
from tests.properties.model.payloads import (
    NO_DOMAIN,
    NO_OBJECT,
    NO_PERSON,
    Entity,
    Issue,
    Payload,
    Reader,
    Row,
    entities,
)
from tests.properties.model.seeds import Seeds

Raw = dict[str, list[Row]]

JSON_LISTS = (
    *("certifications", "languages", "courses", "patents"),
    *("projects", "publications", "volunteering", "awards"),
)
PROFILE_TEXTS = ("first_name", "last_name", "headline", "summary", "country", "location_name")
NO_TEXT = "not a name"


@dataclass
class Extracted:
    """What the payloads come to.

    Args:
        tables: Expected rows by table; ids are left out.
        entities: The entities of each feed, superseded payloads included.
        issues: What could not be used.
    """

    tables: dict[str, list[Row]] = field(default_factory=lambda: defaultdict(list))
    entities: dict[str, list[Entity]] = field(default_factory=dict)
    issues: list[Issue] = field(default_factory=list)

    def add(self, table: str, rows: Iterable[Row]) -> None:
        """Put rows into a table."""
        self.tables[table].extend(rows)


def extract(raw: Raw, seeds: Seeds) -> Extracted:
    """All extracted tables of all raw rows."""
    out = Extracted()
    for feed in FEEDS:
        payloads = list(_payloads(feed, raw, seeds))
        out.issues.extend(issue for p in payloads for issue in _unusable(feed, p))
        found = entities(p for p in payloads if _has_what_it_needs(feed, p))
        out.entities[feed.name] = found
        for entity in found:
            reader = Reader(entity.winner, entity.winner.content or {}, "", out.issues)
            reader.moment("last_refresh")
            feed.parse(entity, reader, out)
    for table, column, form, reason in EXPORTS:
        for row in raw[table]:
            if forms.clean(row[column]) is not None and form(row[column]) is None:
                issue = Issue(table, row["id"], column, row[column], reason)
                out.issues.append(issue)
    return out


@dataclass(frozen=True)
class Feed:
    """A raw payload table and what is made of it.

    Args:
        name: The source it is called by in core, or its entity table.
        table: The raw table.
        key: Its key column.
        form: The normal form of the key.
        reason: What is said of a key without one.
        parse: Turns an entity into rows.
        needed: Further columns a row cannot do without, with their forms and reasons.
    """

    name: str
    table: str
    key: str
    form: Callable[[str | None], str | None]
    reason: str
    parse: Callable[[Entity, Reader, Extracted], None]
    needed: tuple[tuple[str, Callable[[str | None], str | None], str], ...] = ()


def _payloads(feed: Feed, raw: Raw, seeds: Seeds) -> Iterable[Payload]:
    for row in raw[feed.table]:
        if seeds.extracts(feed.table, row["payload_type"]):
            yield Payload(feed.table, row, feed.form(row[feed.key]))


def _has_what_it_needs(feed: Feed, payload: Payload) -> bool:
    return all(form(payload.row[column]) is not None for column, form, _ in feed.needed)


def _unusable(feed: Feed, payload: Payload) -> Iterable[Issue]:
    reader = Reader(payload, {})
    for column, form, reason in ((feed.key, feed.form, feed.reason), *feed.needed):
        if form(payload.row[column]) is None:
            reader.report(column, payload.row[column], reason)
    if payload.content is None:
        reader.report("raw_payload", forms.json_text(payload.row["raw_payload"]), NO_OBJECT)
    return reader.issues


def _firmographics(entity: Entity, r: Reader, out: Extracted) -> None:
    url = r.company_url("url")
    numbered = "company_id" if r.text("company_id") is not None else "clay_company_id"
    locations = r.objects("locations")
    said = r.fields.get("locations")
    row = {
        "company_domain": entity.key,
        "linkedin_url": url,
        "linkedin_slug": forms.slug_of(url),
        "linkedin_org_id": r.number("org_id", 64),
        "clay_company_id": r.number(numbered, 64),
        "name": r.text("name"),
        "description": r.text("description"),
        "website": r.text("website"),
        "logo_url": r.text("logo_url"),
        "company_type": r.text("type"),
        "industry": r.text("industry"),
        "founded_year": r.number("founded"),
        "size_range": forms.size_bucket(r.text("size")),
        "employee_count": r.number("employee_count"),
        "follower_count": r.number("follower_count"),
        "country": r.text("country"),
        "locality": r.text("locality"),
        "primary_location": _primary([item for _, item in locations]),
        "all_locations": said if isinstance(said, list) else None,
        "specialties": _texts(r.list_of("specialties")),
        "source_last_refresh": entity.winner.refreshed,
        "created_at": entity.created_at,
    }
    out.add("extracted.company_firmographics", [_of(entity, row)])


def _primary(locations: list[Row]) -> Row | None:
    marks = ("is_primary", "is_hq", "is_headquarters")
    for location in locations:
        if any(forms.boolean(forms.text_of(location.get(mark))) for mark in marks):
            return location
    return locations[0] if locations else None


def _texts(items: list[Any] | None) -> list[str] | None:
    if items is None:
        return None
    cleaned = (forms.clean(forms.text_of(item)) for item in items)
    return [text for text in cleaned if text is not None]


def _discovery(entity: Entity, r: Reader, out: Extracted) -> None:
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
        "industries": r.list_of("industries"),
        "resolved_domain": r.fields.get("resolved_domain"),
        "derived_datapoints": r.fields.get("derived_datapoints"),
        "source_last_refresh": entity.winner.refreshed,
        "created_at": entity.created_at,
        "updated_at": entity.winner.received,
    }
    out.add("extracted.company_discovery", [_of(entity, row)])


def _research(entity: Entity, r: Reader, out: Extracted) -> None:
    best: dict[str, Row] = {}
    reported: dict[str, list[Issue]] = {}
    for n, item in _researched(r):
        customer = Reader(r.payload, item, f"customers[{n}].")
        name = customer.text("companyName")
        has_study = customer.flag("hasCaseStudy") or False
        if name is None or name.lower().rstrip(".") == "none found":
            continue
        row = {
            "created_at": entity.winner.received,
            "origin_company_domain": entity.key,
            "origin_company_name": forms.clean(entity.winner.row["origin_company_name"]),
            "company_customer_name": name,
            "case_study_url": customer.text("url"),
            "has_case_study": has_study,
        }
        known = best.get(forms.lower(name))
        if known is None or (has_study and not known["has_case_study"]):
            best[forms.lower(name)] = row
            # what is said of a duplicate that goes has no column that could be NULL
            reported[forms.lower(name)] = customer.issues
    url = entity.winner.row["origin_company_linkedin_url"]
    if forms.clean(url) is not None and forms.company_url(url) is None:
        r.report("origin_company_linkedin_url", url, "not a LinkedIn company URL")
    for issues in reported.values():
        r.issues.extend(issues)
    out.add("extracted.company_customer_claygent", [_of(entity, row) for row in best.values()])


def _researched(r: Reader) -> list[tuple[int, Row]]:
    """The customers, also in the older form, one text with commas."""
    customers = r.objects("customers")
    if customers or r.text("customers") not in (None, "[]"):
        return customers
    names = (r.text("result") or "").split(",")
    return [(n, {"companyName": name}) for n, name in enumerate(names)]


def _case_study(entity: Entity, r: Reader, out: Extracted) -> None:
    columns = entity.winner.row
    row = {
        "created_at": entity.created_at,
        "case_study_url": entity.key,
        "origin_company_domain": forms.domain(columns["origin_company_domain"]),
        "origin_company_name": forms.clean(columns["origin_company_name"]),
        "company_customer_name": forms.clean(columns["company_customer_name"]),
        "company_customer_domain": r.domain("customer_company_domain"),
        "article_title": r.text("article_title"),
        "confidence": r.text("confidence"),
        "reasoning": r.text("reasoning"),
    }
    out.add("extracted.case_study_details", [_of(entity, row)])
    champions: dict[str, Row] = {}
    for n, item in r.objects("champions"):
        champion = r.part(item, f"champions[{n}].")
        name = champion.text("full_name")
        if name is not None:
            person = {
                "created_at": entity.winner.received,
                "case_study_url": entity.key,
                "full_name": name,
                "job_title": champion.text("job_title"),
                "company_name": champion.text("company_name"),
            }
            champions.setdefault(forms.lower(name), person)
    out.add("extracted.case_study_champions", champions.values())


def _profile(entity: Entity, r: Reader, out: Extracted) -> None:
    roles = [_role(r.part(item, f"experience[{n}]."), n) for n, item in r.objects("experience")]
    latest = _role(r.part(_latest(r), "latest_experience."), 0)
    row = {
        "linkedin_url": entity.key,
        "linkedin_slug": forms.slug_of(entity.key),
        "linkedin_profile_id": r.number("profile_id", 64),
        **{name: r.text(name) for name in PROFILE_TEXTS},
        "full_name": r.text("name"),
        **{name: r.number(name) for name in ("connections", "num_followers", "jobs_count")},
        "picture_url": r.text("picture_url_orig") or r.text("picture_url_copy"),
        **{f"latest_{name}": latest.get(column) for name, column in LATEST.items()},
        **{name: r.list_of(name) for name in JSON_LISTS},
        "source_last_refresh": entity.winner.refreshed,
        "created_at": entity.created_at,
        "updated_at": entity.winner.received,
    }
    out.add("extracted.person_profile", [_of(entity, row)])
    items = {"linkedin_url": entity.key, "created_at": entity.winner.received}
    out.add("extracted.person_experience", [_of(entity, {**items, **role}) for role in roles])
    schools = [_school(r.part(item, f"education[{n}]."), n) for n, item in r.objects("education")]
    out.add("extracted.person_education", [_of(entity, {**items, **school}) for school in schools])


def _latest(r: Reader) -> Row:
    """The role that is called the latest, else the first current one, else the first."""
    said = r.fields.get("latest_experience")
    if isinstance(said, dict) and said:
        return said
    listed = r.fields.get("experience")
    roles = [role for role in listed if isinstance(role, dict)] if isinstance(listed, list) else []
    current = (role for role in roles if forms.boolean(forms.text_of(role.get("is_current"))))
    return next(current, roles[0] if roles else {})


LATEST = {
    "title": "title",
    "company": "company",
    "company_domain": "company_domain",
    "company_linkedin_url": "company_linkedin_url",
    "company_org_id": "company_org_id",
    "locality": "locality",
    "start_date": "start_date",
    "end_date": "end_date",
    "is_current": "is_current",
}


def _role(r: Reader, position: int) -> Row:
    return {
        **{name: r.text(name) for name in ("company", "title", "summary", "locality")},
        "company_domain": r.domain("company_domain"),
        "company_linkedin_url": r.company_url("url"),
        "company_org_id": r.number("org_id", 64),
        "start_date": r.day("start_date"),
        "end_date": r.day("end_date"),
        "is_current": r.flag("is_current"),
        "experience_order": position,
    }


def _school(r: Reader, position: int) -> Row:
    names = ("school_name", "degree", "field_of_study", "grade", "activities")
    return {
        **{name: r.text(name) for name in names},
        "start_date": r.day("start_date"),
        "end_date": r.day("end_date"),
        "education_order": position,
    }


def _found_person(entity: Entity, r: Reader, out: Extracted) -> None:
    row = {
        "linkedin_url": entity.key,
        **{name: r.text(name) for name in ("first_name", "last_name", "location_name")},
        "full_name": r.text("name"),
        "company_domain": r.domain("domain"),
        "latest_title": r.text("latest_experience_title"),
        "latest_company": r.text("latest_experience_company"),
        "latest_start_date": r.day("latest_experience_start_date"),
        "clay_company_table_id": r.text("company_table_id"),
        "clay_company_record_id": r.text("company_record_id"),
        "created_at": entity.created_at,
        "updated_at": entity.winner.received,
    }
    out.add("extracted.person_discovery", [_of(entity, row)])


def _criteria(entity: Entity, r: Reader, out: Extracted) -> None:
    del entity, out
    for name in ("company_criteria", "person_criteria"):
        value = r.fields.get(name)
        if value is not None and not isinstance(value, dict):
            r.report(name, forms.json_text(value), NO_OBJECT)


def _of(entity: Entity, row: Row) -> Row:
    return {"raw_payload_id": entity.winner.id, **row}


FEEDS = (
    Feed(
        *("firmographics", "company_payloads", "company_domain"),
        *(forms.domain, NO_DOMAIN, _firmographics),
    ),
    Feed(
        *("discovery", "company_discovery", "company_domain"),
        *(forms.domain, NO_DOMAIN, _discovery),
    ),
    Feed(
        *("claygent_origins", "company_customer_claygent_payloads", "origin_company_domain"),
        *(forms.domain, NO_DOMAIN, _research),
    ),
    Feed(
        *("case_studies", "case_study_extraction_payloads", "case_study_url"),
        *(forms.page_url, "not a URL", _case_study),
        (
            ("origin_company_domain", forms.domain, NO_DOMAIN),
            ("company_customer_name", forms.clean, NO_TEXT),
        ),
    ),
    Feed("icp_owners", "icp_payloads", "domain", forms.domain, NO_DOMAIN, _criteria),
    Feed("profiles", "person_payloads", "linkedin_url", forms.person_url, NO_PERSON, _profile),
    Feed(
        *("people_discovery", "person_discovery", "linkedin_url"),
        *(forms.person_url, NO_PERSON, _found_person),
    ),
)

# Rows of the other raw tables whose keys are reported, too.
EXPORTS = (
    ("manual_company_customers", "origin_company_domain", forms.domain, NO_DOMAIN),
    ("manual_company_customers", "company_customer_domain", forms.domain, NO_DOMAIN),
    ("salesnav_scrapes", "linkedin_url_user_profile", forms.person_url, NO_PERSON),
    ("salesnav_scrapes", "company_website", forms.domain, NO_DOMAIN),
    ("vc_portfolio_companies", "website_domain", forms.domain, NO_DOMAIN),
    ("vc_crunchbase_portfolios", "website", forms.domain, NO_DOMAIN),
)
