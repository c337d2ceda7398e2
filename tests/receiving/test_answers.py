"""What becomes of a delivery, and what is answered: by the shape of its body and its address."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ingest.postgres.connection import Connection
from tests.receiving.conftest import Deliver
from tests.support.ingesting import FIRMOGRAPHICS, rows, value, written

FEED = "salesnav-export"


def company(domain: str, slug: str | None = None, **payload: Any) -> dict[str, Any]:
    named = {} if slug is None else {"workflow_slug": slug}
    return {"company_domain": domain, **named, "raw_payload": payload}


def body(*records: Any) -> bytes:
    return json.dumps(records[0] if len(records) == 1 else records).encode()


def landed(db: Connection) -> list[str]:
    query = "select company_domain from raw.company_payloads order by id"
    return [domain for (domain,) in rows(db, query)]


class TestOneRecord:
    def test_it_lands_as_a_file_would_land_it(self, db: Connection, deliver: Deliver) -> None:
        answer = deliver(body(company("acme.example", name="Acme")))
        assert answer.status == 201
        assert answer.document == {
            "id": str(value(db, "select id from raw.company_payloads")),
            "table": "raw.company_payloads",
            "key": "acme.example",
        }
        assert rows(
            db,
            """
            select company_domain, p.workflow_slug, provider, platform, payload_type, raw_payload,
                p._load_id = l.id, p.created_at = p._received_at
            from raw.company_payloads as p cross join raw.loads as l
            """,
        ) == [
            (
                *("acme.example", FIRMOGRAPHICS, "clay", "clay", "firmographics"),
                *({"name": "Acme"}, True, True),
            )
        ]

    def test_a_bare_payload_is_found_by_its_own_key(self, deliver: Deliver) -> None:
        answer = deliver(b'{"domain":"acme.example","name":"Acme"}')
        assert (answer.status, answer.document["key"]) == (201, "acme.example")

    def test_an_alias_of_a_workflow_serves(self, db: Connection, deliver: Deliver) -> None:
        profile = b'{"url":"https://www.linkedin.com/in/jo","name":"Jo"}'
        assert deliver(profile, "clay-native-person-enrichment").status == 201
        query = "select workflow_slug from raw.person_payloads"
        assert rows(db, query) == [("clay-person-profile",)]

    def test_one_that_cannot_land_is_a_reject_with_its_reason(
        self, db: Connection, deliver: Deliver
    ) -> None:
        answer = deliver(b' {"name":"Acme"}\n')
        assert answer.status == 422
        assert answer.document == {
            "id": str(value(db, "select id from raw.rejects")),
            "reason": "no_key",
            "detail": value(db, "select detail from raw.rejects"),
        }
        query = "select reason, record, _is_whole, _workflow_slug, _is_open from raw.rejects"
        assert rows(db, query) == [("no_key", '{"name":"Acme"}', True, None, True)]
        assert written(db) == (1, 0, 1)

    def test_one_that_only_the_server_refuses_is_a_reject_too(
        self, db: Connection, deliver: Deliver
    ) -> None:
        answer = deliver(b'{"domain":"acme.example","n":1e999999}')
        assert (answer.status, answer.document["reason"]) == (422, "unstorable")
        assert written(db) == (1, 0, 1)

    @pytest.mark.parametrize(
        "text",
        [
            pytest.param(b'{"domain":"acme.example"', id="cut off"),
            pytest.param(b'[{"domain":"acme.example"},', id="list that does not end"),
            pytest.param(b"<html>502 Bad Gateway</html>", id="markup"),
            pytest.param("{}".encode("utf-16"), id="UTF-16"),
            pytest.param(b"PK\x03\x04workbook", id="workbook"),
        ],
    )
    def test_what_is_no_json_is_kept_and_refused(
        self, db: Connection, deliver: Deliver, text: bytes
    ) -> None:
        answer = deliver(text)
        assert (answer.status, answer.document["reason"]) == (422, "malformed_json")
        assert written(db) == (1, 0, 1)
        assert value(db, "select id::text from raw.rejects") == answer.document["id"]

    @pytest.mark.parametrize("text", [b"", b" \n", b"[]", b'{"payloads": []}'])
    def test_a_body_without_a_record_is_refused_and_leaves_nothing(
        self, db: Connection, deliver: Deliver, text: bytes
    ) -> None:
        answer = deliver(text)
        assert (answer.status, answer.document["reason"]) == (422, "no_records")
        assert written(db) == (0, 0, 0)


class TestSeveralRecords:
    ONE, TWO = company("one.example"), company("two.example")

    @pytest.mark.parametrize(
        ("text", "kind"),
        [
            pytest.param(body(ONE, TWO), "application/json", id="list"),
            pytest.param(body({"payloads": [ONE, TWO]}), "application/json", id="batch"),
            pytest.param(body(ONE) + b"\n" + body(TWO), "application/x-ndjson", id="lines"),
            pytest.param(body(ONE) + b"\r\n" + body(TWO) + b"\r\n", "application/json", id="CRLF"),
        ],
    )
    def test_every_form_lands_in_the_order_of_the_body(
        self, db: Connection, deliver: Deliver, text: bytes, kind: str
    ) -> None:
        answer = deliver(text, content_type=kind)
        assert answer.status == 201
        ids = [str(id_) for (id_,) in rows(db, "select id from raw.company_payloads order by id")]
        one, two = (
            {"status": 201, "id": id_, "table": "raw.company_payloads", "key": key}
            for id_, key in zip(ids, ("one.example", "two.example"), strict=True)
        )
        counts = {"landed": 2, "duplicates": 0, "suppressed": 0, "rejected": 0, "conflicts": 0}
        assert answer.document == {**counts, "results": [one, two]}
        assert landed(db) == ["one.example", "two.example"]

    @pytest.mark.parametrize(
        ("text", "kind", "is_flat"),
        [
            pytest.param(body(ONE), "application/json", True, id="object"),
            pytest.param(b"[" + body(ONE) + b"]", "application/json", False, id="list of one"),
            pytest.param(body({"payloads": [ONE]}), "application/json", False, id="batch of one"),
            pytest.param(body(ONE), "application/x-ndjson", False, id="one line"),
        ],
    )
    def test_a_list_is_answered_by_a_list_however_short(
        self, deliver: Deliver, text: bytes, kind: str, is_flat: bool
    ) -> None:
        answer = deliver(text, content_type=kind)
        assert answer.status == 201
        assert ("results" not in answer.document) is is_flat

    def test_some_land_and_some_do_not(self, db: Connection, deliver: Deliver) -> None:
        answer = deliver(body(self.ONE, {"name": "no key"}, 5, self.TWO))
        assert answer.status == 207
        results: Any = answer.document.pop("results")
        counts = {"landed": 2, "duplicates": 0, "suppressed": 0, "rejected": 2, "conflicts": 0}
        assert answer.document == counts
        assert [(r["status"], r.get("reason"), r.get("key")) for r in results] == [
            (201, None, "one.example"),
            (422, "no_key", None),
            (422, "not_an_object", None),
            (201, None, "two.example"),
        ]
        assert written(db) == (1, 2, 2)
        assert rows(db, "select line, _offset, id::text from raw.rejects order by line") == [
            (2, 2, results[1]["id"]),
            (3, 3, results[2]["id"]),
        ]

    def test_none_lands(self, db: Connection, deliver: Deliver) -> None:
        answer = deliver(body({"a": 1}, {"b": 1}))
        assert (answer.status, answer.document["rejected"]) == (422, 2)
        assert "detail" in answer.document
        assert written(db) == (1, 0, 2)

    def test_one_that_the_server_refuses_takes_no_neighbour_along(
        self, db: Connection, deliver: Deliver
    ) -> None:
        text = body(self.ONE)[:-1] + b',"raw_payload":{"n":1e999999}}'
        answer = deliver(b"[" + text + b"," + body(self.TWO) + b"]")
        results: Any = answer.document["results"]
        assert [result["status"] for result in results] == [422, 201]
        assert landed(db) == ["two.example"]


class TestWorkflows:
    def test_envelopes_name_theirs_where_the_address_does_not(
        self, db: Connection, deliver: Deliver
    ) -> None:
        person = {
            "linkedin_url": "https://www.linkedin.com/in/jo",
            "workflow_slug": "clay-person-profile",
            "raw_payload": {},
        }
        answer = deliver(
            body(company("a.example", FIRMOGRAPHICS), person, company("b.example")), None
        )
        results: Any = answer.document["results"]
        assert [r.get("table", r.get("reason")) for r in results] == [
            *("raw.company_payloads", "raw.person_payloads", "no_workflow")
        ]
        assert rows(db, "select workflow_slug, records from raw.loads") == [(None, 3)]

    def test_an_envelope_of_another_workflow_is_a_reject(self, deliver: Deliver) -> None:
        answer = deliver(body(company("a.example", "clay-find-companies")))
        assert (answer.status, answer.document["reason"]) == (422, "workflow_mismatch")

    def test_an_address_of_an_unknown_workflow_keeps_what_comes(
        self, db: Connection, deliver: Deliver
    ) -> None:
        answer = deliver(body(company("a.example", FIRMOGRAPHICS)), "clay-company-firmografics")
        assert (answer.status, answer.document["reason"]) == (404, "unknown_workflow")
        assert "did you mean clay-company-firmographics?" in str(answer.document["detail"])
        query = "select reason, _workflow_slug, _is_whole from raw.rejects"
        assert rows(db, query) == [("unknown_workflow", "clay-company-firmografics", True)]
        assert rows(db, "select workflow_slug from raw.loads") == [(None,)]

    def test_a_list_at_such_an_address(self, db: Connection, deliver: Deliver) -> None:
        answer = deliver(body(company("a.example"), company("b.example")), "no-such")
        assert (answer.status, answer.document["rejected"]) == (404, 2)
        assert written(db) == (1, 0, 2)

    @pytest.mark.parametrize("name", ["a\x00b", "x" * 5_000, "\u202e", "../../etc", "%s{0}"])
    def test_odd_addresses_are_unknown_ones(
        self, db: Connection, deliver: Deliver, name: str
    ) -> None:
        assert deliver(body(company("a.example")), name).status == 404
        assert written(db) == (1, 0, 1)

    def test_table_feeds_are_loaded_as_files(self, db: Connection, deliver: Deliver) -> None:
        answer = deliver(b'{"First name":"Jo"}', FEED)
        assert (answer.status, answer.document["reason"]) == (422, "no_route")
        assert "brings rows of a table (CSV)" in str(answer.document["detail"])
        assert rows(db, "select _workflow_slug from raw.rejects") == [(FEED,)]


class TestKeysOfSomeWorkflows:
    def test_others_are_refused_and_nothing_is_kept(self, db: Connection, deliver: Deliver) -> None:
        only = frozenset({"clay-person-profile"})
        own, none = company("a.example", FIRMOGRAPHICS), company("a.example", "no-such")
        for text, workflow in [
            (body(company("a.example")), FIRMOGRAPHICS),
            (body(company("a.example")), "no-such"),
            (body({"a": 1}, own), None),
            (body({"workflow_slug": FIRMOGRAPHICS}), None),
            (body(none), None),
        ]:
            answer = deliver(text, workflow, workflows=only)
            assert (answer.status, answer.document["reason"]) == (403, "workflow_not_allowed")
        assert written(db) == (0, 0, 0)

    def test_its_own_serves_under_any_name(self, deliver: Deliver) -> None:
        only = frozenset({"clay-person-profile"})
        profile = b'{"url":"https://www.linkedin.com/in/jo","name":"Jo"}'
        assert deliver(profile, "clay-native-person-enrichment", workflows=only).status == 201
