"""Which address of a person is the best, and whose an address is that was asked for by name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
from psycopg.types.json import Jsonb

from ingest.workflows.registry import load_registry
from tests.support.scenario import Row, scenario
from tests.support.scratch import Parameters
from tests.support.warehouse import Warehouse, insert_load

WORKFLOWS = load_registry().workflows
OLD, NEW = "2026-03-01T00:00:00+00:00", "2026-09-01T00:00:00+00:00"
IN = "https://www.linkedin.com/in/"
# name, verdict, source, whether it is the best
Contact = tuple[str, str, str, bool]


class Said(NamedTuple):
    """What a source says of an address: the source, a local part, its word, the receipt."""

    source: str
    name: str
    word: str | None = None
    at: str = OLD


# An address counts by what the best-ranked source that verified it says (leadmagic, anymailfinder,
# icypeas, apollo, pdl, salesnav, an unlikely pdl), then the source that names it, then its age.
BEST: dict[str, tuple[list[Said], list[Contact]]] = {
    "valid-before-risky-whoever-says-it": (
        [Said("leadmagic", "a", "catch_all"), Said("icypeas", "b", "very_sure")],
        [("a", "risky", "leadmagic_emails", False), ("b", "valid", "icypeas", True)],
    ),
    "risky-before-unknown": (
        [Said("anymailfinder", "a", "unknown"), Said("apollo", "b", "guessed")],
        [("a", "unknown", "anymailfinder", False), ("b", "risky", "apollo", True)],
    ),
    "of-two-valid-ones-by-ranking": (
        [Said("anymailfinder", "a", "valid", NEW), Said("leadmagic", "b", "valid")],
        [("a", "valid", "anymailfinder", False), ("b", "valid", "leadmagic_emails", True)],
    ),
    "of-one-source-the-newest": (
        [Said("leadmagic", "a", "valid", NEW), Said("leadmagic", "b", "valid")],
        [("a", "valid", "leadmagic_emails", True), ("b", "valid", "leadmagic_emails", False)],
    ),
    "invalid-never": (
        [Said("leadmagic", "a", "invalid")],
        [("a", "invalid", "leadmagic_emails", False)],
    ),
    "anything-before-invalid": (
        [Said("leadmagic", "a", "invalid"), Said("pdl-unlikely", "b")],
        [("a", "invalid", "leadmagic_emails", False), ("b", "unknown", "pdl_unlikely", True)],
    ),
    "invalid-by-the-best-that-verified-it": (
        [
            *(Said("leadmagic", "a", "invalid"), Said("icypeas", "a", "ultra_sure", NEW)),
            Said("salesnav", "b"),
        ],
        [
            ("a", "invalid", "leadmagic_emails", False),
            ("a", "valid", "icypeas", False),
            ("b", "unknown", "salesnav", True),
        ],
    ),
    "invalid-by-a-lesser-one-is-not-believed": (
        [Said("leadmagic", "a", "valid"), Said("apollo", "a", "invalid", NEW)],
        [("a", "invalid", "apollo", False), ("a", "valid", "leadmagic_emails", True)],
    ),
    "who-verified-nothing-does-not-judge": (
        [Said("leadmagic", "a", "unknown"), Said("icypeas", "a", "ultra_sure")],
        [("a", "unknown", "leadmagic_emails", True), ("a", "valid", "icypeas", False)],
    ),
    "unknown-takes-nothing-back": (
        [Said("leadmagic", "a", "valid"), Said("leadmagic", "a", "unknown", NEW)],
        [("a", "valid", "leadmagic_emails", True)],
    ),
    "the-newest-verdict-of-a-source": (
        [Said("leadmagic", "a", "invalid", NEW), Said("leadmagic", "a", "valid")],
        [("a", "invalid", "leadmagic_emails", False)],
    ),
    "an-export-before-a-guess": (
        [Said("pdl-unlikely", "a", None, NEW), Said("salesnav", "b")],
        [("a", "unknown", "pdl_unlikely", False), ("b", "unknown", "salesnav", True)],
    ),
    "likely-before-an-export": (
        [Said("pdl", "b"), Said("salesnav", "a", None, NEW)],
        [("a", "unknown", "salesnav", False), ("b", "unknown", "pdl", True)],
    ),
    # not by the alphabet
    "the-first-of-one-payload": (
        [Said("pdl", "z m a")],
        [
            ("a", "unknown", "pdl", False),
            ("m", "unknown", "pdl", False),
            ("z", "unknown", "pdl", True),
        ],
    ),
}


def stamped(workflow: str, payload: Any, at: str = OLD, **columns: Any) -> Row:
    of = WORKFLOWS[workflow]
    return {
        "workflow_slug": workflow,
        "provider": of.provider,
        "platform": of.platform,
        "payload_type": of.payload_type,
        "raw_payload": Jsonb(payload),
        "created_at": at,
        **columns,
    }


def say(w: Warehouse, case: str, said: Said) -> None:
    """A raw row of a source about a person of the case's name."""
    key = {"linkedin_url": IN + case}
    first, *others = [f"{name}@best.example" for name in said.name.split()]
    if said.source == "salesnav":
        of = {"linkedin_url_user_profile": IN + case, "email": first, "created_at": said.at}
        load = insert_load(w.conn)
        w.row("salesnav_scrapes", upload_id=load, export_title="x", export_timestamp=said.at, **of)
        return
    workflow, payload = {
        "leadmagic": ("leadmagic-email", {"email": first, "status": said.word}),
        "anymailfinder": (
            "anymailfinder-email",
            {"results": {"email": first, "validation": said.word}},
        ),
        "icypeas": ("icypeas-email", {"emails": [{"email": first, "certainty": said.word}]}),
        "apollo": ("apollo-people-match", {"person": {"email": first, "email_status": said.word}}),
        "pdl": (
            "pdl-person",
            {"work_email": first, "emails": [{"address": each} for each in others]},
        ),
        "pdl-unlikely": ("pdl-person", {"work_email": first, "likelihood": 5}),
    }[said.source]
    raw = WORKFLOWS[workflow].raw_table or "person_payloads"
    w.row(raw, **key, **stamped(workflow, payload, said.at))


def employ(
    w: Warehouse, slug: str, name: str, domain: str, at: str = OLD, *, left: bool = False
) -> None:
    """A profile of a person who works at a domain, or has left."""
    role = {"title": "Buyer", "company": "Acme", "company_domain": domain, "is_current": not left}
    payload = {"name": name, "experience": [role]}
    w.payload("person_payloads", IN + slug, payload, received=at)


def ask(w: Warehouse, local: str, name: str | Row, domain: str) -> str:
    """An address that was asked for by name and employer; its raw row."""
    named = {"full_name": name} if isinstance(name, str) else name
    payload = {"email": f"{local}@asked.example", "status": "valid"}
    of = stamped("leadmagic-email", payload, company_domain=domain, **named)
    return w.row("email_payloads", **of)


# address -> slug of whose it is, None while it waits: before and after what happens in between
WAITING: dict[str, tuple[str | None, str | None]] = {
    "one": ("one-a", "one-a"),
    "nobody-yet": (None, "nobody-yet-a"),
    "two": (None, None),
    "one-of-two-leaves": (None, "leaves-b"),
    "a-second-comes": ("second-a", None),
    "elsewhere": (None, None),
    "spelled-alike": ("spelled-a", "spelled-a"),
    "spelled-otherwise": (None, None),
    "first-and-last": ("firstlast-a", "firstlast-a"),
    "asked-at-an-alias": ("alias-a", "alias-a"),
    "works-at-an-alias": ("alias-b", "alias-b"),
    "has-left": (None, None),
    "member-id": (None, None),
    "renamed": ("renamed-a", "renamed-b"),
    "told-later-who": ("told-a", "told-b"),
    "moves-on": ("moves-a", None),
}


class Told:
    """The warehouse, and whose each address was after the first build."""

    def __init__(self, w: Warehouse) -> None:
        self.warehouse = w
        for case, (statements, _) in BEST.items():
            for said in statements:
                say(w, case, said)
        corrected = self.first(w)
        w.build()
        self.before = self.owners()
        self.waiting_before = self.waiting()
        self.then(w, corrected)
        w.build()

    def first(self, w: Warehouse) -> dict[str, str]:
        """What there is at first; the raw rows that are corrected afterwards."""
        for slug in ("one-a", "elsewhere-a", "two-a", "two-b", "leaves-a", "leaves-b", "second-a"):
            employ(w, slug, f"Ana {slug.split('-')[0]}", f"{slug.split('-')[0]}.example")
        employ(w, "spelled-a", "ZOË  Müller", "spelled.example")
        employ(w, "otherwise-a", "Zoë Mueller", "otherwise.example")
        employ(w, "firstlast-a", "Ana First Last", "firstlast.example")
        employ(w, "alias-a", "Ana Alias", "acme-widgets.example")
        employ(w, "alias-b", "Ben Alias", "careers-at-acme.example")
        employ(w, "left-a", "Ana Left", "left.example", left=True)
        employ(w, "ACwAAAExample09memB", "Ana Member", "member.example")
        employ(w, "renamed-a", "Ana Renamed", "renamed.example")
        employ(w, "renamed-b", "Ben Renamed", "renamed.example")
        employ(w, "told-a", "Ana Told", "told.example")
        employ(w, "moves-a", "Ana Moves", "moves.example")
        ask(w, "one", "Ana One", "www.One.example")
        ask(w, "nobody-yet", "Ana Nobody", "nobody.example")
        ask(w, "two", "Ana Two", "two.example")
        ask(w, "one-of-two-leaves", "Ana Leaves", "leaves.example")
        ask(w, "a-second-comes", "Ana Second", "second.example")
        ask(w, "elsewhere", "Ana Elsewhere", "else.example")
        ask(w, "spelled-alike", "Zoe\u0308 MÜLLER", "spelled.example")
        ask(w, "spelled-otherwise", "Zoe Mueller", "otherwise.example")
        ask(
            w,
            "first-and-last",
            {"first_name": "Ana", "last_name": "First Last"},
            "firstlast.example",
        )
        ask(w, "asked-at-an-alias", "Ana Alias", "careers-at-acme.example")
        ask(w, "works-at-an-alias", "Ben Alias", "acme-widgets.example")
        ask(w, "has-left", "Ana Left", "left.example")
        ask(w, "member-id", "Ana Member", "member.example")
        ask(w, "moves-on", "Ana Moves", "moves.example")
        return {
            "renamed": ask(w, "renamed", "Ana Renamed", "renamed.example"),
            "told": ask(w, "told-later-who", "Ana Told", "told.example"),
        }

    def then(self, w: Warehouse, corrected: dict[str, str]) -> None:
        """Who comes, who goes, and what is corrected in place."""
        employ(w, "nobody-yet-a", "Ana Nobody", "nobody.example", NEW)
        employ(w, "leaves-a", "Ana Leaves", "other.example", NEW)
        employ(w, "second-b", "Ana Second", "second.example", NEW)
        employ(w, "moves-a", "Ana Moves", "other.example", NEW)
        w.conn.execute(
            "update raw.email_payloads set full_name = 'Ben Renamed' where id = %s",
            (corrected["renamed"],),
        )
        w.conn.execute(
            "update raw.email_payloads set linkedin_url = %s where id = %s",
            (f"{IN}told-b", corrected["told"]),
        )
        w.conn.commit()

    def owners(self) -> dict[str, str | None]:
        """Whose each address is that was asked for; None while it waits."""
        found: dict[str, str | None] = dict.fromkeys(WAITING)
        query = (
            "select split_part(email, '@', 1), linkedin_url from core.person_contacts"
            " where email like '%@asked.example'"
        )
        for local, linkedin_url in self.warehouse.conn.execute(query).fetchall():
            assert found[local] is None, f"{local} is several people's"
            found[local] = linkedin_url.removeprefix(IN)
        self.warehouse.conn.rollback()
        return found

    def waiting(self) -> int:
        """How many addresses wait, as api.status counts them."""
        query = "select waiting from api.status where workflow_slug = 'leadmagic-email'"
        return int(self.warehouse.one(query)[0])


@pytest.fixture(scope="module")
def told(_built: Parameters) -> Iterator[Told]:
    with scenario() as warehouse:
        yield Told(warehouse)


@pytest.mark.parametrize("case", BEST)
def test_the_best_address(told: Told, case: str) -> None:
    found = told.warehouse.all(
        "select split_part(email, '@', 1), verdict, source, is_best from core.person_contacts"
        " where linkedin_url = %s order by 1, 2, 3",
        IN + case,
    )
    assert found == BEST[case][1]


@pytest.mark.parametrize("case", BEST)
def test_answers_show_the_best_address(told: Told, case: str) -> None:
    query = "select email from api.people where linkedin_url = %s"
    best = [f"{name}@best.example" for name, _, _, is_best in BEST[case][1] if is_best]
    assert told.warehouse.one(query, IN + case)[0] == (best[0] if best else None)


def test_the_verdict_of_an_address_is_that_of_who_verified_it(told: Told) -> None:
    query = "select email_verdict from api.people where linkedin_url = %s"
    assert told.warehouse.one(query, f"{IN}who-verified-nothing-does-not-judge") == ("valid",)


def test_an_address_is_whose_name_and_employer_point_to_one(told: Told) -> None:
    assert told.before == {case: before for case, (before, _) in WAITING.items()}


def test_who_comes_and_goes_decides_anew(told: Told) -> None:
    assert told.owners() == {case: after for case, (_, after) in WAITING.items()}


def test_what_waits_is_counted(told: Told) -> None:
    owners = list(WAITING.values())
    assert told.waiting_before == [before for before, _ in owners].count(None)
    assert told.waiting() == [after for _, after in owners].count(None)


@pytest.mark.long
def test_a_full_refresh_says_the_same(told: Told) -> None:
    query = (
        "select linkedin_url, source, email, verdict, verified_at, known_since, confirmed_at,"
        " raw_payload_id, is_best from core.person_contacts order by 1, 2, 3"
    )
    before = told.warehouse.all(query)
    told.warehouse.build("--full-refresh")
    assert told.warehouse.all(query) == before
    assert told.owners() == {case: after for case, (_, after) in WAITING.items()}
