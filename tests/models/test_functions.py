"""The SQL functions: hand-made cases, properties over arbitrary text, and how they are declared."""

from __future__ import annotations

import csv
import hashlib
import json
import re
import unicodedata
import uuid
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest import characters
from ingest.formats.json.records import Record, read_record
from ingest.payloads.envelopes import RowMaker
from ingest.postgres.connection import Connection
from ingest.rejects import Origin, RefusedError
from ingest.workflows.registry import load_registry
from tests.properties.model import forms
from tests.support.cases import cases_of
from tests.support.cases import forms as case_forms
from tests.support.warehouse import PROJECT

# how a function's result is written in its cases; psycopg reads the others as they are
WRITTEN = {
    "as_timestamptz": "to_char({} at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS.US')",
}
FUNCTIONS = case_forms()
OF_TEXT = [name for name in FUNCTIONS if name != "payload_object"]
NORMAL_FORMS = [
    "comparing_form",
    "normal_url",
    "clean_name",
    "clean_text",
    "trim_blanks",
    "lower_text",
    "person_linkedin_url",
    "company_linkedin_url",
    "size_bucket",
    "country_name",
]
# one reads a table, the others cut their text up; PostgreSQL inlines only plain expressions
NOT_INLINED = {"country_name", "percent_decode", "listed_names", "punycode_label"}
NOT_INLINED |= {"is_page_on_shared_host"}
# called by the others where a text is not a usual one
STEPS = ["linkedin_url", "payload_from_text", "domain_of_address", "small_letters"]
STEPS += ["comparing_form_beyond_ascii"]

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


def _call(db: Connection, function: str, inputs: list[Any], written: str = "{}") -> list[Any]:
    """Results of a function for a list of texts, in one query."""
    argument = "value::jsonb" if function == "payload_object" else "value"
    called = written.format(f"reference.{function}({argument})")
    query = (
        f"select {called} from unnest(%s::text[]) with ordinality as given (value, i) order by i"
    )
    return [row[0] for row in db.execute(query.encode(), (inputs,))]


@pytest.fixture
def functions(_built: dict[str, str], db: Connection) -> Connection:
    """A connection to a database in which dbt made the functions."""
    return db


@pytest.mark.parametrize("function", FUNCTIONS)
def test_cases(functions: Connection, function: str) -> None:
    cases = cases_of(function)
    results = _call(
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
    results = _call(functions, function, [None, *HOSTILE])
    assert not results[0]


# Pieces that the functions treat in a way of their own, each repeated.
SPECIAL = [
    *"aA0.-_@:/?#% ,+'\\[({<\"&*\n",
    *[
        "www.",
        "http://",
        "linkedin.com/in/",
        "%C3%A9",
        "%25",
        "xn--a.",
        "a.",
        "A.",
        "inc ",
        "inc, ",
    ],
    *[
        "co & ",
        "null",
        "2025-",
        "\\u0000",
        "\\ud800",
        "\\\\u0000",
        "[[",
        '{"a":',
        '"[',
        "```",
        "1,",
    ],
    *[
        "é",
        "e\u0301",
        "İ",
        "i\u0307",
        "ß",
        "Ա",
        "\U00010400",
        "\u00a0",
        "\u200b",
        "\u3000",
        "\ufe0f",
    ],
]
AROUND = [("", ""), ("a", "z"), ('{"a":"', '"}'), ("https://www.linkedin.com/in/", "")]
_BYTES = 100_000


@pytest.mark.parametrize("function", [*OF_TEXT, *STEPS])
def test_time_grows_no_faster_than_the_text(functions: Connection, function: str) -> None:
    def seconds(text: str, calls: int) -> float:
        """The best of some calls, so that a busy machine does not count."""
        taken = []
        for _ in range(calls):
            plan = functions.execute(
                f"explain (analyze, timing off, format json)"
                f" select reference.{function}(t.value)"
                " from (select %s::text offset 0) as t (value)",
                (text,),
            ).fetchone()
            assert plan is not None
            taken.append(float(plan[0][0]["Execution Time"]) / 1000)
        return min(taken)

    for piece in SPECIAL:
        for before, behind in AROUND:
            text = before + piece * (_BYTES // len(piece.encode())) + behind
            # what is done within a moment is not measured any closer
            if seconds(text, 1) > 0.05:
                whole = seconds(text, 5)
                quarter = seconds(before + piece * (_BYTES // 4 // len(piece.encode())) + behind, 5)
                # four times the text: 4 where time grows with it, 16 where with its square
                assert whole < 8 * quarter, (piece, before, whole, quarter)


def test_payload_object_of_hostile_strings_raises_nothing(functions: Connection) -> None:
    strings = [json.dumps(text) for text in HOSTILE]
    twice = [json.dumps(text) for text in strings]
    assert set(_call(functions, "payload_object", [*strings, *twice])) == {None}


@pytest.mark.parametrize("encoded", range(5))
def test_the_loader_reads_what_payload_object_reads(functions: Connection, encoded: int) -> None:
    """An object, or one in a string, in a string: both look so deep and no deeper."""
    payload: Any = {"domain": "acme.example"}
    for _ in range(encoded):
        payload = json.dumps(payload)
    expected = {"domain": "acme.example"} if encoded <= 2 else None
    assert _call(functions, "payload_object", [json.dumps(payload)]) == [expected]
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
    assert _call(functions, "payload_object", [json.dumps(json.dumps(document))]) == [document]


@pytest.mark.parametrize("levels", [1_999, 100_000], ids=["many-levels", "too-many-levels"])
def test_payload_object_counts_levels_before_it_reads(functions: Connection, levels: int) -> None:
    text = '{"a":' + "[" * levels + "]" * levels + "}"
    read = _call(functions, "payload_object", [json.dumps(text)], "{} is not null")
    assert read == [levels < 2_000]


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
            readings[session, function] = _call(functions, function, inputs, written)
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


# --- properties ---------------------------------------------------------------------------------

_PIECES = st.sampled_from(
    [
        *"aAzZ09.-_@:/?#% ,+'\\[]()",
        *["www.", "http://", "linkedin.com", "/in/", "/company/", "ACwAA", "%C3%A9", "%25", "%2F"],
        *["2025", "-02", "T10:00", "+05:30", "1,234", "1e3", "é", "e\u0301", "İ", "ß", "Σ", "😀"],
        *["\u00a0", "\u200b", "employees", "51-200", "null", "none found"],
    ]
)
_TEXT = st.one_of(
    st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=40),
    st.lists(_PIECES, max_size=12).map("".join),
)
_BATCHES = st.lists(_TEXT, min_size=1, max_size=200)
_quickly = settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.data_too_large],
)


@pytest.mark.parametrize("function", OF_TEXT)
@_quickly
@given(texts=_BATCHES)
def test_no_text_raises(functions: Connection, function: str, texts: list[str]) -> None:
    assert len(_call(functions, function, texts)) == len(texts)


@pytest.mark.parametrize("function", NORMAL_FORMS)
@_quickly
@given(texts=_BATCHES)
def test_a_normal_form_is_its_own_normal_form(
    functions: Connection, function: str, texts: list[str]
) -> None:
    once = _call(functions, function, texts)
    assert _call(functions, function, once) == once


@_quickly
@given(texts=_BATCHES)
def test_linkedin_kind_and_slug_agree_with_the_url(functions: Connection, texts: list[str]) -> None:
    given_texts = [f"linkedin.com/in/{text}" for text in texts]
    urls = _call(functions, "person_linkedin_url", given_texts)
    kinds = _call(functions, "person_linkedin_kind", given_texts)
    slugs = _call(functions, "linkedin_slug", urls)
    for url, kind, slug in zip(urls, kinds, slugs, strict=True):
        assert (url is None) == (kind is None) == (slug is None)
        if kind == "public":
            assert slug == slug.lower()
        if kind == "member_id":
            assert re.match("AC[ow]AA", slug)


_ASCII_HOSTS = st.from_regex(
    r"[a-zA-Z0-9.-]{1,20}\.(?:com|example|[a-zA-Z0-9-]{1,8})", fullmatch=True
)


@_quickly
@given(hosts=st.lists(_ASCII_HOSTS, min_size=1, max_size=200))
def test_normal_domain_agrees_with_the_rule(functions: Connection, hosts: list[str]) -> None:
    expected = [forms.domain(host) for host in hosts]
    wrapped = [f" https://user@{host}:8080/path?x=@y#z " for host in hosts]
    assert _call(functions, "normal_domain", hosts) == expected
    assert _call(functions, "normal_domain", wrapped) == expected


@_quickly
@given(texts=_BATCHES)
def test_normal_domain_is_valid_or_null(functions: Connection, texts: list[str]) -> None:
    domains = _call(functions, "normal_domain", [text + ".example" for text in texts])
    for domain in domains:
        if domain is not None:
            assert len(domain.split(".")) >= 2
            assert not re.search(
                r"[\x00-,/:-@\[-`{-\xa0\s]|^\.|\.\.|\.$|-(?:\.|$)|(?:^|\.)-", domain
            )
    stacked = re.compile(r"^www[0-9]*\.|(?:^|\.)xn--")
    settled = [domain for domain in domains if domain is not None and not stacked.match(domain)]
    assert _call(functions, "normal_domain", settled) == settled


@pytest.mark.parametrize(
    ("length", "valid"), [(253, True), (254, False)], ids=["longest", "too-long"]
)
@pytest.mark.parametrize("tail", ["", "/" + "x" * 9_000], ids=["alone", "in-a-long-url"])
def test_normal_domain_is_253_characters_at_most(
    functions: Connection, length: int, valid: bool, tail: str
) -> None:
    domain = "a" * (length - len(".example")) + ".example"
    assert _call(functions, "normal_domain", [domain + tail]) == [domain if valid else None]


@_quickly
@given(numbers=st.lists(st.integers(-(2**70), 2**70), min_size=1, max_size=200))
def test_as_bigint_reads_what_python_writes(functions: Connection, numbers: list[int]) -> None:
    expected = [n if -(2**63) <= n < 2**63 else None for n in numbers]
    for form in ("{}", "{:,}", " {}.0 ", "{:+}"):
        assert _call(functions, "as_bigint", [form.format(n) for n in numbers]) == expected


@_quickly
@given(
    parts=st.lists(
        st.tuples(st.integers(0, 9999), st.integers(0, 13), st.integers(0, 32)),
        min_size=1,
        max_size=200,
    )
)
def test_as_date_knows_the_calendar(
    functions: Connection, parts: list[tuple[int, int, int]]
) -> None:
    expected: list[date | None] = []
    for year, month, day in parts:
        try:
            expected.append(date(year, month, day))
        except ValueError:
            expected.append(None)
    texts = [f"{year:04}-{month:02}-{day:02}" for year, month, day in parts]
    assert _call(functions, "as_date", texts) == expected
    read_as_times = _call(functions, "as_timestamptz", texts, "{} is not null")
    assert read_as_times == [day is not None for day in expected]


# --- the independent forms -----------------------------------------------------------------------

# of every character that this Python knows, too
_KNOWN = st.characters(exclude_characters="\0", exclude_categories=["Cs", "Cn", "Co"])
_SPELLINGS = st.lists(
    st.one_of(
        _PIECES,
        _KNOWN,
        st.sampled_from(
            [
                *[
                    "acme",
                    "bücher",
                    "Inc.",
                    " & Co",
                    "GmbH",
                    "V.P.",
                    "n.a",
                    ".com",
                    ".example",
                    "facebook",
                ],
                *[
                    "xn--bcher-kva",
                    "unavailable",
                    "UTC",
                    "1771385811000",
                    "T03:36:51",
                    "®",
                    "\u2019",
                ],
                *[
                    "\uff36\uff30",
                    "\U0001d5e9\U0001d5e3",
                    "\u00ad",
                    "\u202c",
                    "\u0307",
                    "Null",
                    "to",
                    "2-Oct",
                    "%E2%80%AC",
                    "\ufe0f",
                ],
            ]
        ),
    ),
    max_size=10,
).map("".join)
FORMS = {
    "trim_blanks": forms.trim,
    "lower_text": forms.lower,
    "clean_text": forms.clean,
    "clean_name": forms.clean_name,
    "comparing_form": forms.comparing,
    "company_name_stem": forms.stem,
    "normal_domain": forms.domain,
    "normal_url": forms.page_url,
    "person_linkedin_url": forms.person_url,
    "company_linkedin_url": forms.company_url,
    "size_bucket": forms.size_bucket,
    "as_timestamptz": forms.moment,
    "as_date": forms.day,
}


@pytest.mark.parametrize("function", FORMS)
@settings(_quickly, max_examples=60)
@given(texts=st.lists(_SPELLINGS, min_size=1, max_size=100))
def test_agrees_with_the_independent_form(
    functions: Connection, function: str, texts: list[str]
) -> None:
    spelled = {
        "person_linkedin_url": ["linkedin.com/in/{}", "{}"],
        "company_linkedin_url": ["https://www.linkedin.com/company/{}", "{}"],
        "normal_domain": ["{}", "{}.example", "https://{}.com/x"],
    }
    given_texts = [form.format(text) for text in texts for form in spelled.get(function, ["{}"])]
    results = _call(functions, function, given_texts)
    wrong = [
        (text, result, expected)
        for text, result in zip(given_texts, results, strict=True)
        if result != (expected := FORMS[function](text))
    ]
    assert not wrong


def test_sql_and_python_trim_the_same_characters(functions: Connection) -> None:
    row = functions.execute(
        "select array_agg(i order by i) from generate_series(1, 1114111) as i"
        " where i not between 55296 and 57343 and reference.trim_blanks(chr(i)) = ''"
    ).fetchone()
    assert row is not None
    assert "".join(map(chr, row[0])) == "".join(sorted(characters.BLANKS))
    assert {chr(i) for i in row[0]} == {
        c for c in map(chr, range(1, 0x110000)) if forms.trim(c) == ""
    }


@pytest.mark.parametrize("collation", ["C", "default"])
def test_small_letters_do_not_depend_on_the_locale(functions: Connection, collation: str) -> None:
    letters = [c for c in map(chr, range(0x80, 0x110000)) if unicodedata.category(c)[0] == "L"]
    rows = functions.execute(
        f'select reference.lower_text(c collate "{collation}")'
        " from unnest(%s::text[]) with ordinality as l (c, i) order by i".encode(),
        (letters,),
    ).fetchall()
    assert [row[0] for row in rows] == [forms.lower(c) for c in letters]


@_quickly
@given(labels=st.lists(st.text(_KNOWN, min_size=1, max_size=20), min_size=1, max_size=100))
def test_punycode_is_decoded_as_python_encodes_it(functions: Connection, labels: list[str]) -> None:
    kept = [forms.lower(unicodedata.normalize("NFKC", label)) for label in labels]
    kept = [
        label
        for label in kept
        if not label.isascii()
        and label == forms.lower(unicodedata.normalize("NFKC", label))
        and not label.startswith("xn--")
    ]
    encoded = ["xn--" + label.encode("punycode").decode() for label in kept]
    assert _call(functions, "punycode_label", encoded) == kept


# --- ids ----------------------------------------------------------------------------------------


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


# --- what could not be converted -----------------------------------------------------------------


def test_unconverted_values_names_what_failed_by_field(functions: Connection) -> None:
    row = functions.execute(
        "select reference.unconverted_values(array['start', 'org_id', 'url', 'end'],"
        " array['soon', repeat('x', 1001), 'fine', ' N/A '], array[true, true, false, true],"
        " array['not a date', 'no number', 'not a URL', 'not a date']),"
        " reference.unconverted_values(array['a'], array['x'], array[false], array['not a date'])"
    ).fetchone()
    assert row is not None
    assert row[0] == [
        {"field": "org_id", "value": "x" * 1000, "reason": "no number"},
        {"field": "start", "value": "soon", "reason": "not a date"},
    ]
    assert row[1] is None


# --- vocabularies -------------------------------------------------------------------------------


def test_every_country_is_known_by_its_name_and_two_codes(functions: Connection) -> None:
    rows = functions.execute(
        "select country, count(*) filter (where spelling ~ '^[a-z]{2}$'),"
        " count(*) filter (where spelling ~ '^[a-z]{3}$'),"
        " bool_or(spelling = reference.comparing_form(country))"
        " from reference.countries group by country"
    ).fetchall()
    # those of ISO 3166, and Kosovo
    assert len(rows) == 250
    assert [row[0] for row in rows if row[1] < 1 or row[2] < 1 or not row[3]] == []


def test_spellings_and_ignored_domains_are_in_their_normal_forms(functions: Connection) -> None:
    for column, table, normal_form in (
        ("spelling", "countries", "comparing_form"),
        ("suffix", "legal_suffixes", "comparing_form"),
        ("label", "top_level_domains", "lower_text"),
        ("host", "shared_hosts", "normal_domain"),
        ("domain", "ignored_domains", "normal_domain"),
    ):
        query = (
            f"select {column} from reference.{table}"
            f" where {column} is distinct from reference.{normal_form}({column})"
        )
        assert functions.execute(query.encode()).fetchall() == []


VOCABULARIES = sorted((PROJECT / "seeds" / "vocabularies").glob("*.csv"))


@pytest.mark.parametrize("path", VOCABULARIES, ids=[path.stem for path in VOCABULARIES])
def test_vocabularies_are_sorted_and_without_repetitions(path: Path) -> None:
    with path.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.reader(lines))[1:]
    if path.stem in ("seniority_levels", "size_buckets"):
        rows = [
            [f"{int(row[2] if path.stem == 'seniority_levels' else row[1]):06}"] for row in rows
        ]
    assert rows == sorted(rows)
    assert len({tuple(row) for row in rows}) == len(rows)


def test_suffixes_are_spelled_into_a_pattern_as_they_are(functions: Connection) -> None:
    row = functions.execute("select array_agg(suffix) from reference.legal_suffixes").fetchone()
    assert row is not None
    assert [
        suffix
        for suffix in row[0]
        if re.escape(suffix).replace("\\ ", " ") != suffix
        and not re.fullmatch(r"[\w /&'-]+", suffix)
    ] == []
    assert len(row[0]) > 300
