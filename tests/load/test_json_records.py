"""Reading records out of files of every form, and out of damaged ones."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.errors import IngestError
from ingest.formats.content import open_content
from ingest.formats.json import records as json_records
from ingest.formats.json import text as json_text
from ingest.formats.json.records import Record, RecordReader
from ingest.rejects import Reject

ONE, TWO, THREE = ({"k": n, "list": [{"k": 0}, {"k": 0}]} for n in (1, 2, 3))


def read(path: Path, content: bytes) -> list[Any]:
    path.write_bytes(content)
    with open_content(str(path)) as opened:
        return list(RecordReader(opened.name, opened.blocks()))


def outcome(item: Record | Any) -> Any:
    """A record as its object, a reject as line and reason."""
    if isinstance(item, Record):
        return json.loads(item.text)
    return item.origin.line, str(item.reason)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "records.json"


def dump(value: Any) -> bytes:
    return json.dumps(value).encode()


FORMS = {
    "one per line": b"%b\n%b\n",
    "one per line, no last newline": b"%b\n%b",
    "lines of Windows": b"%b\r\n%b\r\n",
    "blank lines": b"\n%b\n\n\n%b\n\n",
    "byte order mark": b"\xef\xbb\xbf%b\n%b",
    "byte order mark in the middle": b"%b\n\xef\xbb\xbf%b",
    "array on one line": b"[%b, %b]",
    "array, one per line": b"[%b,\n%b\n]\n",
    "array, commas lead": b"[\n%b\n,%b]",
    "commas and no array": b"%b,\n%b,\n",
    "commas on one line": b"%b,%b",
    "nothing between": b"%b%b",
    "two arrays": b"[%b]\n[%b]",
    "batch": b'{"payloads": [%b, %b]}',
    "batch of a line each": b'{"payloads": [%b]}\n{"payloads": [%b]}',
    "array of batches": b'[{"payloads": [%b]}, {"payloads": [%b]}]',
}


@pytest.mark.parametrize("indent", [None, 0, 1, 2], ids=["compact", "indent 0", "1", "2"])
@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_every_form_gives_the_same_records(file: Path, form: bytes, indent: int | None) -> None:
    one, two = (json.dumps(value, indent=indent).encode() for value in (ONE, TWO))
    assert [outcome(item) for item in read(file, form % (one, two))] == [ONE, TWO]


@pytest.mark.parametrize("indent", [0, 1, 2, 4])
@pytest.mark.parametrize("wrap", [lambda x: x, lambda x: {"payloads": x}], ids=["array", "batch"])
def test_a_pretty_printed_whole_gives_its_records(file: Path, wrap: Any, indent: int) -> None:
    content = json.dumps(wrap([ONE, TWO, THREE]), indent=indent).encode()
    assert [outcome(item) for item in read(file, content)] == [ONE, TWO, THREE]


def test_lines_and_offsets_say_where_a_record_begins(file: Path) -> None:
    items = read(file, b'\n{"a":1}\n{\n "a":2\n},{"a":3}\n[{"a":4}]')
    assert [(item.origin.line, item.origin.offset) for item in items] == [
        (2, 1),
        (3, 9),
        (5, 20),
        (6, 29),
    ]


COMPRESSORS = {"gzip": gzip.compress, "zstd": zstandard.compress}


@pytest.mark.parametrize("compress", COMPRESSORS.values(), ids=COMPRESSORS)
def test_compressed_files_are_read_whatever_their_name(file: Path, compress: Any) -> None:
    content = compress(dump(ONE) + b"\n") + compress(dump(TWO))
    assert [outcome(item) for item in read(file, content)] == [ONE, TWO]


@pytest.mark.parametrize("compress", COMPRESSORS.values(), ids=COMPRESSORS)
def test_a_cut_compressed_file_is_one_error(file: Path, compress: Any) -> None:
    content = compress(b"\n".join(dump({"k": n}) for n in range(20_000)))
    with pytest.raises(IngestError, match="cut off"):
        read(file, content[: len(content) // 2])


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b'{"a":1}\n{"a":', id="in a record"),
        pytest.param(b'{"a":1}\n{"a":"x', id="in a string"),
        pytest.param(b'[{"a":1},\n{"a":2}\n', id="before the end of an array"),
        pytest.param(b'{"payloads":[{"a":1},', id="before the end of a batch"),
    ],
)
def test_a_file_that_ends_too_early_is_one_error(file: Path, content: bytes) -> None:
    with pytest.raises(IngestError, match="cut off"):
        read(file, content)


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        pytest.param('{"a":1}'.encode("utf-16"), "UTF-16", id="UTF-16"),
        pytest.param(b"PK\x03\x04...", "Excel", id="Excel"),
    ],
)
def test_another_kind_of_file_is_named(file: Path, content: bytes, kind: str) -> None:
    with pytest.raises(IngestError, match=kind):
        read(file, content)


GOOD, BAD = {"a": 1}, "malformed_json"
DEEP = b"[" * 10_000 + b"]" * 10_000


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        pytest.param(b'{"a":NaN}', BAD, id="NaN"),
        pytest.param(b'{"a":1,}', BAD, id="comma too many"),
        pytest.param(b"{'a':1}", BAD, id="single quotes"),
        pytest.param(b"{a:1}", BAD, id="key without quotes"),
        pytest.param(b'{"a":[1,2}', BAD, id="list not closed"),
        pytest.param(b'{"a":{"b":1}', BAD, id="object not closed"),
        pytest.param(b'{"a":"x', BAD, id="string not closed"),
        pytest.param(b'{"a":"x}', BAD, id="quote missing"),
        pytest.param(b'{"a":[1,2,', BAD, id="ends after a comma"),
        pytest.param(b'{"a":[{"b":1},{"b":2},', BAD, id="ends in a list of objects"),
        pytest.param(b'{"a":"\\q"}', BAD, id="unknown escape"),
        pytest.param(b'{"a":"\x00"}', BAD, id="NUL byte"),
        pytest.param(b'{"a":"\xff"}', "invalid_encoding", id="no UTF-8 in a value"),
        pytest.param(b'{"\xff":1}', "invalid_encoding", id="no UTF-8 in a key"),
        pytest.param(b'{"a":"\xed\xa0\x80"}', "invalid_encoding", id="surrogate as bytes"),
        pytest.param(b'{"a":' + DEEP + b"}", "too_deep", id="10,000 nested lists"),
        pytest.param(b"words", BAD, id="words"),
        pytest.param(b"null", "not_an_object", id="null"),
        pytest.param(b'"a text"', "not_an_object", id="text"),
        pytest.param(b"17", "not_an_object", id="number"),
    ],
)
@pytest.mark.parametrize(
    ("form", "line"),
    [
        pytest.param(b"%b\n%b\n%b\n", 2, id="one per line"),
        pytest.param(b"%b,\n%b,\n%b\n", 2, id="commas and no array"),
        pytest.param(b"[\n%b,\n%b,\n%b\n]\n", 3, id="array, one per line"),
        pytest.param(b"[%b,\n %b,\n %b]", 2, id="array, bracket on the first line"),
        pytest.param(b'{"payloads":[\n  %b,\n  %b,\n  %b\n]}', 3, id="batch"),
        pytest.param(b"[%b,%b,%b]", 1, id="array on one line"),
    ],
)
def test_a_broken_record_is_one_reject_and_its_neighbours_stay(
    file: Path, form: bytes, line: int, broken: bytes, reason: str
) -> None:
    items = read(file, form % (b'{"a":1}', broken, b'{"a":3}'))
    assert [outcome(item) for item in items] == [{"a": 1}, (line, reason), {"a": 3}]


def test_a_broken_record_among_pretty_printed_ones_is_one_reject(file: Path) -> None:
    whole = json.dumps([ONE, TWO, THREE], indent=2)
    content = whole.replace('"k": 2', '"k": tw', 1).encode()
    assert [outcome(item) for item in read(file, content)] == [ONE, (13, BAD), THREE]


def test_an_unfinished_record_among_pretty_printed_ones_is_one_reject(file: Path) -> None:
    whole = json.dumps([ONE, TWO, THREE], indent=2)
    start, end = whole.index('"k": 2'), whole.index('  {\n    "k": 3')
    content = (whole[: start + 10] + "\n" + whole[end:]).encode()
    assert [outcome(item) for item in read(file, content)] == [ONE, (13, BAD), THREE]


def test_a_bracket_among_lines_is_a_broken_line(file: Path) -> None:
    items = read(file, b'{"a":1}\n[\n{"a":1}\n')
    assert [outcome(item) for item in items] == [GOOD, GOOD, (2, BAD)]


def test_the_last_line_may_be_broken_if_it_is_a_whole_line(file: Path) -> None:
    assert [outcome(item) for item in read(file, b'{"a":1}\n{"a":"x\n')] == [GOOD, (2, BAD)]


def test_a_reject_carries_its_text(file: Path) -> None:
    (reject,) = read(file, b'{"a":"\xff\x00"}\n')
    assert reject.origin.text() == r'{"a":"\xff\x00"}'


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b'{"workflow_slug":"s","payloads":[{"a":1}]}', id="before"),
        pytest.param(
            b'{"n":1,"meta":{"x":2},"workflow_slug":"s","payloads":[{"a":1}],"ok":true}',
            id="among other members",
        ),
    ],
)
def test_a_slug_beside_the_payloads_goes_with_each_of_them(file: Path, content: bytes) -> None:
    items = read(file, content + b'\n{"a":2}\n')
    assert [(outcome(item), item.origin.batch_slug) for item in items] == [
        ({"a": 1}, "s"),
        ({"a": 2}, None),
    ]


@pytest.mark.parametrize(
    "behind",
    [b'"workflow_slug":"s"', b'"ok":true,"workflow_slug":"s","n":[1,2]'],
    ids=["alone", "among other members"],
)
def test_a_slug_behind_the_payloads_comes_too_late_for_them(file: Path, behind: bytes) -> None:
    items = read(file, b'{"payloads":[{"a":1}],%b}\n{"a":2}\n' % behind)
    assert [(outcome(item), item.origin.batch_slug) for item in items] == [
        ({"a": 1}, None),
        ({"a": 2}, None),
    ]


@pytest.mark.parametrize("form", [b"%b\n%b\n%b\n", b"[%b,\n%b,\n%b]"], ids=["lines", "array"])
def test_a_record_beyond_the_limit_is_refused_without_its_neighbours(
    file: Path, form: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(json_records, "MAX_RECORD", 3_000_000)
    giant = dump({"a": "x" * 9_000_000})
    items = read(file, form % (b'{"a":1}', giant, b'{"a":3}'))
    assert [outcome(item) for item in items] == [{"a": 1}, (2, "too_large"), {"a": 3}]
    assert len(items[1].origin.raw) <= 400_000


@pytest.mark.parametrize("form", [b"%b\n%b", b"[%b,%b]"], ids=["lines", "array on one line"])
def test_what_is_cleaned_is_said(file: Path, form: bytes) -> None:
    items = read(file, form % (rb'{"a":"\u0000x\ud800"}', b'{"a":2}'))
    assert [outcome(item) for item in items] == [{"a": "x\ufffd"}, {"a": 2}]
    assert [item.cleaned for item in items] == [True, False]


@settings(max_examples=50, deadline=None)
@given(
    records=st.lists(
        st.dictionaries(st.text(max_size=5), st.text(max_size=2000) | st.integers(), max_size=5),
        min_size=1,
        max_size=30,
    ),
    form=st.sampled_from(["lines", "array", "pretty", "concatenated", "batch"]),
    block=st.integers(1, 200),
)
def test_records_survive_however_the_bytes_arrive(
    records: list[dict[str, Any]], form: str, block: int
) -> None:
    content = {
        "lines": "\n".join(map(json.dumps, records)),
        "array": json.dumps(records),
        "pretty": json.dumps(records, indent=2),
        "concatenated": ",".join(map(json.dumps, records)),
        "batch": json.dumps({"payloads": records}),
    }[form].encode()
    reader = RecordReader("records", in_blocks(content, block))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("ingest.formats.json.window._BLOCK", 1)
        items = list(reader)
    assert [json.loads(item.origin.raw) for item in items] == records


@settings(max_examples=200, deadline=None)
@given(data=st.data(), count=st.integers(2, 8), form=st.sampled_from([b"\n", b",\n"]))
def test_whatever_happens_to_one_line_the_others_stay(
    data: st.DataObject, count: int, form: bytes
) -> None:
    good = [{"n": n, "list": [{"n": 0}, {"m": "x"}], "text": 'a "b" é'} for n in range(count)]
    lines = [json.dumps(record).encode() for record in good]
    hit = data.draw(st.integers(0, count - 1))
    start = data.draw(st.integers(0, len(lines[hit])))
    end = data.draw(st.integers(start, len(lines[hit])))
    noise = data.draw(st.binary(max_size=4)).replace(b"\n", b"")
    lines[hit] = b"{" + lines[hit][1:start] + noise + lines[hit][end:]
    items = list(RecordReader("records", in_blocks(form.join(lines) + b"\n", 10_000)))
    landed = [json.loads(item.text) for item in items if isinstance(item, Record)]
    assert [record for record in good if record["n"] != hit] == [
        record for record in landed if record in good and record["n"] != hit
    ]


def test_broken_records_do_not_cost_a_pass_over_the_rest_each(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    passes = []
    replace = json_text.replace_lone_surrogates

    def counted(text: bytes, *, final: bool) -> tuple[bytes, list[int]]:
        passes.append(len(text))
        return replace(text, final=final)

    monkeypatch.setattr(json_records, "replace_lone_surrogates", counted)
    content = b'{"a":"\\\\\n' * 500 + b'{"a":"\\ud800"}\n'
    items = list(RecordReader("records", in_blocks(content, 10_000)))
    assert [type(item) for item in items] == [Reject] * 500 + [Record]
    assert len(passes) <= 3


def in_blocks(content: bytes, block: int) -> Iterator[bytes]:
    """A file's content, given out a few bytes at a time."""
    for start in range(0, len(content), block):
        yield content[start : start + block]
