"""The SQL functions: hand-made cases, hostile text, and how they are declared."""

from __future__ import annotations

import hashlib
import json
import uuid
from typing import Any

import pytest

from ingest.formats.json.records import Record, read_record
from ingest.payloads.envelopes import RowMaker
from ingest.postgres.connection import Connection
from ingest.rejects import Origin, RefusedError
from ingest.workflows.registry import load_registry
from tests.support.cases import cases_of
from tests.support.functions import FUNCTIONS, OF_TEXT, call

# how a function's result is written in its cases; psycopg reads the others as they are
WRITTEN = {
    "as_timestamptz": "to_char({} at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS.US')",
}
# one reads a table, the others cut their text up; PostgreSQL inlines only plain expressions
NOT_INLINED = {"country_name", "percent_decode", "listed_names", "punycode_label"}
NOT_INLINED |= {"is_page_on_shared_host"}
# called by the others where a text is not a usual one
STEPS = ["linkedin_url", "payload_from_text", "domain_of_address", "small_letters"]
STEPS += ["comparing_form_beyond_ascii", "unusual_email_address"]

HOSTILE = [
    "",
    " " * 10_000,
    "x" * 10_000,
    "%" * 10_000,
    "%C3%A9" * 2_000,
    "1" * 10_000,
    "1e" + "9" * 1_000,
    "-" * 10_000,
    "." * 10_000,
    "a." * 5_000,
    "@" * 10_000,
    "https://" * 1_000,
    "[" * 100_000,
    '{"a":' * 20_000,
    "```" * 1_000,
    "\\" * 1_000,
    "'; drop table raw.loads; --",
    "$$ || $1 ||",
    "".join(map(chr, range(1, 0x250))),
    "e" + "\u0301" * 1_000,
    "\u202e\u202d\u2066",
    "\U0010ffff\ue000\ufffd",
    "👩‍👩‍👧‍👦" * 100,
    r"^(a+)+$[[:alpha:]]{9999}\1",
    "2025-10-19T23:31:39." + "9" * 10_000,
    "0000-00-00T99:99:99+99:99",
]


@pytest.mark.parametrize("function", FUNCTIONS)
def test_cases(functions: Connection, function: str) -> None:
    cases = cases_of(function)
    results = call(
        functions, function, [case.text for case in cases], WRITTEN.get(function, "{}::text")
    )
    wrong = [
        (given_text, why, {"expected": expected, "is": result})
        for (given_text, expected, why), result in zip(cases, results, strict=True)
        if result != expected
    ]
    assert not wrong


@pytest.mark.parametrize("function", OF_TEXT)
def test_null_and_hostile_text_raise_nothing(functions: Connection, function: str) -> None:
    results = call(functions, function, [None, *HOSTILE])
    assert not results[0]


def test_payload_object_of_hostile_strings_raises_nothing(functions: Connection) -> None:
    strings = [json.dumps(text) for text in HOSTILE]
    twice = [json.dumps(text) for text in strings]
    assert set(call(functions, "payload_object", [*strings, *twice])) == {None}


@pytest.mark.parametrize("encoded", range(5))
def test_the_loader_reads_what_payload_object_reads(functions: Connection, encoded: int) -> None:
    """An object, or one in a string, in a string: both look so deep and no deeper."""
    payload: Any = {"domain": "acme.example"}
    for _ in range(encoded):
        payload = json.dumps(payload)
    expected = {"domain": "acme.example"} if encoded <= 2 else None
    assert call(functions, "payload_object", [json.dumps(payload)]) == [expected]
    text = json.dumps({"raw_payload": payload}).encode()
    registry = load_registry()
    maker = RowMaker(registry, registry.resolve("clay-company-firmographics"))
    record = read_record(Origin(1, 0, text))
    assert isinstance(record, Record)
    if expected:
        assert maker.row(record).values[0] == "acme.example"
    else:
        with pytest.raises(RefusedError, match="company_domain is missing"):
            maker.row(record)


def test_payload_object_reads_a_large_document_of_few_levels(functions: Connection) -> None:
    document = {"items": [{"tags": ["[{", str(number)]} for number in range(3_000)]}
    assert call(functions, "payload_object", [json.dumps(json.dumps(document))]) == [document]


@pytest.mark.parametrize("levels", [1_999, 100_000], ids=["many-levels", "too-many-levels"])
def test_payload_object_counts_levels_before_it_reads(functions: Connection, levels: int) -> None:
    text = '{"a":' + "[" * levels + "]" * levels + "}"
    read = call(functions, "payload_object", [json.dumps(text)], "{} is not null")
    assert read == [levels < 2_000]


def test_payload_object_takes_no_brackets_of_texts_for_levels(functions: Connection) -> None:
    document = {"open": "[" * 5_000, "quoted": '\\"[{' * 5_000, "items": [[]] * 3_000}
    assert call(functions, "payload_object", [json.dumps(json.dumps(document))]) == [document]


@pytest.mark.long
def test_any_character_may_stand_in_a_listed_name(functions: Connection) -> None:
    wrong = functions.execute(
        "select array_agg(i) from generate_series(1, 1114111) as i"
        " where i not between 55296 and 57343 and chr(i) <> all (array[',', ';', e'\\n'])"
        " and reference.listed_names('x' || chr(i) || 'y, Inc., z')"
        " is distinct from array['x' || chr(i) || 'y, Inc.', 'z']"
    ).fetchone()
    assert wrong == (None,)


def test_suffixes_of_a_long_list_belong_to_the_names_before_them(functions: Connection) -> None:
    names = [
        "Acme, Inc.",
        "\u0412\u0435\u0442\u0435\u0440, \u041e\u041e\u041e",
        "Güneş, LTD. ŞTİ",
        "b",
        "Bellefleur, SARL, (Sa)",
    ]
    listed = names * 100
    assert call(functions, "listed_names", ["Inc., " + " ; ".join(listed) + ",none"]) == [
        ["Inc.", *listed]
    ]


@pytest.mark.parametrize(
    "setting",
    ["datestyle = 'sql, dmy'", "datestyle = 'german'", "timezone = 'Asia/Kathmandu'"],
    ids=["sql-dmy", "german", "kathmandu"],
)
def test_results_do_not_depend_on_the_session(functions: Connection, setting: str) -> None:
    readings = {}
    for session in ("timezone = 'UTC'", setting):
        functions.execute(f"set local {session}".encode())
        for function in ("as_date", "as_timestamptz", "as_bigint"):
            inputs = [case.text for case in cases_of(function)]
            written = "extract(epoch from {})" if function != "as_bigint" else "{}"
            readings[session, function] = call(functions, function, inputs, written)
    for function in ("as_date", "as_timestamptz", "as_bigint"):
        assert readings["timezone = 'UTC'", function] == readings[setting, function]


def test_all_are_parallel_safe_and_immutable_where_they_can_be(functions: Connection) -> None:
    declared = functions.execute(
        "select proname, provolatile, proparallel from pg_proc"
        " where pronamespace = 'reference'::regnamespace and proname = any(%s)",
        ([*FUNCTIONS, *STEPS, "entity_id"],),
    ).fetchall()
    assert len(declared) == len(FUNCTIONS) + len(STEPS) + 1
    # one reads a vocabulary, and PostgreSQL calls the bytes of a text no better than stable
    stable = {"country_name", "clean_text", "size_bucket", "clean_name", "listed_names"}
    stable |= {"headcount", "email_address", "phone_number", "unusual_email_address"}
    assert {name for name, volatility, _ in declared if volatility != "i"} == stable
    assert {parallel for _, _, parallel in declared} == {"s"}


@pytest.mark.parametrize("function", sorted({*OF_TEXT, "payload_object"} - NOT_INLINED))
def test_is_inlined(functions: Connection, function: str) -> None:
    kind = "jsonb" if function == "payload_object" else "text"
    plan = functions.execute(
        f"explain (verbose, costs off) select reference.{function}(c.value)"
        f" from (select null::{kind} offset 0) as c (value)".encode()
    ).fetchall()
    assert f"reference.{function}(" not in str(plan)


def _entity_id(kind: str, key: str, item: str | None = None) -> uuid.UUID:
    """The documented layout, by hand: netstrings, SHA-256, version and variant digits."""
    parts = [text.encode() for text in (kind, key, item) if text is not None]
    encoded = b"".join(b"%d:%b," % (len(part), part) for part in parts)
    digits = list(hashlib.sha256(encoded).hexdigest()[:32])
    digits[12] = digits[16] = "8"
    return uuid.UUID("".join(digits))


def test_entity_id_has_the_documented_layout(functions: Connection) -> None:
    keys = ["acme.example", "", "josé", "a\\b\\000", "\\x41", "😀", "7:company,", "x" * 5_000]
    for key in keys:
        for item in (None, "", "0", "jane doe"):
            row = functions.execute(
                "select reference.entity_id('company', %s::text, %s::text)", (key, item)
            ).fetchone()
            assert row is not None
            assert row[0] == _entity_id("company", key, item)
            assert (row[0].version, row[0].variant) == (8, uuid.RFC_4122)


def test_entity_id_keeps_kind_key_and_item_apart(functions: Connection) -> None:
    row = functions.execute(
        "select array[reference.entity_id('a', 'bc'), reference.entity_id('ab', 'c'),"
        " reference.entity_id('a', 'b', 'c'), reference.entity_id('a', 'bc', '')],"
        " reference.entity_id('a', null), reference.entity_id(null, 'a')"
    ).fetchone()
    assert row is not None
    assert len(set(row[0])) == 4
    assert row[1:] == (None, None)


def test_unconverted_values_names_what_failed_by_field(functions: Connection) -> None:
    row = functions.execute(
        "select reference.unconverted_values(array['start', 'org_id', 'url', 'end'],"
        " array['soon', repeat('x', 1001), 'fine', ' N/A '], array[true, true, false, true],"
        " array['not a date', 'not a number', 'not a URL', 'not a date']),"
        " reference.unconverted_values(array['a'], array['x'], array[false], array['not a date'])"
    ).fetchone()
    assert row is not None
    assert row[0] == [
        {"field": "org_id", "value": "x" * 1000, "reason": "not a number"},
        {"field": "start", "value": "soon", "reason": "not a date"},
    ]
    assert row[1] is None
