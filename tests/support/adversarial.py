"""Texts that are hard on a function, of any size, and the functions that are driven with them.

A text is a piece repeated between a beginning and an end: patterns look back at repetitions,
parsers descend in them, and whatever cuts a text up makes a row of each. The functions are those
of the catalogue, so that a new one is driven without being named here.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from psycopg import sql

from ingest.postgres.connection import Connection

# what functions tell apart or repeat; several letters of a class behave alike
PIECES = [
    # one letter of each sort
    *"aA0 .,;:-_/\\'\"`%&@?#+*()[]{}|$\n\t",
    *"éÉßİΣҐԱ中ﬁ™",
    *("\uff37", "\u2019", "\u2013"),
    *("\u00a0", "\u0301", "\u200b", "\u00ad", "\u202e", "\u3000", "\ufe0f", "\U000e0020"),
    *("\u1161", "\ufffd", "😀", "\U00010400", "👩\u200d👧"),
    # letters in turn
    *("a ", "a.", "A.", "é.", "a-", "-.", "a,", ", ", "a\n", "a&", "a/", "a@", "a_", "a.b. "),
    *(
        "\u0301\u0323",
        "\ufdfa",
        "e\u0301",
        "i\u0307",
        "É.",
        "é,",
        "\uff41,",
        "İ ",
        "a\u200b",
        "ax,",
        "\u3000a,",
        "\u200b ",
        "\u00a0a",
    ),
    # addresses
    *("www.", "www1.", "http://", "https://www.", "//", "/a", "?a=b&", "linkedin.com/in/"),
    *("/company/", "/sales/", "in/", "xn--", "xn--a.", "xn--bcher-kva.", "a.com.", "a@b.", ":1"),
    *("%E9", "%C3%A9", "%25", "%2525", "%", "%E", "%00", "%e2%80%8b", "%F0%9F%98%80"),
    *("ACwAA", "n/a", "n/a/", "null", "none "),
    # names and titles
    *("inc ", "Inc., ", "gmbh & co. kg ", "co & ", " and ", "(ltd)", "s.a.", "LLC,", "inc,a,"),
    *("V.P. ", "to ", " employees", "1,001-5,000 ", "Acme, Inc., ", "Acme; ", "é, ", "é inc, "),
    # numbers and dates
    *("1,", "1,234,", "1e", "1.", "-1", "2025-", "2025-01-", "00:", "2025-01-01T", "01 jan "),
    *("jan ", "Z", "+00:", "0000-"),
    # JSON, and what is wrapped around it
    *("[[", "[]", "{}", "[1,", '{"a":', '"a":1,', '"a",', '["', '"', '""', '"[', "``", "```"),
    *("```json\n", "\\\\", '\\"', "\\n", "\\u0000", "\\ud800", "\\ud83d\\ude00", "\\u00e9"),
    *("\\\\u0000", "\\\\\\u0000", "\\u0000a", "a\\u0000", '\\\\\\"', "\\u", "\\ud800\\ud800"),
    *('\\"a\\":1,', '\\"a\\":[', "null,", "true,", '{"a":1},', '{"a":1}', '"]['),
    # what is looked for of people who are erased
    *("Ada ", "Lintel, Ada ", "+1 (555) ", 'Ada","a":', '"first_name":"Ada","a":"b",'),
    *('"last_name":"Lintel","a":1,', "linkedin.com/in/ada-1 "),
]

AROUND = [
    ("", ""),
    ("a", "z"),
    (" ", " "),
    ('{"a":"', '"}'),
    ('["', '"]'),
    ('"{\\"a\\":\\"', '\\"}"'),
    ("{", "}"),
    ("[", "]"),
    ('```json\n{"a":"', '"}\n```'),
    ("https://www.linkedin.com/in/", ""),
    ("https://", ".example/"),
    ("xn--", ".example"),
    ("2025-01-01", "Z"),
    ("1", "1"),
    ("Acme, ", " Inc."),
    ("é", "é"),
]


class Text(NamedTuple):
    """What a text is made of."""

    before: str
    piece: str
    behind: str

    def times(self, size: int) -> int:
        """How often the piece fits into so many bytes."""
        around = len((self.before + self.behind).encode())
        return max((size - around) // len(self.piece.encode()), 1)

    def of_size(self, size: int) -> str:
        """The text, of at most so many bytes."""
        return self.before + self.piece * self.times(size) + self.behind

    def __str__(self) -> str:
        """The text in short, readable anywhere."""
        return " ".join(ascii(part) for part in self if part)


TEXTS = [Text(before, piece, behind) for before, behind in AROUND for piece in PIECES]
# every piece alone and within one other pair; all of them within all take half an hour
SAMPLE = [
    Text(around[0], piece, around[1])
    for number, piece in enumerate(PIECES)
    for around in (AROUND[0], AROUND[1 + number % (len(AROUND) - 1)])
]


class Slot(NamedTuple):
    """An argument of a function that takes a text in some form; the others get something short.

    Attributes:
        function: The function with its schema.
        form: How the argument is made of the text.
        call: The call, the text being t.value.
    """

    function: str
    form: str
    call: str


# a text as an argument of each type: alone, and cut up where the type holds many
_FORMS = {
    "text": {"text": "t.value"},
    "text[]": {"item": "array[t.value]", "items": "string_to_array(t.value, null)"},
    "jsonb": {
        "string": "to_jsonb(t.value)",
        "string of a string": "to_jsonb(to_jsonb(t.value)::text)",
        # PostgreSQL's own parser raises when it is led too deep
        "value": (
            "case when octet_length(translate(t.value, '[{', ''))"
            " - octet_length(translate(t.value, ']}', '')) between -1000 and 1000"
            " and pg_input_is_valid(t.value, 'jsonb') then t.value::jsonb end"
        ),
        "member": "jsonb_build_object('name', t.value)",
    },
}
_SHORT = {
    "text": "'a'",
    "text[]": "array['a']",
    "jsonb": "'{}'::jsonb",
    "boolean[]": "array[true]",
    "boolean": "true",
    "integer": "0",
    "uuid[]": "'{}'::uuid[]",
}
# what is never a text that somebody sent
_MADE = {
    "pattern": "privacy.pattern_of(array['Ada Lintel', 'Ada B. Lintel', '+15550100', 'ada@a.b'])",
    "blocks": "current_setting('hq.privacy_key')",
    "kind": "'name'",
    "scopes": "array['erased']",
}


def slots(conn: Connection) -> list[Slot]:
    """The arguments to drive, of all functions in the schemas of this database.

    Raises:
        LookupError: A function has an argument beside the text that nobody can fill.
    """
    declared = conn.execute(
        "select n.nspname, p.proname, array("
        "   select format_type(a.type, null)"
        "   from unnest(p.proargtypes) with ordinality as a (type, i) order by i),"
        " p.proargnames"
        " from pg_proc as p inner join pg_namespace as n on n.oid = p.pronamespace"
        " where n.nspname !~ '^pg_' and n.nspname <> 'information_schema'"
        # some of privacy change rows, one is asked about a batch of people
        " and not (n.nspname = 'privacy' and 'v' = p.provolatile)"
        " and not (n.nspname = 'privacy' and 'record'::regtype = p.prorettype)"
        " and p.prokind = 'f'"
        ' order by n.nspname collate "C", p.proname collate "C"'
    ).fetchall()
    conn.rollback()
    return [
        slot
        for schema, name, types, named in declared
        for slot in _slots_of(f"{schema}.{name}", types, named or [""] * len(types))
    ]


def _slots_of(function: str, types: list[str], named: list[str]) -> Iterator[Slot]:
    made_of = _MADE if function.startswith("privacy.") else {}
    for place, kind in enumerate(types):
        for form, made in _FORMS.get(kind, {}).items():
            if named[place] in made_of:
                continue
            try:
                arguments = [
                    made_of.get(name) or _SHORT[other]
                    for other, name in zip(types, named, strict=False)
                ]
            except KeyError as unknown:
                raise LookupError(f"{function}: no argument of type {unknown}") from None
            arguments[place] = made
            said = form if len(types) == 1 else f"argument {place + 1}, {form}"
            yield Slot(function, said, f"{function}({', '.join(arguments)})")


def drive(conn: Connection, slot: Slot, text: Text, size: int) -> float:
    """Call a function with a text of so many bytes; gives back the server's milliseconds.

    What the server takes to make the text and its form is not counted.
    """
    query = sql.SQL(
        "explain (analyze, timing off, summary on, format json) select {call}"
        " from (select {before} || repeat({piece}, {times}) || {behind} as value offset 0) as t"
    ).format(
        call=sql.SQL(slot.call),
        before=sql.Literal(text.before),
        piece=sql.Literal(text.piece),
        times=sql.Literal(text.times(size)),
        behind=sql.Literal(text.behind),
    )
    plan = conn.execute(query).fetchone()
    if plan is None:
        raise LookupError(slot.function)
    return float(plan[0][0]["Execution Time"])
