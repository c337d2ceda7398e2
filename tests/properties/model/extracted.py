"""The extracted tables: one typed row per entity, or per item of its winning payload."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from tests.properties.model import forms
from tests.properties.model.payloads import (
    NO_COMPANY,
    NO_DOMAIN,
    NO_OBJECT,
    NO_PERSON,
    Entity,
    Issue,
    Payload,
    Reader,
    Row,
    entities,
    latest_role,
    unusable,
)
from tests.properties.model.seeds import Seeds

Raw = dict[str, list[Row]]

JSON_LISTS = (
    *("certifications", "languages", "courses", "patents"),
    *("projects", "publications", "volunteering", "awards"),
)
PROFILE_TEXTS = ("first_name", "last_name", "headline", "summary", "country", "location_name")
NO_NAME = "not a name"


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
        found = entities(p for p in payloads if _has_keys(feed, p) and p.states(feed.marks))
        out.entities[feed.name] = found
        for entity in found:
            reader = Reader(entity.winner, entity.winner.content or {}, "", out.issues)
            feed.parse(entity, reader, out)
    for table, column, form, reason in EXPORTS:
        for row in raw[table]:
            if forms.clean(row[column]) is not None and form(row[column]) is None:
                out.issues.append(unusable((table, row["id"]), column, row[column], reason))
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
        read_by: What the registry calls the model that reads its workflow.
        marks: Fields of which a payload has one at least if it states anything.
        needed: Further columns a row cannot do without, with their forms and reasons.
    """

    name: str
    table: str
    key: str
    form: Callable[[str | None], str | None]
    reason: str
    parse: Callable[[Entity, Reader, Extracted], None]
    read_by: str
    marks: frozenset[str]
    needed: tuple[tuple[str, Callable[[str | None], str | None], str], ...] = ()


def _payloads(feed: Feed, raw: Raw, seeds: Seeds) -> Iterable[Payload]:
    for row in raw[feed.table]:
        if seeds.reader(row["workflow_slug"]) == feed.read_by:
            yield Payload(feed.table, row, feed.form(row[feed.key]))


def _keys(feed: Feed) -> Iterable[tuple[str, Callable[[str | None], str | None], str]]:
    return ((feed.key, feed.form, feed.reason), *feed.needed)


def _has_keys(feed: Feed, payload: Payload) -> bool:
    return all(form(payload.row[column]) is not None for column, form, _ in _keys(feed))


def _unusable(feed: Feed, payload: Payload) -> Iterable[Issue]:
    """What is wrong with a row whether it wins or not."""
    reader = Reader(payload, {})
    for column, form, reason in _keys(feed):
        if form(payload.row[column]) is None:
            reader.report(column, payload.row[column], reason)
    if payload.content is None:
        reader.report("raw_payload", forms.json_text(payload.row["raw_payload"]), NO_OBJECT)
    elif _has_keys(feed, payload) and not payload.states(feed.marks):
        fields = ", ".join(sorted(payload.content)) if payload.content else "{}"
        reader.report("raw_payload", fields, "states nothing")
    if forms.clean(payload.said_refresh) is not None and payload.refreshed is None:
        unread = forms.moment(payload.said_refresh) is None
        reason = "not a timestamp" if unread else "in the future"
        reader.report("last_refresh", payload.said_refresh or "", reason)
    return reader.issues


def _firmographics(entity: Entity, r: Reader, out: Extracted) -> None:
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
        "founded_year": r.number("founded"),
        "size_range": forms.size_bucket(r.text("size")),
        "employee_count": r.number("employee_count"),
        "follower_count": r.number("follower_count"),
        "country": r.text("country"),
        "locality": r.text("locality"),
        "primary_location": _primary([item for _, item in locations]),
        "all_locations": forms.list_of(r.fields.get("locations")),
        "specialties": _texts(r.texts("specialties")),
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
    cleaned = (forms.plain(forms.text_of(item)) for item in items)
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
        "industries": r.texts("industries"),
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
    out.add("extracted.company_customer_claygent", [_of(entity, row) for row in best.values()])


def _researched(r: Reader) -> list[tuple[int, Row]]:
    """The customers, also in the older form, one text with commas."""
    customers = r.objects("customers")
    names = (r.text("result") or "").split(",")
    if forms.list_of(r.fields.get("customers")) is not None:
        return customers
    return [(n, {"companyName": name}) for n, name in enumerate(names)]


def _case_study(entity: Entity, r: Reader, out: Extracted) -> None:
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
    out.add("extracted.case_study_details", [_of(entity, row)])
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


def _profile(entity: Entity, r: Reader, out: Extracted) -> None:
    parts = [(n, r.part(item, f"experience[{n}].")) for n, item in r.objects("experience")]
    roles = [
        {**_role(part), "summary": part.text("summary"), "experience_order": n} for n, part in parts
    ]
    latest = _role(r.part(latest_role(r.fields), "latest_experience."))
    said = r.fields.get("latest_experience")
    if said is not None and not isinstance(said, dict):
        r.report("latest_experience", forms.json_text(said), NO_OBJECT)
    pictures = (r.text("picture_url_orig"), r.text("picture_url_copy"))
    row = {
        "linkedin_url": entity.key,
        "linkedin_slug": forms.slug_of(entity.key),
        "linkedin_profile_id": r.number("profile_id", 64),
        **{name: r.text(name) for name in PROFILE_TEXTS},
        "full_name": r.text("name"),
        **{name: r.number(name) for name in ("connections", "num_followers", "jobs_count")},
        "picture_url": pictures[0] or pictures[1],
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


def _role(r: Reader) -> Row:
    return {
        **{name: r.text(name) for name in ("company", "title", "locality")},
        "company_domain": r.domain("company_domain"),
        "company_linkedin_url": r.company_url("url"),
        "company_org_id": r.number("org_id", 64),
        "start_date": r.day("start_date"),
        "end_date": r.day("end_date"),
        "is_current": r.flag("is_current"),
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


# Of each model, the fields that tell an answer from none. A fact of the providers, as
# macros/payloads/kinds.sql has been reviewed: what an error may repeat is not among them.
MARKS = {
    "company_firmographics": (
        "name description industry size employee_count follower_count founded country locality "
        "locations specialties logo_url url org_id company_id clay_company_id"
    ),
    "company_discovery": (
        "name linkedin_url linkedin_company_id clay_company_id size country location industry "
        "industries description annual_revenue total_funding_amount_range_usd resolved_domain "
        "derived_datapoints"
    ),
    "claygent_origins": "customers result",
    "case_study_details": "article_title customer_company_domain champions",
    "company_icp_criteria": "company_criteria person_criteria",
    "person_profile": (
        "name first_name last_name headline summary location_name country profile_id connections "
        "num_followers jobs_count latest_experience experience education picture_url_orig "
        "picture_url_copy " + " ".join(JSON_LISTS)
    ),
    "person_discovery": (
        "name first_name last_name location_name domain latest_experience_title "
        "latest_experience_company latest_experience_start_date"
    ),
}


def _read_by(model: str) -> tuple[str, frozenset[str]]:
    return model, frozenset(MARKS[model].split())


FEEDS = (
    Feed(
        *("firmographics", "company_payloads", "company_domain"),
        *(forms.domain, NO_DOMAIN, _firmographics),
        *_read_by("company_firmographics"),
    ),
    Feed(
        *("discovery", "company_discovery", "company_domain"),
        *(forms.domain, NO_DOMAIN, _discovery),
        *_read_by("company_discovery"),
    ),
    Feed(
        *("claygent_origins", "company_customer_claygent_payloads", "origin_company_domain"),
        *(forms.domain, NO_DOMAIN, _research),
        *_read_by("claygent_origins"),
    ),
    Feed(
        *("case_studies", "case_study_extraction_payloads", "case_study_url"),
        *(forms.page_url, "not a URL", _case_study),
        *_read_by("case_study_details"),
        needed=(
            ("origin_company_domain", forms.domain, NO_DOMAIN),
            ("company_customer_name", forms.clean_name, NO_NAME),
        ),
    ),
    Feed(
        *("icp_owners", "icp_payloads", "domain"),
        *(forms.domain, NO_DOMAIN, _criteria),
        *_read_by("company_icp_criteria"),
    ),
    Feed(
        *("profiles", "person_payloads", "linkedin_url"),
        *(forms.person_url, NO_PERSON, _profile),
        *_read_by("person_profile"),
    ),
    Feed(
        *("people_discovery", "person_discovery", "linkedin_url"),
        *(forms.person_url, NO_PERSON, _found_person),
        *_read_by("person_discovery"),
    ),
)

# Values of the other raw tables that are converted, and reported, too.
EXPORTS = (
    ("manual_company_customers", "origin_company_domain", forms.domain, NO_DOMAIN),
    ("manual_company_customers", "origin_company_linkedin_url", forms.company_url, NO_COMPANY),
    ("manual_company_customers", "company_customer_domain", forms.domain, NO_DOMAIN),
    ("manual_company_customers", "company_customer_linkedin_url", forms.company_url, NO_COMPANY),
    ("salesnav_scrapes", "linkedin_url_user_profile", forms.person_url, NO_PERSON),
    ("salesnav_scrapes", "company_website", forms.domain, NO_DOMAIN),
    ("salesnav_scrapes", "linkedin_url_company", forms.company_url, NO_COMPANY),
    ("salesnav_scrapes", "job_started_on", forms.day, "not a date"),
    ("vc_portfolio_companies", "website_domain", forms.domain, NO_DOMAIN),
    ("vc_portfolio_companies", "linkedin_url", forms.company_url, NO_COMPANY),
    ("vc_crunchbase_portfolios", "website", forms.domain, NO_DOMAIN),
    ("vc_crunchbase_portfolios", "vc_domain", forms.domain, NO_DOMAIN),
    ("vc_crunchbase_portfolios", "linkedin_url", forms.company_url, NO_COMPANY),
)
