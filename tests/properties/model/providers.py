"""What the sources of providers say: each payload for itself, whether others came or not."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tests.properties.model import forms
from tests.properties.model.feeds import exported, person_of_lead
from tests.properties.model.lists import listed, role_of_pdl, school_of_pdl
from tests.properties.model.payloads import (
    NO_DOMAIN,
    NO_OBJECT,
    NO_PERSON,
    Issue,
    Payload,
    Reader,
    Row,
    receipt,
    unusable,
)
from tests.properties.model.seeds import Seeds

NO_HEADCOUNT = "neither a number nor a range"
NO_EMAIL = "not an e-mail address"
UNLIKELY = 6  # below it People Data Labs calls what it says a guess

# countries that the histories name, as they are shown

# The provider's word for an address -> what it means: the first table of the seed's reviewers.
VERDICTS = {"valid": "valid", "valid_catch_all": "risky", "invalid": "invalid"}


@dataclass(frozen=True)
class Said:
    """What a payload says.

    Args:
        source: The source.
        key: Of the entity, in normal form; None where it is not known by one.
        said: Its attributes.
        employers: Source, and of each employer, the present one first, domain and attributes.
        emails: Addresses as received, each with the provider's word for it.
    """

    source: str
    key: str | None
    said: Row
    employers: tuple[str, Sequence[tuple[str | None, Row]]] | None = None
    emails: Sequence[tuple[str | None, str | None]] = field(default_factory=list)


@dataclass(frozen=True)
class Source:
    """Payloads of a provider.

    Args:
        model: What the registry calls the model that reads them.
        table: Their raw table.
        within: The member of a payload that holds what is read, if it is there.
        marks: Fields of which a payload has one at least if it states anything.
        addresses: Fields that count as well if they hold an e-mail address.
        read: Tells what a payload says.
        entity: company or person.
    """

    model: str
    table: str
    within: str
    marks: str
    addresses: str
    read: Callable[[Payload, Reader], Said]
    entity: str = "person"


def said_by_providers(
    raw: dict[str, list[Row]], seeds: Seeds, issues: list[Issue]
) -> list[tuple[Source, Payload, Said]]:
    """What each payload says that states something; what could not be used is noted."""
    found = []
    for source in SOURCES:
        for row in raw[source.table]:
            if seeds.reader(row["workflow_slug"]) != source.model:
                continue
            payload = Payload(source.table, row, _key_of(source, row))
            inner = _inner(source, payload)
            issues.extend(_unusable(source, payload, inner))
            states = _states(source, inner)
            # of a finder's answer without an address it is told what stands there instead
            if states or source.table == "email_payloads":
                reader = Reader(payload, inner or {}, "", issues)
                said = source.read(payload, reader)
                found += [(source, payload, said)] if states else []
    return found


def _key_of(source: Source, row: Row) -> str | None:
    if source.entity == "company":
        return forms.domain(row["company_domain"])
    return forms.person_url(row["linkedin_url"])


def _inner(source: Source, payload: Payload) -> dict[str, Any] | None:
    content = payload.content
    inner = (content or {}).get(source.within)
    return inner if isinstance(inner, dict) else content


def _states(source: Source, inner: dict[str, Any] | None) -> bool:
    said = inner or {}
    return any(forms.says_something(said.get(mark)) for mark in source.marks.split()) or any(
        "@" in each for name in source.addresses.split() for each in _texts_in(said.get(name))
    )


def _texts_in(value: Any) -> Iterable[str]:
    """A text, or those that stand as addresses in the items of a list."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            address = item.get("address") if isinstance(item, dict) else None
            if isinstance(address, str):
                yield address


def _unusable(source: Source, payload: Payload, inner: dict[str, Any] | None) -> Iterable[Issue]:
    row, reader = payload.row, Reader(payload, {})
    is_email = source.table == "email_payloads"
    column, reason = (
        ("company_domain", NO_DOMAIN) if source.entity == "company" else ("linkedin_url", NO_PERSON)
    )
    if payload.key is None and not (is_email and forms.clean(row[column]) is None):
        reader.report(column, row[column], reason)
    if is_email and payload.key is None:
        if forms.domain(row["company_domain"]) is None:
            reader.issues.append(_lacking(payload, "company_domain", NO_DOMAIN))
        if _asked_for(row) is None:
            reader.issues.append(_lacking(payload, "full_name", "not a name"))
    if payload.content is None:
        reader.report("raw_payload", forms.json_text(row["raw_payload"]), NO_OBJECT)
    elif not _states(source, inner) and (is_email or payload.key is not None):
        fields = ", ".join(sorted(inner or {})) or "{}"
        reader.report("raw_payload", fields, "states nothing")
    if forms.clean(payload.said_refresh) is not None and payload.refreshed is None:
        unread = forms.moment(payload.said_refresh) is None
        reader.report(
            "last_refresh",
            payload.said_refresh or "",
            "not a timestamp" if unread else "in the future",
        )
    return reader.issues


def _lacking(payload: Payload, column: str, reason: str) -> Issue:
    """The issue of a column whose value is of no use, or that has none."""
    if payload.row[column] is None:
        return Issue(payload.table, payload.id, column, None, reason)
    return unusable((payload.table, payload.id), column, payload.row[column], reason)


def _asked_for(row: Row) -> str | None:
    """The name that an address was asked for."""
    parts = (forms.clean(row["first_name"]), forms.clean(row["last_name"]))
    joined = " ".join(part for part in parts if part is not None) or None
    return forms.clean(row["full_name"]) or joined


def _place(r: Reader, *names: str) -> str | None:
    parts = [r.text(name) for name in names]
    return ", ".join(part for part in parts if part is not None) or None


def _organisation(payload: Payload, r: Reader) -> Said:
    """Apollo's organisations."""
    text = forms.text_of(r.fields.get("estimated_num_employees"))
    size = forms.headcount(text)
    if size is None and forms.clean(text) is not None:
        r.report("estimated_num_employees", text or "", NO_HEADCOUNT)
    r.texts("keywords")
    said = {
        "name": r.text("name"),
        "linkedin_url": r.company_url("linkedin_url"),
        "website": r.text("website_url"),
        "description": r.text("short_description"),
        "industry": r.text("industry"),
        "specialties": forms.texts_of(r.fields.get("keywords")),
        "employee_count": (size or (None, None))[0],
        "size_bucket": (size or (None, None))[1],
        "founded_year": r.year("founded_year"),
        "annual_revenue": forms.amount(r.text("annual_revenue_printed")),
        "total_funding": forms.amount(r.text("total_funding_printed")),
        "country": r.text("country"),
        "location": _place(r, "city", "state"),
    }
    return Said("apollo", payload.key, said)


def _pdl_person(payload: Payload, r: Reader) -> Said:
    """People of People Data Labs."""
    content = payload.content or {}
    likelihood = forms.text_of(content.get("likelihood"))
    if likelihood is None:
        likelihood = forms.text_of(r.fields.get("likelihood"))
    sure = forms.whole_number(re.sub(r"\.[0-9]+ *\Z", "", likelihood or ""), 32)
    if sure is None and forms.clean(likelihood) is not None:
        r.report("likelihood", likelihood or "", "not a number")
    source = "pdl_unlikely" if sure is not None and sure < UNLIKELY else "pdl"
    work_email = _address(r, "work_email")
    phone = forms.text_of(r.fields.get("mobile_phone"))
    if forms.phone(phone) is None and forms.clean(phone) is not None:
        r.report("mobile_phone", phone or "", "not a phone number")
    others = []
    for n, item in r.objects("emails"):
        address = forms.text_of(item.get("address"))
        others.append(address)
        if forms.clean(address) is not None and forms.email(address) is None:
            r.report(f"emails[{n}].address", address or "", NO_EMAIL)
    employer = {
        "name": r.text("job_company_name"),
        "linkedin_url": r.company_url("job_company_linkedin_url"),
    }
    domain = r.domain("job_company_website")
    roles = listed(r, "experience", role_of_pdl)
    said: Row = {
        "likelihood": sure,
        **{name: r.text(name) for name in ("full_name", "first_name", "last_name")},
        "location": r.text("location_name"),
        "country": r.text("location_country"),
        "title": r.text("job_title"),
        "company_name": employer["name"],
        "company_domain": domain,
        "company_linkedin_url": employer["linkedin_url"],
        "started_on": r.day("job_start_date"),
        "is_current": True,
        "phone": forms.phone(phone),
        "roles": roles,
        "schools": listed(r, "education", school_of_pdl),
    }
    employers = [(domain, employer)] + [
        (
            role["company_domain"],
            {"name": role["company"], "linkedin_url": role["company_linkedin_url"]},
        )
        for role in roles or []
        if role is not None
    ]
    at_work = [] if work_email is None else [work_email]
    emails = [(address, None) for address in (*at_work, *others)]
    of_employers = "pdl_people" if source == "pdl" else "pdl_people_unlikely"
    return Said(source, payload.key, said, (of_employers, employers), emails)


def _address(r: Reader, name: str) -> str | None:
    text = forms.text_of(r.fields.get(name))
    if forms.email(text) is None and forms.clean(text) is not None:
        r.report(name, text or "", NO_EMAIL)
    return text


def _found_email(payload: Payload, r: Reader) -> Said:
    """What LeadMagic finds."""
    row = payload.row
    said = {
        "full_name": _asked_for(row),
        "first_name": forms.clean(row["first_name"]),
        "last_name": forms.clean(row["last_name"]),
    }
    word = r.text("status")
    emails = [(_address(r, "email"), word)]
    return Said("leadmagic_emails", payload.key, said, None, emails)


SOURCES = (
    Source(
        *("company_by_apollo", "company_payloads", "organization"),
        (
            "name website_url linkedin_url industry estimated_num_employees founded_year "
            "annual_revenue_printed total_funding_printed city state country short_description "
            "keywords"
        ),
        "",
        _organisation,
        "company",
    ),
    Source(
        *("person_by_pdl", "person_payloads", "data"),
        (
            "full_name first_name last_name job_title job_company_name mobile_phone "
            "location_name location_country experience education"
        ),
        "work_email emails",
        _pdl_person,
    ),
    Source("email_by_leadmagic", "email_payloads", "", "", "email", _found_email),
)


@dataclass(frozen=True)
class Address:
    """What one raw row says of one address.

    Args:
        raw_id: The raw row.
        url: The person; None where the address was asked for by name and employer.
        email: In normal form.
        verdict: What is said of it.
        source: The source.
        name: Whose it is, as far as the row says.
        domain: Of the employer, as far as the row says.
        refreshed: When the provider last refreshed it.
        received: Receipt of the row.
        place: Where its payload lists it.
    """

    raw_id: Any
    url: str | None
    email: str
    verdict: str
    source: str
    name: str | None
    domain: str | None
    refreshed: datetime | None
    received: datetime
    place: int

    @property
    def row(self) -> Row:
        """Its row in extracted.person_emails."""
        verified = self.refreshed or self.received
        return {
            "raw_payload_id": self.raw_id,
            "linkedin_url": self.url,
            "email": self.email,
            "verdict": self.verdict,
            "verified_at": None if self.verdict == "unknown" else verified,
            "source": self.source,
            "full_name": self.name,
            "company_domain": self.domain,
            "refreshed_at": self.refreshed,
            "received_at": self.received,
        }


def addresses(said: Iterable[tuple[Source, Payload, Said]]) -> list[Address]:
    """What providers say of addresses; of one that stands in a payload twice the first counts."""
    found = []
    for _, payload, each in said:
        told: dict[str, tuple[str | None, int]] = {}
        for place, (text, word) in enumerate(each.emails):
            email = forms.email(text)
            if email is not None:
                told.setdefault(email, (word, place))
        domain = each.said.get("company_domain")
        if payload.table == "email_payloads":
            domain = forms.domain(payload.row["company_domain"])
        found += [
            Address(
                *(payload.id, each.key, email, _verdict(word), each.source),
                *(each.said["full_name"], domain, payload.refreshed, payload.received),
                place,
            )
            for email, (word, place) in told.items()
        ]
    return found


def exported_addresses(leads: Iterable[Row]) -> list[Address]:
    """The addresses in exports of leads, of which nothing is said."""
    found = []
    for row in leads:
        email, person = forms.email(row["email"]), person_of_lead(row)
        if email is not None:
            url = forms.person_url(row["linkedin_url_user_profile"])
            found.append(
                Address(
                    *(row["id"], url, email, "unknown", "salesnav", person["full_name"]),
                    *(person["company_domain"], exported(row), receipt(row)),
                    place=0,
                )
            )
    return found


def _verdict(word: str | None) -> str:
    cleaned = forms.plain(word.lower()) if word is not None else None
    return VERDICTS.get(re.sub("[- ]", "_", cleaned or ""), "unknown")
