"""Payloads about people: one typed row per entity, or per item of its winning payload."""

from __future__ import annotations

from tests.properties.model import forms
from tests.properties.model.outcome import Extracted, row_of
from tests.properties.model.payloads import NO_OBJECT, Entity, Reader, Row, latest_role

JSON_LISTS = (
    *("certifications", "languages", "courses", "patents"),
    *("projects", "publications", "volunteering", "awards"),
)
LATEST = (
    *("title", "company", "company_domain", "company_linkedin_url", "company_org_id"),
    *("locality", "start_date", "end_date", "is_current"),
)
PROFILE_TEXTS = ("first_name", "last_name", "headline", "summary", "country", "location_name")


def profile(entity: Entity, r: Reader, out: Extracted) -> None:
    """A person with roles and schools."""
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
        **{f"latest_{name}": latest[name] for name in LATEST},
        **{name: r.list_of(name) for name in JSON_LISTS},
        "source_last_refresh": entity.winner.refreshed,
        "created_at": entity.created_at,
        "updated_at": entity.winner.received,
    }
    out.add("extracted.person_profile", [row_of(entity, row)])
    items = {"linkedin_url": entity.key, "created_at": entity.winner.received}
    out.add("extracted.person_experience", [row_of(entity, {**items, **role}) for role in roles])
    schools = [_school(r.part(item, f"education[{n}]."), n) for n, item in r.objects("education")]
    out.add(
        "extracted.person_education", [row_of(entity, {**items, **school}) for school in schools]
    )


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


def found_person(entity: Entity, r: Reader, out: Extracted) -> None:
    """A person that was found."""
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
    out.add("extracted.person_discovery", [row_of(entity, row)])
