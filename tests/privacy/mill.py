"""A company of a dozen people, who stand in each other's payloads, lists, texts and deliveries."""

from __future__ import annotations

import json
from itertools import product
from pathlib import Path
from typing import Any

from psycopg.types.json import Jsonb

from tests.support.ingesting import load
from tests.support.warehouse import Warehouse, insert_load

ADA = "https://www.linkedin.com/in/ada-lintel-7"
GIL = "https://www.linkedin.com/in/gil-quern-4"
BOB = "https://www.linkedin.com/in/bob-quay-1"
ROBERT = "https://www.linkedin.com/in/robert-quay-2"
NAMESAKES = ("https://www.linkedin.com/in/bo-common-1", "https://www.linkedin.com/in/bo-common-2")


def career(name: str, domain: str) -> dict[str, Any]:
    role = {"title": "Buyer", "company": domain.split(".", maxsplit=1)[0], "company_domain": domain}
    return {"name": name, "experience": [role | {"is_current": True, "start_date": "2024"}]}


def fill(warehouse: Warehouse) -> None:
    """Ada stands in seven places; two people of one name work at one company."""
    ada = career("Ada Lintel", "mill.example")
    warehouse.payload("person_payloads", "uk.linkedin.com/in/Ada-Lintel-7/", ada)
    for url in NAMESAKES:
        warehouse.payload("person_payloads", url, career("Bo Common", "mill.example"))
    warehouse.payload("company_payloads", "mill.example", {"name": "Mill", "industry": "Paper"})
    for domain in ("kiln.example", "kiln-two.example"):
        warehouse.payload("company_payloads", domain, {"name": "Kiln Ltd."})
    own = career("Gil Quern", "quern.example")
    own["experience"][0]["company"] = "Gil Quern Advice"
    warehouse.payload("person_payloads", GIL, own)
    friend = career("Cy Friend", "mill.example")
    friend["people_also_viewed"] = [
        {"name": "Dee Other", "url": "linkedin.com/in/dee-other"},
        {"name": "Ada Lintel", "url": "https://www.linkedin.com/in/ada-lintel-7"},
        {"name": "Eve Last", "url": "linkedin.com/in/eve-last"},
        {"first_name": "Ada", "last_name": "Lintel"},
    ]
    warehouse.payload("person_payloads", "linkedin.com/in/cy-friend-3", friend)
    champions = [
        {"full_name": "First Champion", "job_title": "CEO"},
        {"full_name": "ADA  LINTEL", "job_title": "Buyer", "company_name": "Mill"},
        {"full_name": "Third Champion", "job_title": "CTO"},
    ]
    study = {
        "article_title": "How Mill saved paper",
        "customer_company_domain": "mill.example",
        "champions": champions,
        "reasoning": "It quotes\tAda\nLintel, buyer at Mill, and Third Champion.",
    }
    warehouse.payload(
        "case_study_extraction_payloads",
        "https://seller.example/mill",
        study,
        origin_company_domain="seller.example",
        company_customer_name="Mill",
        has_case_study_url=True,
    )
    # somebody else, as far as is known, who bears Cy's name
    elsewhere = {"champions": [{"full_name": "Cy Friend"}], "reasoning": "Says Cy Friend."}
    warehouse.payload(
        "case_study_extraction_payloads",
        "https://seller.example/forge",
        elsewhere,
        origin_company_domain="seller.example",
        company_customer_name="Forge",
        has_case_study_url=True,
    )
    research = {"customers": [{"companyName": "Mill"}], "response": "Ask:\nada.lintel@mill.example"}
    warehouse.payload(
        "company_customer_claygent_payloads", "seller.example", json.dumps(json.dumps(research))
    )
    portfolio = {"upload_id": insert_load(warehouse.conn), "company_name": "Mill"}
    warehouse.row(
        "vc_portfolio_companies",
        vc_firm_id="00000000-0000-0000-0000-000000000001",
        investors=json.dumps(["Fund One", "Ada Lintel", "Fund Two"]),
        **portfolio,
    )
    named = {"upload_id": insert_load(warehouse.conn), "first_name": "Ada", "last_name": "Lintel"}
    named |= {"company": "Mill Ltd.", "company_website": "www.mill.example"}
    warehouse.row(
        "salesnav_scrapes",
        email="Ada.Lintel@mill.example",
        phone_number="+44 20 5550 1234",
        linkedin_url_user_profile=ADA,
        **named,
    )
    warehouse.row("salesnav_scrapes", **named)
    switchboard(warehouse)
    only_a_name(warehouse)
    called_otherwise(warehouse)
    deliver(warehouse, "uk.linkedin.com/in/ADA-lintel-7", "linkedin.com/in/cy-friend-3")
    warehouse.build()


def row_of(warehouse: Warehouse, name: str, slug: str | None = None, **columns: str) -> None:
    first, last = name.split()
    columns |= {"linkedin_url_user_profile": f"linkedin.com/in/{slug}"} if slug else {}
    upload = insert_load(warehouse.conn)
    warehouse.row("salesnav_scrapes", upload_id=upload, first_name=first, last_name=last, **columns)


def only_a_name(warehouse: Warehouse) -> None:
    """Zed, of whom nobody knows a profile, in what a finder says and in an export."""
    columns = {"workflow_slug": "leadmagic-email", "provider": "leadmagic", "platform": "direct"}
    columns |= {"full_name": "Zed Alone", "company_domain": "mill.example"}
    found = {"email": "zed@mill.example", "status": "valid"}
    warehouse.payload("email_payloads", "", found, **columns)
    # a URN that is no member id
    known = {"phone_number": "+33 1 2345 6789", "linkedin_user_profile_urn": "urn:li:person:zed03"}
    row_of(warehouse, "Zed Alone", company="Mill Ltd.", **known)
    elsewhere = {"email": "zed@forge.example", "status": "valid"}
    columns |= {"company_domain": "forge.example"}
    warehouse.payload("email_payloads", "", elsewhere, **columns)


def called_otherwise(warehouse: Warehouse) -> None:
    """Bob Quay, and Robert Quay, whom an export calls Bob, too."""
    warehouse.payload("person_payloads", BOB, career("Bob Quay", "quay.example"))
    warehouse.payload("person_payloads", ROBERT, career("Robert Quay", "pier.example"))
    row_of(warehouse, "Bob Quay", "robert-quay-2")


def deliver(warehouse: Warehouse, *urls: str) -> None:
    """What is on its way to a destination of each of some people, and what is to be sent."""
    job = warehouse.conn.execute(
        "insert into raw.email_waterfall_jobs (total_records, clay_webhook_url, _kind)"
        " values (0, 'end', 'emails') returning id"
    ).fetchone()
    assert job
    for number, (url, state) in enumerate(product(urls, ("in_flight", "pending")), start=1):
        warehouse.conn.execute(
            "insert into raw.outbound_deliveries (job_id, number, destination, entity, entity_key,"
            " dedupe_key, body, state) values (%s, %s, 'end', 'person', %s, %s, %s, %s)",
            (*job, number, url, f"{number}", Jsonb({"linkedin_url": url}), state),
        )
    warehouse.conn.commit()


def deliveries(warehouse: Warehouse) -> list[tuple[Any, ...]]:
    return warehouse.all(
        "select entity_key, body, state from raw.outbound_deliveries order by number"
    )


def switchboard(warehouse: Warehouse) -> None:
    """Kit has a number with two colleagues, and an address that only Kit has."""
    row_of(warehouse, "Kit Switch", "kit-switch-8", email="kit@mill.example")
    row_of(
        warehouse,
        "Kit Switch",
        "kit-switch-8",
        email="office@mill.example",
        phone_number="+49 30 1234567",
    )
    # Kit's row, and theirs
    row_of(warehouse, "K. Switch", email="kit@mill.example")
    for name in ("Lea Desk", "Moe Desk"):
        row_of(warehouse, name, phone_number="0049 (30) 123 4567")
    for name, member in (("Ova Member", "ACwAAAAova0001"), ("Pip Member", "ACwAAAApip0002")):
        row_of(warehouse, name, phone_number="+49 30 7654321", linkedin_user_profile_urn=member)


def refuse(folder: Path) -> None:
    """Load a file that bears Ada's slug and has a record that is refused, with her name."""
    record = {"workflow_slug": "clay-person-profile", "raw_payload": {"name": "Ada Lintel"}}
    file = folder / "ada-lintel-7.ndjson"
    file.write_text(json.dumps(record) + "\n" + '{"workflow_slug": "x", "a": 1}\n')
    load(file, workflow=None)


def speak_of_gil(warehouse: Warehouse) -> None:
    """Name Gil in a header, in a reason of the sender, and in what was kept of a company."""
    conn = warehouse.conn
    load_id = insert_load(conn)
    conn.execute(
        "insert into raw.load_headers (load_id, workflow_slug, header, rows, filled)"
        " values (%s, 'customers', 'notes of gil quern', 1, 1), (%s, 'customers', 'notes', 1, 1)",
        (load_id, load_id),
    )
    conn.execute("update raw.email_waterfall_jobs set _reason = 'stopped for Gil Quern, by phone'")
    conn.execute(
        "insert into raw.company_statements (id, source, company_domain, said, created_at)"
        " values (gen_random_uuid(), 'clay', 'mill.example',"
        ' \'{"description": "Paper. Gil Quern advises it."}\', now())'
    )
    conn.commit()


def said_again() -> tuple[dict[str, Any], dict[str, Any]]:
    """Records of a study and of a friend that name Ada in several ways."""
    study = {
        "workflow_slug": "gemini-extract-case-study-details",
        "case_study_url": "https://seller.example/again",
        "origin_company_domain": "seller.example",
        "company_customer_name": "Mill",
        "raw_payload": {
            "champions": [{"full_name": "Ada Lintel"}, {"full_name": "Fourth Champion"}],
            "reasoning": "So:\nAda Lintel says.",
            "quoted": json.dumps([{"firstName": "Ada", "lastName": "Lintel"}, "by\tAda Lintel"]),
        },
    }
    viewed = {"name": "Ada L.", "url": "https://linkedin.com/in/ada-lintel-7/"}
    friend = career("Flo Friend", "mill.example") | {"people_also_viewed": [viewed, {"name": "X"}]}
    profile = {
        "workflow_slug": "clay-person-profile",
        "linkedin_url": "linkedin.com/in/flo-friend",
        "raw_payload": friend,
    }
    return study, profile
