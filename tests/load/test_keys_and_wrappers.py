"""Where a record has its key and its payload, as the registry says it, and what is said if not."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import msgspec
import pytest

from ingest.formats.json.batch import Batches
from ingest.formats.json.records import Record, RecordReader
from ingest.payloads.envelopes import RowMaker
from ingest.rejects import Origin, Reason, RefusedError, Reject
from ingest.workflows.registry import Registry, Workflow, load_registry
from ingest.workflows.routes import RAW_TABLES

BUILT_IN = load_registry()
PERSON = Workflow("acme-people", "acme", "direct", "people", "person", "")
COMPANY = Workflow("acme-firms", "acme", "direct", "firms", "company", "")
EMAIL = Workflow("acme-mail", "acme", "direct", "email", "person", "", raw_table="email_payloads")
ANA = "https://www.linkedin.com/in/ana-example"


def landed(record: Any, workflow: Workflow) -> dict[str, Any]:
    """The row of a record by column, the payload as Python objects."""
    text = json.dumps(record).encode()
    fields = msgspec.json.decode(text, type=dict[str, msgspec.Raw])
    maker = RowMaker(Registry({workflow.slug: workflow}, {}), workflow)
    row = maker.row(Record(Origin(1, 0, text), text, fields))
    values = dict(zip(row.route.columns[1:-1], row.values, strict=True))
    return {**values, "raw_payload": json.loads(bytes(values["raw_payload"]))}  # type: ignore[call-overload]


def refused(record: Any, workflow: Workflow) -> str:
    """Why a record has no key, in words."""
    with pytest.raises(RefusedError) as fault:
        landed(record, workflow)
    assert fault.value.reason is Reason.NO_KEY
    return fault.value.detail


@pytest.mark.parametrize(
    ("record", "workflow"),
    [
        pytest.param({"person": {"link": ANA}}, replace(PERSON, key_fields=("person.link",))),
        pytest.param({"person.link": ANA}, replace(PERSON, key_fields=("person.link",))),
        pytest.param(
            {"raw_payload": {"person": {"link": ANA}}}, replace(PERSON, key_fields=("person.link",))
        ),
        pytest.param(
            {"raw_payload": json.dumps({"link": ANA})},
            replace(PERSON, key_fields=("other", "link")),
        ),
        pytest.param({"link": ANA, "raw_payload": {"a": 1}}, replace(PERSON, key_fields=("link",))),
        pytest.param({"profile_url": ANA, "acme_raw_payload": {"a": 1}}, PERSON),
        pytest.param({"public_identifier": "ana-example"}, PERSON),
        pytest.param({"raw_payload": {"public_identifier": "ana-example"}}, PERSON),
        pytest.param({"public_identifier": ANA}, PERSON),
    ],
)
def test_a_key_is_found_where_the_registry_says(record: Any, workflow: Workflow) -> None:
    assert landed(record, workflow)["linkedin_url"] == ANA


def test_key_fields_count_in_their_order_and_blanks_do_not() -> None:
    workflow = replace(COMPANY, key_fields=("first", "second.deep"))
    record = {"second": {"deep": "b.example"}, "first": " ", "domain": "c.example"}
    assert landed(record, workflow)["company_domain"] == "b.example"


NOTHING = [
    "null",
    "None",
    "n/a",
    "N/A.",
    "-",
    "\u2013",
    "\u2014",
    "none found",
    " None found.. ",
    "\u200bNULL",
]


@pytest.mark.parametrize("nothing", NOTHING)
@pytest.mark.parametrize(
    ("slug", "record", "key"),
    [
        pytest.param(
            "clay-company-firmographics",
            {"domain": None, "website": "http://hp-mark-a.example"},
            "http://hp-mark-a.example",
            id="bare payload",
        ),
        pytest.param(
            "apollo-organization-enrich",
            {"organization": {"primary_domain": None, "website_url": "http://hp-org-c.example"}},
            "http://hp-org-c.example",
            id="in an object",
        ),
        pytest.param(
            "clay-company-firmographics",
            {"company_domain": None, "raw_payload": {"domain": "hp-mark-c.example"}},
            "hp-mark-c.example",
            id="company in an envelope",
        ),
        pytest.param(
            "clay-person-profile",
            {"linkedin_url": None, "raw_payload": {"url": f"{ANA}-p"}},
            f"{ANA}-p",
            id="person in an envelope",
        ),
        pytest.param(
            "leadmagic-profile",
            {"profile_url": None, "public_identifier": "ana-example"},
            ANA,
            id="the end of an address",
        ),
        pytest.param(
            "leadmagic-profile",
            {"public_identifier": None, "raw_payload": {"linkedin_username": "ana-example"}},
            ANA,
            id="the end of an address behind another",
        ),
    ],
)
def test_a_word_for_nothing_is_no_key(slug: str, record: Any, key: str, nothing: str) -> None:
    said = json.loads(json.dumps(record).replace("null", json.dumps(nothing)))
    workflow = BUILT_IN.workflows[slug]
    assert landed(said, workflow)[RAW_TABLES[workflow.table or ""].required[0]] == key


def test_where_words_for_nothing_are_all_there_is_the_first_lands_and_is_reported() -> None:
    record = {"domain": " N/A", "website": "-"}
    assert landed(record, replace(COMPANY, key_fields=("domain", "website")))["company_domain"] == (
        " N/A"
    )


@pytest.mark.parametrize(
    ("said", "key", "company"),
    [
        pytest.param({"domain": "acme.example"}, None, "acme.example", id="name and employer do"),
        pytest.param(
            {"company_domain": "-", "domain": "acme.example"}, None, "acme.example", id="the next"
        ),
        pytest.param({"domain": "n/a"}, "N/A", "n/a", id="nor does the employer"),
    ],
)
def test_a_word_for_nothing_does_not_hide_name_and_employer(
    said: dict[str, str], key: str | None, company: str
) -> None:
    record = {"person_linkedin_url": "N/A", "full_name": "Ana Example", **said}
    row = landed({**record, "raw_payload": {}}, EMAIL)
    assert (row["linkedin_url"], row["company_domain"]) == (key, company)


def test_a_payload_stands_under_a_key_that_the_registry_names() -> None:
    workflow = replace(COMPANY, wrapper_keys=("result",))
    row = landed({"domain": "a.example", "result": {"name": "A"}}, workflow)
    assert (row["company_domain"], row["raw_payload"]) == ("a.example", {"name": "A"})


def test_a_key_for_lists_alone_holds_no_payload() -> None:
    workflow = replace(COMPANY, wrapper_keys=("data[]",), key_fields=("data.domain",))
    record = {"data": {"domain": "a.example"}, "likelihood": 6}
    row = landed(record, workflow)
    assert (row["company_domain"], row["raw_payload"]) == ("a.example", record)


@pytest.mark.parametrize("before", [b"", b'"status": 200, "total": {"value": 2}, '])
def test_records_stand_in_a_list_that_the_registry_names(before: bytes) -> None:
    text = b'{%b\n "data": [{"domain": "a.example"}, {"domain": "b.example"}]}' % before
    reader = RecordReader("file", iter((text,)), batches=Batches(("results", "data")))
    assert [msgspec.json.decode(r.text)["domain"] for r in reader if isinstance(r, Record)] == [
        "a.example",
        "b.example",
    ]


def test_a_list_of_another_name_is_no_list_of_records() -> None:
    text = b'{"data": [{"domain": "a.example"}]}'
    (record,) = RecordReader("file", iter((text,)))
    assert not isinstance(record, Reject)
    assert record.text == text


def test_a_record_that_hides_its_list_is_told_what_to_write_where() -> None:
    said = refused({"data": [{"domain": "a.example"}], "total": 1}, COMPANY)
    assert "a list of objects stands under data" in said
    assert said.endswith(
        "write data[] into the wrapper_keys of acme-firms in seeds/registry/workflows.csv"
    )


@pytest.mark.parametrize(
    ("record", "workflow", "path"),
    [
        pytest.param({"page": ANA, "name": "Ana"}, PERSON, "page", id="person"),
        pytest.param({"raw_payload": {"a": {"page": ANA}}}, PERSON, "a.page", id="in the payload"),
        pytest.param({"site": "www.acme.example"}, COMPANY, "site", id="company"),
        pytest.param({"a": {"my_domain": "acme.example"}}, COMPANY, "a.my_domain", id="in a name"),
    ],
)
def test_a_key_under_another_name_is_told(record: Any, workflow: Workflow, path: str) -> None:
    assert refused(record, workflow).endswith(
        f"; {path} looks like it: write it into the key_fields of {workflow.slug} "
        "in seeds/registry/workflows.csv"
    )


ROLE = {"title": "VP", "company": "Acme", "url": "https://www.linkedin.com/company/acme"}
SEEN = {"url": f"{ANA}-2", "name": "Other Ana"}


@pytest.mark.parametrize(
    ("slug", "record"),
    [
        pytest.param("clay-person-profile", {"name": "Ana", "experience": [ROLE]}, id="roles"),
        pytest.param("clay-person-profile", {"name": "A", "people_also_viewed": [SEEN]}, id="seen"),
        pytest.param(
            "claygent-get-all-company-customers",
            {"customers": [{"companyName": "Acme", "url": "https://acme.example"}]},
            id="customers",
        ),
        pytest.param(
            "leadmagic-company",
            {"companyName": "A", "b2b_profile_url": "https://www.linkedin.com/company/acme"},
            id="page of a company",
        ),
        pytest.param("leadmagic-company", {"twitter": "https://twitter.com/acme"}, id="network"),
    ],
)
def test_what_belongs_to_a_payload_is_no_remedy(slug: str, record: Any) -> None:
    said = refused(record, BUILT_IN.workflows[slug])
    assert "wrapper_keys" not in said
    assert "key_fields" not in said


@pytest.mark.parametrize(
    ("slug", "record", "remedy"),
    [
        pytest.param(
            "leadmagic-profile",
            {"results": {"profile_url": ANA}},
            "write results into the wrapper_keys of leadmagic-profile",
            id="one payload under a key for lists",
        ),
        pytest.param(
            "apollo-people-match",
            {"data": {"person": {"linkedin_url": ANA}}},
            "write data into the wrapper_keys of apollo-people-match",
            id="a dotted key",
        ),
        pytest.param(
            "apollo-people-match",
            {"found": [{"name": "A"}, {"person": {"linkedin_url": ANA}}], "total": 2},
            "write found[] into the wrapper_keys of apollo-people-match",
            id="a list of dotted keys",
        ),
        pytest.param(
            "icypeas-email",
            {"items": [{"full_name": "Ana Example", "domain": "acme.example"}]},
            "write items[] into the wrapper_keys of icypeas-email",
            id="by name and employer",
        ),
        pytest.param(
            "leadmagic-profile",
            {"data": {"results": [{"profile_url": ANA}]}},
            "the list under results is opened when a file is loaded, not by a retry, "
            "if nothing but short values, workflow_slug among them, stands before it",
            id="a list in a payload",
        ),
        pytest.param(
            "leadmagic-profile",
            {"results": {"data": [{"profile_url": ANA}]}},
            "the list under results.data is opened when a file is loaded, not by a retry, "
            "if nothing but short values, workflow_slug among them, stands before it",
            id="a list in a wrapper",
        ),
        pytest.param(
            "leadmagic-profile",
            {"data": {"answer": {"results": [{"profile_url": ANA}]}}},
            "the list under answer.results is read where no other object is around it",
            id="a list two objects deep in a payload",
        ),
        pytest.param(
            "leadmagic-profile",
            {"results": {"people": [{"profile_url": ANA}]}},
            "the list under results.people is read where no other object is around it",
            id="a list in an object",
        ),
        pytest.param(
            "apollo-people-match",
            {"page": {"of": {"all": 2}}, "matches": [{"linkedin_url": ANA}]},
            "the list under matches is opened when a file is loaded, not by a retry, "
            "if nothing but short values, workflow_slug among them, stands before it",
            id="a list that is named already",
        ),
    ],
)
def test_the_remedy_is_the_one_that_helps(slug: str, record: Any, remedy: str) -> None:
    said = refused(record, BUILT_IN.workflows[slug])
    assert said.removesuffix(" in seeds/registry/workflows.csv").endswith(f"; {remedy}")


def test_a_key_under_a_name_with_blanks_is_told_as_a_table_can_have_it() -> None:
    assert (
        "; LinkedIn Page looks like it: rename it, or if this is a table load it again with "
        "LinkedIn_Page in the key_fields of acme-people"
    ) in refused({"LinkedIn Page": ANA}, PERSON)


def test_what_nobody_can_guess_is_said_without_advice() -> None:
    assert "key_fields" not in refused({"name": "Ana", "age": 7}, PERSON)


def test_an_address_may_be_asked_for_by_name_and_employer() -> None:
    record = {"firstName": "Ana", "last_name": "Example", "domain": "acme.example"}
    row = landed({**record, "acme_raw_payload": {"email": None}}, EMAIL)
    assert row["linkedin_url"] is None
    assert (row["first_name"], row["last_name"]) == ("Ana", "Example")
    assert (row["full_name"], row["company_domain"]) == (None, "acme.example")


@pytest.mark.parametrize(
    "asked",
    [
        pytest.param({"first": "Ana", "last": "Example", "domain": "acme.example"}, id="short"),
        pytest.param(
            {"firstname": "Ana", "lastname": "Example", "domainOrCompany": "acme.example"},
            id="as Icypeas asks",
        ),
    ],
)
def test_a_finder_may_be_asked_in_other_words(asked: dict[str, str]) -> None:
    row = landed({**asked, "acme_raw_payload": {"email": None}}, EMAIL)
    assert (row["first_name"], row["last_name"]) == ("Ana", "Example")
    assert (row["linkedin_url"], row["company_domain"]) == (None, "acme.example")


def test_name_and_employer_may_stand_in_the_payload() -> None:
    paths = ("full_name:input.full_name", "company_domain:input.domain")
    asked = {"input": {"full_name": "Ana Example", "domain": "acme.example"}}
    row = landed({"acme_raw_payload": asked}, replace(EMAIL, key_fields=paths))
    assert (row["full_name"], row["company_domain"]) == ("Ana Example", "acme.example")


@pytest.mark.parametrize(
    "record",
    [
        pytest.param({"full_name": "Ana Example"}, id="no employer"),
        pytest.param({"domain": "acme.example", "first_name": "Ana"}, id="half a name"),
        pytest.param({"domain": " ", "full_name": "Ana Example"}, id="blank employer"),
    ],
)
def test_an_address_of_nobody_is_refused(record: dict[str, str]) -> None:
    said = refused({**record, "raw_payload": {"email": "a@acme.example"}}, EMAIL)
    assert "full_name and company_domain, or last_name and company_domain" in said
