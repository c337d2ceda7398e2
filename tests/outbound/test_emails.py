"""Who is sent: leads without a valid address, people of a file or of a query, each once."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from ingest.outbound import jobs, sender
from ingest.postgres.locks import PRIVACY
from tests.outbound.sending import Sending, quick
from tests.support.ingesting import ingest, rows, value
from tests.support.privacy import use_key
from tests.support.receiving_end import ReceivingEnd
from tests.support.warehouse import Warehouse, insert, insert_load, payload_columns

ICP = {
    "company_criteria": {"industries": ["Tools"]},
    "person_criteria": {"title_contains_any": ["buyer"]},
}
NAMES = ("ana", "ben", "cem", "dora")


def url(name: str) -> str:
    return f"https://www.linkedin.com/in/{name}-example"


@pytest.fixture
def sending(warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sending]:
    """Four buyers of one company, of whom Dora has an address that works."""
    quick(monkeypatch)
    db = warehouse.conn
    insert(db, "icp_payloads", payload_columns("icp_payloads", "owner.example", ICP))
    company = {"domain": "acme.example", "name": "Acme", "industry": "Tools"}
    insert(db, "company_payloads", payload_columns("company_payloads", "acme.example", company))
    for name in NAMES:
        job = {
            "title": "Buyer",
            "company": "Acme",
            "company_domain": "acme.example",
            "is_current": True,
            "start_date": "2024-01-01",
        }
        person = {
            "url": url(name),
            "name": f"{name.title()} Example",
            "first_name": name.title(),
            "latest_experience": job,
            "experience": [job],
        }
        insert(db, "person_payloads", payload_columns("person_payloads", url(name), person))
    found = {"email": "dora@acme.example", "status": "valid"}
    insert(db, "email_payloads", payload_columns("email_payloads", url("dora"), found))
    db.commit()
    warehouse.build()
    with ReceivingEnd() as there:
        made = Sending(db, there, monkeypatch)
        made.destination(takes="emails", required_fields=("linkedin_url", "full_name"))
        yield made


def send(*options: str | Path) -> Result:
    return ingest("send", "emails", "--destination", "end", *options)


def privacy(*words: str) -> Any:
    result = ingest("privacy", *words, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def sent_to(sending: Sending) -> list[str]:
    return [record["linkedin_url"] for record in sending.there.received]


def test_who_is_sent_and_what_is_known_of_it(sending: Sending, write: Callable[..., Path]) -> None:
    """One history, because a warehouse takes long to build."""
    leads = ("--icp", "owner-example")
    shown = send(*leads, "--dry-run", "--json")
    found = json.loads(shown.stdout)
    assert (found["to_send"], len(found["bodies"]), found["job"]) == (3, 3, None)
    assert (sending.states(), sending.there.received) == ({}, [])

    # a test of one, then the rest; nobody twice
    assert send(*leads, "--test", "1").exit_code == 0
    assert sent_to(sending) == [url("ana")]
    body = sending.there.received[0]
    assert body == {
        "_hq_delivery_id": body["_hq_delivery_id"],
        "linkedin_url": url("ana"),
        "first_name": "Ana",
        "last_name": None,
        "full_name": "Ana Example",
        "title": "Buyer",
        "company_domain": "acme.example",
        "company_name": "Acme",
        "company_linkedin_url": None,
        "email": None,
        "email_verdict": None,
    }
    assert send(*leads).exit_code == 0
    assert sent_to(sending) == [url("ana"), url("ben"), url("cem")]
    again = send(*leads)
    assert (again.exit_code, "3 left out: sent before" in again.output) == (0, True)

    # the same people again: after a while on request, or by force
    assert send(*leads, "--exclude-sent-within", "90d").exit_code == 0
    assert len(sent_to(sending)) == 3
    sending.db.execute(
        "update raw.outbound_deliveries set sent_at = now() - interval '91 days'"
        " where entity_key = %s",
        (url("ben"),),
    )
    sending.db.commit()
    assert send(*leads, "--exclude-sent-within", "90d").exit_code == 0
    assert sent_to(sending)[3:] == [url("ben")]
    assert send(*leads, "--force", "--limit", "1").exit_code == 0
    assert sent_to(sending)[4:] == [url("ana")]

    # people of a file, in any spelling, are sent as they are asked for
    keys = write("linkedin.com/in/Dora-Example/?x=1\nnobody-known\n\ndora-example\n", "keys.txt")
    listed = send("--people", keys)
    assert (listed.exit_code, sent_to(sending)[5:]) == (0, [url("dora")])
    assert "1 not known: line 2: nobody-known" in listed.output

    # a query is the record
    query = write("select 'https://x.example/a%{}' as linkedin_url, 'A' as full_name, 1 as n;")
    assert send("--sql", query).exit_code == 0
    assert sending.there.received[-1]["n"] == 1
    # a person is the same in any spelling; the id is ours, whatever a column is called
    spelled = "https://linkedin.com/in/Ana-Example/?x=1"
    query = write(
        f"select '{spelled}' as linkedin_url, 'Ana' as full_name, 'theirs' as _hq_delivery_id",
        "spelled.sql",
    )
    left_out = send("--sql", query)
    assert "1 left out: sent before" in left_out.output
    assert send("--sql", query, "--force", "--limit", "1").exit_code == 0
    assert sent_to(sending)[-1] == spelled
    newest = "select id::text, entity_key from raw.outbound_deliveries order by id desc limit 1"
    assert rows(sending.db, newest) == [(sending.there.ids()[-1], url("ana"))]
    for text, fault in (
        ("delete from raw.loads returning 'a' as linkedin_url", "the query failed"),
        ("select 1 as n", "a row of the query has no linkedin_url"),
        ("select 'a' as linkedin_url; select 2", "the query failed"),
        ("", "the query is empty"),
    ):
        refused = send("--sql", write(text, "query.sql"))
        assert (refused.exit_code, fault in refused.output) == (2, True), refused.output
    assert value(sending.db, "select count(*) from raw.outbound_deliveries") == len(
        sending.there.received
    )

    # what analysts see of it
    assert rows(
        sending.db,
        "select linkedin_url, last_sent_to, last_sent_at > now() - interval '1 hour'"
        " from api.people order by 1",
    ) == [(url(name), "end", True) for name in NAMES]
    assert rows(
        sending.db,
        "select count(*), min(last_sent_to) from api.leads where last_sent_at is not null",
    ) == [(4, "end")]
    assert rows(sending.db, "select state, count(*) from api.deliveries_out group by 1") == [
        ("sent", len(sending.there.received))
    ]


def test_who_may_not_be_written_to_is_not_sent(
    sending: Sending,
    write: Callable[..., Path],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    """Ana asks before she is selected, Ben before he is sent, and Cem is erased afterwards."""
    use_key(monkeypatch, tmp_path / "key")
    keys = write("\n".join(url(name) for name in ("ana", "ben", "cem")), "keys.txt")
    privacy("suppress", url("ana"), "--scope", "do_not_contact")
    began = sender.send

    def after_a_request(*words: Any, **options: Any) -> None:
        privacy("suppress", url("ben"), "--scope", "do_not_contact")
        began(*words, **options)

    monkeypatch.setattr(sender, "send", after_a_request)
    result = send("--people", keys)
    assert (result.exit_code, sent_to(sending)) == (3, [url("cem")])
    assert "1 not sent: the person may not be written to" in result.output
    assert sending.states() == {"suppressed": 2, "sent": 1}
    sending.assert_counts_add_up_of_jobs()

    # without the key nobody can be told from them, so nobody is sent
    monkeypatch.setattr(sender, "send", began)
    with monkeypatch.context() as without:
        use_key(without, tmp_path / "none")
        refused = send("--people", keys, "--force")
    assert refused.exit_code == 1
    assert "nothing was sent" in refused.output
    assert len(sent_to(sending)) == 1

    (held,) = privacy("export", url("cem"))["sent_to"]
    assert (held["destination"], held["state"]) == ("end", "sent")
    assert held["body"]["linkedin_url"] == url("cem")
    privacy("erase", url("cem"), "--case", "A-1")
    assert rows(
        sending.db,
        "select state, entity_key, body from raw.outbound_deliveries where state = 'sent'",
    ) == [("sent", "", {})]
    told = "select count(*) from raw.outbound_deliveries as d where d::text ilike '%cem%'"
    assert value(sending.db, told) == 0
    assert_rows_are_told_before_a_build(sending, monkeypatch)


def assert_rows_are_told_before_a_build(sending: Sending, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows of exports that no model has read: by address, member id, phone number; Cem by name."""
    began, create = sender.send, jobs.create_job
    for person in ("bob@x.example", "ACwAABobExample", "+49 30 1234567"):
        privacy("suppress", person, "--scope", "do_not_contact")
    export = {"upload_id": insert_load(sending.db), "company": "Acme"}
    for n, row in enumerate(
        (
            {"first_name": "Bob", "email": "Bob@X.example"},
            {"first_name": "Bob", "linkedin_user_profile_urn": "urn:li:member:ACwAABobExample"},
            {"first_name": "Bob", "phone_number": "0049 (30) 123 45 67"},
            {"first_name": "Fay", "email": "fay@x.example"},
            {"first_name": "Gil", "email": "gil@x.example"},
        )
    ):
        profile = {"linkedin_url_user_profile": f"https://www.linkedin.com/in/unknown-{n}"}
        insert(sending.db, "salesnav_scrapes", {**export, **profile, **row})
    by_name = {"first_name": "Cem", "last_name": "Example"}
    insert(sending.db, "salesnav_scrapes", {**export, **by_name})
    sending.db.commit()
    sending.destination(name="rows", required_fields=())

    def while_it_is_written(*words: Any) -> Any:
        # no erasure may come between the selection and the job
        query = f"select pg_try_advisory_xact_lock({PRIVACY})"
        assert value(sending.db, query) is False
        return create(*words)

    def after_the_job(*words: Any, **options: Any) -> None:
        privacy("suppress", "gil@x.example", "--scope", "do_not_contact")
        began(*words, **options)

    monkeypatch.setattr(jobs, "create_job", while_it_is_written)
    monkeypatch.setattr(sender, "send", after_the_job)
    result = ingest("send", "salesnav", "--destination", "rows")
    assert [record["first_name"] for record in sending.there.received[1:]] == ["Fay"]
    assert "3 not sent: the person may not be written to" in result.output
    assert "1 left out: erased" in result.output
    # whom another program brings back once the job is written
    insert(sending.db, "salesnav_scrapes", {**export, "first_name": "Hal"})
    sending.db.commit()

    def after_a_change(*words: Any, **options: Any) -> None:
        sending.db.execute(
            "update raw.salesnav_scrapes set first_name = 'Cem', last_name = 'Example'"
            " where first_name = 'Hal'"
        )
        sending.db.commit()
        began(*words, **options)

    monkeypatch.setattr(sender, "send", after_a_change)
    assert ingest("send", "salesnav", "--destination", "rows").exit_code == 3
    newest = "select state, body, row_id from raw.outbound_deliveries order by id desc limit 1"
    assert rows(sending.db, newest) == [("suppressed", {}, None)]
    assert len(sending.there.received) == 2


# an address with a name, as a link, beside another, inside, in texts; numbers where they belong
NAMED = [
    {"work_email": "dora@acme.example"},
    {"email": "Dora Example <DORA@Acme.example>"},
    {"email": "mailto:dora@acme.example"},
    {"email": "other@x.example; dora@acme.example"},
    {"contact": {"addresses": ["dora@acme.example"]}},
    {"note": "She is 'dora@acme.example'."},
    {"note": "Write to dora@acme.example."},
    {"mobile": "+49 (30) 123 45 67"},
    {"phone": "+1 555 01020", "work_phone": "0049 30 1234567"},
    # as it is dialled in the country, and as a number
    {"phone": "030 / 123 45 67"},
    {"phone": 49301234567},
]
# other numbers: seven digits at the end are alike, and one has no more than these
OTHERS = [
    {"phone": "+49 31 1234567"},
    {"phone": "1234567"},
    # a number is known by the name of its field
    {"email": "other@x.example", "note": "+49 30 1234567", "phone": "1"},
]


def test_who_may_not_be_written_to_is_known_by_whatever_a_record_says_of_them(
    sending: Sending, tmp_path: Path
) -> None:
    for person in ("dora@acme.example", "+49 30 1234567"):
        privacy("suppress", person, "--scope", "do_not_contact")
    records = [*NAMED, *OTHERS]
    query = tmp_path / "named.sql"
    query.write_text(
        "select format('https://www.linkedin.com/in/named-%s', n) as linkedin_url,"
        " 'N' as full_name, e.* from jsonb_array_elements("
        f"$${json.dumps(records)}$$::jsonb) with ordinality as r (said, n)"
        " cross join jsonb_to_record(said) as e"
        " (email text, work_email text, note text, mobile text, phone jsonb, work_phone text,"
        " contact jsonb)",
        encoding="utf-8",
    )
    said = send("--sql", query)
    assert f"{len(NAMED)} not sent: the person may not be written to" in said.output
    assert sorted(str(record["phone"]) for record in sending.there.received) == [
        *("+49 31 1234567", "1", "1234567"),
    ]


def test_a_slug_alone_is_the_profile(sending: Sending, tmp_path: Path) -> None:
    """It bars, and what was sent by the address is not sent again by the slug."""
    privacy("suppress", url("ana"), "--scope", "do_not_contact")
    privacy("suppress", "ACoAAAzed0001", "--scope", "do_not_contact")
    query = tmp_path / "keys.sql"

    def ask(*keys: str) -> Result:
        query.write_text(
            f"select k as linkedin_url, 'N' as full_name from unnest(array{[*keys]}) as k"
        )
        return send("--sql", query)

    said = ask("ana-example", " Ana-Example ", "urn:li:member:ACoAAAzed0001", "ben-example")
    # both spellings of Ana are one person
    assert "2 not sent: the person may not be written to" in said.output
    assert [record["linkedin_url"] for record in sending.there.received] == ["ben-example"]
    assert "sent before" in ask(url("ben")).output
    keys = "select entity_key from raw.outbound_deliveries where state = 'sent'"
    assert rows(sending.db, keys) == [(url("ben"),)]


@pytest.mark.parametrize(
    ("options", "fault"),
    [
        ((), "give one of --icp, --people and --sql"),
        (("--icp", "a", "--sql", "b"), "give one of --icp, --people and --sql"),
        (("--icp", "a", "--dry-run", "--test", "1"), "not both"),
        (("--icp", "a", "--exclude-sent-within", "90"), "write days or hours"),
    ],
)
def test_wrong_words_are_refused(options: tuple[str, ...], fault: str) -> None:
    result = send(*options)
    assert (result.exit_code, fault in result.output) == (2, True), result.output
