"""Invented records about invented companies and people."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

from tests.support.history import spellings as spell
from tests.support.history.draws import Fields
from tests.support.history.providers import Providers
from tests.support.history.records import LOADED, Record

JSON_LISTS = ["languages", "certifications", "courses", "awards", "patents"]


class World(Providers):
    """Draws records, entity by entity.

    Args:
        draw: Decides everything: from a seed, or hypothesis in person.
        entities: How many entities of feeds have records.
    """

    def __init__(self, draw: Random, entities: int) -> None:
        super().__init__(draw, entities)
        self._entities = entities
        self._entries = 0

    def records(self) -> list[Record]:
        """Records of as many timelines as were asked for, in any order."""
        makers: list[tuple[Callable[[str], list[Record]], list[str]]] = [
            (self._firmographics, self.companies),
            (self._discovery, self.companies),
            (self._profile, self.people),
            (self._found_person, self.people),
            (self._research, self.companies),
            (self._study, self.companies),
            (self._icp, self.companies),
            (self._manual, self.companies),
            (self._lead, self.people),
            (self._portfolio, self.companies),
            (self._crunchbase, self.companies),
            (self._organisation, self.companies),
            (self._matched_person, self.people),
            (self._found_address, self.people),
            (self._namesake, self.people),
        ]
        timelines = [(make, key) for make, keys in makers for key in keys]
        chosen = self.draw.sample(timelines, self._entities)
        found = [record for make, key in chosen for record in make(key)]
        self.draw.shuffle(found)
        return found

    def _firmographics(self, domain: str) -> list[Record]:
        return [self._enrichment(domain) for _ in self._times()]

    def _enrichment(self, domain: str) -> Record:
        d = self.draw
        fields = {
            "name": self._company_name(),
            "url": self._page(),
            "slug": "x",
            "description": spell.text(d, "Tools,\nand 'more'"),
            "industry": spell.text(d, self._edition("Retail", "Software", "Logistics")),
            "type": spell.text(d, "Privately Held"),
            "logo_url": self._one([None, {"src": "x"}, "https://logo.example/1.png"]),
            "domain": "other.example",
            "org_id": spell.number(d, 10**12),
            "country": spell.text(d, self._edition("US", "Germany")),
            "locality": spell.text(d, "Austin, Texas"),
            "founded": spell.number(d, 2020),
            "website": spell.text(d, "http://www.northwind.example"),
            "size": spell.size(d),
            "employee_count": spell.number(d),
            "follower_count": spell.number(d, 10**10),
            "specialties": self._one([["ERP", "Inventory"], None, [], ["", "ERP", "N/A", " x "]]),
            "locations": self._locations(),
        }
        fields[self._one(["company_id", "clay_company_id"])] = spell.number(d, 10**11)
        columns = {"company_domain": self._key(spell.domain(d, domain), spell.NO_DOMAINS)}
        return self._payload("company_payloads", columns, fields)

    def _locations(self) -> Any:
        if self._chance(20):
            return self._one([None, [], "", "Austin"])
        return [
            self._one(
                [
                    {"is_primary": self._chance(40), "city": "Austin", "country": "US"},
                    {"inferred_location": None, "city": "Bern"},
                    {"city": "Köln", "is_hq": spell.flag(self.draw), "latitude": 50.90},
                    {"is_headquarters": True, "city": "Oslo"},
                ]
            )
            for _ in self._some(3)
        ]

    def _discovery(self, domain: str) -> list[Record]:
        return [self._found_company(domain) for _ in self._times()]

    def _found_company(self, domain: str) -> Record:
        d = self.draw
        fields = {
            "name": self._company_name(),
            "domain": "other.example",
            "linkedin_url": self._page(),
            "size": spell.size(d),
            "type": spell.text(d, "Nonprofit"),
            "country": spell.text(d, "Germany"),
            "location": spell.text(d, "Denver, CO"),
            "industry": spell.text(d, self._edition("Software", "Retail")),
            "industries": self._one([["A", "B"], None, []]),
            "description": spell.text(d, "d"),
            "annual_revenue": spell.text(d, "10M-25M"),
            "total_funding_amount_range_usd": spell.text(d, "Funding unknown"),
            "linkedin_company_id": spell.number(d, 10**12),
            "clay_company_id": spell.number(d, 10**12),
            "resolved_domain": self._one([{"is_live": True}, "x.example", None]),
            "derived_datapoints": self._one([{"a": 1.50}, None]),
        }
        columns = {"company_domain": self._key(spell.domain(d, domain), spell.NO_DOMAINS)}
        return self._payload("company_discovery", columns, fields)

    def _profile(self, slug: str) -> list[Record]:
        return [self._career(slug) for _ in self._times()]

    def _career(self, slug: str) -> Record:
        d = self.draw
        roles = [self._role() for _ in self._some(4)]
        fields: Fields = {
            "name": spell.text(d, f"Name {d.randrange(99)}"),
            "first_name": spell.text(d, "José"),
            "last_name": spell.text(d, "Example, PhD 👩‍💻"),
            "headline": spell.text(d, self._edition("h", "VP at Acme", "Looking")),
            "summary": spell.text(d, "s\ts"),
            "country": spell.text(d, "United States"),
            "location_name": spell.text(d, "Austin"),
            "profile_id": spell.number(d, 10**12),
            "connections": spell.number(d),
            "num_followers": spell.number(d),
            "jobs_count": spell.number(d, 9),
            "picture_url_orig": spell.text(d, "https://p.example/1"),
            "picture_url_copy": spell.text(d, "https://p.example/2"),
            "experience": self._one([roles] * 6 + [None, [], ""]),
            "education": self._one([[self._school() for _ in self._some(3)]] * 4 + [None, []]),
            **{name: self._one([None, [], [{"x": 1}], ["German"]]) for name in JSON_LISTS},
        }
        if self._chance(60):
            fields["latest_experience"] = self._one([*roles, None, {}, self._role()])
        columns = {"linkedin_url": self._key(spell.person(d, slug), spell.NO_PEOPLE)}
        return self._payload("person_payloads", columns, fields)

    def _role(self) -> Fields:
        d = self.draw
        role = {
            "title": spell.text(d, self._edition("VP", "COO", "Buyer")),
            "company": self._company_name(),
            "company_domain": self._company_or_not(),
            "url": self._page(),
            "org_id": spell.number(d, 10**12),
            "locality": spell.text(d, "Rome"),
            "summary": spell.text(d, "a\nb"),
            "start_date": spell.day(d),
            "end_date": spell.day(d),
            "is_current": spell.flag(d),
        }
        for name in d.sample(sorted(role), d.randrange(3)):
            del role[name]
        return role

    def _school(self) -> Fields:
        d = self.draw
        return {
            "school_name": spell.text(d, "State University"),
            "degree": spell.text(d, "BSc"),
            "field_of_study": spell.text(d, "Art"),
            "grade": self._one(["3.7", 3.70, None]),
            "activities": spell.text(d, "Rowing"),
            "start_date": spell.day(d),
            "end_date": spell.day(d),
        }

    def _found_person(self, slug: str) -> list[Record]:
        d = self.draw
        found = []
        for _ in self._times():
            fields = {
                "name": spell.text(d, f"Found {d.randrange(99)}"),
                "first_name": spell.text(d, "Ana"),
                "last_name": spell.text(d, "Example"),
                "location_name": spell.text(d, "Rome"),
                "domain": self._company_or_not(),
                "latest_experience_title": spell.text(d, self._edition("CTO", "COO")),
                "latest_experience_company": self._company_name(),
                "latest_experience_start_date": spell.day(d),
                "company_table_id": spell.text(d, "t_1"),
                "company_record_id": spell.text(d, "r_1"),
            }
            columns = {"linkedin_url": self._key(spell.person(d, slug), spell.NO_PEOPLE)}
            found.append(self._payload("person_discovery", columns, fields))
        return found

    def _spelled_name(self) -> Any:
        """A company's name as people write it, for what is compared by its form alone."""
        name = self._company_name()
        return spell.name(self.draw, name) if isinstance(name, str) else name

    def _research(self, domain: str) -> list[Record]:
        found = []
        for _ in self._times():
            customers = [
                {
                    "companyName": self._named(self._one([self._spelled_name(), "none found."])),
                    "url": spell.text(self.draw, "https://x.example/s"),
                    "hasCaseStudy": spell.flag(self.draw),
                }
                for _ in self._some(4)
            ]
            older = {"result": "Company No 1, Company No 2 ,company no 1"}
            fields = self._one([{"customers": customers}] * 5 + [{"customers": None}, older, {}])
            columns = {
                "origin_company_domain": self._key(
                    spell.domain(self.draw, domain), spell.NO_DOMAINS
                ),
                "origin_company_name": self._company_name(),
                "origin_company_linkedin_url": self._page(),
            }
            table = "company_customer_claygent_payloads"
            found.append(self._payload(table, columns, fields))
        return found

    def _study(self, domain: str) -> list[Record]:
        found = []
        for _ in self._times():
            people = [*(spell.name(self.draw, who) for who in ("Ana Example", "Bo")), None, "N/A"]
            champions = [
                {
                    "full_name": self._named(self._one(people)),
                    "job_title": spell.text(self.draw, "CFO"),
                    "company_name": self._company_name(),
                }
                for _ in self._some(4)
            ]
            fields = {
                "article_title": spell.text(self.draw, "How it went"),
                "customer_company_domain": self._company_or_not(),
                "champions": self._one([champions] * 5 + [None, []]),
                "confidence": spell.text(self.draw, "high"),
                "reasoning": spell.text(self.draw, "r"),
            }
            columns = {
                "case_study_url": spell.page(self.draw, domain),
                "origin_company_domain": self._key(self._company(), spell.NO_DOMAINS),
                "origin_company_name": self._company_name(),
                "company_customer_name": self._company_name() or "N/A",
                "has_case_study_url": True,
            }
            columns["company_customer_name"] = columns["company_customer_name"].strip() or "N/A"
            found.append(self._payload("case_study_extraction_payloads", columns, fields))
        return found

    def _icp(self, domain: str) -> list[Record]:
        found = []
        for _ in self._times():
            sizes = [spell.size(self.draw) for _ in self._some(3)]
            company = {
                "industries": ["Retail"],
                self._one(["size", "size_buckets"]): self._one([sizes, None, "11-50 employees"]),
                "founded_min": None,
            }
            fields = {
                "company_criteria": self._one([company] * 4 + [None, {}, "everyone"]),
                "person_criteria": self._one([{"seniority": ["VP"]}, None, {}]),
            }
            columns = {"domain": self._key(spell.domain(self.draw, domain), spell.NO_DOMAINS)}
            found.append(self._payload("icp_payloads", columns, fields))
        return found

    def _manual(self, domain: str) -> list[Record]:
        """One entry, perhaps corrected later: its domains stay what they are."""
        self._entries += 1
        name = f"{self._company_name() or 'Somebody'}".strip() or "Somebody"
        entry = {
            "origin_company_domain": spell.domain(self.draw, domain),
            "company_customer_name": self._one([name, f"Entered {self._entries}"]),
            "company_customer_domain": self._company_or_not(),
            "company_customer_linkedin_url": self._page(),
        }
        received = self._receipt()
        corrected = self._times() if received == LOADED else range(1)
        if received == LOADED:
            entry["company_customer_name"] = f"Entered {self._entries}"
        return [
            Record(
                "manual_company_customers",
                {
                    **entry,
                    "origin_company_name": self._company_name(),
                    "origin_company_linkedin_url": self._page(),
                    "source_notes": self._one([None, f"note {n}"]),
                },
                None,
                received,
            )
            for n in corrected
        ]

    def _lead(self, slug: str) -> list[Record]:
        return [self._export(slug) for _ in self._times()]

    def _export(self, slug: str) -> Record:
        d = self.draw
        row = {
            "first_name": spell.cell(d, "Lea"),
            "last_name": spell.cell(d, f"Lead {d.randrange(99)}"),
            "email": spell.email(d, "lea"),
            "phone_number": spell.phone(d),
            "profile_headline": spell.cell(d, "COO at Newco"),
            "profile_summary": spell.cell(d, "s"),
            "job_title": spell.cell(d, self._edition("COO", "VP", "Chief Operating Officer")),
            "job_started_on": self._one(
                ["08-2024", "2024-05", "10-2026", "2011", "soon", "infinity", None, ""]
            ),
            "linkedin_url_user_profile": spell.person(d, slug),
            "location": spell.cell(d, "Denver"),
            "company": self._company_name(),
            "company_website": self._company_or_not(),
            "linkedin_url_company": self._page_or_not(slug),
            "company_description": spell.cell(d, "Shops"),
            "company_headcount": spell.headcount(d),
            "company_industries": spell.cell(d, "Retail"),
            "company_registered_address": spell.cell(d, "1 Main St, Denver"),
            "export_timestamp": self._exported(),
        }
        return self._row("salesnav_scrapes", row)

    def _exported(self) -> Any:
        """When an export was made: up to a day and more behind the receipt, or nobody says."""
        return self._one([self._moment(70), self._moment(70), None, "2062-05-01T00:00:00+00:00"])

    def _portfolio(self, domain: str) -> list[Record]:
        d = self.draw
        found = []
        for _ in range(self._one([1, 2])):
            row = {
                "company_name": self._company_name(),
                "website_domain": self._one([spell.domain(d, domain), self._company_or_not()]),
                "linkedin_url": self._page_or_not("p"),
                "logo_url": spell.cell(d, "https://logo.example/vc.png"),
                "status": spell.cell(d, self._edition("Active", "Acquired")),
                "founded_date": spell.founded(d),
                "description_long": spell.cell(d, "Long"),
                "description_short": spell.cell(d, "Short"),
                "city": spell.cell(d, "Austin"),
                "state": spell.cell(d, "Texas"),
                "country": spell.cell(d, self._edition("United States", "Canada")),
                "employee_count": spell.headcount(d),
                "revenue_range": spell.cell(d, "$1M to $10M"),
                "funding_total": spell.cell(d, "$5M"),
                "equity_funding": spell.cell(d, "$4M"),
                "categories": spell.categories(d),
            }
            found.append(self._row("vc_portfolio_companies", row))
        return found

    def _crunchbase(self, domain: str) -> list[Record]:
        d = self.draw
        found = []
        for _ in range(self._one([1, 2])):
            row = {
                "vc_name": "Birch",
                "vc_domain": self._one(["birch.example"] * 6 + ["Birch", None]),
                "website": self._one([spell.domain(d, domain), self._company_or_not()]),
                "name": self._company_name(),
                "linkedin_url": self._page_or_not("c"),
                "operating_status": spell.cell(d, self._edition("active", "closed")),
                "founded_date": spell.founded(d),
                "full_description": spell.cell(d, "Full"),
                "short_description": spell.cell(d, "Short"),
                "city": spell.cell(d, "Toronto"),
                "state": spell.cell(d, "Ontario"),
                "country": spell.cell(d, "Canada"),
                "number_employees": spell.headcount(d),
            }
            found.append(self._row("vc_crunchbase_portfolios", row))
        return found
