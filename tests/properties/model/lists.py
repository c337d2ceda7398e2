"""Careers and schools in the words of providers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.properties.model import forms
from tests.properties.model.payloads import NO_OBJECTS, Reader, Row

Items = list[Row | None]  # None in the place of what is no object


def listed(r: Reader, name: str, read: Callable[[Reader], Row]) -> Items | None:
    """What a payload lists; None where it lists nothing that can be read.

    Args:
        r: Reads the payload.
        name: The list.
        read: Reads an item.
    """
    value = r.fields.get(name)
    items = forms.list_of(value)
    if items is None or any(item is not None and not isinstance(item, dict) for item in items):
        text = forms.text_of(value)
        if forms.clean(text) is not None:
            r.report(name, text or "", NO_OBJECTS)
    return (
        [
            read(r.part(item, f"{name}[{n}].")) if isinstance(item, dict) else None
            for n, item in enumerate(items or [])
        ]
        if is_stated(items)
        else None
    )


def is_stated(items: list[Any] | None) -> bool:
    """Whether a list states anything: it is empty, or something in it can be read."""
    return items == [] or any(isinstance(item, dict) for item in items or [])


def role_of_pdl(r: Reader) -> Row:
    """A role as People Data Labs lists it."""
    company = r.fields.get("company")
    at = r.part(company if isinstance(company, dict) else {}, f"{r.path}company.")
    return {
        "company": _named(r, "company"),
        "company_domain": at.domain("website"),
        "company_linkedin_url": at.company_url("linkedin_url"),
        "title": _named(r, "title"),
        "start_date": r.day("start_date"),
        "end_date": r.day("end_date"),
    }


def school_of_pdl(r: Reader) -> Row:
    """A school as People Data Labs lists it."""
    return {
        "school_name": _named(r, "school"),
        "degree": _joined(r, "degrees"),
        "field_of_study": _joined(r, "majors"),
        "start_date": r.day("start_date"),
        "end_date": r.day("end_date"),
    }


def _named(r: Reader, member: str) -> str | None:
    """An object with a name, or the name itself."""
    value = r.fields.get(member)
    name = value.get("name") if isinstance(value, dict) else value
    return r.part({"name": name}, f"{r.path}{member}.").text("name")


def _joined(r: Reader, member: str) -> str | None:
    """A list of texts as one."""
    value = r.fields.get(member)
    if isinstance(value, list) and not any(isinstance(item, dict | list) for item in value):
        texts = (forms.plain(forms.text_of(item)) for item in value)
        value = ", ".join(text for text in texts if text is not None)
    return r.part({member: value}, r.path).text(member)
