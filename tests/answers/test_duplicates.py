"""What may be one and the same: each reason, and what looks like it and is none."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.scenario import rows, scenario
from tests.support.scratch import Parameters
from tests.support.sources import COMPANY, PROFILE, moment
from tests.support.warehouse import Warehouse

# domain -> (name, country, slug of the LinkedIn page)
COMPANIES: dict[str, tuple[str | None, str | None, str | None]] = {
    # below one owner's domain, and below endings that are nobody's own
    "shop.one-owner.example": (None, None, None),
    "one-owner.example": (None, None, None),
    "eu.shop.one-owner.example": (None, None, None),
    "invented-alpha.co.uk": (None, None, None),
    "jobs.invented-alpha.co.uk": (None, None, None),
    "invented-beta.co.uk": (None, None, None),
    "invented-alpha.github.io": (None, None, None),
    "invented-beta.github.io": (None, None, None),
    "invented-alpha.com.ck": (None, None, None),
    "invented-beta.com.ck": (None, None, None),
    "a.invented-gamma.com.ck": (None, None, None),
    "b.invented-gamma.com.ck": (None, None, None),
    "github.io": (None, None, None),
    # names
    "quill-1.example": ("Quill Works Ltd", "US", None),
    "quill-2.example": ("QUILL works Inc.", "United States", None),
    "quill-3.example": ("Quill Works", "Canada", None),
    "quill-4.example": ("Quill Works", None, None),
    "quill-5.example": ("Quill Works", None, None),
    "ox-1.example": ("Ox", "US", None),
    "ox-2.example": ("Ox", "US", None),
    # pages
    "page-1.example": ("Page One", "US", "one-page"),
    "page-2.example": ("Page Two", "US", "ONE-page/"),
    "page-3.example": ("Page Three", "US", "another-page"),
}

# slug -> (name, employer)
PEOPLE: dict[str, tuple[str | None, str | None]] = {
    "twin-1": ("Ana Twin", "employer.example"),
    "twin-2": ("ANA TWIN", "www.employer.example"),
    "elsewhere": ("Ana Twin", "other.example"),
    "unknown-1": ("Una Twin", None),
    "unknown-2": ("Una Twin", None),
    "nameless-1": (None, "employer.example"),
    "nameless-2": (None, "employer.example"),
}


@pytest.fixture(scope="module")
def built(_built: Parameters) -> Iterator[Warehouse]:
    with scenario() as w:
        for n, (domain, (name, country, page)) in enumerate(COMPANIES.items()):
            url = COMPANY.format(page) if page else None
            payload = {"name": name, "country": country, "size": "51-200", "url": url}
            w.payload("company_payloads", domain, payload, received=moment(n))
        for n, (slug, (full_name, employer)) in enumerate(PEOPLE.items()):
            role = {"title": "Buyer", "company_domain": employer, "is_current": True}
            profile = {"name": full_name, "headline": "Buys", "experience": [role]}
            w.payload("person_payloads", PROFILE.format(slug), profile, received=moment(n))
        w.build()
        yield w


@pytest.mark.parametrize(
    ("reason", "expected"),
    {
        "same LinkedIn page": [
            (COMPANY.format("one-page"), ["page-1.example", "page-2.example"]),
        ],
        "same registrable domain": [
            (
                "one-owner.example",
                ["shop.one-owner.example", "one-owner.example", "eu.shop.one-owner.example"],
            ),
            (
                "invented-alpha.co.uk",
                ["invented-alpha.co.uk", "jobs.invented-alpha.co.uk"],
            ),
            (
                "invented-gamma.com.ck",
                ["a.invented-gamma.com.ck", "b.invented-gamma.com.ck"],
            ),
        ],
        "same name and country": [
            ("quill works, United States", ["quill-1.example", "quill-2.example"]),
        ],
        "same name and employer": [
            ("ana twin, employer.example", [PROFILE.format("twin-1"), PROFILE.format("twin-2")]),
        ],
    }.items(),
)
def test_a_reason(built: Warehouse, reason: str, expected: list[tuple[str, list[str]]]) -> None:
    found = rows(built, "select shared, keys, duplicates from api.duplicates where reason = %s",
                 reason)  # fmt: skip
    assert {line["shared"]: line["keys"] for line in found} == dict(expected)
    assert all(line["duplicates"] == len(line["keys"]) for line in found)


def test_names_and_ids_stand_in_the_order_of_the_keys(built: Warehouse) -> None:
    (found,) = rows(built, "select * from api.duplicates where entity = 'person'")
    assert found["names"] == ["Ana Twin", "ANA TWIN"]
    ids = built.all("select id from core.people where full_name ilike 'ana twin' order by 1")
    assert set(found["ids"]) < {each for (each,) in ids}


def test_what_has_one_reason_may_have_another(built: Warehouse) -> None:
    assert built.all("select distinct entity, reason from api.duplicates order by 1, 2") == [
        ("company", "same LinkedIn page"),
        ("company", "same name and country"),
        ("company", "same registrable domain"),
        ("person", "same name and employer"),
    ]
