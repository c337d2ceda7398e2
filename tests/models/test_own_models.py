"""models/marts/ is for models of one's own: dbt's defaults, nothing that ours have to have."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.properties.projects import Project, copied
from tests.support.warehouse import DbtFailedError, Warehouse

MARTS = {
    "us_companies.sql": """\
{{ config(materialized="table", schema="marts") }}
select domain, name, industry from {{ ref('api_companies') }} where country = 'United States'
""",
    "retailers.sql": "select domain from {{ ref('api_companies') }} where industry = 'Retail'\n",
    # says of one column only what it holds
    "company_names.sql": """\
{{ config(materialized="incremental", unique_key="domain") }}
select domain, name, updated_at from {{ ref('companies') }}
{% if is_incremental() %}
where updated_at > (select max(updated_at) from {{ this }})
{% endif %}
""",
    "company_names.yml": """\
version: 2
models:
  - name: company_names
    columns:
      - name: domain
        description: Its address.
        data_tests: [unique]
""",
    # no index keeps its keys apart
    "shelves.sql": """\
select * from (
    values
    ('a', 'x', '1'),
    ('b', 'x', null),
    ('c', 'x', null),
    ('c', 'y', '1'),
    (null, 'y', '2'),
    (null, 'y', null)
) as t (label, room, row)
""",
    "shelves.yml": """\
version: 2
models:
  - name: shelves
    data_tests:
      - columns_hold:
          arguments:
            unique: [label, [room, row]]
""",
    "crates.sql": """\
select * from (
    values
    ('good', 'cheap', 'acme.example', 1, 'a'),
    ('open', null, null, null, 'a'),
    ('priced', 'free', 'acme.example', 1, 'a'),
    ('led', 'dear', 'old.example', 0, 'a'),
    ('lost', 'dear', 'acme.example', 1, null)
) as t (label, price, sender, weight, owner)
""",
    "crates.yml": """\
version: 2
models:
  - name: crates
    data_tests:
      - columns_hold:
          arguments:
            required: [owner]
            values: {price: [cheap, dear]}
            canonical: [sender]
            rules: [weight > 0]
""",
}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    made = copied(tmp_path_factory.mktemp("project"))
    folder = made.folder / "models" / "marts"
    folder.mkdir()
    for name, content in MARTS.items():
        (folder / name).write_text(content, encoding="utf-8")
    return made


@pytest.fixture
def marts(warehouse: Warehouse) -> Iterator[Warehouse]:
    """A warehouse that knows two companies, one of them in the United States."""
    enrich(warehouse, 1, "acme.example", "Acme", "Retail", "US")
    enrich(warehouse, 1, "belmont.example", "Belmont", "Retail", "Canada")
    yield warehouse
    warehouse.conn.execute("drop schema if exists marts cascade")
    warehouse.conn.commit()


def enrich(warehouse: Warehouse, day: int, domain: str, *said: str) -> None:
    """A payload of a day in January says a company's name, industry and country."""
    payload = dict(zip(("name", "industry", "country"), said, strict=True))
    received = f"2026-01-{day:02} 10:00+00"
    warehouse.payload("company_payloads", domain, payload, received=received)


def test_models_of_ones_own_are_built_beside_ours(marts: Warehouse, project: Project) -> None:
    project.dbt("run")
    assert marts.all("select * from marts.us_companies") == [("acme.example", "Acme", "Retail")]
    assert marts.all("select domain from marts.retailers order by domain") == [
        ("acme.example",),
        ("belmont.example",),
    ]
    assert marts.all("select domain, name from marts.company_names order by domain") == [
        ("acme.example", "Acme"),
        ("belmont.example", "Belmont"),
    ]
    assert marts.all(
        "select c.relname, c.relkind from pg_class as c"
        " where c.relnamespace = 'marts'::regnamespace order by 1"
    ) == [
        ("company_names", "r"),
        ("crates", "v"),
        ("retailers", "v"),
        ("shelves", "v"),
        ("us_companies", "r"),
    ]


@pytest.mark.long
def test_the_next_run_brings_them_up_to_date(marts: Warehouse, project: Project) -> None:
    project.dbt("run")
    enrich(marts, 2, "acme.example", "Acme Inc", "Freight", "US")
    enrich(marts, 2, "cobalt.example", "Cobalt", "Retail", "US")
    project.dbt("run")
    assert marts.all("select * from marts.us_companies order by domain") == [
        ("acme.example", "Acme Inc", "Freight"),
        ("cobalt.example", "Cobalt", "Retail"),
    ]
    assert marts.all("select domain, name from marts.company_names order by domain") == [
        ("acme.example", "Acme Inc"),
        ("belmont.example", "Belmont"),
        ("cobalt.example", "Cobalt"),
    ]


def test_they_are_no_part_of_what_is_remembered(marts: Warehouse, project: Project) -> None:
    project.dbt("run")
    assert not marts.all(
        "select model from extracted.watermarks where model = any(%s)",
        [Path(name).stem for name in MARTS],
    )


@pytest.mark.long
def test_a_full_refresh_makes_them_anew_as_dbt_does(marts: Warehouse, project: Project) -> None:
    project.dbt("run")
    # a name nobody gave: with dbt's defaults it goes when the table is made again
    marts.conn.execute("update marts.company_names set name = 'by hand'")
    marts.conn.commit()
    project.dbt("run", "--full-refresh", "--select", "company_names")
    assert marts.all("select distinct name from marts.company_names order by name") == [
        ("Acme",),
        ("Belmont",),
    ]


@pytest.mark.long
def test_their_tests_are_run_with_ours(marts: Warehouse, project: Project) -> None:
    project.dbt("run")
    project.dbt("build", "--select", "company_names")
    marts.conn.execute("insert into marts.company_names (domain) values ('acme.example')")
    marts.conn.commit()
    with pytest.raises(AssertionError, match="unique_company_names_domain"):
        project.dbt("test", "--select", "company_names")


def test_repeated_keys_are_found_with_what_is_repeated(marts: Warehouse, project: Project) -> None:
    """A NULL alone repeats nothing; in a key of several columns it is a value like others."""
    assert marts.conn is not None
    assert found_in(project, "shelves") == [
        ("b", "room, row is there twice"),
        ("c", "label is there twice"),
        ("c", "label is there twice, room, row is there twice"),
    ]


def test_each_kind_of_fault_is_found_and_named(marts: Warehouse, project: Project) -> None:
    """What is not known breaks no list, no rule and no alias."""
    project.dbt("run", "--select", "company_aliases")
    marts.conn.execute(
        "insert into core.company_aliases (id, domain, canonical_id, canonical_domain, _xid)"
        " values (gen_random_uuid(), 'old.example', gen_random_uuid(), 'acme.example',"
        " pg_current_xact_id())"
    )
    marts.conn.commit()
    found = found_in(project, "crates")
    marts.conn.execute("delete from core.company_aliases where domain = 'old.example'")
    marts.conn.commit()
    assert found == [
        ("led", "sender is an alias, it does not hold that weight > 0"),
        ("lost", "owner is missing"),
        ("priced", "price is none of its values"),
    ]


def found_in(project: Project, model: str) -> list[tuple[str, str]]:
    """Label and faults of the rows that the tests of a model find."""
    project.dbt("run", "--select", model)
    with pytest.raises(DbtFailedError) as failed:
        project.dbt("test", "--select", model)
    rows = re.findall(r'\{"(?:row|label)".*\}', str(failed.value))
    return sorted((found["label"], found["faults"]) for found in map(json.loads, rows))
