r"""Hostile input: records and files nobody would send on purpose, and what must become of each.

A record case is one line of NDJSON for the workflow clay-company-firmographics. It lands, or it
is rejected for a given reason; its neighbours land in any case. A file case loads with given
counts, or is refused as a whole with one sentence.

    python tests/hostile.py FOLDER      writes the file cases, to try them by hand
"""

from __future__ import annotations

import bz2
import gzip
import json
import lzma
import random
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

import zstandard

MARK = "Quokka-7391"  # stands in every payload, and must never be seen on the screen or in a log
DEEP = 10_000
LONG = 3_000_000  # length of what a test in full size would make 300 MB

NOISE = random.Random(7).randbytes(200_000)


@dataclass(frozen=True)
class Case:
    """A record: its text, and the reason it is rejected for (None: it lands)."""

    name: str
    text: bytes
    reason: str | None = None


@dataclass(frozen=True)
class FileCase:
    """A file: its content, how many records land, which lines are rejected, or the refusal."""

    name: str
    content: bytes
    landed: int = 0
    rejected: tuple[int, ...] = ()
    refused: str | None = None


def good(number: int) -> bytes:
    return b'{"domain":"good-%d.example","name":"%b"}' % (number, MARK.encode())


def bare(members: str) -> bytes:
    return f'{{"domain":"x.example","mark":"{MARK}",{members}}}'.encode()


def envelope(payload: str, others: str = '"company_domain":"x.example"') -> bytes:
    return f'{{{others},"mark":"{MARK}","raw_payload":{payload}}}'.encode()


def record_cases() -> list[Case]:
    """All record cases; their names are unique."""
    families = (
        _unstorable_characters,
        _invalid_utf8,
        _malformed,
        _numbers,
        _no_objects,
        _keys,
        _payloads,
        _workflows,
        _sizes,
        _harmless,
        _published_edge_cases,
    )
    return [case for family in families for case in family()]


def _unstorable_characters() -> Iterator[Case]:
    places: dict[str, Callable[[str], bytes]] = {
        "value": lambda bad: bare(f'"a":"x{bad}y"'),
        "key": lambda bad: bare(f'"x{bad}y":1'),
        "deep value": lambda bad: bare(f'"a":[{{"b":[["{bad}"]]}}]'),
        "deep key": lambda bad: bare(f'"a":[{{"{bad}":{{"{bad}{bad}":null}}}}]'),
        "envelope": lambda bad: envelope(f'{{"a":"{bad}"}}'),
        "record key": lambda bad: bare(f'"name":"b"{"," if bad else ""}"company_domain":"a{bad}"'),
        "payload in a string": lambda bad: envelope(json.dumps(f'{{"a":"{bad}"}}')),
        "payload in a string in a string": lambda bad: envelope(
            json.dumps(json.dumps(f'{{"{bad}":"{bad}"}}'))
        ),
    }
    characters = {
        "NUL": r"\u0000",
        "two NULs": r"\u0000\u0000",
        "high surrogate": r"\ud83d",
        "low surrogate": r"\uDE00",
        "reversed pair": r"\ude00\ud83d",
        "high before a pair": r"\ud83d\ud83d\ude00",
        "good pair": r"\ud83d\ude00",
        "escaped backslash before u0000": r"\\u0000",
    }
    for (place, text_of), (name, bad) in product(places.items(), characters.items()):
        yield Case(f"{name} in {place}", text_of(bad))


def _invalid_utf8() -> Iterator[Case]:
    sequences = {
        "no such byte": b"\xff",
        "lone continuation": b"\x80",
        "overlong NUL": b"\xc0\x80",
        "overlong slash": b"\xe0\x80\xaf",
        "surrogate as bytes": b"\xed\xa0\x80",
        "cut two-byte sequence": b"\xc3",
        "cut four-byte sequence": b"\xf0\x9f\x98",
        "beyond U+10FFFF": b"\xf4\x90\x80\x80",
        "Latin-1 umlaut": b"M\xfcller",
    }
    places = {
        "value": b'{"domain":"x.example","a":"?"}',
        "key": b'{"domain":"x.example","?":1}',
        "record key": b'{"domain":"?.example"}',
        "envelope": b'{"company_domain":"x.example","raw_payload":{"a":["?"]}}',
    }
    for (name, bad), (place, text) in product(sequences.items(), places.items()):
        yield Case(f"{name} in {place}", text.replace(b"?", bad), "invalid_encoding")


def _malformed() -> Iterator[Case]:
    for name, members in {
        "NaN": '"a":NaN',
        "Infinity": '"a":Infinity',
        "-Infinity": '"a":-Infinity',
        "NaN in a list": '"a":[1,NaN]',
        "None": '"a":None',
        "undefined": '"a":undefined',
        "True": '"a":True',
        "hexadecimal": '"a":0x1F',
        "leading zero": '"a":007',
        "plus sign": '"a":+1',
        "no digit before the point": '"a":.5',
        "no digit behind the point": '"a":5.',
        "no exponent": '"a":1e',
        "underscore in a number": '"a":1_000',
        "single quotes": "'a':'b'",
        "no quotes": "a:1",
        "number as a key": "1:2",
        "no colon": '"a" 1',
        "no value": '"a":',
        "no comma": '"a":1 "b":2',
        "two commas": '"a":1,,"b":2',
        "trailing comma": '"a":1,',
        "trailing comma in a list": '"a":[1,]',
        "list that ends as an object": '"a":[1}',
        "object that ends as a list": '"a":{"b":1]',
        "comment": '"a":1 /* why */',
        "line comment": '"a":1 // why',
        "unknown escape": r'"a":"\q"',
        "cut escape": r'"a":"\u00"',
        "octal escape": r'"a":"\012"',
        "raw tab in a string": '"a":"\t"',
        "raw NUL in a string": '"a":"\0"',
        "raw escape character in a string": '"a":"\x1b[31m"',
        "typographic quotes": "“a”:1",
        "non-breaking blank": '\u00a0"a":1',
    }.items():
        yield Case(name, bare(members), "malformed_json")
    for name, text in {
        "no end": '{"domain":"x.example","a":1',
        "no end of a list": '{"domain":"x.example","a":[1,2',
        "no end of a string": '{"domain":"x.example","a":"b}',
        "words": "Internal Server Error",
        "a line of a table": "x.example,Acme,2014",
        "markup": "<html><body>502 Bad Gateway</body></html>",
        "Python's way": "{'domain': 'x.example'}",
    }.items():
        yield Case(name, text.encode(), "malformed_json")


def _numbers() -> Iterator[Case]:
    for name, number in {
        "zero": "0",
        "minus zero": "-0",
        "2^53 + 1": "9007199254740993",
        "2^64": "18446744073709551616",
        "beyond a double": "1e400",
        "forty digits": "1234567890" * 4,
        "smaller than a double": "1e-400",
        "as many digits as numeric has": "9" * 131_072,
        "as large as numeric goes": "1e131071",
    }.items():
        yield Case(f"number {name}", bare(f'"a":{number}'))
    for name, number in {
        "one digit more than numeric has": "1" + "0" * 131_072,
        "larger than numeric": "1e131072",
        "much larger than numeric": "1e999999",
        "negative and much larger": "-1e999999",
        "an exponent beyond 32 bits": "1e99999999999",
    }.items():
        yield Case(f"number {name}", bare(f'"a":{number}'), "unstorable")


def _no_objects() -> Iterator[Case]:
    for text in ("null", "true", "0", "-1.5e3", '"text"', '""', f'"{MARK}"'):
        yield Case(f"scalar {text}", text.encode(), "not_an_object")


def _keys() -> Iterator[Case]:
    for name, others in {
        "nothing at all": '"a":1',
        "null": '"company_domain":null',
        "empty": '"company_domain":""',
        "blanks": '"company_domain":"  \\t"',
        "a list": '"company_domain":["x.example"]',
        "an object": '"company_domain":{"a":1}',
        "only a NUL": '"company_domain":"\\u0000"',
        "another one's key": '"linkedin_url":"https://www.linkedin.com/in/x"',
    }.items():
        yield Case(f"key {name}", envelope("{}", others), "no_key")
        yield Case(f"key {name}, bare", f"{{{others}}}".encode(), "no_key")
    long = "x" * 2_001
    yield Case("key too long", envelope("{}", f'"company_domain":"{long}"'), "key_too_long")
    yield Case("key just short enough", envelope("{}", f'"company_domain":"{long[1:]}"'))
    for name, key in {
        "a number": "5",
        "a boolean": "true",
        "a name": '"Jane Doe"',
        "a formula": '"=cmd()"',
        "SQL": '"\'; drop table raw.loads; --"',
        "a format": '"%s %(x)s {0}"',
        "a path": '"../../etc/passwd"',
        "markup": '"[bold]<b>x</b>[/bold]"',
        "a null marker": '"n/a"',
    }.items():
        yield Case(f"key {name}", envelope("{}", f'"company_domain":{key}'))


def _payloads() -> Iterator[Case]:
    yield Case("payload null", envelope("null"), "no_payload")
    for name, payload in {
        "empty object": "{}",
        "empty list": "[]",
        "list": "[1,2]",
        "list of objects": '[{"name":"x"}]',
        "number": "5",
        "boolean": "false",
        "empty string": '""',
        "blank string": '" "',
        "string that is no JSON": '"not found"',
        "string of half an object": '"{\\"a\\":"',
        "string of null": '"null"',
        "string of an object": json.dumps('{"a":1}'),
        "string in a string": json.dumps(json.dumps('{"a":1}')),
        "string in a string in a string": json.dumps(json.dumps(json.dumps('{"a":1}'))),
        "fenced string": json.dumps('```json\n{"a":1}\n```'),
    }.items():
        yield Case(f"payload {name}", envelope(payload))
    for wrapper in ("raw_company_payload", "payload", "claygent_output"):
        text = f'{{"company_domain":"x.example","{wrapper}":{{"name":"{MARK}"}}}}'
        yield Case(f"payload under {wrapper}", text.encode())
    yield Case("two payloads", envelope('{"a":1},"payload":{"b":2}'))
    yield Case("payload twice", envelope('{"a":1},"raw_payload":{"b":2}'))


def _workflows() -> Iterator[Case]:
    own = '"company_domain":"x.example","workflow_slug":'
    for name, slug in {
        "its own": '"clay-company-firmographics"',
        "null": "null",
        "empty": '""',
        "blanks": '"  "',
        "in blanks": '" clay-company-firmographics "',
    }.items():
        yield Case(f"workflow {name}", envelope("{}", own + slug))
    for name, slug in {
        "unknown": '"no-such-workflow"',
        "in capitals": '"CLAY-COMPANY-FIRMOGRAPHICS"',
        "a number": "5",
        "a boolean": "true",
        "very long": f'"{"x" * 50_000}"',
        "with a line break": r'"a\nb"',
        "a part of the payload": f'"{MARK}"',
    }.items():
        yield Case(f"workflow {name}", envelope("{}", own + slug), "unknown_workflow")
    other = envelope("{}", own + '"clay-find-companies"')
    yield Case("workflow another one", other, "workflow_mismatch")


def _sizes() -> Iterator[Case]:
    yield Case("500 nested lists", bare(f'"a":{"[" * 500}{"]" * 500}'))
    yield Case("lists nested too deep", bare(f'"a":{"[" * DEEP}{"]" * DEEP}'), "too_deep")
    nested = '{"a":' * DEEP + "1" + "}" * DEEP
    yield Case("objects nested too deep", bare(f'"a":{nested}'), "too_deep")
    yield Case("payload nested too deep", envelope(nested), "too_deep")
    yield Case("payload nested too deep in a string", envelope(json.dumps(nested)))
    yield Case("brackets that do not end", bare(f'"a":{"[" * DEEP}'), "too_deep")
    yield Case("long string", bare(f'"a":"{"x" * LONG}"'))
    yield Case("long key", bare(f'"{"k" * 300_000}":1'))
    yield Case("many keys", bare(",".join(f'"k{n}":{n}' for n in range(20_000))))
    yield Case("list of a million scalars", bare(f'"a":[{"0," * 999_999}0]'))
    yield Case("many escapes", bare('"a":"' + r"\u0041" * 50_000 + '"'))
    yield Case("many NULs", bare('"a":"' + r"\u0000" * 50_000 + '"'))
    yield Case("many blanks", b'{"domain":"x.example",' + b" " * 500_000 + b'"a":1}')


def _harmless() -> Iterator[Case]:
    for name, members in {
        "duplicate key": '"a":1,"a":2',
        "duplicate record key": '"domain":"y.example"',
        "duplicate key in depth": '"a":{"b":1,"b":{"b":1}}',
        "empty key": '"":1',
        "key of blanks": '"  ":1',
        "escaped line break": r'"a":"x\ny\r\n"',
        "line separators": '"a":"x\u2028y\u2029z\u0085"',
        "byte order mark": '"a":"\ufeff"',
        "emoji with joiners": '"a":"👩‍👩‍👧‍👦🏳️‍🌈"',
        "right to left": '"a":"\u202eevil\u202c"',
        "private use": '"a":"\ue000\uf8ff"',
        "no character": '"a":"\uffff\ufffe"',
        "beyond the first plane": '"a":"𝕏"',
        "combining marks": f'"a":"e{"́" * 1_000}"',
        "escaped control characters": r'"a":"\u0001\u001b[31m\u007f"',
        "escaped quotes": r'"a":"\"}{\"","b":"\\"',
        "brackets in a string": '"a":"}]}{[{"',
    }.items():
        yield Case(name, bare(members))


def _published_edge_cases() -> Iterator[Case]:
    domains = (
        *("www.Acme-Widgets.example", "HTTP://WWW.acme-widgets.example:443/?x=1"),
        *("acme-widgets.example.", "jane doe", "CRM", "n/a", "10.0.0.1", "localhost"),
    )
    for domain in domains:
        yield Case(f"domain {domain}", envelope("{}", f'"company_domain":"{domain}"'))
    for value in ('"18234567"', '"1,234"', "123.0", "1e3", '"clay_1"', '"99999999999999999999"'):
        yield Case(f"org_id {value}", bare(f'"org_id":{value}'))
    dates = ("2025", "2025-02", "2025-02-01", "02-2025", "Feb 2025", "", "Present", "2025-02-30")
    for date in (*dates, "infinity", "now"):
        yield Case(f"date {date}", bare(f'"founded":"{date}","last_refresh":"{date}"'))
    for name, locations in {
        "null": "null",
        "none": "[]",
        "second primary": '[{"city":"A"},{"city":"B","is_primary":true}]',
        "no list": '"Austin"',
        "nulls": "[null,null]",
    }.items():
        yield Case(f"locations {name}", bare(f'"locations":{locations}'))


def ndjson(cases: list[Case]) -> bytes:
    """Every case on an odd line, a good neighbour on the line after it."""
    return b"".join(case.text + b"\n" + good(n) + b"\n" for n, case in enumerate(cases))


def _lines(*texts: bytes) -> bytes:
    return b"".join(text + b"\n" for text in texts)


_THREE = _lines(good(1), good(2), good(3))
_UNREADABLE = "can be read"
_CUT = "cut off"


def file_cases() -> list[FileCase]:
    """All file cases; their names are the names of the files."""
    return [*_forms(), *_broken_forms(), *_cut_off(), *_compressed(), *_no_payload_files()]


def _forms() -> Iterator[FileCase]:
    one, two, three = good(1), good(2), good(3)
    for name, content in {
        "lines.json": _THREE,
        "no-last-line-end.json": _THREE[:-1],
        "windows-line-ends.json": _THREE.replace(b"\n", b"\r\n"),
        "old-mac-line-ends.json": _THREE.replace(b"\n", b"\r"),
        "blank-lines.json": _THREE.replace(b"\n", b"\n \n\t\n"),
        "indented.json": b"   " + _THREE.replace(b"\n", b"\n      "),
        "byte-order-mark.json": b"\xef\xbb\xbf" + _THREE,
        "byte-order-marks-between.json": b"\xef\xbb\xbf".join([one, two, three]),
        "array.json": b"[" + b",".join([one, two, three]) + b"]",
        "array-in-lines.json": b"[\n" + b",\n".join([one, two, three]) + b"\n]\n",
        "commas.json": b",".join([one, two, three]),
        "commas-at-line-ends.json": b",\n".join([one, two, three]) + b",\n",
        "nothing-between.json": one + two + three,
        "two-arrays.json": b"[" + one + b"][" + two + b"," + three + b"]",
        "batch.json": b'{"payloads":[' + b",".join([one, two, three]) + b"]}",
        "pretty.json": json.dumps([json.loads(t) for t in (one, two, three)], indent=4).encode(),
        "far-apart.json": one + b"\n" * LONG + two + b" " * LONG + three,
        "long-string.json": _lines(one, two, bare(f'"a":"{"x" * 2 * LONG}"')),
        "many-scalars.json": _lines(one, two, bare(f'"a":[{"1," * LONG}1]')),
    }.items():
        yield FileCase(name, content, landed=3)


def _broken_forms() -> Iterator[FileCase]:
    one, two, three = good(1), good(2), good(3)
    bad = b'{"domain":"x.example","a":NaN}'
    open_ = b'{"domain":"x.example","a":[1,2'
    pretty = json.dumps([json.loads(one), {"domain": "x", "a": "BAD"}, json.loads(two)], indent=2)
    yield FileCase("bad-in-array.json", b"[" + one + b"," + bad + b"," + two + b"]", 2, (1,))
    yield FileCase("bad-in-pretty.json", pretty.replace('"BAD"', "NaN").encode(), 2, (6,))
    yield FileCase("open-in-lines.json", _lines(one, open_, two, open_, three), 3, (2, 4))
    yield FileCase(
        "open-in-array-in-lines.json", b"[\n" + b",\n".join([one, open_, two]) + b"\n]\n", 2, (3,)
    )
    yield FileCase(
        "bad-in-batch.json", b'{"payloads":[\n' + b",\n".join([one, bad, two]) + b"\n]}", 2, (3,)
    )
    yield FileCase("bracket-too-many.json", _lines(one, two + b"}", three), 3, (2,))
    yield FileCase("key-and-value.json", _lines(one, b'"domain":"x.example"', two), 2, (2, 2))
    yield FileCase("words-between.json", _lines(one, b"-- 2 rows --", two), 2, (2,))
    yield FileCase("scalars-between.json", _lines(one, b"1 2 3", two), 2, (2, 2, 2))
    yield FileCase("zeros-between.json", _lines(one, b"\0" * LONG, two), 2, (2,))
    yield FileCase(
        "noise-between.json", _lines(one, b"\xff" + NOISE.replace(b"\n", b""), two), 2, (2,)
    )
    yield FileCase("empty-object.json", b"{}", 0, (1,))
    yield FileCase("error-message.json", b'{"error":{"code":429,"message":"slow down"}}', 0, (1,))
    yield FileCase("deep.json", _lines(one, b"[" * DEEP + b"]" * DEEP, two), 2, (2,))


def _cut_off() -> Iterator[FileCase]:
    batch = b'{"workflow_slug":"clay-company-firmographics","payloads":[' + good(1) + b"," + good(2)
    for name, content in {
        "cut-in-record.json": _THREE[:-20],
        "cut-behind-colon.json": _lines(good(1)) + b'{"domain":',
        "cut-behind-bracket.json": _lines(good(1)) + b"{",
        "cut-in-escape.json": _lines(good(1)) + b'{"domain":"a\\u00',
        "cut-in-character.json": _lines(good(1)) + b'{"domain":"\xc3',
        "cut-array.json": b"[" + good(1) + b"," + good(2),
        "cut-array-behind-comma.json": b"[" + good(1) + b",",
        "cut-batch.json": batch,
        "cut-batch-in-list.json": batch + b"]",
    }.items():
        yield FileCase(name, content, refused=_CUT)


def _compressed() -> Iterator[FileCase]:
    zipped = gzip.compress(_THREE, mtime=0)
    zstd = zstandard.ZstdCompressor(write_checksum=True).compress
    frame = zstd(_THREE)
    broken = bytearray(zipped)
    broken[-5] ^= 0xFF
    broken_frame = bytearray(frame)
    broken_frame[-2] ^= 0xFF
    zeros = bytes(70_000_000)
    long_record = b'{"domain":"x.example","a":"' + b"a" * 70_000_000 + b'"}'
    yield FileCase("good.json.gz", zipped, 3)
    yield FileCase("good.json.zst", frame, 3)
    yield FileCase("gzip-without-suffix", zipped, 3)
    yield FileCase("two-members.json.gz", zipped + gzip.compress(_lines(good(4))), 4)
    yield FileCase("two-frames.json.zst", frame + zstd(_lines(good(4))), 4)
    yield FileCase("misnamed.json.gz", _THREE, 3)
    yield FileCase("cut.json.gz", zipped[:-9], refused=_CUT)
    yield FileCase("cut-head.json.gz", zipped[:5], refused=_CUT)
    yield FileCase("cut.json.zst", frame[:-3], refused=_CUT)
    yield FileCase("cut-second-frame.json.zst", frame + frame[:9], refused=_CUT)
    yield FileCase("damaged.json.gz", bytes(broken), refused="damaged")
    yield FileCase("damaged.json.zst", bytes(broken_frame), refused="damaged")
    yield FileCase("garbage-behind.json.gz", zipped + b"garbage", refused="damaged")
    yield FileCase("garbage-behind.json.zst", frame + b"garbage", refused="damaged")
    yield FileCase("empty.json.gz", gzip.compress(b""), refused="nothing to load")
    yield FileCase("empty.json.zst", zstd(b""), refused="nothing to load")
    yield FileCase("gzip-in-gzip.json.gz", gzip.compress(zipped), refused=_UNREADABLE)
    yield FileCase("bomb-of-zeros.json.gz", gzip.compress(zeros), refused="200 times")
    yield FileCase("bomb-of-zeros.json.zst", zstd(zeros), refused="200 times")
    yield FileCase("bomb-of-a-record.json.gz", gzip.compress(long_record), refused="200 times")
    bomb = _lines(good(1)) * 3 + good(2) + b"\n" * 70_000_000 + good(3)
    yield FileCase("bomb-of-lines.json.zst", zstd(bomb), refused="200 times")


def _no_payload_files() -> Iterator[FileCase]:
    for name, content in {
        "empty.json": b"",
        "blank.json": b" \n\t\r\n",
        "byte-order-mark-alone.json": b"\xef\xbb\xbf",
        "empty-array.json": b"[]",
        "empty-batch.json": b'{"payloads":[]}',
        "commas-alone.json": b",,,\n",
    }.items():
        yield FileCase(name, content, refused="nothing to load")
    readme = f"# Payloads\n\nWhat is here:\n\n- one file\n- {MARK}\n"
    for name, content in {
        "README.md": readme.encode(),
        "page.html": b"<!doctype html>\n<html><body>\n<h1>Not found</h1>\n</body></html>\n",
        "table.json": b"domain,name\nx.example,Acme\n",
        "noise.json": NOISE,
        "zeros.json": bytes(LONG),
        "null.json": b"null",
        "string.json": json.dumps(MARK).encode(),
        "scalars.json": b"[" + b"1," * 20_000 + b"1]",
        "utf-16-without-mark.json": _THREE.decode().encode("utf-16-le"),
        "one-bad-record.json": b'{"domain":"x.example","a":NaN}\n',
    }.items():
        yield FileCase(name, content, refused=_UNREADABLE)
    for name, content, kind in (
        ("utf-16.json", _THREE.decode().encode("utf-16"), "UTF-16"),
        ("utf-16-be.json", b"\xfe\xff" + _THREE.decode().encode("utf-16-be"), "UTF-16"),
        ("workbook.xlsx", b"PK\x03\x04" + NOISE, "Excel"),
        ("archive.bz2", bz2.compress(_THREE), "bzip2"),
        ("archive.xz", lzma.compress(_THREE), "xz"),
        ("table.parquet", b"PAR1" + NOISE + b"PAR1", "Parquet"),
        ("database.sqlite", b"SQLite format 3\0" + NOISE, "SQLite"),
    ):
        yield FileCase(name, content, refused=kind)


def write(folder: Path) -> Any:
    """Write all files, the record cases in one of them."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "records.ndjson").write_bytes(ndjson(record_cases()))
    for case in file_cases():
        (folder / case.name).write_bytes(case.content)


if __name__ == "__main__":
    write(Path(sys.argv[1]))
