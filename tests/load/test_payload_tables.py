"""Tables whose rows are payloads: headers are keys, cells are values."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from ingest.formats.content import open_content
from ingest.formats.json.records import Record
from ingest.landing.rows import Row
from ingest.payloads.envelopes import RowMaker
from ingest.payloads.tables import PayloadTable
from ingest.postgres.connection import Connection
from ingest.workflows.registry import Registry, Workflow
from tests.support.feed_loads import Write
from tests.support.ingesting import load, rows, value

PEOPLE = "clay-find-people"


def payloads(db: Connection, table: str) -> list[dict[str, object]]:
    """What landed, in the order of the file."""
    return [row for (row,) in rows(db, f"select raw_payload from raw.{table} order by id")]


def test_each_row_is_a_payload_without_an_envelope(db: Connection, write: Write) -> None:
    path = write(
        "url,name,Found on,tags,notes\n"
        'https://www.linkedin.com/in/ana-example,Ana,2026-11-01,"[""a"", {""b"": 1}]",{half\n'
        "https://www.linkedin.com/in/bo-example, Bo ,,,7\n"
    )
    assert load(path, workflow=PEOPLE).exit_code == 0
    assert payloads(db, "person_discovery") == [
        {
            "url": "https://www.linkedin.com/in/ana-example",
            "name": "Ana",
            "Found on": "2026-11-01",
            "tags": ["a", {"b": 1}],
            "notes": "{half",
        },
        {
            "url": "https://www.linkedin.com/in/bo-example",
            "name": " Bo ",
            "Found on": None,
            "tags": None,
            "notes": "7",
        },
    ]


def test_a_column_may_hold_the_whole_payload(db: Connection, write: Write) -> None:
    path = write(
        'company_domain,raw_payload\nacme.example,"{""name"": ""Acme"", ""employee_count"": 7}"\n'
    )
    assert load(path, workflow="clay-company-firmographics").exit_code == 0
    assert payloads(db, "company_payloads") == [{"name": "Acme", "employee_count": 7}]


def test_what_stands_before_the_header_is_no_row(db: Connection, write: Write) -> None:
    path = write("Exported on Monday, by Ana\n\nname;url\nAna;https://www.linkedin.com/in/ana-x\n")
    assert load(path, workflow=PEOPLE).exit_code == 0
    (payload,) = payloads(db, "person_discovery")
    assert payload["name"] == "Ana"


def test_a_row_without_a_key_is_kept_as_json_and_lands_after_a_fix(
    db: Connection, write: Write
) -> None:
    path = write("name,url\nAna,https://www.linkedin.com/in/ana-example\nNobody,\n")
    assert load(path, workflow=PEOPLE).exit_code == 3
    (reject,) = rows(db, "select reason, line, record from raw.rejects")
    assert reject[:2] == ("no_key", 3)
    assert json.loads(reject[2]) == {"name": "Nobody", "url": None}


def test_a_header_that_stands_twice_is_refused(db: Connection, write: Write) -> None:
    result = load(write("url,name,name\na,b,c\n"), workflow=PEOPLE)
    assert result.exit_code == 1
    assert "the header 'name' stands twice" in result.output
    assert value(db, "select count(*) from raw.loads") == 0


def test_a_table_that_is_about_nobody_is_refused_as_a_whole(db: Connection, write: Write) -> None:
    result = load(
        write("name,page\nAna,https://www.linkedin.com/in/ana-example\n"), workflow=PEOPLE
    )
    assert result.exit_code == 1
    assert "no column tells whom a row is about; there is name, page" in result.output
    assert value(db, "select count(*) from raw.loads") == 0


def test_columns_without_a_header_are_told(db: Connection, write: Write) -> None:
    path = write("url,,name\nhttps://www.linkedin.com/in/ana-example,x,Ana\n")
    result = load(path, workflow=PEOPLE)
    assert "columns without a header, not read: 1." in result.output
    assert set(payloads(db, "person_discovery")[0]) == {"url", "name"}


def test_compressed_and_tab_separated(db: Connection, tmp_path: Path) -> None:
    path = tmp_path / "people.tsv.gz"
    path.write_bytes(gzip.compress(b"url\tname\nhttps://www.linkedin.com/in/ana-x\tAna, Example\n"))
    assert load(path, workflow=PEOPLE).exit_code == 0
    assert payloads(db, "person_discovery")[0]["name"] == "Ana, Example"


def test_json_in_a_file_called_csv_is_json(db: Connection, write: Write) -> None:
    path = write('{"url": "https://www.linkedin.com/in/ana-example", "name": "Ana"}')
    assert load(path, workflow=PEOPLE).exit_code == 0
    assert payloads(db, "person_discovery")[0]["name"] == "Ana"


def test_a_table_without_a_workflow_is_refused(db: Connection, write: Write) -> None:
    result = load(write("url,name\na,b\n"), workflow=None)
    assert result.exit_code == 1
    assert "no workflow was named" in result.output
    assert value(db, "select count(*) from raw.loads") == 0


@pytest.mark.parametrize("header", ["URL", " Url ", "LinkedIn URL", "LINKEDIN_URL", "linkedin url"])
def test_a_key_is_found_whatever_the_case_and_the_blanks_of_its_header(
    db: Connection, write: Write, header: str
) -> None:
    path = write(f"Name,{header}\nAna,https://www.linkedin.com/in/ana-x\n")
    assert load(path, workflow=PEOPLE).exit_code == 0
    found = rows(db, "select linkedin_url from raw.person_discovery")
    assert found == [("https://www.linkedin.com/in/ana-x",)]
    (payload,) = payloads(db, "person_discovery")
    key = "url" if "linkedin" not in header.lower() else "linkedin_url"
    assert payload == {"Name": "Ana", key: "https://www.linkedin.com/in/ana-x"}


def test_of_two_headers_that_mean_a_key_the_one_that_is_spelled_like_it_is(
    db: Connection, write: Write
) -> None:
    path = write("URL,url\nshort,https://www.linkedin.com/in/ana-x\n")
    assert load(path, workflow=PEOPLE).exit_code == 0
    (payload,) = payloads(db, "person_discovery")
    assert payload == {"URL": "short", "url": "https://www.linkedin.com/in/ana-x"}


def table_of(path: Path, key_fields: tuple[str, ...]) -> list[Row]:
    """The rows of a table of a workflow that has these key fields."""
    workflow = Workflow("acme", "acme", "direct", "p", "person", "", key_fields=key_fields)
    maker = RowMaker(Registry({workflow.slug: workflow}, {}), workflow)
    with open_content(str(path)) as content:
        table = PayloadTable(content, maker, print)
        records = list(table.records(lambda _: None))
        return [table.row(record) for record in records if isinstance(record, Record)]


def test_a_key_field_names_a_header_with_blanks_by_underscores(write: Write) -> None:
    path = write("Profile Page,Full Name\nhttps://www.linkedin.com/in/ana-x,Ana\n")
    (row,) = table_of(path, ("profile_page",))
    assert row.values[0] == "https://www.linkedin.com/in/ana-x"


def test_a_header_with_blanks_that_nobody_knows_is_told_how_to_write(write: Write) -> None:
    path = write("Profile Page,Full Name\nhttps://www.linkedin.com/in/ana-x,Ana\n")
    result = load(path, workflow=PEOPLE)
    assert "no column tells whom a row is about; there is Profile Page, Full Name" in result.output
    assert "with underscores for blanks" in " ".join(result.output.split())


def test_headers_with_dots_lead_into_objects(db: Connection, write: Write) -> None:
    path = write(
        "person.linkedin_url,person.name,Person.Organization.name,No. of roles,person.2.x\n"
        "https://www.linkedin.com/in/ana-x,Ana,Acme,3,\n"
    )
    assert load(path, workflow="apollo-people-match").exit_code == 0
    assert payloads(db, "person_payloads") == [
        {
            "person": {
                "linkedin_url": "https://www.linkedin.com/in/ana-x",
                "name": "Ana",
                "2": {"x": None},
            },
            "Person": {"Organization": {"name": "Acme"}},
            "No. of roles": "3",
        }
    ]


def test_a_header_that_is_a_value_and_an_object_is_refused(db: Connection, write: Write) -> None:
    path = write("person.linkedin_url,person\nhttps://www.linkedin.com/in/ana-x,Ana\n")
    result = load(path, workflow="apollo-people-match")
    assert result.exit_code == 1
    assert "the header 'person' is a value, and others (person. ...) are" in result.output
    assert value(db, "select count(*) from raw.loads") == 0
