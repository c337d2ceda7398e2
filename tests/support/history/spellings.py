"""The same thing written in many ways, and things that are nothing."""

from __future__ import annotations

import json
import random
import unicodedata
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

NO_DOMAINS = [
    *("jane doe", "CRM", "n/a", "10.0.0.1", "localhost", "acme..example", "-", "http://"),
    *("N.A.", "12.5M", "logo.png", "St.Louis", "https://www.facebook.com/acme", "xn--.example"),
]
NO_PEOPLE = [
    *("nobody", "https://www.linkedin.com/company/acme", "n/a", "linkedin.com/in/", "-"),
    *("https://www.linkedin.com/in/unavailable", "linkedin.com/in/n/a", "/in/ana-%F0%9F%98%80"),
]
NO_DATES = ["Present", "2025-02-30", "infinity", "now", "02/14/2025", ["2025"], "2025-13"]
NO_NUMBERS = ["clay_1", "99999999999999999999", "12,34", 1.5, "NaN", {"id": 1}, True]
NOTHING = [None, "", "  ", "null", "N/A", "-", "None", "n.a.", "nONE", "\u200b"]
# what stands where a text belongs, and is none
NO_TEXTS = [{"en": "Acme"}, ["Acme"], {}, [], '{"en": "Acme"}', '["Acme", null]']
# answers without a result; what was asked for may be repeated in them
ERRORS = [
    {"status": 429, "error": "Too Many Requests"},
    {"message": "Credits exhausted"},
    {"type": "about:blank", "title": "Not Found", "status": 404, "detail": "no such profile"},
    {"success": False, "error": {"code": "not_found"}},
    {"status": "valid", "email": "jane@acme.example", "email_provider": "google"},
    {"url": "https://www.linkedin.com/in/jane", "error": "private profile"},
    {"website": "acme.example", "slug": "acme", "error": None},
    {"technologies": ["a", "b"], "total": 2},
]


# what is pasted around an address
PASTED = [
    ",",
    ")",
    ".",
    ";",
    '"',
    ">",
    "\\",
    "|",
    "'",
    "*",
    "\u202c",
    "%22",
    "%E2%80%AC",
    "\u201d.",
]


def styled(text: str) -> str:
    """ASCII letters in the bold of a social network."""
    return "".join(
        chr(0x1D5D4 + ord(c) - ord("A"))
        if "A" <= c <= "Z"
        else chr(0x1D5EE + ord(c) - ord("a"))
        if "a" <= c <= "z"
        else c
        for c in text
    )


def name(draw: random.Random, words: str) -> str:
    """A spelling of a name or a title that compares equal."""
    return draw.choice(
        [
            *[words] * 3,
            words.upper(),
            unicodedata.normalize("NFD", words),
            styled(words),
            words.replace(" ", "\u00a0 "),
            f"{words[:1]}\u00ad{words[1:]}",
            f"{words}\u2122",
            f" {words}\u200b",
        ]
    )


def chance(draw: random.Random, percent: int) -> bool:
    """Whether something special is drawn."""
    return draw.randrange(100) >= 100 - percent


def encoded(name: str) -> str:
    """A domain with its labels in xn-- form."""
    return ".".join(
        label if label.isascii() else "xn--" + label.encode("punycode").decode()
        for label in name.split(".")
    )


def domain(draw: random.Random, name: str) -> str:
    """A spelling of a domain."""
    return draw.choice(
        [
            *[name] * 4,
            f"www.{name.upper()}",
            f"HTTP://WWW.{name}:443/?x=1",
            f"{name}.",
            f"https://{name}/about#team",
            f"\u00a0www2.{name}\n",
            f"//user:pw@{name}/",
            f"\u202d{name}\u202c",
            f"https://{encoded(name)}/",
            f"jane@{name.capitalize()}",
        ]
    )


def person(draw: random.Random, slug: str) -> str:
    """A spelling of a profile's address; member ids keep their letters."""
    if slug.startswith(("ACwAA", "ACoAA")):
        return draw.choice(
            [
                f"https://www.linkedin.com/in/{slug}",
                f"https://www.linkedin.com/sales/lead/{slug},NAME_SEARCH,x1",
                f"/sales/people/{slug}",
                f"uk.linkedin.com/in/{slug}/?x=1",
                f"https://www.linkedin.com/in/{slug}{draw.choice(PASTED)}",
            ]
        )
    return draw.choice(
        [
            f"https://www.linkedin.com/in/{slug}",
            f"https://www.linkedin.com/in/{slug.upper()}/",
            f"http://uk.linkedin.com/in/{quote(slug)}?trk=x",
            f"m.linkedin.com/in/{slug}/de",
            f"/in/{slug.capitalize()}/",
            f" https://linkedin.com:443/in/{quote(quote(slug))}#about ",
            f"<https://www.linkedin.com/in/{slug}>",
            f"https://www.linkedin.com/in/{slug}{draw.choice(PASTED)}",
            f"https://www.linkedin.com/in/{slug[:2]}\u00ad{slug[2:]}",
            f"https://www.linkedin.com/in/{unicodedata.normalize('NFD', slug)}",
        ]
    )


def company_page(draw: random.Random, slug: str) -> str:
    """A spelling of the address of a company's page."""
    return draw.choice(
        [
            f"https://www.linkedin.com/company/{slug}",
            f"http://linkedin.com/company/{slug.upper()}/about/?x=1",
            f"/company/{slug}",
            f"https://de.linkedin.com/company/{quote(slug)}/",
            f"https://www.linkedin.com/company/{slug}{draw.choice(PASTED)}",
            "https://www.linkedin.com/company/unavailable/",
        ]
    )


def page(draw: random.Random, path: str) -> str:
    """A spelling of a case study's address."""
    return draw.choice(
        [
            f"https://studies.example/{path}",
            f"HTTPS://Studies.Example/{path}/",
            f"https://studies.example/{path}#top",
            f"https://studies.example/{path}\u200b",
        ]
    )


def refresh(draw: random.Random, at: datetime) -> Any:
    """A way to say when something was refreshed, or not to say it."""
    written = at.isoformat(timespec="seconds")
    return draw.choice(
        [
            written,
            f"{written}.952297",
            f"{written}Z",
            written.replace("T", " ") + ".601",
            f"{written}+05:30",
            f"{written} UTC",
            f"{written}Z[UTC]",
            int(at.replace(tzinfo=at.tzinfo or UTC).timestamp()) * 1000,
            str(int(at.replace(tzinfo=at.tzinfo or UTC).timestamp())),
            at.date().isoformat(),
            *[None, None],
            *draw.choices(["", "tomorrow", {"at": written}, "infinity", written[:13]], k=1),
            *draw.choices(["2062-05-01T00:00:00Z", "9999-12-31 23:59:59"], k=1),
        ]
    )


def day(draw: random.Random) -> Any:
    """A date as providers write it, or no date."""
    if chance(draw, 8):
        return draw.choice(NO_DATES)
    year, month = draw.randrange(1998, 2026), draw.randrange(1, 13)
    return draw.choice(
        [
            *(f"{year}", f"{year}-{month:02}", f"{year}-{month:02}-01", f"{month:02}-{year}"),
            *(f"Sep {year}", f"February {year}", f"{year}-{month:02}-17T23:59:59Z", None, ""),
        ]
    )


def number(draw: random.Random, most: int = 9_999) -> Any:
    """A whole number as providers write it, or something that is none."""
    if chance(draw, 6):
        return draw.choice(NO_NUMBERS)
    value = draw.randrange(1, most)
    return draw.choice([value, value, str(value), f"{value:,}", f"{value}.0", None, "1e3", ""])


def flag(draw: random.Random) -> Any:
    """A boolean as providers write it."""
    return draw.choice([True, False, True, False, "yes", "FALSE", "1", None, "", "maybe"])


def text(draw: random.Random, words: str) -> Any:
    """A text as providers write it, a way to say nothing, or something that is no text."""
    return draw.choice(NO_TEXTS) if chance(draw, 2) else cell(draw, words)


def cell(draw: random.Random, words: str) -> Any:
    """A text as it stands in a table, or a way to say nothing."""
    return draw.choice([words, words, f" {words}\n", draw.choice(NOTHING)])


def other_kind(draw: random.Random, value: Any) -> Any:
    """A list as JSON text, as a map or as its first item; something that is none for a text."""
    if isinstance(value, list):
        by_place = {str(n): item for n, item in enumerate(value)}
        return draw.choice([json.dumps(value), by_place, *value[:1]])
    return draw.choice(NO_TEXTS) if isinstance(value, str) else value


def size(draw: random.Random) -> Any:
    """A company size."""
    return draw.choice(
        [
            *("51-200 employees", "51\u2013200", "1,001-5,000 employees", "10,001+", "2-10"),
            *("Myself Only", "about 60", "206", None, "", " 11 - 50 "),
            *("2-Oct", "Nov-50", "51 to 200", "1.001-5.000", "10 001+"),
        ]
    )


def headcount(draw: random.Random) -> Any:
    """How many people a company has, as a table says it."""
    return draw.choice(
        [
            *("51-200", "206", "11-50 employees", "1,204", None, "101-250", "10001+"),
            *("0", "1", "5000", "5,001-10,000", "1-10", "250+", " 12 ", "", "N/A", "11-Fifty"),
            *("about 60", "-5", "12.5", "99999999999", "Nov-50", "3 offices"),
        ]
    )


def email(draw: random.Random, name: str) -> Any:
    """An e-mail address as a table has it, or something that is none."""
    return draw.choice(
        [
            *(f"{name}@acme.example", None, f" {name.upper()}@WWW.Acme.example\n", "", "N/A"),
            *(f"{name} at acme.example", f"{name}@acme", f"{name}@b@acme.example", "@acme.example"),
            *(f"mailto:{name}@acme.example?subject=x", f"{name}@b\u00fccher.example"),
            *(f"{name}@XN--bcher-kva.example", "not_found"),
        ]
    )


def phone(draw: random.Random) -> Any:
    """A telephone number as a table has it, or something that is none."""
    spelled = ["+1 555 0111", None, " 555-01-23 ", "", "-", "ext. 12", "1234", "tel:12345"]
    return draw.choice(spelled)


def founded(draw: random.Random) -> Any:
    """When a company was founded, as a table says it."""
    return draw.choice(["2015", "2009-07-01", "Sep 1998", None, "", "long ago", "1887-02-30"])


def categories(draw: random.Random) -> Any:
    """What a company does, as a list or as none."""
    return draw.choice(
        [["Software", "Retail"], ["Robots"], None, [], ["", "N/A"], [" Retail ", 3, None]]
    )
