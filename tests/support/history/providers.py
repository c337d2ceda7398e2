"""Invented records of providers whose payloads lie in tables that others share."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from tests.support.history import spellings as spell
from tests.support.history.draws import START, Draws, Fields
from tests.support.history.records import LOADED, Record

_FEW = 3  # companies that people of one name work at
APOLLO, PDL = "apollo-organization-enrich", "pdl-person"


class Providers(Draws):
    """Draws what Apollo, People Data Labs and LeadMagic answer, and people of few names."""

    def _namesake(self, slug: str) -> list[Record]:
        """One of several people of a name, in one role that ends now and then, seldom elsewhere."""
        name, domain = self._name_that_several_bear(), self._one(self.companies[:_FEW])
        found = []
        for _ in self._times():
            if self._chance(20):
                domain = self._one(self.companies[:_FEW])
            role = {"title": "Buyer", "company": "Acme", "company_domain": domain}
            role["is_current"] = self._one([True, True, False, None])
            key = {"linkedin_url": spell.person(self.draw, slug)}
            fields = {"name": name, "latest_experience": role}
            found.append(self._payload("person_payloads", key, fields))
        return found

    def _name_that_several_bear(self) -> str:
        return f"Pat Same {self.draw.randrange(60)}"

    def _organisation(self, domain: str) -> list[Record]:
        d = self.draw
        fields = {
            "name": self._company_name(),
            "website_url": spell.text(d, "http://www.northwind.example"),
            "linkedin_url": self._page(),
            "industry": spell.text(d, self._edition("retail", "software")),
            "estimated_num_employees": spell.number(d, 30_000),
            "founded_year": spell.number(d, 2020),
            "annual_revenue_printed": spell.text(d, "12M"),
            "total_funding_printed": spell.text(d, "3M"),
            "city": spell.text(d, "Austin"),
            "state": spell.text(d, "Texas"),
            "country": spell.text(d, "United States"),
            "short_description": spell.text(d, "Tools"),
            "keywords": self._one([["ERP", " x "], None, [], '["a"]']),
        }
        key = {"company_domain": self._key(spell.domain(d, domain), spell.NO_DOMAINS)}
        return [self._told("company_payloads", key, fields, APOLLO, "organization")]

    def _matched_person(self, slug: str) -> list[Record]:
        return [self._match(slug) for _ in self._times()]

    def _match(self, slug: str) -> Record:
        d = self.draw
        fields: Fields = {
            "full_name": spell.text(d, f"name {d.randrange(99)}"),
            "first_name": spell.text(d, "josé"),
            "last_name": spell.text(d, "example"),
            "job_title": spell.text(d, self._edition("vp sales", "buyer")),
            "job_company_name": self._company_name(),
            "job_company_website": self._company_or_not(),
            "job_company_linkedin_url": self._page(),
            "job_start_date": self._one(["2021-03", "2022", "2023-07-01", None, "Present"]),
            "work_email": self._address(),
            "emails": self._one(
                [None, [], [{"address": self._address(), "type": "personal"}, {"type": "other"}]]
            ),
            "mobile_phone": self._one([None, "+1 303 555 0100", "n/a", "12"]),
            "location_name": spell.text(d, "austin, texas"),
            "location_country": self._one(["united states", "Atlantis", None, "N/A"]),
            "likelihood": self._one([10, 8, 6.5, "5.9", "4", None, 0]),
            "experience": self._listed([self._role_listed() for _ in self._some(3)]),
            "education": self._listed([self._school_listed() for _ in self._some(2)]),
        }
        key = {"linkedin_url": self._key(spell.person(d, slug), spell.NO_PEOPLE)}
        return self._told("person_payloads", key, fields, PDL, "data")

    def _listed(self, items: list[Fields]) -> Any:
        """A list, also as text, or with something else in it; none; or what is no list."""
        odd = [None, "none found", [], ["acme"], {"0": items}, [None, "acme", *items]]
        return self._one([*[items] * 8, json.dumps(items), *odd])

    def _role_listed(self) -> Fields:
        company = {
            "name": self._company_name(),
            "website": self._company_or_not(),
            "linkedin_url": self._page(),
        }
        role = {
            "company": self._one([*[company] * 6, company["name"], None, ["acme"], {}]),
            "title": self._one(
                [{"name": "buyer"}, {"name": "cto"}, "buyer", None, {"name": ["x"]}]
            ),
            "start_date": self._day_listed(),
            "end_date": self._day_listed(),
            "is_primary": self._chance(30),
        }
        for name in self.draw.sample(sorted(role), self.draw.randrange(2)):
            del role[name]
        return role

    def _school_listed(self) -> Fields:
        return {
            "school": self._one([{"name": "invented state"}, "invented state", None, {}]),
            "degrees": self._one([["bachelors", "masters"], [], None, "phd", [{"x": 1}], ["N/A"]]),
            "majors": self._one([["law"], ["law", None, 1], None, {"x": "y"}]),
            "start_date": self._day_listed(),
            "end_date": self._day_listed(),
        }

    def _day_listed(self) -> Any:
        return self._one(["2021-03", "2019", "2023-07-01", None, "Present"])

    def _address(self) -> Any:
        number = self.draw.randrange(_FEW)
        return self._one([f"Person-{number}@acme.example"] * 5 + [None, "N/A", "nobody at acme"])

    def _told(self, table: str, key: Fields, fields: Fields, workflow: str, within: str) -> Record:
        """A record of a workflow that is not the usual one of its table."""
        record = self._payload(table, key, fields)
        received = START.isoformat() if record.received == LOADED else record.received
        payload = record.payload
        if isinstance(payload, dict) and self._chance(60):
            payload = {within: payload}
        return replace(record, payload=payload, received=received, workflow=workflow)

    def _found_address(self, slug: str) -> list[Record]:
        return [self._finding(slug) for _ in self._times()]

    def _finding(self, slug: str) -> Record:
        d = self.draw
        fields = {
            "email": self._one([f"{slug}@acme.example"] * 3 + [self._address()]),
            "status": self._one(["valid", "VALID_CATCH_ALL", "invalid", "unknown", None, "odd"]),
        }
        url = self._key(spell.person(d, slug), spell.NO_PEOPLE)
        asked: list[Fields] = [
            {"linkedin_url": url, "first_name": "José", "last_name": self._one(["Example", None])},
            {"linkedin_url": url},
            {
                "linkedin_url": None,
                "full_name": self._name_that_several_bear(),
                "company_domain": self._one([*self.companies[:_FEW], self._company()]),
            },
        ]
        columns = dict.fromkeys(("first_name", "last_name", "full_name", "company_domain"))
        return self._payload("email_payloads", {**columns, **self._one(asked)}, fields)
