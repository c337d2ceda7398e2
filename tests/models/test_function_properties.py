"""The SQL functions over arbitrary text: what always holds, and what an independent form says."""

from __future__ import annotations

import re
import unicodedata
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest import characters
from ingest.postgres.connection import Connection
from tests.properties.model import forms
from tests.properties.model.forms.addresses import shared_hosts
from tests.support.cases import cases_of
from tests.support.functions import OF_TEXT, call

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
    assert len(call(functions, function, texts)) == len(texts)


@pytest.mark.parametrize("function", NORMAL_FORMS)
@_quickly
@given(texts=_BATCHES)
def test_a_normal_form_is_its_own_normal_form(
    functions: Connection, function: str, texts: list[str]
) -> None:
    once = call(functions, function, texts)
    assert call(functions, function, once) == once


@_quickly
@given(texts=_BATCHES)
def test_linkedin_kind_and_slug_agree_with_the_url(functions: Connection, texts: list[str]) -> None:
    given_texts = [f"linkedin.com/in/{text}" for text in texts]
    urls = call(functions, "person_linkedin_url", given_texts)
    kinds = call(functions, "person_linkedin_kind", given_texts)
    slugs = call(functions, "linkedin_slug", urls)
    for url, kind, slug in zip(urls, kinds, slugs, strict=True):
        assert (url is None) == (kind is None) == (slug is None)
        if kind == "public":
            assert slug == slug.lower()
        if kind == "member_id":
            assert re.match("AC[ow]AA", slug)


def _is_nobodys_host(text: str) -> bool:
    """Whether a page there may be a company's; x.com/path is none, and x.com is one."""
    return forms.domain(text) not in shared_hosts()


_ASCII_HOSTS = st.from_regex(
    r"[a-zA-Z0-9.-]{1,20}\.(?:com|example|[a-zA-Z0-9-]{1,8})", fullmatch=True
)


@_quickly
@given(hosts=st.lists(_ASCII_HOSTS.filter(_is_nobodys_host), min_size=1, max_size=200))
def test_normal_domain_agrees_with_the_rule(functions: Connection, hosts: list[str]) -> None:
    expected = [forms.domain(host) for host in hosts]
    wrapped = [f" https://user@{host}:8080/path?x=@y#z " for host in hosts]
    assert call(functions, "normal_domain", hosts) == expected
    assert call(functions, "normal_domain", wrapped) == expected


@_quickly
@given(texts=_BATCHES)
def test_normal_domain_is_valid_or_null(functions: Connection, texts: list[str]) -> None:
    domains = call(functions, "normal_domain", [text + ".example" for text in texts])
    for domain in domains:
        if domain is not None:
            assert len(domain.split(".")) >= 2
            assert not re.search(
                r"[\x00-,/:-@\[-`{-\xa0\s]|^\.|\.\.|\.$|-(?:\.|$)|(?:^|\.)-", domain
            )
    stacked = re.compile(r"^www[0-9]*\.|(?:^|\.)xn--")
    settled = [domain for domain in domains if domain is not None and not stacked.match(domain)]
    assert call(functions, "normal_domain", settled) == settled


@pytest.mark.parametrize(
    ("length", "valid"), [(253, True), (254, False)], ids=["longest", "too-long"]
)
@pytest.mark.parametrize("tail", ["", "/" + "x" * 9_000], ids=["alone", "in-a-long-url"])
def test_normal_domain_is_253_characters_at_most(
    functions: Connection, length: int, valid: bool, tail: str
) -> None:
    domain = "a" * (length - len(".example")) + ".example"
    assert call(functions, "normal_domain", [domain + tail]) == [domain if valid else None]


@_quickly
@given(numbers=st.lists(st.integers(-(2**70), 2**70), min_size=1, max_size=200))
def test_as_bigint_reads_what_python_writes(functions: Connection, numbers: list[int]) -> None:
    expected = [n if -(2**63) <= n < 2**63 else None for n in numbers]
    for form in ("{}", "{:,}", " {}.0 ", "{:+}"):
        assert call(functions, "as_bigint", [form.format(n) for n in numbers]) == expected


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
    assert call(functions, "as_date", texts) == expected
    read_as_times = call(functions, "as_timestamptz", texts, "{} is not null")
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
    "as_year": forms.year,
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
    results = call(functions, function, given_texts)
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
    assert call(functions, "punycode_label", encoded) == kept


# --- the coarse forms ---------------------------------------------------------------------------

# by which indexes find a person's rows: raw.profile_key and its like
COARSE = {
    "raw.profile_key": "reference.person_linkedin_url",
    "raw.email_key": "reference.email_address",
    "raw.phone_key": "privacy.phone_digits",
    "raw.name_key": "reference.comparing_form",
}


def _lost(db: Connection, coarse: str, texts: list[str]) -> list[str]:
    """Texts that an index would not find by their normal form."""
    normal = COARSE[coarse]
    more = ", null" if coarse == "raw.name_key" else ""
    query = (
        f"select t.value from unnest(%s::text[]) as t (value) where {normal}(t.value) <> ''"
        f" and coalesce({coarse}(t.value{more}), 'none') not in"
        f" ('', coalesce({coarse}({normal}(t.value){more}), 'none'))"
    )
    return [text for (text,) in db.execute(query.encode(), (texts,))]


@pytest.mark.parametrize("coarse", COARSE)
@settings(_quickly, max_examples=60)
@given(texts=st.lists(_SPELLINGS, min_size=1, max_size=100))
def test_a_normal_form_has_one_coarse_form(
    functions: Connection, coarse: str, texts: list[str]
) -> None:
    around = {
        "raw.profile_key": [
            *("{}", "linkedin.com/in/{}", "HTTPS://uk.LinkedIn.com/IN/{}/?x#y", "/in/{}"),
            *("linkedin.com/sales/lead/ACwAA{},x/in/z", "https://www.linkedin.com/in/ACoAA{},x"),
        ],
        "raw.email_key": [
            *("{}", "{}@Acme.example", " {}@acme.example\n", "ana@{}.example"),
            *("mailto:{}@acme.example", "{}@Acme.example?subject=x"),
            "ana@XN--bcher-kva.{}.example",
        ],
        "raw.phone_key": ["{}", "+49 0{}12345", "{}12345.0"],
    }
    spelled = [form.format(text) for text in texts for form in around.get(coarse, ["{}", " {} b."])]
    assert _lost(functions, coarse, spelled) == []


def test_addresses_of_profiles_of_all_spellings_have_one_coarse_form(
    functions: Connection,
) -> None:
    texts = [case.text for case in cases_of("person_linkedin_url")]
    assert _lost(functions, "raw.profile_key", texts) == []
    usual = "select raw.profile_key('https://www.linkedin.com/in/Ana-Example-1b2c/?x=1')"
    assert functions.execute(usual).fetchone() == ("ana-example-1b2c",)
