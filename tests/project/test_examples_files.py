"""The example files themselves: readable, invented, and in step with what is expected of them.

Nothing of the product reads them here. The standard library alone does, so that a fault of the
loader cannot hide a fault of an example.
"""

from __future__ import annotations

import csv
import gzip
import json
import re
from collections import Counter
from typing import Any

import pytest

from ingest.demo.examples import SAID, example_files
from ingest.feeds.options import FeedOptions
from tests.support.example_files import EXAMPLES, EXPECTED, FILES, said_of
from tests.support.warehouse import PROJECT

SEEDS = PROJECT / "seeds" / "curation"
FILE_OF_WORKFLOW = {name.split(".")[0]: name for name in FILES}

# LinkedIn URLs are keys; a link shortener, and what Apollo writes for an address that is not paid
# for, are known as such only by their real names.
REAL_HOSTS = {"linkedin.com", "bit.ly", "domain.com"}
HOST = re.compile(r"(?:[\w-]+\.)+(?:example|com|net|org|io|ly|ai|co|dev|de|uk|eu)\b", re.IGNORECASE)

# Extracted tables that hold one row per winning payload.
ENTITY_TABLES = {
    "company_firmographics": "company_payloads",
    "company_discovery": "company_discovery",
    "person_profile": "person_payloads",
    "person_discovery": "person_discovery",
    "case_study_details": "case_study_extraction_payloads",
}

UNREADABLE = object()


def text_of(name: str) -> str:
    content = (EXAMPLES / name).read_bytes()
    if name.endswith(".gz"):
        content = gzip.decompress(content)
    return content.decode("utf-8-sig")


def records_of(name: str) -> dict[int, Any]:
    """The file's records by the line on which they begin; UNREADABLE where a line is no JSON."""
    text = text_of(name)
    if name.endswith((".csv", ".tsv")):
        return _by_row(text, "\t" if name.endswith(".tsv") else ",")
    return _by_line(text) if ".ndjson" in name else _by_element(text)


def _by_row(text: str, delimiter: str) -> dict[int, Any]:
    records: dict[int, Any] = {}
    lines = csv.DictReader(text.splitlines(keepends=True), delimiter=delimiter, strict=True)
    begin = 2
    for record in lines:
        if None in record or None in record.values():
            raise AssertionError(f"line {begin} has another number of cells than the header")
        records[begin] = record
        begin = lines.line_num + 1
    return records


def _by_line(text: str) -> dict[int, Any]:
    records: dict[int, Any] = {}
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            try:
                records[number] = json.loads(line)
            except json.JSONDecodeError:
                records[number] = UNREADABLE
    return records


def _by_element(text: str) -> dict[int, Any]:
    """Elements of an array, of a batch wrapper, or of objects with commas and no array."""
    opening = re.match(r'\s*(?:\{\s*"(?:payloads|data)"\s*:\s*)?\[', text)
    position = opening.end() if opening else 0
    records: dict[int, Any] = {}
    decoder = json.JSONDecoder()
    while gap := re.compile(r"[\s,]*(?=[^\s,\]])").match(text, position):
        line = text.count("\n", 0, gap.end()) + 1
        records[line], position = decoder.raw_decode(text, gap.end())
        if opening and re.compile(r"\s*\]").match(text, position):
            break
    return records


def rejected_lines(name: str) -> list[int]:
    return [reject["line"] for reject in FILES[name]["rejected"]]


def read_seed(name: str) -> list[dict[str, str]]:
    with (SEEDS / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines, strict=True))


def test_every_example_file_is_expected_and_described() -> None:
    names = {path.name for path in EXAMPLES.iterdir()} - {"README.md"}
    assert names == set(FILES)
    readme = (EXAMPLES / "README.md").read_text(encoding="utf-8")
    assert [name for name in names if f"`{name}`" not in readme] == []


def test_the_files_are_listed_in_the_order_in_which_the_demo_loads_them() -> None:
    assert list(FILES) == [file.name for file in example_files()]


def test_the_demo_says_of_files_what_is_expected_to_be_said() -> None:
    said = {
        FILES[name]["workflow"]: FeedOptions(**said_of(name)) for name in FILES if said_of(name)
    }
    assert said == SAID


@pytest.mark.parametrize("name", FILES)
def test_counts_of_a_file_add_up(name: str) -> None:
    expected = FILES[name]
    assert len(records_of(name)) == expected["records"]
    assert expected["landed"] + len(expected["rejected"]) == expected["records"]


@pytest.mark.parametrize("name", FILES)
def test_rejects_point_at_the_first_line_of_a_record(name: str) -> None:
    assert set(rejected_lines(name)) <= set(records_of(name))


@pytest.mark.parametrize("name", FILES)
def test_every_record_expected_to_land_is_an_object(name: str) -> None:
    records = records_of(name)
    no_objects = [line for line, record in records.items() if not isinstance(record, dict)]
    assert set(no_objects) <= set(rejected_lines(name))


@pytest.mark.parametrize("name", FILES)
def test_records_expected_to_be_cleaned_hold_what_cannot_be_stored(name: str) -> None:
    unstorable = re.compile(r"\\u0000|\\ud[89a-f]", re.IGNORECASE)
    dirty = sum(1 for line in text_of(name).split("\n") if unstorable.search(line))
    assert dirty == FILES[name]["cleaned"]


def test_the_examples_stay_small_enough_to_read() -> None:
    assert 50 <= sum(file["records"] for file in FILES.values()) <= 200


def test_the_compressed_file_is_the_same_bytes_on_every_machine() -> None:
    header = (EXAMPLES / "clay-find-people.bare.ndjson.gz").read_bytes()[:10]
    flags, modified = header[3], header[4:8]
    assert (flags, modified) == (0, b"\0\0\0\0"), "no file name and no time in the header"


@pytest.mark.parametrize("name", [*FILES, "README.md"])
def test_only_invented_hosts_are_named(name: str) -> None:
    hosts = {host.lower() for host in HOST.findall(text_of(name))}
    real = {host for host in hosts if not host.endswith(".example")}
    assert {".".join(host.split(".")[-2:]) for host in real} <= REAL_HOSTS


@pytest.mark.parametrize("seed", ["company_domain_aliases", "curated_icps", "curated_customers"])
def test_reviewed_lines_name_invented_domains_only(seed: str) -> None:
    rows = read_seed(f"{seed}.csv")
    domains = [v for row in rows for column, v in row.items() if column.endswith("domain")]
    assert rows
    assert [domain for domain in domains if not domain.endswith(".example")] == []


@pytest.mark.parametrize("cell", ["company_criteria", "person_criteria"])
def test_curated_criteria_are_json_objects(cell: str) -> None:
    assert [type(json.loads(row[cell])) for row in read_seed("curated_icps.csv")] == [dict]


def test_curated_domains_are_companies_of_the_story() -> None:
    curated = {row["domain"] for row in read_seed("curated_icps.csv")}
    for row in read_seed("curated_customers.csv"):
        curated |= {row["domain"], row["customer_domain"]}
    assert curated <= {company["domain"] for company in EXPECTED["core_companies"]}


def test_aliases_lead_to_a_company_and_are_none_themselves() -> None:
    target_of = {
        row["alias_domain"]: row["domain"] for row in read_seed("company_domain_aliases.csv")
    }
    core = {company["domain"] for company in EXPECTED["core_companies"]}
    assert not set(target_of) & core
    assert set(target_of.values()) <= core | set(target_of)


def test_what_lands_is_what_the_raw_tables_hold() -> None:
    landed = sum(file["landed"] for file in FILES.values())
    rows = [table["rows"] for table in EXPECTED["raw"].values()]
    assert sum(rows) + sum(EXPECTED["feed_rows"].values()) == landed


@pytest.mark.parametrize("table", EXPECTED["raw"])
def test_every_raw_row_has_one_fate(table: str) -> None:
    raw = EXPECTED["raw"][table]
    fates = raw["winners"] + raw["superseded"] + raw["reported"] + raw.get("elsewhere", 0)
    assert raw["rows"] == fates


@pytest.mark.parametrize(("extracted", "raw"), ENTITY_TABLES.items(), ids=list(ENTITY_TABLES))
def test_each_winner_makes_one_row(extracted: str, raw: str) -> None:
    assert EXPECTED["extracted_rows"][extracted] == EXPECTED["raw"][raw]["winners"]


def test_tables_listed_in_full_have_the_stated_number_of_rows() -> None:
    listed = {
        "company_customer_claygent": _items(EXPECTED["company_customer_claygent"]),
        "person_education": _items(EXPECTED["person_education"]),
        "case_study_details": len(EXPECTED["case_study_details"]),
        "case_study_champions": sum(len(d["champions"]) for d in EXPECTED["case_study_details"]),
        "extraction_issues": len(EXPECTED["extraction_issues"]),
    }
    assert listed == {table: EXPECTED["extracted_rows"][table] for table in listed}


def _items(children: dict[str, list[Any]]) -> int:
    return sum(len(items) for items in children.values())


@pytest.mark.parametrize(
    "table", ["company_firmographics", "company_discovery", "person_profile", "person_discovery"]
)
def test_winners_stand_where_the_expectation_says(table: str) -> None:
    for row in EXPECTED[table]:
        name = FILE_OF_WORKFLOW[row["from"]["file"]]
        assert row["from"]["line"] in records_of(name)
        assert row["from"]["line"] not in rejected_lines(name)


@pytest.mark.parametrize(
    ("listing", "key"), [("core_companies", "domain"), ("core_people", "linkedin_slug")]
)
def test_nobody_is_listed_twice(listing: str, key: str) -> None:
    listed = Counter(entity[key] for entity in EXPECTED[listing])
    assert [entity for entity, times in listed.items() if times > 1] == []


def test_answers_name_companies_and_people_of_core() -> None:
    companies = {company["domain"] for company in EXPECTED["core_companies"]}
    people = {person["linkedin_slug"] for person in EXPECTED["core_people"]}
    leads = [lead for found in EXPECTED["leads"].values() for lead in found]
    for owner, found in EXPECTED["leads"].items():
        at = Counter(lead["company"] for lead in found)
        assert at == +Counter(EXPECTED["targets"][owner])
    assert {lead["company"] for lead in leads} | set(EXPECTED["past_employees"]) <= companies
    assert {lead["linkedin_slug"] for lead in leads} <= people
    assert {slug for slugs in EXPECTED["past_employees"].values() for slug in slugs} <= people
    for relation in EXPECTED["company_customers"]:
        assert {relation["domain"], relation["customer_domain"]} <= companies
