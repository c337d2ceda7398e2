"""Names in other spellings, and with more around them than the name."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ingest.privacy.names import plain_names
from tests.support.ingesting import ingest, load
from tests.support.scenario import scenario
from tests.support.warehouse import Warehouse

PROFILE = "https://www.linkedin.com/in/"
# by slug: how the profile spells the name, and how a study does whose champion the person is
SPELLED = {
    "wang-1a": ("王小明", "王小明"),
    "jose-2b": ("José Ñandú", unicodedata.normalize("NFD", "José Ñandú")),
    "juergen-3c": ("Jürgen Größer", "JÜRGEN GRÖSSER"),
    "zed-4d": ("Zed O’Teal", "Zed O'Teal"),  # noqa: RUF001
    "jr-5e": ("J.R. Ochre", "JR Ochre"),
    "vera-6f": ("Vera Filler ✨", "Vera Filler"),
    "nina-7a": ("Nina Verdi, MBA", "Nina Verdi"),
    "carl-8b": ("Carl Umber (he/him)", "Carl Umber"),
}


def finder(name: str) -> dict[str, Any]:
    """What a finder of addresses says of somebody it was asked for by name."""
    first, last = name.split()
    return {
        "workflow_slug": "leadmagic-email",
        "first_name": first,
        "last_name": last,
        "company_domain": "pier.example",
        "raw_payload": {"email": f"{first.lower()}@pier.example", "status": "valid"},
    }


@pytest.fixture(scope="module")
def pier(key_file: object) -> Iterator[Warehouse]:
    """People of one company, each the champion of a study."""
    assert key_file
    with scenario() as warehouse:
        role = {"title": "Buyer", "company": "Pier", "company_domain": "pier.example"}
        for slug, (name, in_study) in SPELLED.items():
            career = [role | {"is_current": True, "start_date": "2024"}]
            profile = {"name": name, "experience": career}
            warehouse.payload("person_payloads", PROFILE + slug, profile)
            champions = [{"full_name": "Ola Stays"}, {"full_name": in_study}]
            study = {
                "customer_company_domain": "pier.example",
                "champions": champions,
                "reasoning": f"Said by {in_study}.",
            }
            warehouse.payload(
                "case_study_extraction_payloads",
                f"https://seller.example/{slug[-2:]}",
                study,
                origin_company_domain="seller.example",
                company_customer_name="Pier",
                has_case_study_url=True,
            )
        warehouse.build()
        yield warehouse


@pytest.mark.parametrize("slug", SPELLED)
def test_a_champion_goes_in_whatever_spelling(pier: Warehouse, slug: str) -> None:
    result = ingest("privacy", "erase", slug, "--case", "DSR-1", "--json")
    assert result.exit_code == 0, result.output
    said = json.loads(result.stdout)
    assert (said["found_afterwards"], said["name_is_shared"]) == ({}, False)
    ((study,),) = pier.all(
        "select raw_payload from raw.case_study_extraction_payloads where case_study_url = %s",
        f"https://seller.example/{slug[-2:]}",
    )
    assert study["champions"] == [{"full_name": "Ola Stays"}, None]
    assert study["reasoning"] == "Said by [redacted]."


def test_the_plain_name_does_not_come_back(pier: Warehouse, tmp_path: Path) -> None:
    """Behind the erasures: of whom a profile said more than the name, and of somebody else."""
    file = tmp_path / "found.ndjson"
    names = ("Vera Filler", "Nina Verdi", "Carl Umber", "Ola Stays")
    file.write_text("".join(f"{json.dumps(finder(name))}\n" for name in names))
    said = load(file, "--json", workflow=None)
    assert said.exit_code == 0, said.output
    assert pier.all("select full_name, first_name, last_name from raw.email_payloads") == [
        (None, "Ola", "Stays")
    ]


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("Mira Lorem 🚀", ["Mira Lorem"]),
        ("★ Ada Lintel (she/her), Ph.D., MBA ❤️", ["Ada Lintel"]),
        ("王小明 ✨", ["王小明"]),
        ("Ada Lintel", []),
        ("Ada L.", []),
        # no title, and no name before one
        ("Lintel, Ada", []),
        ("Lintel, ADA", []),
        (unicodedata.normalize("NFD", "José Ñandú"), []),
        ("🚀", []),
    ],
)
def test_what_is_put_around_a_name_is_no_part_of_it(name: str, plain: list[str]) -> None:
    assert plain_names([name]) == plain
