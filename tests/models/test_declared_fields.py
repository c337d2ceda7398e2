"""What columns are said to be made of (`meta.fields`) is what they are made of.

Each payload below is landed once as it is and once for each of its values with that value taken
from its second form. A value changes the columns that name it, and no others.
"""

from __future__ import annotations

import copy
import csv
import json
from collections.abc import Iterator
from typing import Any

import pytest
from dbt.contracts.graph.nodes import ModelNode

from tests.support.scenario import rows, scenario
from tests.support.scratch import Parameters
from tests.support.warehouse import PAYLOAD_TABLES, PROJECT, Warehouse, parsed_project

ROLE = {
    "title": ("Buyer", "Planner"),
    "company": ("Acme Widgets", "Dunmore Grocers"),
    "company_domain": ("acme-widgets.example", "dunmore-grocers.example"),
    "url": ("https://www.linkedin.com/company/acme", "https://www.linkedin.com/company/dunmore"),
    "org_id": (1001, 1002),
    "locality": ("Toledo, Ohio", "Austin, Texas"),
    "summary": ("Buys steel.", "Plans routes."),
    "start_date": ("2020-01-01", "2019-02-01"),
    "end_date": ("2024-01-01", "2024-02-01"),
    "is_current": (True, False),
}
KEPT = (
    "courses",
    "certifications",
    "volunteering",
    "patents",
    "projects",
    "publications",
    "awards",
)
BOUNDS = ("employee_count_min", "employee_count_max", "founded_min", "founded_max")

# payloads.md, section by section: every field of a payload, with two values that are told apart
PERSON = {
    **{name: (f"{name} a", f"{name} b") for name in ("name", "first_name", "last_name")},
    **{name: (f"{name} a", f"{name} b") for name in ("headline", "summary", "location_name")},
    **{name: (f"{name} a", f"{name} b") for name in ("country", "slug", "title", "org", "dob")},
    **{name: ([{"name": (f"{name} a", f"{name} b")}]) for name in KEPT},
    "url": ("https://www.linkedin.com/in/somebody", "https://www.linkedin.com/in/else"),
    "profile_id": (512345678, 512345679),
    "connections": (1840, 1841),
    "num_followers": (1902, 1903),
    "jobs_count": (3, 4),
    "last_refresh": ("2026-02-18 09:00:00.000", "2026-02-17 09:00:00.000"),
    "picture_url_orig": ("https://pictures.example/a.png", "https://pictures.example/b.png"),
    "latest_experience": ROLE,
    "experience": [ROLE],
    "education": [
        {
            "school_name": ("Ohio Institute", "Texas Institute"),
            "degree": ("BSc", "MSc"),
            "field_of_study": ("Logistics", "Law"),
            "grade": ("A", "B"),
            "activities": ("Rowing", "Chess"),
            "start_date": ("1998-01-01", "1999-01-01"),
            "end_date": ("2002-01-01", "2003-01-01"),
        }
    ],
    "languages": [{"language": ("German", "French"), "proficiency": ("Native", "Limited")}],
    "current_experience": [{"title": ("Buyer", "Planner")}],
    "user_id": (1, 2),
    "person_id": ("p1", "p2"),
    "others_named": [("One Sample", "Two Sample")],
    "people_also_viewed": [{"name": ("One Sample", "Two Sample")}],
}
COMPANY = {
    **{name: (f"{name} a", f"{name} b") for name in ("slug", "name", "description", "industry")},
    **{name: (f"{name} a", f"{name} b") for name in ("type", "country", "locality", "size")},
    "url": ("https://www.linkedin.com/company/acme", "https://www.linkedin.com/company/dunmore"),
    "logo_url": ("https://logos.example/a.png", "https://logos.example/b.png"),
    "website": ("http://acme-widgets.example", "http://dunmore-grocers.example"),
    "domain": ("acme-widgets.example", "dunmore-grocers.example"),
    "org_id": (18234567, 18234568),
    "company_id": (40551234, 40551235),
    "founded": (1962, 1963),
    "employee_count": (143, 144),
    "follower_count": (5210, 5211),
    "specialties": [("ERP", "CRM")],
    "last_refresh": ("2026-02-18 09:00:00.000", "2026-02-17 09:00:00.000"),
    "locations": [
        {
            "is_primary": (True, False),
            "city": ("Austin", "Akron"),
            "inferred_location": {"locality": ("Austin", "Akron")},
        }
    ],
    "annual_revenue": ("10M-25M", "25M-75M"),
    "total_funding_amount_range_usd": ("$1M - $5M", "$1B+"),
    "derived_datapoints": {"description": ("Makes widgets", "Sells food")},
    "structured_locations": [{"city": ("Austin", "Akron")}],
}
FOUND_COMPANY = {
    **{
        name: (f"{name} a", f"{name} b") for name in ("name", "size", "type", "country", "location")
    },
    **{name: (f"{name} a", f"{name} b") for name in ("industry", "description", "annual_revenue")},
    "domain": ("acme-widgets.example", "dunmore-grocers.example"),
    "linkedin_url": COMPANY["url"],
    "total_funding_amount_range_usd": ("$1M - $5M", "$1B+"),
    "linkedin_company_id": (1, 2),
    "clay_company_id": (3, 4),
    "industries": [("Software", "Retail")],
    "resolved_domain": {"resolved_domain": ("a.example", "b.example"), "is_live": (True, False)},
    "derived_datapoints": {"description": ("Makes widgets", "Sells food")},
}
FOUND_PERSON = {
    **{name: (f"{name} a", f"{name} b") for name in ("name", "first_name", "last_name")},
    **{name: (f"{name} a", f"{name} b") for name in ("location_name", "latest_experience_title")},
    **{name: (f"{name} a", f"{name} b") for name in ("company_table_id", "company_record_id")},
    "url": PERSON["url"],
    "domain": ("acme-widgets.example", "dunmore-grocers.example"),
    "latest_experience_company": ("Acme Widgets", "Dunmore Grocers"),
    "latest_experience_start_date": ("2021-01-01", "2020-01"),
}
RESEARCH = {
    "response": ("See customers.", "See there."),
    "confidence": ("high", "low"),
    "reasoning": ("Read the page.", "Read another."),
    "stepsTaken": [("Opened the website", "Searched")],
}
CUSTOMERS = {
    **RESEARCH,
    "customers": [
        {
            "companyName": ("Acme Widgets", "Dunmore Grocers"),
            "url": ("https://a.example/case", "https://b.example/case"),
            "hasCaseStudy": (True, False),
        }
    ],
}
CASE_STUDY = {
    "article_title": ("Feed the feeders", "Fed"),
    "customer_company_domain": ("acme-widgets.example", "dunmore-grocers.example"),
    "confidence": ("high", "low"),
    "reasoning": ("Read the page.", "Read another."),
    "champions": [
        {
            "full_name": ("Ana Sample", "Bo Sample"),
            "job_title": ("Buyer", "Planner"),
            "company_name": ("Acme Widgets", "Dunmore Grocers"),
        }
    ],
}
ICP = {
    "company_criteria": {
        "industries": [("Software", "Retail")],
        "size": [("51-200 employees", "11-50 employees")],
        "countries": [("US", "Germany")],
        **dict.fromkeys(BOUNDS, (10, 20)),
    },
    "person_criteria": {
        "title_contains_any": [("VP", "Head")],
        "title_contains_all": [("Sales", "Marketing")],
        "seniority": [("VP", "C-Level")],
    },
}
OTHER_FORMS = {
    "picture_url_copy": ("https://pictures.example/a.png", "https://pictures.example/b.png"),
    "clay_company_id": (3, 4),
    "result": ("Acme Widgets, Dunmore Grocers", "Acme Widgets, Willowbend Toys"),
}

# raw table, payloads
PAYLOADS: list[tuple[str, dict[str, Any]]] = [
    ("person_payloads", PERSON),
    (
        "person_payloads",
        {"name": ("a", "b"), "picture_url_copy": OTHER_FORMS["picture_url_copy"]},
    ),
    ("company_payloads", COMPANY),
    ("company_payloads", {"name": ("a", "b"), "clay_company_id": OTHER_FORMS["clay_company_id"]}),
    ("company_discovery", FOUND_COMPANY),
    ("person_discovery", FOUND_PERSON),
    ("company_customer_claygent_payloads", CUSTOMERS),
    ("company_customer_claygent_payloads", {**RESEARCH, "result": OTHER_FORMS["result"]}),
    ("case_study_extraction_payloads", CASE_STUDY),
    ("icp_payloads", ICP),
]
# what is compared: model -> the column that says of whom a row is
MODELS = {
    "person_profile": "linkedin_url",
    "person_experience": "linkedin_url",
    "person_education": "linkedin_url",
    "person_discovery": "linkedin_url",
    "company_firmographics": "company_domain",
    "company_discovery": "domain",
    "claygent_origins": "origin_company_domain",
    "company_customer_claygent": "origin_company_domain",
    "case_study_details": "case_study_url",
    "case_study_champions": "_case_study_url",
    "company_icp_criteria": "domain",
}
# ids are made of what the rows hold, and the rest says where they come from
APART = ("id", "raw_payload_id", "_raw_payload_id", "case_study_id", "_xid")


def is_pair(value: Any) -> bool:
    return isinstance(value, tuple)


def leaves(value: Any, path: str = "", at: tuple[Any, ...] = ()) -> Iterator[tuple[str, Any]]:
    """The pairs of a payload: the path as the warehouse writes it, and the way to it."""
    if is_pair(value):
        yield path, at
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield from leaves(inner, f"{path}.{name}".lstrip("."), (*at, name))
    else:
        for place, inner in enumerate(value):
            yield from leaves(inner, f"{path}[]", (*at, place))


def first_form(value: Any) -> Any:
    if is_pair(value):
        return value[0]
    if isinstance(value, dict):
        return {name: first_form(inner) for name, inner in value.items()}
    return [first_form(inner) for inner in value]


def changed(pairs: Any, at: tuple[Any, ...]) -> Any:
    """The first form of a payload with one value of the second."""
    payload = copy.deepcopy(first_form(pairs))
    holder, pair = payload, pairs
    for step in at[:-1]:
        holder, pair = holder[step], pair[step]
    holder[at[-1]] = pair[at[-1]][1]
    return payload


def mark(n: int) -> str:
    """What is in the key of a payload, and nowhere else."""
    return f"zq{n:04d}zq"


def insert(w: Warehouse, table: str, n: int, payload: Any) -> None:
    person = table.startswith("person")
    key = f"https://www.linkedin.com/in/{mark(n)}" if person else f"{mark(n)}.example"
    more: dict[str, Any] = {}
    if table == "case_study_extraction_payloads":
        key = f"https://{key}/case"
        more = {
            "origin_company_domain": "origin.example",
            "company_customer_name": "Willowbend Toys",
            "has_case_study_url": True,
        }
    w.payload(table, key, payload, received="2026-03-01T12:00:00+00:00", **more)


def outputs(w: Warehouse) -> dict[str, dict[str, list[str]]]:
    """Mark -> model.column -> its values in the rows of the payload with the mark, sorted."""
    found: dict[str, dict[str, list[str]]] = {}
    for model, key in MODELS.items():
        for row in rows(w, f"select to_jsonb(m) as row from extracted.{model} as m"):
            marked = row["row"][key]
            start = marked.index("zq")
            own = marked[start : start + len(mark(0))]
            columns = found.setdefault(own, {})
            for column, value in row["row"].items():
                if column not in APART:
                    text = json.dumps(value).replace(own, "")
                    columns.setdefault(f"{model}.{column}", []).append(text)
    return {
        own: {name: sorted(values) for name, values in columns.items()}
        for own, columns in found.items()
    }


def declared() -> dict[str, set[str]]:
    """Path -> the columns that name it, as model.column."""
    named: dict[str, set[str]] = {}
    for node in parsed_project().nodes.values():
        if isinstance(node, ModelNode) and node.name in MODELS:
            for column in node.columns.values():
                for path in column.meta.get("fields", []):
                    named.setdefault(path, set()).add(f"{node.name}.{column.name}")
    return named


def columns_named(path: str, table: str) -> set[str]:
    """The columns that name a path, or what it is in, of the models that read a table."""
    models = {
        "person_payloads": {"person_profile", "person_experience", "person_education"},
        "company_payloads": {"company_firmographics"},
        "company_discovery": {"company_discovery"},
        "person_discovery": {"person_discovery"},
        "company_customer_claygent_payloads": {"claygent_origins", "company_customer_claygent"},
        "case_study_extraction_payloads": {"case_study_details", "case_study_champions"},
        "icp_payloads": {"company_icp_criteria"},
    }[table]
    return {
        column
        for at, columns in declared().items()
        for column in columns
        if (path == at or path.startswith((f"{at}.", f"{at}["))) and column.split(".")[0] in models
    }


# number of the payload, path, way to the value
CASES = [
    (number, path, at) for number, (_, pairs) in enumerate(PAYLOADS) for path, at in leaves(pairs)
]
PLACES = {(number, path): n for n, (number, path, _) in enumerate(CASES, len(PAYLOADS))}


@pytest.fixture(scope="module")
def found(_built: Parameters) -> Iterator[dict[str, dict[str, list[str]]]]:
    """What comes of every payload and of every change of it, in one build."""
    with scenario() as w:
        for number, (table, pairs) in enumerate(PAYLOADS):
            insert(w, table, number, first_form(pairs))
        for number, path, at in CASES:
            table, pairs = PAYLOADS[number]
            insert(w, table, PLACES[number, path], changed(pairs, at))
        w.build()
        yield outputs(w)


@pytest.mark.parametrize(
    ("number", "path"), PLACES, ids=[f"{PAYLOADS[number][0]}-{path}" for number, path in PLACES]
)
def test_a_value_changes_the_columns_that_name_it_and_no_others(
    found: dict[str, dict[str, list[str]]], number: int, path: str
) -> None:
    before, after = found[mark(number)], found[mark(PLACES[number, path])]
    changes = {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}
    named = columns_named(path, PAYLOADS[number][0])
    # what no reader sees may follow from what one sees
    inner = {name for name in changes if name.split(".")[1].startswith("_")}
    assert changes - inner == {name for name in named if not name.split(".")[1].startswith("_")}
    assert bool(changes) == bool(named)


def test_every_declared_path_is_among_the_payloads() -> None:
    tried = {path for _, path in PLACES}
    untried = [
        path
        for path in declared()
        # of some workflows last_refresh is not known to come
        if path != "last_refresh"
        and not any(leaf == path or leaf.startswith((f"{path}.", f"{path}[")) for leaf in tried)
    ]
    assert untried == []


def test_what_nobody_reads_has_a_reason() -> None:
    with (PROJECT / "seeds" / "registry" / "ignored_fields.csv").open(encoding="utf-8") as file:
        ignored = [(line["workflow_slug"], line["path"]) for line in csv.DictReader(file)]
    for number, path in PLACES:
        table = PAYLOADS[number][0]
        workflow = PAYLOAD_TABLES[table].workflow
        has_reason = any(
            workflow == slug and (path == line or path.startswith((f"{line}.", f"{line}[")))
            for slug, line in ignored
        )
        assert has_reason != bool(columns_named(path, table)), path
