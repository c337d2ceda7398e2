"""The model against the cases that were worked out by hand, so that it can be trusted."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC
from typing import Any

import pytest

from tests.properties.model import forms
from tests.support.cases import cases_of

FORMS: dict[str, Callable[[str], Any]] = {
    "normal_domain": forms.domain,
    "person_linkedin_url": forms.person_url,
    "company_linkedin_url": forms.company_url,
    "percent_decode": forms.percent_decode,
    "lower_text": forms.lower,
    "trim_blanks": forms.trim,
    "clean_text": forms.clean,
    "size_bucket": forms.size_bucket,
    "as_boolean": forms.boolean,
    "as_date": forms.day,
    "as_year": forms.year,
    "as_timestamptz": forms.moment,
    "as_integer": lambda text: forms.whole_number(text, 32),
    "as_bigint": lambda text: forms.whole_number(text, 64),
    "headcount": forms.headcount,
    "email_address": forms.email,
    "phone_number": forms.phone,
    "payload_object": lambda text: forms.payload_object(json.loads(text)),
}


def cases() -> list[Any]:
    return [
        pytest.param(form, text, expected, id=f"{form}-{why.replace(' ', '-')}")
        for form in FORMS
        for text, expected, why in cases_of(form)
    ]


def written(name: str, value: Any) -> str | None:
    """A value as the case files write it."""
    if value is None:
        return None
    if name == "headcount":
        return next(str(part) for part in value if part is not None)
    if name == "as_timestamptz":
        return str(value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f"))
    return str(value).lower() if isinstance(value, bool) else str(value)


@pytest.mark.parametrize(("name", "text", "expected"), cases())
def test_the_model_knows_the_normal_forms(name: str, text: str, expected: str | None) -> None:
    found = FORMS[name](text)
    if name == "payload_object":
        assert found == (json.loads(expected) if expected else None)
    else:
        assert written(name, found) == expected


def test_json_is_written_as_the_server_writes_it() -> None:
    value = {"bb": [1, True, None, "é\n"], "a": {}, "c": 1.5}
    assert forms.json_text(value) == '{"a": {}, "c": 1.5, "bb": [1, true, null, "é\\n"]}'
