"""JSON: payloads, lists and texts in it."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import Any

from tests.properties.model.forms.text import clean, trim

_LARGEST_EXPONENT = 131_071
_UNSTORABLE = re.compile("[\\0\ud800-\udfff]")
_FENCE = re.compile(r"```(?:json)?\s*(.*?)\s*```", re.DOTALL)


def plain(text: str | None) -> str | None:
    """Cleaned text; None where it is JSON of an object or of a list."""
    cleaned = clean(text)
    if cleaned is not None and cleaned[0] in "{[" and isinstance(_parsed(cleaned), dict | list):
        return None
    return cleaned


def list_of(value: Any) -> list[Any] | None:
    """The list that a JSON value is, or that it holds as text."""
    found = _parsed(value) if isinstance(value, str) else value
    return found if isinstance(found, list) else None


def says_something(value: Any, read_as: str = "given") -> bool:
    """Whether a JSON value states something, by what is read of it.

    A null marker and what is of another type are nothing; an empty list is something. What is not
    told apart is given when it is no null marker.
    """
    if value is None or read_as == "given":
        return clean(value) is not None if isinstance(value, str) else value is not None
    if isinstance(value, str):
        return _text_says_something(value, read_as)
    if isinstance(value, list):
        if read_as == "objects":
            nulls = all(item is None for item in value)
            return nulls or any(isinstance(item, dict) for item in value)
        return read_as in ("list", "texts") or (read_as == "anything" and value != [])
    if isinstance(value, dict):
        return read_as == "object" or (read_as == "anything" and value != {})
    is_number = read_as in ("number", "year", "amount") and not isinstance(value, bool)
    return read_as in ("text", "anything") or is_number


def _text_says_something(value: str, read_as: str) -> bool:
    folded = value.lower()
    match read_as:
        case "number" | "year" | "amount":
            return any(sign in "0123456789" for sign in value)
        case "page":
            is_linkedin = "linkedin" in folded or value.startswith("/company/")
            is_company = any(word in folded for word in ("company", "school", "showcase"))
            return is_linkedin and is_company and not folded.rstrip("/").endswith("/unavailable")
        case "list" | "texts" | "objects":
            return value.lstrip(" \t\n\r\v\f").startswith("[")
        case "object":
            return False
        case _:
            return clean(value) is not None


def payload_object(payload: Any) -> dict[str, Any] | None:
    """The object a payload is, or holds as a string encoded once or twice."""
    value = payload
    for _ in range(2):
        if not isinstance(value, str):
            break
        text = trim(value)
        fenced = _FENCE.fullmatch(text)
        value = _parsed(fenced[1] if fenced else text)
    return _storable(value) if isinstance(value, dict) else None


def _parsed(text: str) -> Any:
    """The value a JSON text stands for; None where it is no JSON."""
    try:
        return json.loads(text, parse_float=_number, parse_constant=_number)
    except ValueError:
        return None


def _number(text: str) -> Decimal:
    """A number that PostgreSQL can store as numeric."""
    value = Decimal(text)
    if not value.is_finite() or value.adjusted() > _LARGEST_EXPONENT:
        raise ValueError(text)
    return value


def _storable(value: Any) -> Any:
    """JSON without the characters that PostgreSQL cannot store."""
    if isinstance(value, dict):
        return {_storable(name): _storable(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_storable(each) for each in value]
    return _UNSTORABLE.sub("", value) if isinstance(value, str) else value


def json_text(value: Any) -> str:
    """JSON as PostgreSQL writes a jsonb: short keys first, a blank behind colons and commas."""
    if isinstance(value, dict):
        keys = sorted(value, key=lambda key: (len(key.encode()), key.encode()))
        return "{" + ", ".join(f"{json_text(k)}: {json_text(value[k])}" for k in keys) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(json_text, value)) + "]"
    if isinstance(value, Decimal):
        return format(value, "f")
    return json.dumps(value, ensure_ascii=False)


def text_of(value: Any) -> str | None:
    """A JSON value as text: strings as they are, anything else as its JSON text."""
    if value is None or isinstance(value, str):
        return value
    return json_text(value)


def texts_of(value: Any) -> list[str] | None:
    """The texts in a list; None where there is no list."""
    items = list_of(value)
    if items is None:
        return None
    cleaned = (plain(text_of(item)) for item in items)
    return [text for text in cleaned if text is not None]
