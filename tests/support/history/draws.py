"""Drawing what records are made of: who is named, when it was received, how it is wrapped."""

from __future__ import annotations

import json
import random
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.support.history import spellings as spell
from tests.support.history.records import LOADED, UNDATED, Record

Fields = dict[str, Any]

START = datetime(2026, 3, 1, tzinfo=UTC)
CURATED = ["northwind-tools.example", "harborlight-crm.example", "pinecrest-hardware.example"]
ALIASES = ["careers-at-acme.example", "jobs-at-acme.example", "acme-widgets.example"]
NOBODYS = ["bit.ly", "adf.ly"]
# raw tables whose created_at is not null
ALWAYS_DATED = (
    *("company_customer_claygent_payloads", "case_study_extraction_payloads"),
    "icp_payloads",
)
# what other programs call the type of a payload: it decides nothing
TYPES = ["technographics", "enrichment", "person_profile", "company_firmographics", "email"]
# other names of a table's workflow
ALIASES_OF = {
    "person_payloads": "clay-native-person-enrichment",
    "company_customer_claygent_payloads": "claygent-get-all-customer-companies",
    "case_study_extraction_payloads": "gemini-case-study-extraction",
}
# workflows that the model of a table does not read: nobody registered them, nothing reads them, or
# another model does
ELSEWHERE = [
    *("leadmagic-email-finder", "vc-firms", "Clay-Person-Profile"),
    *("clay-find-people", "clay-find-companies"),
]
SUFFIXES = ["", "", " Inc.", " GmbH", ", Ltd", " Co., Ltd."]


def company_domain(n: int) -> str:
    """Domain of the n-th company."""
    return f"münchen-{n}.example" if n % 29 == 0 else f"company-{n}.example"


class Draws:
    """Draws the parts of records.

    Where hypothesis draws and then simplifies, numbers become 0 and choices the first one. So what
    is usual comes first, and what is special needs a large number.

    Args:
        draw: Decides everything: from a seed, or hypothesis in person.
        entities: About how many entities of feeds there will be.
    """

    def __init__(self, draw: random.Random, entities: int) -> None:
        self.draw = draw
        # every company is named by some four feeds, and by the careers of some people
        self.companies = [company_domain(n) for n in range(max(entities // 5, 4))]
        self.companies += [*CURATED, *ALIASES, *NOBODYS]
        self.people = [self._slug(n) for n in range(max(entities // 4, 4))]
        self._last = 0  # place of the company drawn before

    def _slug(self, n: int) -> str:
        if n % 11 == 0:
            return f"ACwAA{n}bCdE_f-G"
        return f"josé-example-{n}" if n % 7 == 0 else f"person-{n}"

    def _one(self, values: list[Any]) -> Any:
        return self.draw.choice(values)

    def _chance(self, percent: int) -> bool:
        return spell.chance(self.draw, percent)

    def _some(self, most: int) -> range:
        return range(self.draw.randrange(most + 1))

    def _times(self) -> range:
        return range(self._one([1, 2, 3, 4]))

    def _company_name(self) -> Any:
        """Few enough names for customers to be found by theirs, and some of them short."""
        number = self.draw.randrange(len(self.companies))
        name = self._one([f"Company No {number}"] * 6 + ["Ox", "Kiwi", f"COMPANY NO {number}"])
        return self._one([name + self._one(SUFFIXES)] * 6 + [self._one(spell.NOTHING)])

    def _company(self) -> str:
        """A company, often the neighbour of the one before: some neighbours are merged."""
        place = self.draw.randrange(len(self.companies))
        if self._chance(30):
            place = (self._last + 1) % len(self.companies)
        self._last = place
        return spell.domain(self.draw, self.companies[place])

    def _company_or_not(self) -> Any:
        if self._chance(15):
            return self._one([*spell.NO_DOMAINS, None, ""])
        return self._company()

    def _page(self) -> Any:
        if self._chance(30):
            return self._one([None, "", "https://www.linkedin.com/in/jane", "acme.example"])
        return spell.company_page(self.draw, f"page-{self.draw.randrange(len(self.companies))}")

    def _page_or_not(self, slug: str) -> str:
        if self._chance(5):
            return str(self._one(["acme.example", "N/A"]))
        return spell.company_page(self.draw, slug)

    def _named(self, name: Any) -> Any:
        """The name of an item, or what stands in its place."""
        return self._one(spell.NO_TEXTS) if self._chance(3) else name

    def _receipt(self) -> str:
        if not self._chance(40):
            return LOADED
        if self._chance(20):
            return UNDATED
        return self._moment()

    def _moment(self, hours: int = 40) -> str:
        """A moment in the first hours of the world."""
        return (START + timedelta(hours=self.draw.randrange(hours))).isoformat()

    def _edition(self, *editions: str) -> str:
        """One of the words that an attribute has in turn, so that it changes."""
        return str(self._one(list(editions)))

    def _said(self, fields: Fields) -> Fields:
        """The fields of an answer: all, some, some of another kind, none with a value, none."""
        form = self.draw.randrange(100)
        if form < 66 or not fields:
            return fields
        if form < 76:
            start = self.draw.randrange(3)
            return {name: fields[name] for name in sorted(fields)[start::3]}
        if form < 84:
            odd = self._one(sorted(fields))
            return {**fields, odd: spell.other_kind(self.draw, fields[odd])}
        if form < 90:
            kept = self.draw.sample(sorted(fields), min(2, len(fields)))
            return {name: fields[name] for name in kept}
        if form < 93:
            return dict.fromkeys(fields, self._one(spell.NOTHING))
        return {} if form < 95 else dict(self._one(spell.ERRORS))

    def _content(self, fields: Fields) -> Any:
        """The payload as some relay sends it: in its order, encoded, or not an object at all."""
        content: Any = self._said(fields)
        if not self._chance(30):
            # up to a day and more behind the receipt, exactly a day included
            at = START.replace(tzinfo=None) + timedelta(hours=self.draw.randrange(70))
            content = {**content, "last_refresh": spell.refresh(self.draw, at)}
        form = self.draw.randrange(100)
        if form < 86:
            return content
        if form < 92:
            return json.dumps(content)
        if form < 95:
            return json.dumps(json.dumps(content))
        if form < 97:
            return f"```json\n{json.dumps(content, ensure_ascii=False)}\n```"
        return self._one([[content], "not json", '{"name": "cut off', "[]"])

    def _payload(self, table: str, columns: Fields, fields: Fields) -> Record:
        received = self._receipt()
        if received == UNDATED and table in ALWAYS_DATED:
            received = LOADED
        # the loader stamps what the registry says; other words come from other programs
        kind = self._one(TYPES) if self._chance(30) else None
        workflow = self._one([ALIASES_OF.get(table), *ELSEWHERE]) if self._chance(12) else None
        if (kind or workflow) and received == LOADED:
            received = START.isoformat()
        return Record(table, columns, self._content(fields), received, kind, workflow)

    def _row(self, table: str, columns: Fields) -> Record:
        received = self._receipt()
        if table == "vc_portfolio_companies" and received == LOADED:
            received = self._moment()
        return Record(table, columns, None, received)

    def _key(self, spelled: str, none: list[str]) -> str:
        return str(self._one(none)) if self._chance(2) else spelled
