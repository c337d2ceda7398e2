"""What each role of the warehouse can do, and what it cannot."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from itertools import product
from pathlib import Path

import psycopg
import pytest
from click.testing import Result
from starlette.testclient import TestClient

from hq_api.app import create_app
from hq_api.resources import read_resources
from hq_api.settings import Settings
from ingest.project import BUILT_SCHEMAS, OWN_SCHEMA
from tests.access.rights import (
    ALL,
    ALL_BUT_KEYS,
    ALL_BUT_OURS,
    KEYS,
    MAY,
    OURS,
    SCHEMA_VERBS,
    TABLE_VERBS,
)
from tests.support.role_place import (
    ANALYST,
    BUILDER,
    LOADER,
    PRIVACY,
    ROLES,
    SENDER,
    SERVICE,
    Place,
)
from tests.support.scratch import use
from tests.support.warehouse import NO_TESTS, PROJECT

FEEDS = PROJECT / "tests" / "data" / "feeds"
FIRMOGRAPHICS = ("--workflow", "clay-company-firmographics")


def cells(verbs: Sequence[str]) -> list[tuple[str, str, str]]:
    """The matrix: role, schema, verb."""
    return list(product(ROLES, ("raw", "privacy", *BUILT_SCHEMAS, OWN_SCHEMA), verbs))


@pytest.fixture(scope="module")
def place(new_place: Callable[[], Place]) -> Place:
    """A warehouse that was built before it had roles, by the one who set it up."""
    place = new_place()
    place.init()
    place.dbt("build", *NO_TESTS)
    place.execute("create schema if not exists api")
    place.execute("create view api.made_by_hand as select domain from core.companies")
    place.execute("create schema marts")
    place.execute("create table marts.a_model_of_ones_own (domain text)")
    place.init("--roles")
    return place


def insert_company(place: Place, domain: str, name: str) -> None:
    place.execute(
        "insert into raw.company_payloads"
        " (company_domain, workflow_slug, provider, platform, payload_type, raw_payload)"
        f" values ('{domain}', 'clay-company-firmographics', 'clay', 'clay', 'firmographics',"
        f' \'{{"name": "{name}"}}\')'
    )


def assert_permitted(result: Result) -> None:
    """Nothing was refused; a load may still end with a status of its own."""
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception


@pytest.mark.parametrize(
    ("role", "schema", "verb"), cells(TABLE_VERBS), ids=lambda word: word.removeprefix("hq_")
)
def test_a_role_may_do_this_to_these_tables_and_to_no_others(
    place: Place, role: str, schema: str, verb: str
) -> None:
    tables = dict(
        place.all(
            "select relname, has_table_privilege(%s, oid, %s) from pg_class"
            " where relnamespace = %s::regnamespace and relkind in ('r', 'p', 'v', 'm', 'f')",
            *(role, verb, schema),
        )
    )
    assert tables
    all_tables = {
        ALL: set(tables),
        ALL_BUT_KEYS: tables.keys() - KEYS,
        ALL_BUT_OURS: tables.keys() - OURS,
    }
    expected = MAY.get((role, schema), {}).get(verb, set())
    if isinstance(expected, str):
        expected = all_tables[expected]
    assert {name for name, may in tables.items() if may} == expected


@pytest.mark.parametrize(
    ("role", "schema", "verb"), cells(SCHEMA_VERBS), ids=lambda word: word.removeprefix("hq_")
)
def test_a_role_may_look_into_these_schemas_and_create_in_these(
    place: Place, role: str, schema: str, verb: str
) -> None:
    expected = MAY.get((role, schema), {}).get(verb, False)
    assert place.all("select has_schema_privilege(%s, %s, %s)", role, schema, verb) == [(expected,)]


@pytest.mark.parametrize("role", ROLES)
def test_no_role_logs_in_makes_schemas_or_writes_to_public(place: Place, role: str) -> None:
    assert place.all(
        "select rolcanlogin, rolsuper, rolcreaterole,"
        " has_database_privilege(rolname, current_database(), 'create'),"
        " has_schema_privilege(rolname, 'public', 'create') from pg_roles where rolname = %s",
        role,
    ) == [(False,) * 5]


@pytest.mark.parametrize(
    ("role", "statement"),
    [
        (LOADER, "select from core.companies"),
        (LOADER, "select reference.normal_domain('acme.example')"),
        (LOADER, "update raw.company_payloads set company_domain = ''"),
        (LOADER, "truncate raw.rejects"),
        (LOADER, "drop table raw.rejects"),
        (LOADER, "alter table raw.loads disable trigger all"),
        (BUILDER, "insert into raw.vc_firms (name, domain) values ('a', 'a.example')"),
        (BUILDER, "delete from raw.company_payloads"),
        (BUILDER, "create table raw.own (a int)"),
        (BUILDER, "create schema own"),
        (ANALYST, "select from raw.loads"),
        (ANALYST, "delete from core.companies"),
        (ANALYST, "create view core.own as select 1"),
        (ANALYST, "create table public.own (a int)"),
        (ANALYST, "drop function reference.normal_domain"),
        (SERVICE, "select from core.companies"),
        (SERVICE, "select from raw.company_payloads"),
        (SERVICE, "insert into raw.api_keys (id) values ('a')"),
        (LOADER, "insert into raw.api_keys (id) values ('a')"),
        (LOADER, "update raw.api_keys set scopes = '{}'"),
    ],
)
def test_the_server_refuses(place: Place, role: str, statement: str) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        place.execute(statement, role)


def test_an_analyst_calls_the_normal_forms(place: Place) -> None:
    call = "select reference.normal_domain('www.Acme.example'), reference.country_name('us')"
    assert place.all(call, role=ANALYST) == [("acme.example", "United States")]


def test_an_analyst_reads_every_answer_made_of_raw_too(place: Place) -> None:
    """A view reads with its owner's rights: counts of the ledger, and not the ledger."""
    insert_company(place, "counted.example", "Counted")
    place.dbt("run", role=BUILDER)
    answers = place.all("select viewname from pg_views where schemaname = 'api'")
    assert {"deliveries", "status", "vc_portfolio"} <= {name for (name,) in answers}
    for (name,) in answers:
        place.all(f"select * from api.{name} limit 1", role=ANALYST)
    counted = "select sum(payloads) from api.status"
    assert place.all(counted, role=ANALYST) == place.all(counted)


def test_a_loader_loads_tries_first_and_tries_again(
    place: Place, write: Callable[..., Path]
) -> None:
    records = '{"domain": "acme.example"}\n{"domain": "beta.example"}\nno json\n'
    file = str(write(records, "companies.ndjson"))
    before = place.all("select count(*) from raw.company_payloads")[0][0]
    assert_permitted(place.ingest("load", "--dry-run", *FIRMOGRAPHICS, file, role=LOADER))
    assert_permitted(place.ingest("load", file, role=LOADER))
    counts = "select landed, rejected from raw.loads where file_name = %s order by started_at"
    assert place.all(counts, file) == [(0, 3)]
    # the second retry lands nothing, and the ledger keeps no line of it
    for _ in range(2):
        assert_permitted(place.ingest("rejects", "retry", *FIRMOGRAPHICS, role=LOADER))
        assert place.all(counts, file) == [(0, 3), (2, 0)]
        assert place.all("select count(*) from raw.company_payloads") == [(before + 2,)]


@pytest.mark.parametrize(
    ("workflow", "options", "file", "table"),
    [
        ("vc-firms", [], "vc-firms.csv", "vc_firms"),
        (
            "vc-portfolio",
            ["--vc-firm", "harbour-ventures.example"],
            "vc-portfolio.csv",
            "vc_portfolio_companies",
        ),
        (
            "crunchbase-vc-portfolio",
            [],
            "crunchbase-vc-portfolio.csv",
            "vc_crunchbase_portfolios",
        ),
        ("salesnav-export", [], "salesnav-export.tsv", "salesnav_scrapes"),
        (
            "manual-company-customers",
            [],
            "manual-company-customers.csv",
            "manual_company_customers",
        ),
    ],
)
def test_a_loader_loads_tables(
    place: Place, workflow: str, options: Sequence[str], file: str, table: str
) -> None:
    words = ("load", "--workflow", workflow, *options, str(FEEDS / file))
    assert_permitted(place.ingest(*words, role=LOADER))
    assert place.all(f"select count(*) > 0 from raw.{table}") == [(True,)]


def test_a_loader_corrects_the_list_kept_by_hand(place: Place, write: Callable[..., Path]) -> None:
    header = "origin_company_domain,company_customer_name,source_notes\n"
    for notes in ("first", "second"):
        file = str(write(f"{header}corrected.example,Epsilon,{notes}\n"))
        words = ("load", "--workflow", "manual-company-customers", file)
        assert_permitted(place.ingest(*words, role=LOADER))
    assert place.all(
        "select source_notes from raw.manual_company_customers"
        " where origin_company_domain = 'corrected.example'"
    ) == [("second",)]


BUILT_STATE = ["extracted", "core", "reference", "api"]
REFERENCE = (
    *("company_customers", "company_icp", "customer_claims", "enrichment_workflow_registry"),
    *("icp_criteria", "workflow_readers"),
)


def kept_from(place: Place, role: str) -> list[str]:
    """The tables of schema raw that it may not read, though it may look into the schema."""
    tables = place.all("select tablename from pg_tables where schemaname = 'raw' order by 1")
    kept = {name for (name,) in tables} - MAY[role, "raw"]["select"]
    return [f"raw.{name}" for name in sorted(kept)]


@pytest.mark.parametrize(
    ("role", "not_shown"),
    [
        (LOADER, BUILT_STATE),
        pytest.param(BUILDER, [], marks=pytest.mark.long),
        pytest.param(PRIVACY, [], marks=pytest.mark.long),
        (ANALYST, ["raw"]),
    ],
)
def test_status_shows_a_role_what_it_may_see_and_names_the_rest(
    place: Place, role: str, not_shown: list[str]
) -> None:
    insert_company(place, "seen-in-status.example", "Seen")
    place.dbt("run", role=BUILDER)
    said = place.ingest("status", "--json", role=role)
    assert said.exception is None
    found = json.loads(said.stdout)
    assert found["not_shown"] == not_shown
    built = {table["name"]: table for table in found["built"]}
    raw = {table["name"]: table for table in found["raw"]}
    if role == LOADER:
        assert built == {}
        # how much there is; how far models have read is not for it to know
        assert raw["company_payloads"]["rows"] > 0
        assert raw["company_payloads"]["untransformed"] is None
    else:
        assert built["core.companies"]["rows"] > 0
        assert built["core.companies"]["read_at"] is not None
    if role == ANALYST:
        assert raw == {}
        assert (found["rejects"], found["last_load"]) == (None, None)
        assert built["extracted.company_firmographics"]["unseen"] is None
        assert built["core.people"]["unseen"] == 0
    screen = place.ingest("status", role=role).stdout
    assert ("may not look into it" in screen) is bool(not_shown)


@pytest.mark.parametrize("role", [SENDER, SERVICE])
def test_status_shows_a_role_some_tables_and_names_the_rest(place: Place, role: str) -> None:
    said = place.ingest("status", "--json", role=role)
    assert said.exception is None
    found = json.loads(said.stdout)
    kept = [*kept_from(place, role), *(f"reference.{name}" for name in REFERENCE)]
    assert found["not_shown"] == ["extracted", "core", *kept]
    shown = {table["name"] for table in found["raw"]} - KEYS
    assert shown == MAY[role, "raw"]["select"] - OURS
    assert (found["built"], found["rejects"], found["last_load"]) == ([], None, None)
    nothing_sent = {"open": 0, "doubtful": 0, "awaited": 0, "paused": 0}
    assert found["outbound"] == (nothing_sent if role == SENDER else None)
    screen = " ".join(place.ingest("status", role=role).stdout.split())
    assert "not shown schemas extracted, core; tables raw." in screen
    assert "last load not known to this role" in screen


@pytest.mark.parametrize("role", [LOADER, ANALYST])
def test_who_may_not_build_changes_nothing(place: Place, role: str) -> None:
    seen = "select model, seen::text from extracted.watermarks order by model"
    before = place.all(seen)
    done = place.dbt("run", role=role, may_fail=True)
    assert not done.success
    said = f"Nothing can be built in database {place.name} as {role}: no right to"
    assert said in str(done.exception)
    assert place.all(seen) == before


@pytest.mark.long
def test_a_builder_builds_on_what_somebody_else_built(place: Place) -> None:
    insert_company(place, "built.example", "Built")
    place.dbt("build", *NO_TESTS, role=BUILDER)
    query = "select name from core.companies where domain = 'built.example'"
    assert place.all(query, role=ANALYST) == [("Built",)]


@pytest.mark.long
def test_a_builder_builds_a_fresh_database(new_place: Callable[[], Place]) -> None:
    fresh = new_place()
    fresh.init("--roles")
    insert_company(fresh, "first.example", "First")
    fresh.dbt("build", *NO_TESTS, role=BUILDER)
    assert fresh.all("select name from core.companies", role=ANALYST) == [("First",)]
    assert fresh.init("--roles")["changed"] == []


@pytest.mark.long
def test_seeds_that_are_made_anew_stay_readable(place: Place) -> None:
    place.dbt("seed", "--full-refresh", role=BUILDER)
    assert place.all("select count(*) > 0 from reference.countries", role=ANALYST) == [(True,)]


@pytest.mark.long
def test_what_an_administrator_made_is_the_builders_after_the_run(place: Place) -> None:
    remake(place, None)


@pytest.mark.long
def test_what_a_login_of_the_builder_made_is_the_builders_after_the_run(place: Place) -> None:
    login = f"{place.name}_nightly"
    place.execute(f"create role {login} in role hq_builder")
    remake(place, login)
    # nothing of its own is left, or the server would refuse
    place.execute(f"drop role {login}")


def remake(place: Place, role: str | None) -> None:
    """Have a table made anew by somebody, and look whose it is then."""
    place.execute("drop table extracted.company_icp_criteria cascade")
    place.dbt("run", "--select", "company_icp_criteria", role=role)
    assert place.all("select count(*) from extracted.company_icp_criteria", role=ANALYST) == [(0,)]
    assert place.all(
        "select tableowner from pg_tables where tablename = 'company_icp_criteria'"
    ) == [(BUILDER,)]


def test_a_lost_right_comes_back_with_the_next_run(place: Place) -> None:
    place.execute(
        "revoke usage on schema core from hq_analyst; revoke select on core.people from hq_analyst"
    )
    place.dbt("run", "--select", "company_aliases", role=BUILDER)
    assert place.all("select count(*) >= 0 from core.people", role=ANALYST) == [(True,)]


@pytest.mark.parametrize("role", [LOADER, BUILDER])
def test_who_waits_for_a_lock_may_ask_who_holds_it(place: Place, role: str) -> None:
    with place.connected() as conn:
        conn.execute("select pg_advisory_lock(54)")
        found = place.all("select pid from raw.lock_holders(54)", role=role)
        assert found == [(conn.info.backend_pid,)]
    # by a right of its own, not only by the one that PostgreSQL gives everybody
    rights = place.all(
        "select pg_get_userbyid(grantee) from pg_proc cross join aclexplode(proacl)"
        " where oid = 'raw.lock_holders(bigint)'::regprocedure and privilege_type = 'EXECUTE'"
    )
    assert (role,) in rights


def test_the_service_answers_everything_with_the_rights_of_its_role(place: Place) -> None:
    with pytest.MonkeyPatch.context() as monkeypatch:
        use(monkeypatch, place.parameters)
        app = create_app(Settings(with_keys=False, rate=1e6))
        with TestClient(app, base_url="http://localhost") as http:
            for resource in read_resources().values():
                owner = {resource.needed: "acme.example"} if resource.needed else {}
                answer = http.get(f"/v1/{resource.name}", params=owner)
                assert answer.status_code == 200, answer.text
            assert http.get("/v1/search?q=acme").status_code == 200
            assert http.post("/v1/companies/lookup", json={"key": "acme.example"}).is_success
