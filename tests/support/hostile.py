r"""Hostile records: lines nobody would send on purpose, and what must become of each.

A case is one line of NDJSON for the workflow clay-company-firmographics. It lands, or it is
rejected for a given reason; its neighbours land in any case.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import product

MARK = "Quokka-7391"  # stands in every payload, and must never be seen on the screen or in a log
DEEP = 10_000
LONG = 3_000_000  # length of what a test in full size would make 300 MB


@dataclass(frozen=True)
class Case:
    """A record: its text, and the reason it is rejected for (None: it lands)."""

    name: str
    text: bytes
    reason: str | None = None


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
        "beyond the first plane": '"a":"\U0001d54f"',
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
