"""Which functional area a title names, as api.leads shows it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.scenario import scenario
from tests.support.scratch import Parameters
from tests.support.sources import PROFILE
from tests.support.warehouse import Warehouse

FUNCTIONS: dict[str, str | None] = {
    "VP Sales": "Sales",
    "Chief Revenue Officer": "Sales",
    "Key-Account Manager": "Sales",
    "Leiterin Vertrieb": "Sales",
    "Head of Marketing": "Marketing",
    "C.M.O.": "Marketing",
    "Director, Demand Gen": "Marketing",
    "Software Engineer II": "Engineering",
    "CTO & Co-Founder": "Engineering",
    "Chief Product Officer": "Product",
    "Financial Controller": "Finance",
    "FP&A Manager": "Finance",
    "HR Business Partner": "People",
    "Head of People": "People",
    "Directeur des Ressources Humaines": "People",
    "Plant Manager": "Operations",
    "Strategic Sourcing Lead": "Supply Chain",
    "Director of Logistics": "Supply Chain",
    "Einkäufer": "Supply Chain",
    "IT Manager": "IT",
    "CISO": "IT",
    "General Counsel": "Legal",
    "Customer Success Manager": "Customer Success",
    "UX Researcher": "Design",
    "Data Scientist": "Data",
    "R&D Technician": "Research",
    "Executive Assistant to the CFO": "Administration",
    # two areas: the narrower one, and operations only where nothing else is said
    "Product Marketing Manager": "Marketing",
    "Sales Operations Analyst": "Sales",
    "VP People Operations": "People",
    "Product Designer": "Design",
    "Sales Engineer": "Sales",
    "Data Protection Officer": "Legal",
    "VP Supply Chain & Operations": "Supply Chain",
    "Technical Support Engineer": "Customer Success",
    # words, not letters
    "Wholesales Clerk": None,
    "Digital Humanist": None,
    "Chief Executive Officer": None,
    "Owner": None,
}


@pytest.fixture(scope="module")
def built(_built: Parameters) -> Iterator[Warehouse]:
    with scenario() as w:
        w.payload("company_payloads", "titles.example", {"industry": "Titles"})
        asked = {"company_criteria": {"industries": ["titles"]}, "person_criteria": {}}
        w.payload("icp_payloads", "owner.example", asked)
        for n, title in enumerate([*FUNCTIONS, None]):
            role = {"title": title, "company_domain": "titles.example", "is_current": True}
            w.payload("person_payloads", PROFILE.format(f"p-{n}"), {"experience": [role]})
        w.build()
        yield w


@pytest.mark.parametrize("title", FUNCTIONS)
def test_a_title_names_a_function(built: Warehouse, title: str) -> None:
    found = built.one("select function from api.leads where title = %s", title)
    assert found == (FUNCTIONS[title],)


def test_without_a_title_there_is_none(built: Warehouse) -> None:
    assert built.one("select function from api.leads where title is null") == (None,)
