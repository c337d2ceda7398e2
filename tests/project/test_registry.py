"""The workflow registry, the routes of its workflows, and the reasons for rejects."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from ingest.errors import IngestError
from ingest.rejects import Reason
from ingest.workflows.feeds import FEEDS
from ingest.workflows.registry import UnknownWorkflowError, Workflow, load_registry
from ingest.workflows.routes import NoRouteError, filled_by, route_of
from tests.support.warehouse import PROJECT

HEADER = "workflow_slug,provider,platform,payload_type,entity_type,description,created_at\n"
ALIASES = "alias,workflow_slug,note\n"


def registry_files(folder: Path, workflows: str, aliases: str = "") -> Path:
    (folder / "workflows.csv").write_text(HEADER + workflows, encoding="utf-8")
    (folder / "workflow_aliases.csv").write_text(ALIASES + aliases, encoding="utf-8")
    return folder


def workflow(slug: str, payload_type: str, entity_type: str) -> Workflow:
    return Workflow(slug, "leadmagic", "direct", payload_type, entity_type, "")


def test_every_registered_workflow_has_somewhere_to_land() -> None:
    for registered in load_registry().workflows.values():
        feed = FEEDS.get(registered.slug)
        table = route_of(registered).table if feed is None else feed.table
        assert table == registered.raw_table


def test_the_tables_of_feeds_are_marked(manifest: dict[str, Any]) -> None:
    marked = {s["name"] for s in manifest["sources"].values() if s["config"]["meta"].get("is_feed")}
    assert marked == {feed.table for feed in FEEDS.values()}


def test_a_line_of_the_registry_may_end_early(tmp_path: Path) -> None:
    registry = load_registry(registry_files(tmp_path, "a,p,p,t,company\n"))
    assert route_of(registry.workflows["a"]).table == "company_payloads"


def test_the_registry_says_where_records_land_and_their_key_stands(tmp_path: Path) -> None:
    header = HEADER.rstrip("\n") + ",read_by,raw_table,key_fields,wrapper_keys\n"
    line = "found,acme,direct,people,person,,,,person_discovery,person.link link,people[] data\n"
    (tmp_path / "workflows.csv").write_text(header + line, encoding="utf-8")
    (tmp_path / "workflow_aliases.csv").write_text(ALIASES, encoding="utf-8")
    route = route_of(load_registry(tmp_path).workflows["found"])
    assert (route.table, route.bare_keys) == ("person_discovery", ("person.link", "link"))
    assert route.wrapper_keys == ("people[]", "data")


def test_an_alias_stands_for_its_workflow() -> None:
    registry = load_registry()
    assert registry.resolve("clay-native-person-enrichment").slug == "clay-person-profile"


def test_an_unknown_slug_is_answered_with_the_nearest_and_the_known_ones() -> None:
    with pytest.raises(UnknownWorkflowError) as fault:
        load_registry().resolve("clay-company-firmografics")
    assert "did you mean clay-company-firmographics?" in str(fault.value)
    assert "clay-find-people" in str(fault.value)


@pytest.mark.parametrize(
    ("workflows", "aliases", "fault"),
    [
        pytest.param("a,p,p,t,company,,\na,p,p,t,company,,\n", "", "twice", id="slug twice"),
        pytest.param("a,,p,t,company,,\n", "", "provider is blank", id="blank provider"),
        pytest.param("a,p,p,t,company,,,x\n", "", "more cells", id="too many cells"),
        pytest.param('a,p,p,t,company,"x,\n', "", "end of data", id="quote that nothing closes"),
        pytest.param(
            'a,p,p,t,company,"x,\nb,p,p,t,company,"x",\n', "", "expected", id="quote inside a cell"
        ),
        pytest.param(
            'a,p,p,t,company,"x,\nb,p,p,t,company,y",\n',
            "",
            "description goes on in the next line",
            id="quote over two lines",
        ),
        pytest.param(
            "a,p,p,t,persons,,\n", "", "company or person, not persons", id="another entity"
        ),
        pytest.param(
            "a,p,p,t,company,,\n", "b,a\n", "fewer cells", id="a line of aliases that ends early"
        ),
        pytest.param("a,p,p,t,company,,\n", "b,c,\n", "unknown workflow c", id="dangling alias"),
        pytest.param("a,p,p,t,company,,\n", "a,a,\n", "taken", id="alias equal to a slug"),
    ],
)
def test_a_faulty_registry_is_refused_with_its_line(
    tmp_path: Path, workflows: str, aliases: str, fault: str
) -> None:
    with pytest.raises(IngestError, match=fault) as raised:
        load_registry(registry_files(tmp_path, workflows, aliases))
    assert str(raised.value.where).endswith((".csv:2", ".csv:3"))


@pytest.mark.parametrize(
    ("registered", "table", "key"),
    [
        pytest.param(
            workflow("zenrows-pricing", "pricing_analysis", "company"),
            "company_payloads",
            "company_domain",
            id="company",
        ),
        pytest.param(
            workflow("leadmagic-person", "enrichment", "person"),
            "person_payloads",
            "linkedin_url",
            id="person",
        ),
    ],
)
def test_a_workflow_without_a_route_lands_by_its_entity_type(
    registered: Workflow, table: str, key: str
) -> None:
    route = route_of(registered)
    assert (route.table, route.required) == (table, (key,))


@pytest.mark.parametrize(
    ("registered", "fault"),
    [
        pytest.param(workflow("vc-firms", "vc_firms", "company"), "CSV", id="tabular feed"),
        pytest.param(workflow("x", "y", "product"), "'product'", id="unknown entity type"),
        pytest.param(
            replace(workflow("x", "y", "company"), raw_table="loads"),
            "raw.loads, which takes no payloads",
            id="no table of payloads",
        ),
        pytest.param(
            replace(workflow("x", "y", "company"), key_fields=("full_name:name",)),
            "full_name:name of workflow x names no column",
            id="no such column",
        ),
    ],
)
def test_what_cannot_land_as_a_payload_says_why(registered: Workflow, fault: str) -> None:
    with pytest.raises(NoRouteError, match=fault):
        route_of(registered)


def test_what_a_workflow_fills_is_said_by_the_registry(tmp_path: Path) -> None:
    (tmp_path / "workflows.csv").write_text(
        "workflow_slug,provider,platform,payload_type,entity_type,read_by\n"
        "a,x,x,profile,person,\n"
        "b,x,x,email,person,person_profile\n",
        encoding="utf-8",
    )
    (tmp_path / "workflow_aliases.csv").write_text(
        "alias,workflow_slug\nold-a,a\nold-b,b\n", encoding="utf-8"
    )
    registry = load_registry(tmp_path)
    assert filled_by(registry.workflows["a"]) == ()
    assert filled_by(replace(registry.workflows["a"], read_by="person_by_acme")) == ("core.people",)
    assert filled_by(registry.resolve("old-b")) == (
        "extracted.person_profile",
        "extracted.person_experience",
        "extracted.person_education",
    )
    assert registry.names() == ["a", "b", "old-a", "old-b"]
    assert registry.names_read_from("person_payloads") == ["b", "old-b"]
    assert registry.names_read_from("email_payloads") == []


def test_the_reasons_of_rejects_are_those_that_the_data_test_accepts() -> None:
    sources = yaml.safe_load((PROJECT / "models" / "raw.yml").read_text(encoding="utf-8"))
    (tests,) = (
        table["data_tests"]
        for source in sources["sources"]
        for table in source["tables"]
        if table["name"] == "rejects"
    )
    (held,) = (each["columns_hold"]["arguments"] for each in tests if "columns_hold" in each)
    assert held["values"]["reason"] == [reason.value for reason in Reason]
