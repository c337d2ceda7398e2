"""What is looked for in texts and documents, and what is left of them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from psycopg.types.json import Jsonb

from ingest.postgres.connection import Connection
from ingest.privacy.identity import Identity


def _one(db: Connection, query: str, *parameters: Any) -> tuple[Any, ...]:
    row = db.execute(query.encode(), parameters).fetchone()
    assert row
    return row


@pytest.mark.parametrize(
    ("slug", "text", "is_theirs"),
    [
        ("e-commerce", "E-Commerce grows", False),
        ("john-smith", "see john-smith.example", False),
        ("john-smith", "see linkedin.com/in/john-smith", True),
        ("ada-lintel-7", "by ada-lintel-7, buyer", True),
        ("ACoAAAabcdefgh", "id ACoAAAabcdefgh", True),
    ],
)
def test_words_are_no_slugs_but_in_addresses(
    db: Connection, slug: str, text: str, is_theirs: bool
) -> None:
    pattern = Identity(urls=(f"https://www.linkedin.com/in/{slug}",)).pattern()
    redacted = _one(db, "select privacy.redacted_text(%s, %s)", text, pattern)
    assert (redacted != (text,)) is is_theirs


@pytest.mark.parametrize(
    ("text", "is_theirs"),
    [
        ("by ada@bücher.example", True),
        ("by ADA@XN--Bcher-kva.example.", True),
        ("by ada@bucher.example", False),
        ("by canada@bücher.example", False),
    ],
)
def test_an_address_is_found_in_either_spelling_of_its_domain(
    db: Connection, text: str, is_theirs: bool
) -> None:
    person = Identity(emails=("ada@bücher.example",))
    query = "select privacy.redacted_text(%s, %s), %s ilike any(%s)"
    redacted, may_be = _one(db, query, text, person.pattern(), text, person.likely())
    assert (redacted != text) is is_theirs
    assert may_be or not is_theirs


@pytest.mark.parametrize(
    ("text", "redacted"),
    [
        ('{"first_name": "Ada", "last_name": "Lintel"}', '{"first_name": "[redacted]"}'),
        (
            '{"firstName":"Ada","middleName":"Quill B.","lastName":"Lintel","a":1}',
            '{"firstName":"[redacted]","a":1}',
        ),
        (
            r'"{\"given name\": \"Ada\", \"nick\": null, \"surname\": \"Lintel\"}"',
            r'"{\"given name\": \"[redacted]\"}"',
        ),
        # as jsonb has members
        (
            '{"last_name": "Lintel", "nick_name": "Q", "birth_name": "B", "first_name": "Ada"}',
            '{"last_name": "[redacted]"}',
        ),
        ('{"by": "Ada", "n": 1, "city": "Lintel"}', None),
        ('{"a": "Ada", "b": 1, "c": 2, "d": 3, "last_name": "Lintel"}', None),
    ],
)
def test_a_name_stands_in_members_with_others_between(
    db: Connection, text: str, redacted: str | None
) -> None:
    for pattern in (
        Identity(names=("Ada Lintel",)).pattern(),
        _one(db, "select privacy.pattern_of(array['Ada Lintel'])")[0],
    ):
        done = _one(db, "select privacy.redacted_text(%s, %s)", text, pattern)
        assert done == (redacted or text,)


def test_a_middle_name_goes_with_the_name(db: Connection) -> None:
    person = {"first_name": "Ada", "id": 7, "middle_name": "Quill", "last_name": "Lintel"}
    for name in ("Ada Lintel", "Ada Quill Lintel"):
        pattern = Identity(names=(name,)).pattern()
        done = _one(
            db,
            "select privacy.redacted(%s, %s), privacy.redacted(%s, %s)",
            *(Jsonb({"said_by": person}), pattern, Jsonb([1, person]), pattern),
        )
        gone = dict.fromkeys(("first_name", "middle_name", "last_name"), "[redacted]")
        assert done == ({"said_by": person | gone}, [1, None])


def test_no_depth_is_too_deep(db: Connection) -> None:
    pattern = Identity(names=("Ada Lintel",)).pattern()
    for inner in ("by Ada Lintel", "by somebody"):
        found = inner != "by somebody"
        deep = f"{'[' * 1_500}{json.dumps(inner)}{']' * 1_500}"
        encoded = "[" * 90_000 + inner
        shallow = {"a": {"b": [inner]}}
        done = _one(
            db,
            "select privacy.redacted(%s::jsonb, %s)::text, privacy.redacted(%s, %s),"
            " privacy.redacted(%s, %s)",
            *(deep, pattern, Jsonb({"a": encoded}), pattern, Jsonb(shallow), pattern),
        )
        kept = f'{"[" * 101}"[redacted]"{"]" * 101}' if found else deep
        assert done[0] == kept
        assert done[1] == {"a": encoded.replace("Ada Lintel", "[redacted]")}
        assert done[2] == {"a": {"b": [inner.replace("Ada Lintel", "[redacted]")]}}


@pytest.mark.parametrize(
    ("given", "digits"),
    [
        ("0044 (20) 5550-1234", "442055501234"),
        # as a spreadsheet has it
        ("15550100.0", "15550100"),
        (" '+15550100.0'", "15550100"),
        # a zero of its own
        ("030.123.45.0", "30123450"),
        ("1234.0", "12340"),
        ("123.0", None),
    ],
)
def test_a_number_is_its_digits(db: Connection, given: str, digits: str | None) -> None:
    assert db.execute("select privacy.phone_digits(%s)", [given]).fetchone() == (digits,)
