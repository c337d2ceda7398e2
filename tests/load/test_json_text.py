"""Where a JSON value ends, and what is taken out of JSON text."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.formats.json.text import (
    Ending,
    clean_encoded,
    first_value,
    replace_lone_surrogates,
    without_unstorable,
)

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda children: st.lists(children) | st.dictionaries(st.text(), children),
    max_leaves=20,
)


@given(value=st.dictionaries(st.text(), JSON), behind=st.sampled_from(["", " ", ",{}", "\n{", "x"]))
def test_a_value_ends_where_it_ends_whatever_follows(value: object, behind: str) -> None:
    text = json.dumps(value).encode()
    found = first_value(text + behind.encode())
    assert found.ending is Ending.WHOLE
    assert (text + behind.encode())[: found.at].strip() == text


@given(value=st.dictionaries(st.text(min_size=1), JSON, min_size=1), data=st.data())
def test_a_value_cut_anywhere_is_never_taken_for_whole(value: object, data: st.DataObject) -> None:
    text = json.dumps(value).encode()
    end = data.draw(st.integers(0, len(text) - 1))
    assert first_value(text[:end]).ending is not Ending.WHOLE


def test_nesting_beyond_the_decoder_is_told_apart() -> None:
    assert first_value(b'{"a":' + b"[" * 10_000).ending is Ending.TOO_DEEP


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        pytest.param(r'{"a":"x\u0000y"}', r'{"a":"xy"}', id="NUL in a value"),
        pytest.param(r'{"\u0000a":1}', r'{"a":1}', id="NUL in a key"),
        pytest.param(r'{"a":"\\u0000"}', None, id="escaped backslash before u0000"),
        pytest.param(r'{"a":"\\\u0000"}', r'{"a":"\\"}', id="backslash and NUL"),
        pytest.param(r'{"a":"\ud83d\ude00"}', None, id="whole pair"),
        pytest.param(r'{"a":"\uD83D\uDE00"}', None, id="whole pair in capitals"),
        pytest.param(r'{"a":"\ud83d!"}', r'{"a":"\ufffd!"}', id="high half"),
        pytest.param(r'{"a":"\ude00"}', r'{"a":"\ufffd"}', id="low half"),
        pytest.param(r'{"a":"\ud83d\ud83d\ude00"}', r'{"a":"\ufffd\ud83d\ude00"}', id="half, pair"),
        pytest.param(r'{"a":"\ude00\ud83d"}', r'{"a":"\ufffd\ufffd"}', id="halves swapped"),
        pytest.param(r'{"a":"\u00e9"}', None, id="any other escape"),
    ],
)
def test_unstorable_escapes_are_taken_out(text: str, cleaned: str | None) -> None:
    raw = text.encode()
    result = without_unstorable(raw)
    if cleaned is None:
        assert result is raw
    else:
        assert result == cleaned.encode()


@given(value=st.dictionaries(st.text(st.characters()), st.text(st.characters(codec=None))))
def test_cleaned_text_is_storable_and_keeps_everything_else(value: dict[str, str]) -> None:
    def storable(text: str) -> str:
        paired = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
        return paired.replace("\0", "")

    cleaned = json.loads(without_unstorable(json.dumps(value).encode()))
    assert set(cleaned) == {storable(key) for key in value}
    if len(cleaned) == len(value):
        assert list(cleaned.values()) == [storable(text) for text in value.values()]


def test_lone_surrogates_are_replaced_without_moving_a_byte() -> None:
    text = rb'{"a":"\ud800","b":"\ud83d\ude00"}'
    patched, found = replace_lone_surrogates(text, final=True)
    assert (patched, found) == (rb'{"a":"\ufffd","b":"\ud83d\ude00"}', [6])


def test_an_escape_that_may_go_on_behind_the_text_is_left_alone() -> None:
    text = rb'{"a":"\ud83d'
    assert replace_lone_surrogates(text, final=False) == (text, [])


@pytest.mark.parametrize("times", [1, 2, 3], ids=["once", "twice", "three times"])
def test_a_document_encoded_as_a_string_is_cleaned_inside(times: int) -> None:
    payload, cleaned = r'{"a": "x\u0000y", "b": "\\u0000"}', r'{"a": "xy", "b": "\\u0000"}'
    for _ in range(times):
        payload, cleaned = json.dumps(payload), json.dumps(cleaned)
    assert json.loads(clean_encoded(payload.encode())) == json.loads(cleaned)


def test_an_encoded_document_without_anything_to_clean_is_left_as_it_is() -> None:
    payload = json.dumps(json.dumps({"a": "é\\u0000"})).encode()
    assert clean_encoded(payload) is payload
