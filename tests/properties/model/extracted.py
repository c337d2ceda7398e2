"""The extracted tables: one typed row per entity, or per item of its winning payload."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from tests.properties.model import companies, feeds, forms, people
from tests.properties.model.outcome import Extracted
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

NO_NAME = "not a name"
# what is said of a value that marks a payload and is not what is read of it
UNREADABLE = {
    "text": "not text",
    "number": "not a whole number",
    "year": "not a year",
    "amount": "not text",
    "page": "not a LinkedIn company URL",
    "list": "not a list",
    "texts": "not a list of texts",
    "objects": "not a list of objects",
    "object": "not a JSON object",
}


def extract(raw: Raw, seeds: Seeds) -> Extracted:
    """All extracted tables of all raw rows."""
    out = Extracted()
    for kind in KINDS:
        payloads = list(_payloads(kind, raw, seeds))
        out.issues.extend(issue for p in payloads for issue in _unusable(kind, p))
        found = entities(p for p in payloads if _has_keys(kind, p) and p.states(kind.marks))
        out.entities[kind.name] = found
        for entity in found:
            reader = Reader(entity.winner, entity.winner.content or {}, "", out.issues)
            kind.parse(entity, reader, out)
    out.issues.extend(feeds.issues(raw))
    return out


@dataclass(frozen=True)
class Kind:
    """A raw payload table and what is made of it.

    Args:
        name: The source it is called by in core, or its entity table.
        table: The raw table.
        key: Its key column.
        form: The normal form of the key.
        reason: What is said of a key without one.
        parse: Turns an entity into rows.
        read_by: What the registry calls the model that reads its workflow.
        marks: Fields of which a payload has one at least if it states anything, by what is read.
        needed: Further columns a row cannot do without, with their forms and reasons.
    """

    name: str
    table: str
    key: str
    form: Callable[[str | None], str | None]
    reason: str
    parse: Callable[[Entity, Reader, Extracted], None]
    read_by: str
    marks: Mapping[str, str]
    needed: tuple[tuple[str, Callable[[str | None], str | None], str], ...] = ()


def _payloads(kind: Kind, raw: Raw, seeds: Seeds) -> Iterable[Payload]:
    for row in raw[kind.table]:
        if seeds.reader(row["workflow_slug"]) == kind.read_by:
            yield Payload(kind.table, row, kind.form(row[kind.key]))


def _keys(kind: Kind) -> Iterable[tuple[str, Callable[[str | None], str | None], str]]:
    return ((kind.key, kind.form, kind.reason), *kind.needed)


def _has_keys(kind: Kind, payload: Payload) -> bool:
    return all(form(payload.row[column]) is not None for column, form, _ in _keys(kind))


def _unusable(kind: Kind, payload: Payload) -> Iterable[Issue]:
    """What is wrong with a row whether it wins or not."""
    reader = Reader(payload, {})
    for column, form, reason in _keys(kind):
        if form(payload.row[column]) is None:
            reader.report(column, payload.row[column], reason)
    if payload.content is None:
        reader.report("raw_payload", forms.json_text(payload.row["raw_payload"]), NO_OBJECT)
    elif _has_keys(kind, payload) and not payload.states(kind.marks):
        fields = ", ".join(sorted(payload.content)) if payload.content else "{}"
        reader.report("raw_payload", fields, "states nothing")
        for read_as, names in kind.marks.items():
            for name in names.split():
                value = payload.content.get(name)
                if read_as == "amount" and isinstance(value, str):
                    continue
                if "." not in name and forms.says_something(value, "given"):
                    is_text = read_as in ("text", "number", "year", "amount", "page")
                    text = forms.text_of(value) if is_text else forms.json_text(value)
                    reader.report(name, text or "", UNREADABLE[read_as])
    if forms.clean(payload.said_refresh) is not None and payload.refreshed is None:
        unread = forms.moment(payload.said_refresh) is None
        reason = "not a timestamp" if unread else "in the future"
        reader.report("last_refresh", payload.said_refresh or "", reason)
    return reader.issues


# Of each model, the fields that tell an answer from none. A fact of the providers, as
# macros/payloads/kinds.sql has been reviewed: what an error may repeat is not among them.
MARKS: Mapping[str, Mapping[str, str]] = {
    "company_firmographics": {
        "text": "name description industry size country locality logo_url",
        "number": "employee_count follower_count org_id company_id clay_company_id",
        "year": "founded",
        "texts": "specialties",
        "objects": "locations",
        "page": "url",
    },
    "company_discovery": {
        "text": ("name size country location industry description"),
        "amount": "annual_revenue total_funding_amount_range_usd",
        "number": "linkedin_company_id clay_company_id",
        "texts": "industries",
        "page": "linkedin_url",
        "anything": "derived_datapoints.*",
    },
    "claygent_origins": {"objects": "customers", "text": "result"},
    "case_study_details": {
        "text": "article_title customer_company_domain",
        "objects": "champions",
    },
    "company_icp_criteria": {"object": "company_criteria person_criteria"},
    "person_profile": {
        "text": (
            "name first_name last_name headline summary location_name country picture_url_orig"
            " picture_url_copy latest_experience.*"
        ),
        "number": "profile_id connections num_followers jobs_count",
        "list": " ".join(people.JSON_LISTS),
        "objects": "experience education",
    },
    "person_discovery": {
        "text": (
            "name first_name last_name location_name domain latest_experience_title"
            " latest_experience_company latest_experience_start_date"
        ),
    },
}


def _read_by(model: str) -> tuple[str, Mapping[str, str]]:
    return model, MARKS[model]


KINDS = (
    Kind(
        *("firmographics", "company_payloads", "company_domain"),
        *(forms.domain, NO_DOMAIN, companies.firmographics),
        *_read_by("company_firmographics"),
    ),
    Kind(
        *("discovery", "company_discovery", "company_domain"),
        *(forms.domain, NO_DOMAIN, companies.discovery),
        *_read_by("company_discovery"),
    ),
    Kind(
        *("claygent_origins", "company_customer_claygent_payloads", "origin_company_domain"),
        *(forms.domain, NO_DOMAIN, companies.research),
        *_read_by("claygent_origins"),
    ),
    Kind(
        *("case_studies", "case_study_extraction_payloads", "case_study_url"),
        *(forms.page_url, "not a URL", companies.case_study),
        *_read_by("case_study_details"),
        needed=(
            ("origin_company_domain", forms.domain, NO_DOMAIN),
            ("company_customer_name", forms.clean_name, NO_NAME),
        ),
    ),
    Kind(
        *("icp_owners", "icp_payloads", "domain"),
        *(forms.domain, NO_DOMAIN, companies.criteria),
        *_read_by("company_icp_criteria"),
    ),
    Kind(
        *("profiles", "person_payloads", "linkedin_url"),
        *(forms.person_url, NO_PERSON, people.profile),
        *_read_by("person_profile"),
    ),
    Kind(
        *("people_discovery", "person_discovery", "linkedin_url"),
        *(forms.person_url, NO_PERSON, people.found_person),
        *_read_by("person_discovery"),
    ),
)
