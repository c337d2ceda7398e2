"""`ingest init --roles`: who may set the roles up, and how a database keeps to them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from ingest.errors import IngestError
from ingest.schema import roles
from tests.support.role_place import ANALYST, BUILDER, LOADER, ROLES, Place


@pytest.fixture(scope="module")
def place(new_place: Callable[[], Place]) -> Place:
    """A database with roles in which nothing was built yet, but for a table made by hand."""
    place = new_place()
    place.init("--roles")
    place.execute("create table core.people (id uuid)")
    place.init()
    return place


@pytest.fixture
def deployer(place: Place) -> Iterator[str]:
    """A role that may do nothing yet."""
    name = f"{place.name}_deployer"
    place.execute(f"create role {name}")
    yield name
    place.execute(f"drop owned by {name} cascade")
    place.execute(f"drop role {name}")


@pytest.fixture
def unmade(place: Place, monkeypatch: pytest.MonkeyPatch) -> str:
    """What the builder is called for now: a role that the server does not have."""
    name = f"{place.name}_builder"
    monkeypatch.setattr(roles, "BUILDER", name)
    monkeypatch.setattr(roles, "ROLES", {name: "builds"})
    return name


AGAIN = "grant select on table core.people to hq_analyst"


def refusal(place: Place, role: str) -> str:
    """What `ingest init --roles` says to a role that may not."""
    with pytest.raises(IngestError) as refused:
        place.init("--roles", role=role)
    return refused.value.sentence()


def test_a_second_time_changes_nothing(place: Place) -> None:
    assert place.init("--roles") == {"created": [], "changed": []}


def test_without_the_option_roles_are_left_alone(new_place: Callable[[], Place]) -> None:
    place = new_place()
    assert place.init() is None
    assert place.all("select from pg_namespace where nspacl::text like '%hq\\_%r=%'") == []


def test_the_screen_says_how_a_login_gets_into_a_role(place: Place) -> None:
    said = place.ingest("init", "--roles").stderr
    assert "create role nightly login in role hq_builder;" in said
    assert "alter role nightly set role hq_builder;" in said
    for role, does in roles.ROLES.items():
        assert f"{role:10}  {does}\n" in said


def test_what_is_there_becomes_the_builders(new_place: Callable[[], Place]) -> None:
    place = new_place()
    place.init()
    place.execute(
        "create table core.old (id serial);"
        "create view core.old_view as select id from core.old;"
        "create materialized view core.old_matview as select id from core.old;"
        "create sequence core.old_sequence;"
        "create function reference.old(a int) returns int language sql return a;"
        'create table extracted."Odd name" (a int)'
    )
    place.init("--roles")
    owners = place.all(
        "select relname, pg_get_userbyid(relowner) from pg_class as c"
        " where relkind in ('r', 'v', 'm', 'S')"
        " and relnamespace in ('core'::regnamespace, 'extracted'::regnamespace)"
        " union all select proname, pg_get_userbyid(proowner) from pg_proc"
        " where pronamespace = 'reference'::regnamespace"
        " union all select nspname, pg_get_userbyid(nspowner) from pg_namespace"
        " where nspname in ('extracted', 'core', 'reference', 'api') order by 1"
    )
    assert owners == [
        (name, BUILDER)
        for name in (
            *("Odd name", "api", "core", "extracted", "old", "old", "old_id_seq", "old_matview"),
            *("old_sequence", "old_view", "reference"),
        )
    ]
    assert place.all('select from extracted."Odd name"', role=ANALYST) == []


def test_an_upgrade_gives_rights_on_what_it_brings(place: Place) -> None:
    place.execute("create table raw.brought_by_an_upgrade (a int)")
    assert place.init()["changed"] == [
        "grant delete, insert, select, update on table raw.brought_by_an_upgrade to hq_privacy",
        "grant insert, select on table raw.brought_by_an_upgrade to hq_loader",
        "grant select on table raw.brought_by_an_upgrade to hq_builder",
    ]


def test_a_schema_that_was_dropped_comes_back(place: Place) -> None:
    place.execute("drop schema api cascade")
    assert place.init()["changed"] == [
        "create schema api authorization hq_builder",
        (
            "alter default privileges for role hq_builder in schema api "
            "grant select on tables to hq_analyst"
        ),
        (
            "alter default privileges for role hq_builder in schema api "
            "grant select on tables to hq_api"
        ),
        (
            "alter default privileges for role hq_builder in schema api "
            "grant select on tables to hq_sender"
        ),
        "grant usage on schema api to hq_analyst",
        "grant usage on schema api to hq_api",
        "grant usage on schema api to hq_privacy",
        "grant usage on schema api to hq_sender",
    ]


def test_a_staging_table_stays_the_loaders_own(place: Place) -> None:
    place.execute("create unlogged table raw._staging_of_a_test (id uuid)", LOADER)
    assert place.init("--roles")["changed"] == []
    assert place.init("--roles")["changed"] == []
    place.execute("drop table raw._staging_of_a_test", LOADER)


@pytest.mark.parametrize(
    ("given", "taken"),
    [
        pytest.param(
            "grant usage on schema raw to hq_analyst",
            "revoke usage on schema raw from hq_analyst cascade",
            id="analyst-reads-raw",
        ),
        pytest.param(
            "grant insert, delete on core.people to hq_analyst",
            "revoke delete, insert on table core.people from hq_analyst cascade",
            id="analyst-writes",
        ),
        pytest.param(
            "grant insert on raw.vc_firms to hq_builder",
            "revoke insert on table raw.vc_firms from hq_builder cascade",
            id="builder-writes-raw",
        ),
        pytest.param(
            "grant select on core.people to hq_loader with grant option",
            "revoke select on table core.people from hq_loader cascade",
            id="loader-reads-core",
        ),
    ],
)
def test_what_was_granted_by_hand_goes(place: Place, given: str, taken: str) -> None:
    place.execute(given)
    assert place.init()["changed"] == [taken]


def test_a_login_of_a_role_can_renew_what_is_the_roles(place: Place, deployer: str) -> None:
    place.execute(f"grant hq_builder to {deployer}")
    place.execute("revoke select on core.people from hq_analyst")
    assert place.init(role=deployer)["changed"] == [
        "grant select on table core.people to hq_analyst"
    ]


@pytest.mark.parametrize("role", [LOADER, ANALYST])
def test_who_owns_nothing_renews_nothing(place: Place, role: str) -> None:
    place.execute("revoke select on core.people from hq_analyst")
    result = place.ingest("init", role=role)
    assert result.exception is None or "permission denied for schema raw" in str(result.exception)
    assert place.init()["changed"] == [AGAIN]


def test_a_database_restored_where_the_roles_are_missing_is_left_alone(place: Place) -> None:
    with place.connected() as conn:
        for role in ROLES:
            conn.execute(f"alter role {role} rename to {place.name}_{role}".encode())
        assert conn.execute("select * from extracted.keep_access()").fetchall() == []
        conn.rollback()


def test_a_role_that_somebody_else_was_quicker_to_create_is_taken_as_it_is(place: Place) -> None:
    with place.connected() as conn:
        assert roles._create_role(conn, BUILDER) is False


def test_who_may_not_create_roles_is_told_what_to_ask_for(
    place: Place, deployer: str, unmade: str
) -> None:
    place.execute(f"grant usage on schema raw to {deployer}")
    place.execute(f"grant select on raw.migrations to {deployer}")
    assert refusal(place, deployer).endswith(
        f': {deployer} may not create roles; let a superuser run "create role {unmade}; '
        f'grant {unmade} to {deployer};" and then run ingest init --roles again.'
    )


def test_who_creates_the_roles_becomes_a_member_of_the_builder(
    place: Place, deployer: str, unmade: str
) -> None:
    place.execute(f"alter role {deployer} createrole")
    with place.connected(deployer) as conn:
        assert roles._create_roles(conn) == [unmade]
        roles._join_builder(conn)
        held: Any = conn.execute(
            "select pg_has_role(%(r)s, 'set'), pg_has_role(%(r)s, 'usage')", {"r": unmade}
        ).fetchone()
        assert held == (True, True)
        conn.rollback()


def test_an_owner_without_superuser_rights_sets_a_database_up(
    new_place: Callable[[], Place], deployer: str
) -> None:
    place = new_place()
    place.execute(f"alter database {place.name} owner to {deployer}")
    assert refusal(place, deployer).endswith(
        f"{deployer} is no member of hq_builder, which is to own what dbt builds; let a superuser "
        f'run "grant hq_builder to {deployer};" and then run ingest init --roles again.'
    )
    place.execute(f"grant hq_builder to {deployer}")
    assert place.init("--roles", role=deployer)["created"] == []
    assert place.all("select from raw.loads", role=LOADER) == []
    assert place.init("--roles", role=deployer)["changed"] == []
    place.execute(f"reassign owned by {deployer} to current_user")


def test_what_a_login_without_rights_has_left_in_our_schemas_stops_nobody(
    new_place: Callable[[], Place], deployer: str
) -> None:
    """It once had the right to create there, or somebody made the thing for it."""
    place = new_place()
    place.execute(f"alter database {place.name} owner to {deployer}")
    place.execute(f"grant hq_builder to {deployer}")
    place.init("--roles", role=deployer)
    place.execute("create table core.notes (n integer)")
    place.execute("create role hq_test_guest")
    try:
        place.execute("alter table core.notes owner to hq_test_guest")
        assert place.init("--roles", role=deployer)["changed"] == []
        place.execute("grant create on schema core to hq_test_guest")
        assert "what is in schema core belongs to hq_test_guest" in refusal(place, deployer)
    finally:
        place.execute("drop owned by hq_test_guest")
        place.execute("drop role hq_test_guest")
        place.execute(f"reassign owned by {deployer} to current_user")


def test_what_belongs_to_somebody_else_is_named(place: Place, deployer: str) -> None:
    place.execute(f"grant hq_builder to {deployer}")
    owner = place.all("select current_user")[0][0]
    assert refusal(place, deployer).endswith(
        f"what is in schema raw belongs to {owner}, and {deployer} may not give it away; "
        f"run ingest init --roles as {owner} or as a superuser."
    )


@pytest.fixture
def mallory(new_place: Callable[[], Place]) -> Iterator[tuple[Place, str]]:
    """An empty database, and a role that may create schemas in it."""
    place = new_place()
    name = f"{place.name}_mallory"
    place.execute(f"create role {name}; grant create on database {place.name} to {name}")
    yield place, name
    place.execute(f"reassign owned by {name} to current_user; drop owned by {name} cascade")
    place.execute(f"drop role {name}")


def test_a_schema_that_a_stranger_has_made_is_not_taken_over(mallory: tuple[Place, str]) -> None:
    place, name = mallory
    user = place.all("select quote_ident(current_user)")[0][0]
    for schema in ("raw", "extracted", "api", "privacy"):
        place.execute(f"create schema {schema}", role=name)
        for words in ([], ["--roles"]):
            said = place.ingest("init", *words).exception
            assert isinstance(said, IngestError)
            assert said.sentence().endswith(
                f": schema {schema} belongs to {name}, who may drop whatever is in it; let a"
                f' superuser run "alter schema {schema} owner to {user};" if it is meant for the'
                f' warehouse, or "drop schema {schema} cascade;" and then run ingest init again.'
            )
        place.execute(f"drop schema {schema}")
    # his schema is taken over by hand, and not what he has put there
    place.execute("create schema core", role=name)
    place.execute("create function core.trap() returns int language sql return 1", role=name)
    place.execute(f"alter schema core owner to {user}")
    said = place.ingest("init").exception
    assert f"{name} has something in schema core" in str(said)
    place.execute("drop function core.trap()")
    assert place.init() is None


def test_a_schema_that_was_taken_over_once_is_named(mallory: tuple[Place, str]) -> None:
    place, name = mallory
    place.init()
    # dbt may have a login of its own; what is everybody's is given to the builder
    place.execute(f"alter schema core owner to {name}")
    assert place.init() is None
    said = place.ingest("init", "--roles").exception
    assert f"schema core belongs to {name}" in str(said)
    place.execute(f"alter schema core owner to current_user; alter schema raw owner to {name}")
    said = place.ingest("init").exception
    assert f"schema raw belongs to {name}" in str(said)


def test_a_group_may_own_what_its_member_sets_up(mallory: tuple[Place, str]) -> None:
    place, name = mallory
    place.execute(f"create role {name}_group")
    try:
        place.execute(f"grant {name}_group to {name}")
        for schema in ("raw", "extracted", "core", "reference"):
            place.execute(f"create schema {schema} authorization {name}_group")
        assert place.init(role=name) is None
        # and whoever upgrades it
        assert place.init() is None
    finally:
        place.execute(f"reassign owned by {name}_group to current_user; drop role {name}_group")


def test_the_server_says_the_last_word(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(roles, "_create_roles", lambda _: [])
    monkeypatch.setattr(roles, "_join_builder", lambda _: None)
    monkeypatch.setattr(roles, "_refuse_foreign", lambda _: None)
    monkeypatch.setattr(roles, "refuse_foreign_schemas_for_roles", lambda _: None)
    with place.connected(LOADER) as conn, pytest.raises(IngestError, match="no right was changed"):
        roles.grant_access(conn)
