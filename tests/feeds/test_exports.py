"""Files that other programs write, by their own headers."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.errors import IngestError
from ingest.postgres.connection import Connection
from ingest.workflows.exports import load_exports, normal_header
from ingest.workflows.feeds import FEEDS, feed_of
from ingest.workflows.registry import load_registry
from tests.support.feed_loads import CRUNCHBASE, LEADS, Write, as_csv, load_feed
from tests.support.ingesting import rows

CONNECTIONS = """Notes:
"When exporting your connection data, some of the addresses, are missing."

First Name,Last Name,URL,Email Address,Company,Position,Connected On
Conny,Example,https://www.linkedin.com/in/conny-example,conny@acme.example,Acme,Buyer,03 Nov 2026
"""
ORGANISATIONS = as_csv(
    *[("Organization Name", "Organization Name URL", "Website", "Number of Employees", "CB Rank")],
    *[("Epsilon", "https://a.example/epsilon", "https://www.epsilon.example", "101-250", "12")],
)
PHANTOM = """defaultProfileUrl,firstName,lastName,title,companyName,regularCompanyUrl,query
https://www.linkedin.com/in/ana-example,Ana,Example,Buyer,Acme,https://www.linkedin.com/company/acme,q
"""
APOLLO = """First Name,Last Name,Title,Email,Email Status,# Employees,Person Linkedin Url,Website
Ana,Example,Buyer,ana@acme.example,Verified,320,http://www.linkedin.com/in/ana-example,acme.example
"""


@pytest.mark.parametrize(
    ("content", "said", "landed"),
    [
        pytest.param(
            CONNECTIONS,
            ("LinkedIn connections", "Connected On"),
            (
                "first_name, email, company, job_title, linkedin_url_user_profile",
                (
                    *("Conny", "conny@acme.example", "Acme", "Buyer"),
                    "https://www.linkedin.com/in/conny-example",
                ),
            ),
            id="connections behind words",
        ),
        pytest.param(
            PHANTOM,
            ("PhantomBuster", "query"),
            (
                "first_name, last_name, job_title, company, linkedin_url_company",
                ("Ana", "Example", "Buyer", "Acme", "https://www.linkedin.com/company/acme"),
            ),
            id="phantombuster",
        ),
        pytest.param(
            APOLLO,
            ("Apollo", "Email Status"),
            (
                "email, company_headcount, company_website, linkedin_url_user_profile",
                (
                    "ana@acme.example",
                    "320",
                    "acme.example",
                    "http://www.linkedin.com/in/ana-example",
                ),
            ),
            id="apollo",
        ),
    ],
)
def test_an_export_of_leads_is_known_by_its_headers(
    db: Connection,
    write: Write,
    content: str,
    said: tuple[str, str],
    landed: tuple[str, tuple[str | None, ...]],
) -> None:
    result = load_feed(LEADS, write(content))
    assert result.exit_code == 0, result.output
    program, left = said
    assert f"read as an export of {program}" in result.output
    assert f"not read: {left}." in result.output
    assert rows(db, "select header from raw.load_headers where column_name is null") == [
        (normal_header(left),)
    ]
    columns, expected = landed
    assert rows(db, f"select {columns} from raw.salesnav_scrapes") == [expected]


def test_crunchbase_writes_headers_of_its_own(db: Connection, write: Write) -> None:
    result = load_feed(CRUNCHBASE, write(ORGANISATIONS))
    assert result.exit_code == 0, result.output
    assert "not read: Organization Name URL, CB Rank." in result.output
    assert rows(db, "select name, website, number_employees from raw.vc_crunchbase_portfolios") == [
        ("Epsilon", "https://www.epsilon.example", "101-250")
    ]


def test_a_header_that_no_program_writes_is_refused(db: Connection, write: Write) -> None:
    result = load_feed(LEADS, write("First Name,Last Name,Shoe size\nAna,Example,41\n"))
    assert result.exit_code == 1
    assert "Shoe size" in result.output
    assert rows(db, "select from raw.salesnav_scrapes") == []


def test_each_header_leads_to_a_column() -> None:
    registry = load_registry()
    for slug, exports in registry.exports.items():
        feed = feed_of(registry.workflows[slug])
        assert feed is not None
        known = {column.name for column in feed.columns}
        for export in exports:
            assert set(filter(None, export.columns.values())) <= known


def test_a_header_that_leads_nowhere_is_told(
    db: Connection, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    del db
    monkeypatch.setitem(FEEDS, LEADS, FEEDS[CRUNCHBASE])
    result = load_feed(LEADS, write(CONNECTIONS))
    assert result.exit_code == 1
    assert "there is no such column" in result.output


def test_an_export_without_a_sign_is_refused(tmp_path: Path) -> None:
    (tmp_path / "table_headers.csv").write_text(
        "workflow_slug,export,header,column_name,is_expected\na,Acme,Name,name,false\n"
    )
    with pytest.raises(IngestError, match="no header of Acme is expected"):
        load_exports(tmp_path)
