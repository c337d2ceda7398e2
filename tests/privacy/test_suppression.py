"""Who must not be written to stays; rows of other programs never surface; keys; lifting.

One warehouse of six people, who ask for one thing or another while rows come in.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from ingest.errors import IngestError
from ingest.postgres import privacy_key
from ingest.postgres.connection import connect
from tests.support.ingesting import ingest, load, status
from tests.support.privacy import use_key
from tests.support.scenario import scenario
from tests.support.warehouse import Warehouse, dbt, insert_load

PROFILE = "https://www.linkedin.com/in/"
PEOPLE = ("ada-one-1", "ben-two-2", "cy-three-3", "gil-seven-7", "ivy-nine-9")
Snapshot = dict[str, list[str]]


def career(name: str) -> dict[str, Any]:
    role = {"title": "VP Operations", "company": "Quay Freight", "company_domain": "quay.example"}
    return {"name": name, "experience": [role | {"is_current": True, "start_date": "2024-01-01"}]}


def arrive(warehouse: Warehouse, slug: str) -> None:
    """A profile and a row of an export with an address."""
    first, last, _ = slug.split("-")
    name = f"{first} {last}".title()
    warehouse.payload("person_payloads", f"linkedin.com/in/{slug}", career(name))
    warehouse.row(
        "salesnav_scrapes",
        upload_id=insert_load(warehouse.conn),
        linkedin_url_user_profile=PROFILE + slug,
        first_name=first.title(),
        last_name=last.title(),
        email=f"{first}@quay.example",
        company="Quay Freight",
        company_website="quay.example",
        # the switchboard, as it turns out
        phone_number="+49 30 1234567" if slug == "ada-one-1" else None,
    )


def insert_ada(warehouse: Warehouse) -> None:
    """Ada comes back in eight ways, by other programs."""
    # another spelling, another table
    warehouse.payload("person_payloads", "http://de.linkedin.com/in/Ada-One-1/?x", career("A"))
    # the slug alone, as no address
    warehouse.payload("person_payloads", "Ada-One-1", career("Ada One"))
    warehouse.payload("person_discovery", "linkedin.com/in/ada-one-1", {"name": "Ada One"})
    # the address alone, the name with the employer alone
    upload = insert_load(warehouse.conn)
    warehouse.row("salesnav_scrapes", upload_id=upload, first_name="A.", email="ada@Quay.example")
    named = {"first_name": "ADA", "last_name": "One", "company": "Quay Freight Inc."}
    warehouse.row("salesnav_scrapes", upload_id=upload, **named)
    # a URN that is no member id says no more of whom the row is
    urn = {"linkedin_user_profile_urn": "urn:li:person:ada03"}
    warehouse.row("salesnav_scrapes", upload_id=upload, **named, **urn)
    warehouse.row("salesnav_scrapes", upload_id=upload, phone_number="0049 30 1234567")
    # with a profile it is somebody else at that number
    warehouse.row(
        "salesnav_scrapes",
        upload_id=upload,
        linkedin_url_user_profile=PROFILE + "jo-ten-10",
        first_name="Jo",
        last_name="Ten",
        phone_number="0049 30 1234567",
    )
    columns = {"workflow_slug": "leadmagic-email", "provider": "leadmagic", "platform": "direct"}
    columns |= {"full_name": "Ada One", "company_domain": "www.quay.example"}
    found = {"email": "someone@quay.example", "status": "valid"}
    warehouse.payload("email_payloads", "", found, **columns)


def leads(warehouse: Warehouse) -> list[str]:
    return [
        slug
        for (slug,) in warehouse.all(
            "select p.linkedin_slug from api.leads as l"
            " inner join api.people as p on l.linkedin_url = p.linkedin_url order by 1"
        )
    ]


def people(warehouse: Warehouse) -> list[str]:
    return [slug for (slug,) in warehouse.all("select linkedin_slug from core.people order by 1")]


def say(*words: str) -> Any:
    result = ingest("privacy", *words, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


@dataclass
class Story:
    """What was seen on the way, by the moment."""

    warehouse: Warehouse
    leads: dict[str, list[str]] = field(default_factory=dict)
    people: dict[str, list[str]] = field(default_factory=dict)
    tables: dict[str, Snapshot] = field(default_factory=dict)
    said: dict[str, Any] = field(default_factory=dict)
    versions: list[str] = field(default_factory=list)

    def say(self, *words: str) -> Any:
        """Do something, and see which version the answers have then."""
        said = say(*words)
        self.versions += [v for (v,) in self.warehouse.all("select version from api.data_version")]
        return said

    def look(self, moment: str) -> None:
        self.leads[moment] = leads(self.warehouse)
        self.people[moment] = people(self.warehouse)
        self.tables[moment] = self.warehouse.snapshot()


@pytest.fixture(scope="module")
def story(key_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    rotated = tmp_path_factory.mktemp("rotated") / "key"
    rotated.write_text(key_file.read_text() + f"2 {'5e' * 32}\n")
    rotated.chmod(0o600)
    with scenario() as warehouse, pytest.MonkeyPatch.context() as monkeypatch:
        criteria = {"company_criteria": {"industries": ["Logistics"]}, "person_criteria": {}}
        warehouse.payload("icp_payloads", "seller.example", criteria)
        company = {"name": "Quay Freight", "industry": "Logistics"}
        warehouse.payload("company_payloads", "quay.example", company)
        for slug in PEOPLE:
            arrive(warehouse, slug)
        warehouse.build()
        story = Story(warehouse)
        story.look("before")

        story.say("list")
        story.said["suppress"] = story.say("suppress", "BEN@Quay.example", "--case", "ben")
        say("suppress", "dee@quay.example", "--case", "dee")
        story.say("erase", "ada-one-1", "--case", "ada")
        say("erase", "gil@quay.example", "--case", "gil")
        use_key(monkeypatch, rotated)
        say("erase", PROFILE + "ivy-nine-9", "--case", "ivy")
        story.said["list"] = say("list")
        story.look("asked")

        insert_ada(warehouse)
        for slug in ("gil-seven-7", "ivy-nine-9", "dee-four-4"):
            arrive(warehouse, slug)
        story.said["status"] = status()["withheld"]
        warehouse.build()
        story.look("came again")
        warehouse.check()

        # a namesake who brings a profile is somebody else
        warehouse.payload("person_payloads", "linkedin.com/in/ada-one-99", career("Ada One"))
        story.say("list")
        story.said["lift"] = story.say("lift", "--case", "gil")
        say("lift", PROFILE + "ben-two-2")
        story.look("lifted")
        warehouse.build()
        story.look("after")
        warehouse.build("--full-refresh")
        story.look("refreshed")
        story.said["replay"] = say("replay")["rows"]
        story.said["status after"] = status()["withheld"]
        story.look("replayed")
        yield story


def without_counts(tables: Snapshot) -> Snapshot:
    """All but how often fields came, which follows the rows of the day."""
    return {name: rows for name, rows in tables.items() if name != "extracted.payload_fields"}


def test_who_is_not_to_be_contacted_stays_and_is_no_lead(story: Story) -> None:
    assert story.said["suppress"]["people"] == 1
    assert story.leads["before"] == list(PEOPLE)
    assert story.leads["asked"] == ["cy-three-3"]
    assert story.people["asked"] == ["ben-two-2", "cy-three-3"]
    # who comes later is known by the address
    assert story.people["came again"] == ["ben-two-2", "cy-three-3", "dee-four-4", "jo-ten-10"]
    assert story.leads["came again"] == ["cy-three-3"]
    marked = story.warehouse.all(
        "select linkedin_slug, email, email_verdict, do_not_contact from api.people"
        " where do_not_contact"
    )
    assert marked == [("dee-four-4", None, None, True)]
    best = story.warehouse.all("select is_best from api.contacts where email = 'dee@quay.example'")
    assert best == [(False,)]


def test_rows_that_other_programs_insert_never_surface(story: Story) -> None:
    # eight of Ada, two each of Gil and Ivy
    assert story.said["status"] == 12
    text = str(story.tables["came again"]).lower()
    names = ("ada one", "ada-one", "ada@", "gil seven", "gil-seven", "gil@", "ivy nine", "ivy@")
    assert [name for name in names if name in text] == []
    assert story.tables["refreshed"] == story.tables["after"]
    assert {name: n for name, n in story.said["replay"].items() if name.startswith("raw.")} == {
        "raw.person_payloads": 3,
        "raw.person_discovery": 1,
        "raw.salesnav_scrapes": 5,
        "raw.email_payloads": 1,
    }
    assert story.said["status after"] == 0
    assert without_counts(story.tables["replayed"]) == without_counts(story.tables["refreshed"])


def test_who_is_lifted_is_read_again_and_a_namesake_is_read(story: Story) -> None:
    assert story.said["lift"]["read again"] == 2
    assert story.leads["lifted"] == ["ben-two-2", "cy-three-3"]
    known = ["ada-one-99", "ben-two-2", "cy-three-3", "dee-four-4", "gil-seven-7", "jo-ten-10"]
    assert story.people["after"] == known


def test_what_is_done_for_somebody_moves_the_version_of_the_answers(story: Story) -> None:
    assert len(story.versions) == len(set(story.versions)) == 5


def test_older_keys_stay_good_and_cases_name_nobody(story: Story) -> None:
    cases = {case["case_ref"]: case for case in story.said["list"]}
    assert {name: case["key_versions"] for name, case in cases.items()} == {
        "ada": [1],
        "ben": [1],
        "dee": [1],
        "gil": [1],
        "ivy": [2],
    }
    assert cases["ada"]["scope"] == "erased"
    # the company by its domain and by its name
    kinds = {"linkedin": 1, "email": 1, "phone": 1, "name_at": 2, "name": 1}
    assert cases["ada"]["identifiers"] == kinds
    assert cases["ben"]["identifiers"] == {"linkedin": 1, "email": 1}
    found = story.warehouse.all("select t::text from privacy.tombstones as t")
    assert "quay" not in str(found)


def test_a_missing_or_wrong_key_is_refused(
    story: Story, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = {"workflow_slug": "clay-person-profile", "linkedin_url": "linkedin.com/in/x-y-1"}
    file = tmp_path / "people.ndjson"
    file.write_text(json.dumps(record | {"raw_payload": {"name": "X"}}) + "\n")
    others = tmp_path / "other.key"
    privacy_key.make(others)
    for path, sentence in (
        (tmp_path / "none", "people are suppressed here, and there is no key to know them by"),
        (others, "people are suppressed here by version 1 of a key that is not in the key file"),
    ):
        use_key(monkeypatch, path)
        result = dbt("run", may_fail=True)
        assert not result.success
        assert sentence in f"{result.exception} {result.result}"
        refused = load(file, workflow=None)
        assert refused.exit_code == 1
        assert sentence in refused.output
        assert "set HQ_PRIVACY_KEY_FILE" in refused.output
    loads = story.warehouse.all("select id from raw.loads where tool_version <> 'test'")
    assert loads == []


def test_a_digest_is_the_hmac_of_kind_and_normal_form(story: Story, key_file: Path) -> None:
    assert story
    (key,) = privacy_key.keys(key_file).values()
    with pytest.MonkeyPatch.context() as monkeypatch:
        use_key(monkeypatch, key_file)
        with connect() as conn:
            row = conn.execute("select privacy.digest('linkedin', 'chloé-muster-5d')").fetchone()
    expected = hmac.new(key, "linkedin:chloé-muster-5d".encode(), hashlib.sha256).digest()
    assert row == (expected,)


def test_a_name_strikes_no_namesake_who_is_known(story: Story, tmp_path: Path) -> None:
    """Another Ada One came later; nobody bears Ivy's name."""
    study = {
        "workflow_slug": "gemini-extract-case-study-details",
        "case_study_url": "https://seller.example/quay",
        "origin_company_domain": "seller.example",
        "company_customer_name": "Quay Freight",
        "raw_payload": {"reasoning": "Ada One and Ivy Nine say so."},
    }
    file = tmp_path / "study.ndjson"
    file.write_text(json.dumps(study) + "\n")
    assert load(file, workflow=None).exit_code == 0
    said = story.warehouse.all(
        "select raw_payload ->> 'reasoning' from raw.case_study_extraction_payloads"
    )
    assert said == [("Ada One and [redacted] say so.",)]


def test_who_is_erased_again_is_told_again(story: Story) -> None:
    told = "select max(_xid) from privacy.erased_people"
    before = story.warehouse.one(told)
    say("erase", "gil-seven-7", "--case", "gil again")
    assert story.warehouse.one(told) > before


def test_a_person_and_a_case_are_not_both_lifted(story: Story) -> None:
    assert story
    result = ingest("privacy", "lift", "cy-three-3", "--case", "ada")
    assert (result.exit_code, "not both" in result.output) == (2, True)


def test_a_key_that_was_lost_is_made_anew_when_its_tombstones_are_deleted(
    story: Story, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As docs/privacy.md says. Before that no command makes a second one."""
    path = tmp_path / "new.key"
    use_key(monkeypatch, path)
    refused = ingest("privacy", "suppress", "ben-two-2", "--case", "anew")
    assert refused.exit_code == 1
    assert "people are suppressed here, and there is no key" in refused.output
    story.warehouse.conn.execute("delete from privacy.tombstones")
    story.warehouse.conn.commit()
    for words in (("erase", "cy-three-3", "--case", "x", "--dry-run"), ("replay",)):
        assert ingest("privacy", *words).exit_code == 0
    assert not path.exists()

    say("suppress", "ben-two-2", "--case", "anew")
    use_key(monkeypatch, path)
    record = {"workflow_slug": "clay-person-profile", "linkedin_url": "linkedin.com/in/x-y-1"}
    file = tmp_path / "people.ndjson"
    file.write_text(json.dumps(record | {"raw_payload": {"name": "X"}}) + "\n")
    assert load(file, workflow=None).exit_code == 0
    assert dbt("run", "--select", "people_not_to_contact").success


@pytest.mark.parametrize("text", ["1 abc\n", "x\n", f"1 {'0' * 64}\n1 {'1' * 64}\n"])
def test_what_is_no_key_file_is_refused_with_its_line(tmp_path: Path, text: str) -> None:
    path = tmp_path / "key"
    path.write_text(text)
    path.chmod(0o600)
    with pytest.raises(IngestError, match=r"key:[12]: not a key"):
        privacy_key.keys(path)


def test_a_key_that_others_may_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "key"
    privacy_key.make(path)
    assert path.stat().st_mode & 0o777 == 0o600
    path.chmod(0o640)
    with pytest.raises(IngestError, match="others may read the key"):
        privacy_key.keys(path)
