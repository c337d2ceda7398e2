"""Delimited text: rows from whatever wrote the file, and what is refused of it."""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.errors import IngestError
from ingest.formats import delimited, lines
from ingest.formats.content import Content, open_content
from ingest.formats.delimited import TableReader, TableRow
from ingest.rejects import Reject

HEADER = ["name", "domain"]


def spooled(folder: Path, data: bytes) -> str:
    path = folder / "table.csv"
    path.write_bytes(data)
    return str(path)


@pytest.fixture(autouse=True)
def _usual_limit() -> Iterator[None]:
    usual = csv.field_size_limit()
    yield
    csv.field_size_limit(usual)


def read(content: Content) -> tuple[list[str], list[TableRow], list[Reject], list[str]]:
    notices: list[str] = []
    reader = TableReader(content, notice=notices.append)
    items = list(reader)
    rows = [item for item in items if isinstance(item, TableRow)]
    rejects = [item for item in items if isinstance(item, Reject)]
    return reader.header, rows, rejects, notices


def read_bytes(folder: Path, data: bytes) -> tuple[list[str], list[TableRow], list[Reject]]:
    with open_content(spooled(folder, data)) as content:
        return read(content)[:3]


def cells(folder: Path, data: bytes) -> list[list[str]]:
    header, rows, rejects = read_bytes(folder, data)
    assert (header, rejects) == (HEADER, [])
    return [row.cells for row in rows]


PLAIN = "name,domain\nAcme,acme.example\nMüller,müller.example\n"
ROWS = [["Acme", "acme.example"], ["Müller", "müller.example"]]


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(PLAIN.encode(), id="utf-8"),
        pytest.param(b"\xef\xbb\xbf" + PLAIN.encode(), id="byte order mark"),
        pytest.param(PLAIN.encode("cp1252"), id="Windows-1252"),
        pytest.param(PLAIN.encode("utf-16"), id="utf-16 with mark"),
        pytest.param(b"\xfe\xff" + PLAIN.encode("utf-16-be"), id="big-endian utf-16"),
        pytest.param(PLAIN.encode("utf-16-le"), id="utf-16 without mark"),
        pytest.param(PLAIN.replace("\n", "\r\n").encode(), id="Windows line ends"),
        pytest.param(PLAIN.replace("\n", "\r").encode(), id="old line ends"),
        pytest.param(PLAIN.rstrip().encode(), id="no last line end"),
        pytest.param(PLAIN.replace(",", ";").encode(), id="semicolons"),
        pytest.param(PLAIN.replace(",", "\t").encode(), id="tabs"),
        pytest.param(PLAIN.replace("\n", ",\n").encode()[:-2].replace(b"n,\n", b"n\n", 1) + b"\n",
                     id="empty cells behind the last header"),
        pytest.param(("\n \n" + PLAIN.replace("\n", "\n,\n\n")).encode(), id="blank lines"),
        pytest.param(gzip.compress(PLAIN.encode()), id="gzip"),
        pytest.param(b'"name","domain"\n"Acme","acme.example"\n"M\xc3\xbcller","m\xc3\xbcller.example"\n',
                     id="quoted"),
    ],
)  # fmt: skip
def test_the_same_table_is_read_however_it_was_written(tmp_path: Path, data: bytes) -> None:
    assert cells(tmp_path, data) == ROWS


def test_a_quoted_cell_holds_delimiters_quotes_and_line_breaks(tmp_path: Path) -> None:
    data = b'name,domain\n"Acme, ""the""\r\n\nmaker",a.example\nB,b.example\n'
    _, rows, _ = read_bytes(tmp_path, data)
    assert [row.cells for row in rows] == [
        ['Acme, "the"\r\n\nmaker', "a.example"],
        ["B", "b.example"],
    ]
    assert [row.origin.line for row in rows] == [2, 5]
    assert [row.origin.raw for row in rows] == [
        b'"Acme, ""the""\r\n\nmaker",a.example\n',
        b"B,b.example\n",
    ]
    assert [row.origin.offset for row in rows] == [12, 12 + len(rows[0].origin.raw)]


def test_a_quote_in_tabbed_text_may_be_just_a_quote(tmp_path: Path) -> None:
    data = b'name\tdomain\n"Best" of all\tb.example\n"Open\to.example\nC\tc.example\n'
    assert cells(tmp_path, data) == [
        ['"Best" of all', "b.example"],
        ['"Open', "o.example"],
        ["C", "c.example"],
    ]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        # old makes end lines so, and break them otherwise inside of quotes
        (
            b'name,domain\r"A\nB",a.example\rC,c.example\r',
            [["A\nB", "a.example"], ["C", "c.example"]],
        ),
        (b'"name","domain"\r"A\r\nB",a.example\r', [["A\r\nB", "a.example"]]),
        (b'name,domain\n"A\rB",a.example\n', [["A\rB", "a.example"]]),
        # a carriage return too many, as from a file that was converted twice
        (b"name,domain\r\r\nA,a.example\r\r\n", [["A", "a.example"]]),
    ],
    ids=["CR and LF inside", "CR and CRLF inside", "LF and CR inside", "CR CR LF"],
)
def test_lines_end_as_the_first_does_outside_of_quotes(
    tmp_path: Path, data: bytes, expected: list[list[str]]
) -> None:
    assert cells(tmp_path, data) == expected


def test_a_header_over_two_lines_says_how_lines_end(tmp_path: Path) -> None:
    header, rows, rejects = read_bytes(tmp_path, b'"a\nb",c\rA,B\rC,D\r')
    assert (header, rejects) == (["a\nb", "c"], [])
    assert [row.cells for row in rows] == [["A", "B"], ["C", "D"]]


def test_a_file_that_is_no_utf8_is_said_to_be_read_as_something_else(tmp_path: Path) -> None:
    with open_content(spooled(tmp_path, PLAIN.encode("cp1252"))) as content:
        assert "Windows-1252" in read(content)[3][0]


@pytest.mark.parametrize(
    ("line", "reason", "words"),
    [
        pytest.param(b"only one\n", "cell_count", "1 cells, and the header has 2", id="too few"),
        pytest.param(b"a,b.example,c\n", "cell_count", "3 cells", id="too many"),
        pytest.param(b'"a"b,b.example\n', "malformed_row", "closing quote", id="after a quote"),
        pytest.param(b'"a,b.example\n', "malformed_row", "none closes it", id="open quote"),
        pytest.param(b'a,"b.example\n', "malformed_row", "none closes it", id="open last quote"),
        pytest.param(b"a\rb,b.example\n", "malformed_row", "carriage return", id="bare CR"),
        pytest.param(b"\xff\xc3\xa4,b.example\n", "invalid_encoding", "UTF-8", id="no utf-8"),
        pytest.param(b"a" * 40 + b",b.example\n", "malformed_row", "more than", id="long cell"),
    ],
)
def test_a_bad_line_costs_no_neighbour(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: bytes, reason: str, words: str
) -> None:
    monkeypatch.setattr(delimited, "MAX_CELL", 39)
    good = "Ä,ä.example\n".encode()
    _, rows, (reject,) = read_bytes(tmp_path, b"name,domain\n" + good + line + good * 2)
    assert [(row.origin.line, row.cells) for row in rows] == [
        (n, ["Ä", "ä.example"]) for n in (2, 4, 5)
    ]
    assert (reject.origin.line, reject.reason, reject.origin.raw) == (3, reason, line)
    assert words in reject.detail
    assert not reject.origin.can_retry


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        pytest.param(b"", "nothing to load", id="empty"),
        pytest.param(b"\n \r\n", "nothing to load", id="blank"),
        pytest.param(b"name,domain\nA,a.example\nBet", "cut off", id="ends inside a row"),
        pytest.param(b'name,domain\nA,a.example\n"Bet', "cut off", id="ends inside a quote"),
        pytest.param(PLAIN.encode("utf-16")[:-1], "damaged UTF-16", id="half a character"),
        pytest.param(b"name,domain\n\x81,a.example\n", "neither UTF-8 nor", id="no known encoding"),
        pytest.param(b"PK\x03\x04 and so on", "Excel", id="workbook"),
        pytest.param(b'"name"x,domain\nA,a.example\n', "header cannot be read", id="bad header"),
    ],
)
def test_a_file_that_is_no_whole_table_is_refused(tmp_path: Path, data: bytes, fault: str) -> None:
    with pytest.raises(IngestError, match=fault) as raised:
        read_bytes(tmp_path, data)
    assert "table.csv" in raised.value.sentence()


def test_an_endless_line_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "MAX_LINE", 1_000_000)
    with pytest.raises(IngestError, match="line is longer"):
        read_bytes(tmp_path, b"name,domain\n" + b"x" * 3_000_000)


@pytest.mark.parametrize(
    ("data", "answer"),
    [
        pytest.param(b' \n{"a": 1}', True, id="object"),
        pytest.param(b"\xef\xbb\xbf[", True, id="array behind a mark"),
        pytest.param("\ufeff{".encode("utf-16-be"), True, id="object in utf-16"),
        pytest.param(b"name,domain", False, id="header"),
        pytest.param(b"", False, id="empty"),
    ],
)
def test_json_is_told_from_a_table_by_its_first_character(
    tmp_path: Path, data: bytes, answer: bool
) -> None:
    with open_content(spooled(tmp_path, data)) as content:
        assert delimited.looks_like_json(content) is answer


# Properties. NUL is left out: a file of little else is taken for UTF-16.
texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=12)
tables = st.lists(st.tuples(texts, texts).filter(lambda row: any(map(str.strip, row))), max_size=8)


@given(
    tables,
    st.sampled_from([(",", "\n"), (",", "\r\n"), (";", "\n"), ("\t", "\r\n")]),
    st.booleans(),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
def test_what_the_csv_module_writes_is_read_back(
    tmp_path_factory: pytest.TempPathFactory,
    table: list[tuple[str, str]],
    separators: tuple[str, str],
    quoted: bool,
    encoding: str,
) -> None:
    delimiter, line_end = separators
    # the module leaves a carriage return without quotes, which no reader can tell from a line end
    quoted = quoted or any("\r" in cell for row in table for cell in row)
    written = io.StringIO()
    writer = csv.writer(
        written,
        delimiter=delimiter,
        lineterminator=line_end,
        quoting=csv.QUOTE_ALL if quoted else csv.QUOTE_MINIMAL,
    )
    writer.writerows([HEADER, *table])
    data = written.getvalue().encode(encoding)
    assert cells(tmp_path_factory.mktemp("t"), data) == [list(row) for row in table]


@given(st.binary(max_size=30).filter(lambda line: b"\n" not in line), st.integers(0, 3))
def test_any_bytes_in_one_line_leave_the_other_lines_alone(
    tmp_path_factory: pytest.TempPathFactory, line: bytes, place: int
) -> None:
    good = [f"Ä{n},ä{n}.example\n".encode() for n in range(3)]
    lines = [*good[:place], line + b"\n", *good[place:]]
    _, rows, rejects = read_bytes(tmp_path_factory.mktemp("t"), b"name,domain\n" + b"".join(lines))
    assert [row.origin.raw for row in rows if row.origin.raw in good] == good
    assert sum(row.origin.raw not in good for row in rows) + len(rejects) <= 1
