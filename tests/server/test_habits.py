"""The server's habits change nothing: every table and every order is the same in all databases.

What the letters of `tests/data/habits` become was worked out by hand: capitals become small letters
by one table (a dotted capital I is `i`, a capital sigma is never a final one), orders are those of
the code points (`istanbul` before `école`).
"""

from __future__ import annotations

import ast
import json
from collections.abc import Callable
from typing import Any

import pytest
from dbt.cli.main import dbtRunner

from ingest.postgres.connection import connect
from ingest.postgres.session import SETTINGS as SESSION
from tests.support.habits import ASKED_BY_OTHERS, KINDS, SETTINGS, Figure, Server
from tests.support.scratch import NewDatabase, Parameters, Scratch
from tests.support.warehouse import PROJECT, dbt_arguments, parsed_project

# the most unlike the usual database first
ODDEST = ("icu odd", "libc tr_TR", "libc en_US", "builtin PG_UNICODE_FAST", "libc C")


@pytest.fixture(scope="module")
def place(
    scratch: Scratch,
    server: Parameters,  # noqa: ARG001 - its variables come back after each figure
    tmp_path_factory: pytest.TempPathFactory,
) -> Server:
    return Server(scratch, tmp_path_factory.mktemp("habits"))


@pytest.fixture(scope="module")
def kinds(place: Server) -> list[str]:
    """What this server can make."""
    return place.kinds()


@pytest.fixture(scope="module")
def usual(place: Server) -> Figure:
    """The warehouse in the database of all other tests, without any settings."""
    return place.figure(None, "none")


@pytest.fixture(scope="module")
def oddest(place: Server) -> Figure:
    """The warehouse in the database that is most unlike it, with settings against it.

    What was worked out by hand is looked for here: a habit that changes it is met in every run.
    """
    return place.figure(next(kind for kind in ODDEST if place.has(kind)), "database")


@pytest.fixture(scope="module")
def rows(oddest: Figure) -> dict[str, list[dict[str, Any]]]:
    return {
        table: [json.loads(row) for row in rows]
        for table, rows in oddest.rows.items()
        if table != ASKED_BY_OTHERS
    }


def differing(usual: Figure, other: Figure) -> list[str]:
    """Tables whose rows differ, and commands that say something else."""
    tables = [name for name in usual.rows if usual.rows[name] != other.rows.get(name)]
    return tables + [name for name in usual.said if usual.said[name] != other.said.get(name)]


@pytest.mark.long
def test_the_oddest_database_gives_the_same(
    usual: Figure, oddest: Figure, record_property: Callable[[str, object], None]
) -> None:
    # for the table in docs/operations.md: pytest --junitxml shows it
    record_property("tables", len(usual.rows))
    record_property("hash", usual.digest())
    assert differing(usual, oddest) == []


@pytest.mark.long
@pytest.mark.parametrize("settings", SETTINGS)
@pytest.mark.parametrize("kind", KINDS)
def test_every_database_gives_the_same(
    place: Server, kinds: list[str], usual: Figure, kind: str, settings: str
) -> None:
    if kind not in kinds:
        pytest.skip(f"the server has no {kind}")
    figure = place.figure(kind, settings, tests=settings == "database")
    assert (differing(usual, figure), figure.digest()) == ([], usual.digest())


class TestLetters:
    """What the capitals and the orders are, in the oddest database and so in all others."""

    @pytest.mark.parametrize(
        ("domain", "name"),
        [
            pytest.param("istanbul-works.example", "ISTANBUL WORKS", id="dotted I"),
            pytest.param("οδοσ.example", "οδός", id="sigma at the end"),
            pytest.param("école.example", "École supérieure", id="accent"),
            pytest.param("ödev.example", "ÖDEV", id="umlaut"),
            pytest.param("džungla.example", "ǅungla", id="a letter of three cases, as two"),
        ],
    )
    def test_spellings_in_capitals_are_one_company(
        self, rows: dict[str, Any], domain: str, name: str
    ) -> None:
        # payloads of one moment: the later line wins
        found = [row["name"] for row in rows["core.companies"] if row["domain"] == domain]
        assert found == [name]

    def test_a_person_is_known_by_small_letters(self, rows: dict[str, Any]) -> None:
        people = [(row["linkedin_slug"], row["full_name"]) for row in rows["core.people"]]
        # Chloé and René are of the examples
        assert sorted(person for person in people if not person[0].isascii()) == [
            ("chloé-muster-5d", "Chloé Muster"),
            ("ipek-çelik", "İpek ÇELİK"),
            ("rené-beispiel-9", "René Beispiel"),
            ("émile-ilk", "ÉMİLE İLK"),
            ("σοφοσ", "ΣΟΦΟΣ"),
        ]

    def test_arrays_are_in_the_order_of_code_points(self, rows: dict[str, Any]) -> None:
        zebras = ["zebra.example", "zebrz.example", "zébra.example"]
        (duplicates,) = (
            row["domains"]
            for row in rows["api.company_duplicates"]
            if row["linkedin_url"].endswith("zebra-page")
        )
        (candidates,) = (
            row["candidates"]
            for row in rows["reference.customer_claims"]
            if row["customer_name"] == "zebra"
        )
        (criteria,) = (
            row for row in rows["reference.icp_criteria"] if row["domain"] == "co-a.example"
        )
        assert (duplicates, candidates) == (zebras, zebras)
        assert criteria["industries"] == ["Zebra", "zinc", "Ärger", "ärger", "çelik"]
        assert criteria["seniority"] == ["Director", "Intern", "VP"]

    def test_customers_are_found_by_name(self, rows: dict[str, Any]) -> None:
        found = {
            row["customer_name"]: row["customer_domain"] or row["unresolved_reason"]
            for row in rows["reference.customer_claims"]
            if row["domain"] == "zug.example" and row["source"] in ("claygent", "manual")
        }
        assert found == {
            "zebra": "several companies bear the name",
            "ZEBRA LTD.": "several companies bear the name",
            "İSTANBUL WORKS": "istanbul-works.example",
            "İstanbul Works": "istanbul-works.example",
            "ΟΔΌΣ": "οδοσ.example",
            "ecole supérieure": "no company bears the name",
            "école supérieure": "école.example",
            "Ç.E.L.İ.K": "celik.example",
            "Zug": "name too short",
            "№1": "name too short",
            "Back\\slash & Söhne": "no company bears the name",
        }

    def test_leads_are_found_by_terms_in_capitals(self, rows: dict[str, Any]) -> None:
        leads = [
            (row["company_domain"], row["full_name"])
            for row in rows["api.leads"]
            if row["icp_domain"] == "zug.example"
        ]
        assert sorted(leads) == [
            ("istanbul-works.example", "İpek ÇELİK"),
            ("école.example", "ÉMİLE İLK"),
        ]

    def test_somebody_elses_session_is_answered_the_same(
        self, oddest: Figure, rows: dict[str, Any]
    ) -> None:
        answers = [(row["domain"], row["country"] or "") for row in rows["api.companies"]]
        assert oddest.rows[ASKED_BY_OTHERS] == sorted("\t".join(answer) for answer in answers)

    def test_entries_by_hand_are_one_in_any_capitals(self, oddest: Figure) -> None:
        assert oddest.said["customers.csv"]["changes"] == {
            "new": 3,
            "updated": 0,
            "unchanged": 0,
            "repeated": 1,
        }


class TestSessions:
    def test_dbt_and_ingest_have_the_same_settings(self) -> None:
        macro = (PROJECT / "macros" / "runs" / "settings.sql").read_text(encoding="utf-8")
        spelled = macro.partition("return(")[2].partition(") }}")[0]
        assert ast.literal_eval(spelled) == SESSION

    @pytest.mark.parametrize("settings", SETTINGS)
    def test_they_are_set_whatever_the_database_says(self, place: Server, settings: str) -> None:
        with place.database(None, settings), connect() as conn:
            found = {
                name: conn.execute("select current_setting(%s)", (name,)).fetchone()
                for name in (*SESSION, "client_encoding", "transaction_isolation")
            }
        expected = {**SESSION, "client_encoding": "UTF8", "transaction_isolation": "read committed"}
        assert found == {name: (value,) for name, value in expected.items()}


class TestUnfit:
    """dbt without `ingest` refuses what `ingest` refuses (test_connection.py)."""

    @pytest.fixture(autouse=True)
    def _parsed(self, server: Parameters) -> None:  # noqa: ARG002 - its database is the session's
        parsed_project()

    def test_another_encoding(self, new_database: NewDatabase) -> None:
        new_database("encoding 'LATIN1' locale_provider libc locale 'C'")
        said = _refusal("run-operation", "require_fit_database")
        assert "encoding is LATIN1, HQ needs UTF8; make a new one: create database NAME" in said

    def test_a_session_that_cannot_write_all_letters(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("PGCLIENTENCODING", "LATIN1")
        said = _refusal("run", "--select", "workflow_readers")
        assert "client_encoding LATIN1, dbt needs UTF8; set PGCLIENTENCODING=UTF8" in said

    def test_a_session_that_may_not_write(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("PGOPTIONS", "-c default_transaction_read_only=on")
        said = _refusal("run", "--select", "workflow_readers")
        assert "sessions are read-only, by default_transaction_read_only" in said


def _refusal(*words: str) -> str:
    """What dbt says when it ends without having done anything."""
    said: list[str] = []
    runner = dbtRunner(parsed_project(), [lambda event: said.append(event.info.msg)])  # type: ignore[attr-defined]
    assert not runner.invoke(["--quiet", *words, *dbt_arguments()]).success
    return "\n".join(said)
