"""Person payloads, field by field: what reaches which column, and what is reported instead."""

from __future__ import annotations

from datetime import UTC, date, datetime

from tests.support.scenario import FORMER, ROLE, Case, Row

NO_DATE = "not a date"
NO_NUMBER = "not a whole number"
NO_DOMAIN = "not a domain"
NO_COMPANY_URL = "not a LinkedIn company URL"
NO_TRUTH = "neither true nor false"

OTHER = {"title": "Advisor", "company": "Acme", "start_date": "2020-01", "is_current": True}

# What `latest_*` says of a role.
LATEST_ROLE: Row = {
    "latest_title": "VP Supply Chain",
    "latest_company": "Blue Harbor Freight",
    "latest_company_domain": "blueharbor-freight.example",
    "latest_company_linkedin_url": "https://www.linkedin.com/company/blue-harbor-freight",
    "latest_company_org_id": 1234,
    "latest_locality": "Savannah, Georgia",
    "latest_start_date": date(2024, 5, 1),
    "latest_end_date": None,
    "latest_is_current": True,
}
LATEST_FORMER: Row = {
    **dict.fromkeys(LATEST_ROLE),
    "latest_title": "Planner",
    "latest_company": "Yarrow Textiles",
    "latest_start_date": date(2015, 1, 1),
    "latest_end_date": date(2019, 2, 1),
    "latest_is_current": False,
}
LATEST_OTHER: Row = {
    **dict.fromkeys(LATEST_ROLE),
    "latest_title": "Advisor",
    "latest_company": "Acme",
    "latest_start_date": date(2020, 1, 1),
    "latest_is_current": True,
}
NO_LATEST: Row = dict.fromkeys(LATEST_ROLE)

LISTS: Row = {
    "certifications": [{"name": "Certified Planner"}],
    "languages": [{"language": "German", "proficiency": "Native"}],
    "courses": [{"name": "Knots"}],
    "patents": [{"title": "A box"}],
    "projects": [{"title": "Boxes"}],
    "publications": [{"name": "On boxes"}],
    "volunteering": [{"role": "Rower"}],
    "awards": [{"title": "Best box"}],
}

FULL = Case(
    {
        "url": "https://www.linkedin.com/in/somebody-else",
        "slug": "somebody-else",
        "name": "Ana Example 🚀",
        "first_name": " Ana ",
        "last_name": "Example, MBA",
        "headline": "VP Supply Chain",
        "summary": "Boats, boxes,\nand the people between.",
        "location_name": "Savannah, Georgia",
        "country": "United States",
        "profile_id": "512345678",
        "connections": 1840,
        "num_followers": "1,902",
        "jobs_count": 3,
        "last_refresh": "2026-02-18 03:36:51.601",
        "picture_url_orig": "https://media.example/o.png",
        "picture_url_copy": "https://media.example/c.png",
        "latest_experience": ROLE,
        "experience": [ROLE],
        "education": [],
        **LISTS,
        "dob": "2000-01-01",
        "people_also_viewed": [1, 2],
    },
    {
        "linkedin_profile_id": 512345678,
        "first_name": "Ana",
        "last_name": "Example, MBA",
        "full_name": "Ana Example 🚀",
        "headline": "VP Supply Chain",
        "summary": "Boats, boxes,\nand the people between.",
        "country": "United States",
        "location_name": "Savannah, Georgia",
        "connections": 1840,
        "num_followers": 1902,
        "picture_url": "https://media.example/o.png",
        "jobs_count": 3,
        **LATEST_ROLE,
        **LISTS,
        "source_last_refresh": datetime(2026, 2, 18, 3, 36, 51, 601000, UTC),
    },
)

PROFILES = {
    "every-field": FULL,
    "no-other-field": Case({"name": "Ana"}, {**dict.fromkeys(FULL.columns), "full_name": "Ana"}),
    "every-other-field-null": Case(
        {**dict.fromkeys(FULL.payload), "name": "Ana"},
        {**dict.fromkeys(FULL.columns), "full_name": "Ana"},
    ),
    "one-list-without-an-item": Case(
        {"experience": []}, {**dict.fromkeys(FULL.columns), **NO_LATEST}
    ),
    "picture-copy": Case(
        {"picture_url_orig": "", "picture_url_copy": "https://media.example/c.png"},
        {"picture_url": "https://media.example/c.png"},
    ),
    "languages-as-texts": Case(
        {"languages": ["German", "English"]}, {"languages": ["German", "English"]}
    ),
    "connections-in-words": Case(
        {"connections": "500+", "profile_id": "p1"},
        {"connections": None, "linkedin_profile_id": None},
        (("connections", "500+", NO_NUMBER), ("profile_id", "p1", NO_NUMBER)),
    ),
    "latest-named": Case({"latest_experience": ROLE, "experience": [FORMER]}, LATEST_ROLE),
    "latest-named-has-ended": Case(
        {"latest_experience": FORMER, "experience": [FORMER, ROLE]}, LATEST_FORMER
    ),
    "latest-null-first-current": Case(
        {"latest_experience": None, "experience": [FORMER, ROLE, OTHER]}, LATEST_ROLE
    ),
    "latest-empty-first-current": Case(
        {"latest_experience": {}, "experience": [FORMER, OTHER, ROLE]}, LATEST_OTHER
    ),
    "latest-absent-none-current": Case({"experience": [FORMER, {"title": "x"}]}, LATEST_FORMER),
    "latest-absent-current-as-text": Case(
        {"experience": [FORMER, {**ROLE, "is_current": "TRUE"}]}, LATEST_ROLE
    ),
    "latest-absent-no-experience": Case({"experience": []}, NO_LATEST),
    "latest-unknown-whether-current": Case(
        {"latest_experience": {"title": "Lead", "is_current": None}},
        {**NO_LATEST, "latest_title": "Lead"},
    ),
    "latest-dirty": Case(
        {
            "latest_experience": {
                "title": "Lead",
                "company_domain": "jane doe",
                "url": "https://www.linkedin.com/in/ana",
                "org_id": "x",
                "start_date": "Present",
                "end_date": "2025-02-30",
                "is_current": "maybe",
            }
        },
        {**NO_LATEST, "latest_title": "Lead"},
        (
            ("latest_experience.company_domain", "jane doe", NO_DOMAIN),
            ("latest_experience.end_date", "2025-02-30", NO_DATE),
            ("latest_experience.is_current", "maybe", NO_TRUTH),
            ("latest_experience.org_id", "x", NO_NUMBER),
            ("latest_experience.start_date", "Present", NO_DATE),
            ("latest_experience.url", "https://www.linkedin.com/in/ana", NO_COMPANY_URL),
        ),
    ),
    "latest-as-text": Case(
        {"latest_experience": "CEO", "experience": [ROLE]},
        LATEST_ROLE,
        (("latest_experience", '"CEO"', "not a JSON object"),),
    ),
    "experience-as-text": Case(
        {"name": "Ana", "experience": "Acme", "education": {"school_name": "One"}},
        {**NO_LATEST, "full_name": "Ana"},
        (
            ("education", '{"school_name": "One"}', "not a list of objects"),
            ("experience", '"Acme"', "not a list of objects"),
        ),
    ),
    "experience-nested": Case(
        {"name": "Ana Example", "experience": [[ROLE["title"]], None]},
        NO_LATEST,
        (("experience", '[["VP Supply Chain"], null]', "not a list of objects"),),
    ),
    "numbers-as-names": Case(
        {"first_name": 7, "headline": True}, {"first_name": "7", "headline": "true"}
    ),
}

DISCOVERY = {
    "every-field": Case(
        {
            "url": "https://www.linkedin.com/in/somebody-else",
            "name": "Ana Example-Smith",
            "first_name": "Ana",
            "last_name": "Example-Smith",
            "location_name": "Calgary, Alberta",
            "domain": "https://www.acme-widgets.example/about",
            "latest_experience_title": "Director",
            "latest_experience_company": "Acme Widgets",
            "latest_experience_start_date": "2021-03",
            "company_table_id": "t_0example",
            "company_record_id": "r_ana",
        },
        {
            "first_name": "Ana",
            "last_name": "Example-Smith",
            "full_name": "Ana Example-Smith",
            "location_name": "Calgary, Alberta",
            "company_domain": "acme-widgets.example",
            "latest_title": "Director",
            "latest_company": "Acme Widgets",
            "latest_start_date": date(2021, 3, 1),
            "clay_company_table_id": "t_0example",
            "clay_company_record_id": "r_ana",
        },
    ),
    "no-other-field": Case(
        {"name": "Ana"},
        {"full_name": "Ana"}
        | dict.fromkeys(
            [
                "first_name",
                "last_name",
                "location_name",
                "company_domain",
                "latest_title",
                "latest_company",
                "latest_start_date",
                "clay_company_table_id",
                "clay_company_record_id",
            ]
        ),
    ),
    "dirty": Case(
        {"domain": "Jane Doe", "latest_experience_start_date": "soon", "name": "N/A"},
        {"company_domain": None, "latest_start_date": None, "full_name": None},
        (("domain", "Jane Doe", NO_DOMAIN), ("latest_experience_start_date", "soon", NO_DATE)),
    ),
}
