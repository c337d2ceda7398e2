"""Invented person profiles of about 6 kB, as NDJSON envelopes.

    python bench/generate.py 100000 > profiles.ndjson

The same number and seed give the same bytes.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator
from typing import Any

import msgspec

_WORDS = [
    *("led", "built", "shipped", "measured", "planned", "warehouse", "inventory", "logistics"),
    *("pricing", "forecast", "team", "region", "supplier", "margin", "customer", "launch"),
    *("budget", "quarter", "process", "quality", "safety", "routing", "analysis", "design"),
    *("support", "training", "hiring", "contract", "audit", "growth", "retail", "export"),
]
_TITLES = ("VP Operations", "Director of Supply Chain", "Head of Logistics", "Buyer", "Analyst")


def profile(number: int, rng: random.Random, *, refresh: str = "2026-02-18 03:36:51.601") -> Any:  # noqa: ANN401
    """One envelope of the workflow clay-person-profile; five roles, two schools, about 6 kB."""
    slug = f"person-{number}-sample"

    def text(words: int) -> str:
        return " ".join(rng.choices(_WORDS, k=words))

    roles = []
    for position in range(5):
        company = rng.randrange(20000)
        roles.append(
            {
                "title": rng.choice(_TITLES),
                "company": f"Company {company}",
                "company_domain": None if rng.random() < 1 / 6 else f"company-{company}.example",
                "url": f"https://www.linkedin.com/company/company-{company}",
                "org_id": 1000000 + company,
                "locality": "Austin, Texas",
                "summary": text(60),
                "start_date": f"{2024 - 3 * position}-0{1 + position}-01",
                "end_date": None if position == 0 else f"{2027 - 3 * position}-01",
                "is_current": position == 0,
            }
        )
    payload = {
        "url": f"https://www.linkedin.com/in/{slug}/",
        "slug": slug,
        "name": f"Sample {number}",
        "first_name": "Sample",
        "last_name": str(number),
        "headline": text(12),
        "summary": text(110),
        "country": "United States",
        "location_name": "Austin, Texas, United States",
        "profile_id": 500000000 + number,
        "connections": rng.randrange(3000),
        "num_followers": rng.randrange(9000),
        "jobs_count": 5,
        "last_refresh": refresh,
        "picture_url_orig": f"https://pictures.example/{number}.jpg",
        "latest_experience": roles[0],
        "experience": roles,
        "education": [
            {
                "school_name": f"School {rng.randrange(500)}",
                "degree": "BSc",
                "field_of_study": text(3),
                "start_date": "1998-01-01",
                "end_date": "2002-01-01",
                "activities": text(8),
            }
            for _ in range(2)
        ],
        "languages": [{"language": "German", "proficiency": "Native"}],
        "certifications": [{"name": text(4), "issued": "2020-01"}],
        "courses": [],
    }
    return {
        "linkedin_url": payload["url"],
        "workflow_slug": "clay-person-profile",
        "raw_payload": payload,
    }


def lines(count: int, seed: int = 1) -> Iterator[bytes]:
    """Encoded envelopes, one a line, without the line end."""
    rng = random.Random(seed)
    encoder = msgspec.json.Encoder()
    for number in range(count):
        yield encoder.encode(profile(number, rng))


if __name__ == "__main__":
    for line in lines(int(sys.argv[1])):
        sys.stdout.buffer.write(line + b"\n")
