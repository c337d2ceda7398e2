"""Payloads of other providers than Clay: what each says, and what of it could not be used."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
import yaml
from psycopg.types.json import Jsonb

from ingest.workflows.registry import load_registry
from tests.support.scenario import Row, issues_of, rows, scenario
from tests.support.scratch import Parameters
from tests.support.warehouse import PROJECT, Warehouse, dbt

SPEC: dict[str, Any] = yaml.safe_load(
    (PROJECT / "tests" / "expected" / "providers.yml").read_text(encoding="utf-8")
)
CASES: dict[str, Row] = SPEC["cases"]
VERDICTS = [
    (workflow, word, verdict)
    for workflow, words in SPEC["verdicts"].items()
    for word, verdict in words.items()
]
WORKFLOWS = load_registry().workflows
# columns of an observation that say what it is, and nothing of anybody
OF_THE_ROW = {
    *("id", "raw_payload_id", "refreshed_at", "received_at", "_xid", "owner", "linkedin_kind"),
    "_name_key",  # of the names beside it
}
# Clay's payloads of people and companies whom the others speak of as well
CLAY: dict[tuple[str, str], Row] = {
    ("company_payloads", "clay-company.example"): {"name": "Clay Company", "industry": "Pottery"},
    ("person_payloads", "https://www.linkedin.com/in/clay-person"): {"name": "Clay Person"},
}
# a role, and one that began later
KNOWN: Row = {"title": "Buyer", "company": "Acme", "start_date": "2020-01"}
LATER: Row = {"job_title": "owner", "job_company_name": "other", "job_start_date": "2025-01"}
BESIDE_CLAY: dict[str, Row] = {
    "leadmagic-company": {"companyName": "Other", "name": "Other", "industry": "Other"},
    "apollo-organization-enrich": {"organization": {"name": "Other"}, "name": "Other"},
    "pdl-company": {"name": "Other", "industry": "Other"},
    "leadmagic-profile": {"full_name": "Other", "name": "Other", "headline": "Other"},
    "apollo-people-match": {"name": "Other", "headline": "Other"},
    "pdl-person": {"full_name": "Other", "experience": [{"title": {"name": "Other"}}]},
}


def raw_table(workflow: str) -> str:
    of = WORKFLOWS[workflow]
    return of.raw_table or f"{of.entity_type}_payloads"


def key_of(workflow: str, name: str) -> str:
    if WORKFLOWS[workflow].entity_type == "company":
        return f"{name}.example"
    return f"https://www.linkedin.com/in/{name}"


def insert(w: Warehouse, workflow: str, name: str, payload: Any, **columns: Any) -> str:
    """A raw row as the loader stamps it; its id."""
    of = WORKFLOWS[workflow]
    key = "company_domain" if of.entity_type == "company" else "linkedin_url"
    stamped = {
        "workflow_slug": workflow,
        "provider": of.provider,
        "platform": of.platform,
        "payload_type": of.payload_type,
        "raw_payload": Jsonb(payload),
    }
    return w.row(raw_table(workflow), **{key: key_of(workflow, name), **stamped, **columns})


class Built:
    """The warehouse, and the raw row of each case."""

    def __init__(self, warehouse: Warehouse) -> None:
        self.warehouse = warehouse
        self.ids = {
            name: insert(warehouse, case["workflow"], name, case["payload"], **case.get("row", {}))
            for name, case in CASES.items()
        }
        self.words = {
            (workflow, word): insert(
                *(warehouse, workflow, f"word-{workflow}-{word}".lower()), answer(workflow, word)
            )
            for workflow, word, _ in VERDICTS
        }
        for (table, key), payload in CLAY.items():
            warehouse.payload(table, key, payload, received="2026-01-01T00:00:00+00:00")
        for workflow, payload in BESIDE_CLAY.items():
            entity = WORKFLOWS[workflow].entity_type
            insert(warehouse, workflow, f"clay-{entity}", payload)
        for likelihood in (None, 6, 5):
            slug = f"guess-{likelihood or 0}"
            profile = {"name": "Ana", "latest_experience": KNOWN, "last_refresh": "2026-01-01"}
            warehouse.payload("person_payloads", key_of("pdl-person", slug), profile)
            insert(warehouse, "pdl-person", slug, {**LATER, "likelihood": likelihood})
        # of random words, so that it stays as long wherever it is kept
        words = [f"{random.Random(n).getrandbits(256):x}" for n in range(60)]
        self.long_name = insert(
            *(warehouse, "leadmagic-email", "", {"email": "a@long-name.example"}),
            linkedin_url=None,
            company_domain="long-name.example",
            full_name=" ".join(words),
        )
        insert(warehouse, "pdl-person", "guess-alone", {**LATER, "likelihood": 1})
        warehouse.build()

    def observations(self, entity: str, raw_id: str) -> list[Row]:
        """What a raw row says of companies or of people, without what it does not say."""
        relation = {"company": "company_observations", "person": "person_observations"}[entity]
        found = rows(
            self.warehouse,
            f"select * from core.{relation} where raw_payload_id = %s order by source",
            raw_id,
        )
        return [
            {
                name: value.isoformat() if isinstance(value, date) else value
                for name, value in each.items()
                if name not in OF_THE_ROW and value is not None
            }
            for each in found
        ]


def answer(workflow: str, word: str) -> Row:
    """A finder's answer with a word for what it thinks of the address."""
    address = "a@words.example"
    answers: dict[str, Row] = {
        "leadmagic-email": {"email": address, "status": word},
        "anymailfinder-email": {"results": {"email": address, "validation": word}},
        "icypeas-email": {"emails": [{"email": address, "certainty": word}]},
        "apollo-people-match": {"person": {"email": address, "email_status": word}},
    }
    return answers[workflow]


@pytest.fixture(scope="module")
def built(_built: Parameters) -> Iterator[Built]:
    with scenario() as warehouse:
        yield Built(warehouse)


@pytest.mark.parametrize("name", CASES)
def test_a_payload_says_this_and_nothing_else(built: Built, name: str) -> None:
    case = CASES[name]
    entity = WORKFLOWS[case["workflow"]].entity_type
    column = "domain" if entity == "company" else "linkedin_url"
    said = dict(case.get("says", {}))
    employer = said.pop("employer", None)
    employers = said.pop("employers", [employer] if employer else [])
    key = key_of(case["workflow"], name)
    # a company's own page is an attribute, a person's the key
    expected = [{column: key, **said}] if said else []
    assert built.observations(entity, built.ids[name]) == expected
    if entity == "person":
        found = built.observations("company", built.ids[name])
        # a domain alone is a company, too
        if not employers and "company_domain" in said:
            employers = [{"domain": said["company_domain"]}]
        assert sorted(found, key=lambda each: each["domain"]) == employers


@pytest.mark.parametrize("name", CASES)
def test_what_could_not_be_used_is_reported_and_nothing_else(built: Built, name: str) -> None:
    expected = [tuple(issue) for issue in CASES[name].get("issues", [])]
    assert sorted(issues_of(built.warehouse, built.ids[name]), key=str) == sorted(expected, key=str)


def test_a_name_that_no_index_holds_is_no_name(built: Built) -> None:
    query = "select email, _name_key from extracted.person_emails where raw_payload_id = %s"
    assert built.warehouse.all(query, built.long_name) == [("a@long-name.example", None)]


@pytest.mark.parametrize("name", CASES)
def test_the_addresses_of_a_payload(built: Built, name: str) -> None:
    query = "select email, verdict from extracted.person_emails where raw_payload_id = %s"
    found = dict(built.warehouse.all(query, built.ids[name]))
    assert found == CASES[name].get("emails", {})


@pytest.mark.parametrize(("workflow", "word", "verdict"), VERDICTS)
def test_verdicts_have_one_vocabulary(built: Built, workflow: str, word: str, verdict: str) -> None:
    said = "select verdict, verified_at is not null from extracted.person_emails"
    query = f"{said} where raw_payload_id = %s"
    found = built.warehouse.one(query, built.words[workflow, word])
    assert found == (verdict, verdict != "unknown")


def test_a_word_that_nobody_knows_is_told_by_a_test(built: Built) -> None:
    words = "select distinct _said from extracted.person_emails as e where not exists ("
    query = words + "select from reference.email_verdicts as v where v.word = e._said)"
    found = built.warehouse.all(query + " and _said is not null order by 1")
    assert found == [("splendid",)]


@pytest.mark.parametrize("name", [name for name in CASES if name.endswith(("-none", "-nulls"))])
def test_an_answer_without_a_result_makes_nobody_known(built: Built, name: str) -> None:
    of = WORKFLOWS[CASES[name]["workflow"]]
    table, column = {
        "company": ("companies", "domain"),
        "person": ("people", "linkedin_url"),
    }[of.entity_type]
    query = f"select count(*) from core.{table} where {column} = %s"
    assert built.warehouse.one(query, key_of(of.slug, name)) == (0,)


@pytest.mark.parametrize(
    ("name", "title"), [("0", "owner"), ("6", "owner"), ("5", "Buyer"), ("alone", "owner")]
)
def test_a_guess_overtakes_nothing_and_counts_alone(built: Built, name: str, title: str) -> None:
    query = "select title from core.person_positions where linkedin_url = %s"
    assert built.warehouse.one(query, key_of("pdl-person", f"guess-{name}")) == (title,)


def test_payloads_of_others_are_none_of_clay(built: Built) -> None:
    tables = ("company_firmographics", "person_profile", "company_discovery", "person_discovery")
    found = {
        table: built.warehouse.one(f"select count(*) from extracted.{table}")[0]
        for table in (*tables, "person_experience", "person_education")
    }
    # three of them for the guesses
    assert found == dict.fromkeys(found, 0) | {"company_firmographics": 1, "person_profile": 4}
    assert built.warehouse.all(
        "select name, industry from extracted.company_firmographics union all"
        " select full_name, headline from extracted.person_profile where full_name <> 'Ana'"
        " order by 1"
    ) == [("Clay Company", "Pottery"), ("Clay Person", None)]


def test_clays_payloads_say_nothing_in_the_name_of_others(built: Built) -> None:
    query = """
        select source from core.company_observations where domain = 'clay-company.example'
        union all
        select source from core.person_observations
        where linkedin_url = 'https://www.linkedin.com/in/clay-person' order by 1"""
    assert [source for (source,) in built.warehouse.all(query)] == [
        *("apollo", "apollo", "firmographics", "leadmagic", "leadmagic", "pdl", "pdl", "profile"),
    ]


@pytest.mark.usefixtures("built")
@pytest.mark.long
def test_the_invariants_across_tables_hold() -> None:
    dbt("test", "--select", "test_type:singular")


@pytest.mark.long
def test_a_full_refresh_says_the_same(built: Built) -> None:
    before = built.warehouse.snapshot()
    built.warehouse.build("--full-refresh")
    assert built.warehouse.snapshot() == before
