"""From records to rows: workflow, key, payload."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from ingest.formats.json.records import Record
from ingest.landing.rows import Row
from ingest.payloads.envelopes import RowMaker
from ingest.rejects import Origin, RefusedError
from ingest.workflows.registry import Registry, Workflow, load_registry

BUILT_IN = load_registry()
PRICING = Workflow("zenrows-pricing", "zenrows", "direct", "pricing_analysis", "company", "")
REGISTRY = Registry({**BUILT_IN.workflows, PRICING.slug: PRICING}, BUILT_IN.aliases)

FIRMOGRAPHICS = "clay-company-firmographics"
PROFILE = "clay-person-profile"
CLAYGENT = "claygent-get-all-company-customers"
CASE_STUDY = "gemini-extract-case-study-details"
ICP = "ai-generate-target-client-icp"


def row_of(record: Any, workflow: str | None = None, batch_slug: str | None = None) -> Row:
    text = record if isinstance(record, bytes) else json.dumps(record).encode()
    fields = msgspec.json.decode(text, type=dict[str, msgspec.Raw])
    default = REGISTRY.resolve(workflow) if workflow else None
    maker = RowMaker(REGISTRY, default)
    return maker.row(Record(Origin(1, 0, text, batch_slug), text, fields))


def columns(row: Row) -> dict[str, Any]:
    """The row's values by column, the payload as Python objects."""
    values = dict(zip(row.route.columns[1:-1], row.values, strict=True))
    values["raw_payload"] = json.loads(bytes(values["raw_payload"]))  # type: ignore[call-overload]
    return values


def reason_of(record: Any, workflow: str | None = None) -> str:
    with pytest.raises(RefusedError) as refused:
        row_of(record, workflow)
    return refused.value.reason.value


def test_an_envelope_lands_with_its_key_its_stamps_and_its_payload() -> None:
    row = row_of(
        {"company_domain": " WWW.Acme.example", "batch_name": "x", "raw_payload": {"domain": "b"}},
        FIRMOGRAPHICS,
    )
    assert row.route.table == "company_payloads"
    assert columns(row) == {
        "company_domain": " WWW.Acme.example",
        "workflow_slug": FIRMOGRAPHICS,
        "provider": "clay",
        "platform": "clay",
        "payload_type": "firmographics",
        "raw_payload": {"domain": "b"},
    }


@pytest.mark.parametrize(
    ("payload", "landed"),
    [
        pytest.param({"a": 1}, {"a": 1}, id="object"),
        pytest.param('{"a": 1}', '{"a": 1}', id="string"),
        pytest.param('"{\\"a\\": 1}"', '"{\\"a\\": 1}"', id="string in a string"),
        pytest.param([1], [1], id="list"),
        pytest.param(r'{"a": "x\u0000"}', '{"a": "x"}', id="string with a NUL inside"),
    ],
)
def test_payloads_land_in_the_form_they_came(payload: Any, landed: Any) -> None:
    row = row_of({"company_domain": "a.example", "raw_payload": payload}, FIRMOGRAPHICS)
    assert columns(row)["raw_payload"] == landed
    assert row.cleaned == (payload != landed)


@pytest.mark.parametrize(
    "wrapper",
    [
        "raw_payload",
        "raw_company_payload",
        "raw_clay_company_enriched_payload",
        "raw_clay_person_enriched_payload",
        "person_raw_enriched_payload",
        "claygent_output",
        "customers_claygent",
        "payload",
    ],
)
def test_every_known_wrapper_key_holds_the_payload(wrapper: str) -> None:
    row = row_of({"company_domain": "a.example", wrapper: {"a": 1}}, FIRMOGRAPHICS)
    assert columns(row)["raw_payload"] == {"a": 1}


@pytest.mark.parametrize(
    ("record", "workflow", "key"),
    [
        pytest.param({"domain": "a.example"}, FIRMOGRAPHICS, "a.example", id="domain"),
        pytest.param(
            {"domain": None, "website": "http://a.example"},
            "clay-find-companies",
            "http://a.example",
            id="website where domain is null",
        ),
        pytest.param({"domain": " ", "website": "w"}, FIRMOGRAPHICS, "w", id="blank domain"),
        pytest.param(
            {"domain": "\u200b\u00a0", "website": "w"}, FIRMOGRAPHICS, "w", id="invisible domain"
        ),
        pytest.param({"url": "u"}, PROFILE, "u", id="url of a profile"),
        pytest.param({"url": "u"}, "clay-find-people", "u", id="url of a found person"),
        pytest.param({"url": "u"}, "clay-native-person-enrichment", "u", id="alias"),
        pytest.param({"domain": "d"}, "zenrows-pricing", "d", id="workflow without a route"),
        pytest.param({"raw_payload": {"url": "u"}}, PROFILE, "u", id="key inside the payload only"),
        pytest.param(
            {"raw_payload": json.dumps(json.dumps({"url": "u"}))},
            PROFILE,
            "u",
            id="key inside a string in a string",
        ),
        pytest.param(
            {"linkedin_url": "e", "raw_payload": {"url": "u"}}, PROFILE, "e", id="envelope wins"
        ),
    ],
)
def test_the_key_is_the_envelopes_else_the_payloads(
    record: dict[str, Any], workflow: str, key: str
) -> None:
    assert row_of(record, workflow).values[0] == key


@pytest.mark.parametrize(
    ("record", "workflow", "key", "payload"),
    [
        pytest.param(
            {"person_linkedin_url": "p", "domain": "d", "finder_raw_payload": {"a": 1}},
            PROFILE,
            "p",
            {"a": 1},
            id="a provider's wrapper",
        ),
        pytest.param({"linkedin": "p", "raw_payload": {}}, PROFILE, "p", {}, id="linkedin"),
        pytest.param(
            {"linkedin_url": " ", "profile_url": "p", "raw_payload": {"url": "u"}},
            "clay-find-people",
            "p",
            {"url": "u"},
            id="the envelope before the payload",
        ),
        pytest.param(
            {"website": "w", "primary_domain": "d", "x_raw_payload": {"domain": "e"}},
            FIRMOGRAPHICS,
            "w",
            {"domain": "e"},
            id="in their order",
        ),
        pytest.param(
            {"companyDomain": "d", "raw_payload": {"a": 1}}, ICP, "d", {"a": 1}, id="of an ICP"
        ),
        pytest.param(
            {"raw_payload": None, "acme_raw_payload": {"url": "u"}},
            PROFILE,
            "u",
            {"url": "u"},
            id="the wrapper that is not null",
        ),
    ],
)
def test_envelopes_of_other_providers_are_understood(
    record: dict[str, Any], workflow: str, key: str, payload: Any
) -> None:
    found = row_of(record, workflow)
    assert (found.values[0], columns(found)["raw_payload"]) == (key, payload)


@pytest.mark.parametrize(
    ("record", "workflow", "key"),
    [
        ({"profile_url": "p", "full_name": "Lena"}, PROFILE, "p"),
        ({"person_linkedin_url": "p"}, "clay-find-people", "p"),
        # what its own kind calls the key comes first
        ({"linkedin": "p", "url": "u"}, PROFILE, "u"),
        ({"primary_domain": "d", "name": "A"}, FIRMOGRAPHICS, "d"),
        ({"companyDomain": "d"}, "clay-find-companies", "d"),
    ],
)
def test_bare_payloads_of_other_providers_have_a_key(
    record: dict[str, Any], workflow: str, key: str
) -> None:
    found = row_of(record, workflow)
    assert (found.values[0], columns(found)["raw_payload"]) == (key, record)


def test_a_record_without_a_key_is_told_by_its_keys_and_never_by_its_values() -> None:
    record = {"data": [{"domain": "secret.example"}], "site": "secret", "bad\x1bname": 1}
    with pytest.raises(RefusedError) as refused:
        row_of(record, FIRMOGRAPHICS)
    detail = refused.value.detail
    assert detail.startswith("company_domain is missing, null or blank")
    assert "the record has the keys data, site, bad name" in detail
    assert "a list of objects stands under data" in detail
    assert "secret" not in detail
    with pytest.raises(RefusedError) as refused:
        row_of({"raw_payload": {"site": "secret"}}, FIRMOGRAPHICS)
    assert "the record has the keys raw_payload, its payload the keys site" in refused.value.detail


def test_other_words_for_the_key_are_not_looked_for_inside_a_payload() -> None:
    assert reason_of({"raw_payload": {"profile_url": "p"}}, PROFILE) == "no_key"


def test_a_bare_payload_lands_whole() -> None:
    record = {"domain": "a.example", "name": "A"}
    assert columns(row_of(record, FIRMOGRAPHICS))["raw_payload"] == record


def test_a_flat_claygent_record_gives_its_origin() -> None:
    record = {
        "origin_company_domain": "www.a.example",
        "origin_company_name": "A",
        "workflow_slug": "claygent-get-all-customer-companies",
        "customers": [],
    }
    found = columns(row_of(record))
    assert found["raw_payload"] == record
    assert (found["origin_company_domain"], found["origin_company_name"]) == ("www.a.example", "A")
    assert found["origin_company_linkedin_url"] is None
    assert found["workflow_slug"] == CLAYGENT


@pytest.mark.parametrize(
    ("said", "payload", "flag"),
    [
        pytest.param({}, {"a": 1}, True, id="nothing said, payload"),
        pytest.param({}, {}, False, id="nothing said, empty payload"),
        pytest.param({"has_case_study_url": None}, {"a": 1}, True, id="null"),
        pytest.param({"has_case_study_url": False}, {"a": 1}, False, id="false"),
        pytest.param({"has_case_study_url": "FALSE"}, {"a": 1}, False, id="the word"),
        pytest.param({"has_case_study_url": True}, {}, True, id="true, empty payload"),
    ],
)
def test_whether_a_case_study_was_extracted(said: Any, payload: Any, flag: bool) -> None:
    envelope = {
        "case_study_url": "https://a.example/c",
        "origin_company_domain": "a.example",
        "company_customer_name": "B",
        "raw_payload": payload,
    }
    assert columns(row_of({**envelope, **said}, CASE_STUDY))["has_case_study_url"] is flag


@pytest.mark.parametrize(
    ("named", "batch", "given", "stamped"),
    [
        pytest.param(FIRMOGRAPHICS, None, None, FIRMOGRAPHICS, id="by the record"),
        pytest.param(None, FIRMOGRAPHICS, None, FIRMOGRAPHICS, id="by the batch"),
        pytest.param(PRICING.slug, FIRMOGRAPHICS, None, PRICING.slug, id="record before batch"),
        pytest.param(None, None, FIRMOGRAPHICS, FIRMOGRAPHICS, id="by the load"),
        pytest.param(f" {FIRMOGRAPHICS} ", None, FIRMOGRAPHICS, FIRMOGRAPHICS, id="by both"),
        pytest.param("", None, FIRMOGRAPHICS, FIRMOGRAPHICS, id="blank is none"),
        pytest.param("\u200b", None, FIRMOGRAPHICS, FIRMOGRAPHICS, id="invisible is none"),
        pytest.param(f"\ufeff{FIRMOGRAPHICS}\u200b", None, None, FIRMOGRAPHICS, id="pasted around"),
    ],
)
def test_who_names_the_workflow(
    named: str | None, batch: str | None, given: str | None, stamped: str
) -> None:
    record = {"company_domain": "a.example", "workflow_slug": named, "raw_payload": {"a": 1}}
    assert columns(row_of(record, given, batch))["workflow_slug"] == stamped


@pytest.mark.parametrize(
    ("record", "workflow", "reason"),
    [
        pytest.param({"raw_payload": {}}, None, "no_workflow", id="no workflow"),
        pytest.param({"workflow_slug": "x"}, None, "unknown_workflow", id="unknown workflow"),
        pytest.param({"workflow_slug": ICP}, PROFILE, "workflow_mismatch", id="another workflow"),
        pytest.param({"workflow_slug": "vc-firms"}, None, "no_route", id="tabular workflow"),
        pytest.param({"linkedin_url": None, "raw_payload": {}}, PROFILE, "no_key", id="null key"),
        pytest.param({"url": None}, "clay-find-people", "no_key", id="private profile"),
        pytest.param({"domain": {"a": 1}}, FIRMOGRAPHICS, "no_key", id="key is an object"),
        pytest.param({"domain": "x" * 2001}, FIRMOGRAPHICS, "key_too_long", id="endless key"),
        pytest.param({"domain": "a", "raw_payload": None}, ICP, "no_payload", id="null payload"),
        pytest.param({"domain": "a", "company_criteria": {}}, ICP, "no_payload", id="bare ICP"),
        pytest.param({}, FIRMOGRAPHICS, "no_key", id="empty object"),
        pytest.param(
            {"case_study_url": "u", "origin_company_domain": "a", "raw_payload": {}},
            CASE_STUDY,
            "no_key",
            id="case study without customer",
        ),
    ],
)
def test_what_cannot_land_has_a_reason(record: Any, workflow: str | None, reason: str) -> None:
    assert reason_of(record, workflow) == reason


def test_a_key_of_exactly_two_thousand_characters_lands() -> None:
    assert row_of({"domain": "x" * 2000}, FIRMOGRAPHICS).values[0] == "x" * 2000


@pytest.mark.parametrize(
    ("workflow", "envelope"),
    [
        pytest.param(
            "leadmagic-email",
            {"anymailfinder_raw_payload": {"a": 2}, "leadmagic_raw_payload": {"a": 1}},
            id="another stands first",
        ),
        pytest.param(
            "leadmagic-email",
            {"raw_payload": {"a": 2}, "leadmagic_raw_payload": {"a": 1}},
            id="the usual key stands first",
        ),
        pytest.param(
            "anymailfinder-email",
            {"anymailfinder_raw_payload": {"a": 1}, "leadmagic_raw_payload": {"a": 2}},
            id="as the workflow says",
        ),
        pytest.param(
            "leadmagic-email",
            {"apollo_raw_payload": {"a": 2}, "leadmagic_raw_payload": None, "payload": {"a": 1}},
            id="under a usual key",
        ),
        pytest.param(
            "leadmagic-email",
            {"apollo_raw_payload": {"a": 2}, "finder_raw_payload": {"a": 1}},
            id="under a key of no provider",
        ),
        pytest.param(
            "clay-person-profile",
            {"apollo_raw_payload": {"a": 2}, "linkedin_raw_payload": {"a": 1}},
            id="under the key of one that brings tables alone",
        ),
    ],
)
def test_of_several_payloads_that_of_the_workflows_provider_lands(
    workflow: str, envelope: dict[str, Any]
) -> None:
    record = {"person_linkedin_url": "p", **envelope}
    assert columns(row_of(record, workflow))["raw_payload"] == {"a": 1}


@pytest.mark.parametrize(
    ("own", "why"),
    [
        pytest.param({}, "is missing (leadmagic_raw_payload)", id="missing"),
        pytest.param({"leadmagic_raw_payload": None}, "is null (leadmagic_raw_payload)", id="null"),
    ],
)
def test_the_payload_of_another_provider_is_not_this_workflows(
    own: dict[str, Any], why: str
) -> None:
    record = {"person_linkedin_url": "p", **own, "apollo_raw_payload": {"email": "a@b.example"}}
    with pytest.raises(RefusedError) as refused:
        row_of(record, "leadmagic-email")
    assert refused.value.reason.value == "no_payload"
    assert refused.value.detail == (
        "apollo_raw_payload is the answer of another provider than the workflow's, "
        f"whose payload {why}"
    )


def test_the_registry_may_name_the_key_of_another_provider() -> None:
    relayed = Workflow(
        *("relayed", "clay", "clay", "person", "person", ""), wrapper_keys=("apollo_raw_payload",)
    )
    registry = Registry({**BUILT_IN.workflows, relayed.slug: relayed}, {})
    text = b'{"linkedin_url": "p", "apollo_raw_payload": {"a": 1}}'
    fields = msgspec.json.decode(text, type=dict[str, msgspec.Raw])
    row = RowMaker(registry, relayed).row(Record(Origin(1, 0, text), text, fields))
    assert columns(row)["raw_payload"] == {"a": 1}
