"""Lists: each resource is its view, each filter a condition, pages and counts are of all rows."""

from __future__ import annotations

from threading import Timer

import pytest
from starlette.testclient import TestClient

from hq_api.resources import Resource
from tests.api.conftest import Serve
from tests.api.support import ACME, RESOURCES, data, problem
from tests.support.scenario import row, rows
from tests.support.warehouse import Warehouse


@pytest.mark.parametrize("resource", RESOURCES.values(), ids=list(RESOURCES))
def test_a_resource_has_the_columns_and_the_key_of_its_view(
    built: Warehouse, resource: Resource
) -> None:
    live = rows(
        built,
        "select attname, format_type(atttypid, atttypmod) as type from pg_attribute"
        " where attrelid = ('api.' || %s)::regclass and attnum > 0 and not attisdropped"
        " order by attnum",
        resource.view.name,
    )
    short = {"timestamp with time zone": "timestamptz"}
    # the digits of a number are not part of the contract
    assert [(c["attname"], short.get(c["type"], c["type"].partition("(")[0])) for c in live] == [
        (column.name, column.type) for column in resource.view.columns.values()
    ]
    columns = ", ".join(resource.key)
    twice = rows(
        built,
        f"select {columns} from api.{resource.view.name} group by {columns} having count(*) > 1",
    )
    assert twice == []
    for name in resource.key:
        if not resource.columns[name].is_nullable:
            unknown = f"select count(*) as n from api.{resource.view.name} where {name} is null"
            assert row(built, unknown) == {"n": 0}, name


def test_every_view_is_a_resource(built: Warehouse) -> None:
    views = {
        r["name"]
        for r in rows(built, "select viewname as name from pg_views where schemaname = 'api'")
    }
    # what the service itself stands on
    inner = {"names", "data_version"}
    assert {r.view.name for r in RESOURCES.values()} == views - inner


@pytest.mark.parametrize(
    ("query", "condition"),
    [
        ("country=Canada", "country = 'Canada'"),
        ("country=Canada&country=Germany", "country in ('Canada', 'Germany')"),
        ("country.not=Canada", "country is distinct from 'Canada'"),
        ("employee_count.gte=206&employee_count.lt=1000", "employee_count between 206 and 999"),
        ("employee_count.gt=206", "employee_count > 206"),
        ("name.contains=%25", "name like '%\\%%'"),
        ("industry.contains=RETAIL", "industry ilike '%retail%'"),
        ("name.prefix=gran", "name ilike 'gran%'"),
        ("specialties=Widgets", "'Widgets' = any(specialties)"),
        ("has=industry,country", "industry is not null and country is not null"),
        ("lacks=industry", "industry is null"),
        ("domain=WWW.Acme-Widgets.example", f"domain = '{ACME}'"),
        ("domain=careers-at-acme.example", f"domain = '{ACME}'"),
        ("first_received_at.gte=2020-01-01", "true"),
        ("first_received_at.lt=2020-01-01T00:00:00+02:00", "false"),
    ],
)
def test_a_filter_is_a_condition(
    built: Warehouse, http: TestClient, query: str, condition: str
) -> None:
    wanted = rows(
        built, f"select domain from api.companies where {condition} order by 1".replace("%", "%%")
    )
    found = data(http, f"/v1/companies?{query}&limit=1000")
    assert [one["domain"] for one in found] == [one["domain"] for one in wanted]


def test_leads_without_a_value_are_not_filtered_away(built: Warehouse, http: TestClient) -> None:
    everybody = row(built, "select count(*) as n from api.leads")["n"]
    assert len(data(http, "/v1/leads?limit=1000")) == everybody
    known = len(data(http, "/v1/leads?limit=1000&has=email"))
    unknown = len(data(http, "/v1/leads?limit=1000&lacks=email"))
    assert 0 < known < everybody
    assert known + unknown == everybody


@pytest.mark.parametrize(
    ("path", "parameter", "words"),
    [
        ("companies?indutry=x", "indutry", "did you mean industry?"),
        ("companies?name.like=x", "name.like", "unknown parameter"),
        ("companies?has=nmae", "has", "did you mean name?"),
        ("companies?employee_count=many", "employee_count", "not a whole number"),
        ("companies?employee_count=99999999999", "employee_count", "not a whole number"),
        ("companies?employee_count.gt=1&employee_count.gt=2", "employee_count.gt", "one value"),
        ("companies?first_received_at.gt=soon", "first_received_at.gt", "not a moment"),
        ("companies?id=7", "id", "not a UUID"),
        ("companies?name=%00", "name", "characters that no value has"),
        ("companies?domain=nowhere", "domain", "not a domain"),
        ("people?linkedin_url=https://example.org/", "linkedin_url", "not a person"),
        ("people?is_current=perhaps", "is_current", "neither true nor false"),
        ("people?started_on.lt=2024-13-01", "started_on.lt", "not a date"),
        ("companies?limit=0", "limit", "from 1 to 1000"),
        ("companies?limit=1001", "limit", "from 1 to 1000"),
        ("companies?limit=5&limit=6", "limit", "2 times"),
        ("companies?sort=name", "sort", "rows are ordered by domain"),
        ("companies?count=all", "count", "exact or estimated"),
        ("companies?group_by=nothing", "group_by", "no column"),
        ("companies?group_by=specialties", "group_by", "a list"),
        ("companies?next=abc", "next", "not what an answer gave"),
        ("companies?next=é", "next", "not what an answer gave"),
        ("changes?since=yesterday", "since", "cursor of an earlier answer"),
        ("changes?since=9:3:", "since", "cursor of an earlier answer"),
        ("evidence", "entity_key", "give entity_key"),
        ("evidence?entity_key.contains=a", "entity_key", "give entity_key"),
        ("companies/acme-widgets.example?limit=1", "limit", "takes none"),
        ("search?q=a", "q", "2 characters"),
        ("search?q=acme&entitty=company", "entitty", "unknown parameter"),
        ("leads.csv?limit=5", "limit", "unknown parameter"),
    ],
)
def test_what_cannot_be_understood_is_refused_by_name(
    http: TestClient, path: str, parameter: str, words: str
) -> None:
    status, detail, named = problem(http, f"/v1/{path}")
    assert (status, named) == (400, parameter)
    assert words in detail


def test_pages_follow_each_other_without_gap_or_repetition(
    built: Warehouse, http: TestClient
) -> None:
    wanted = [
        one["domain"] for one in rows(built, "select domain from api.companies order by domain")
    ]
    found: list[str] = []
    response = http.get("/v1/companies?limit=7")
    while True:
        found += [one["domain"] for one in response.json()["data"]]
        following = response.json()["next"]
        if following is None:
            assert "link" not in response.headers
            break
        assert response.links["next"]["url"].endswith(following)
        response = http.get(response.links["next"]["url"])
    assert found == wanted
    assert found == [
        *reversed([one["domain"] for one in data(http, "/v1/companies?sort=-domain&limit=1000")])
    ]


@pytest.mark.parametrize(
    ("asked", "column", "order"),
    [
        ("companies?sort=-employee_count", "domain", "employee_count desc nulls last, domain"),
        ("companies?sort=employee_count", "domain", "employee_count, domain"),
        ("job-changes?sort=-started_on", "linkedin_url", "started_on desc, linkedin_url"),
        ("target-accounts?sort=-leads", "company_domain", "leads desc, company_domain, icp_slug"),
    ],
)
def test_rows_come_in_the_order_that_is_asked_for(
    built: Warehouse, http: TestClient, asked: str, column: str, order: str
) -> None:
    view = RESOURCES[asked.partition("?")[0]].view.name
    wanted = rows(built, f"select {column} from api.{view} order by {order}")
    found = []
    response = http.get(f"/v1/{asked}&limit=1")
    while True:
        found += [one[column] for one in response.json()["data"]]
        if response.json()["next"] is None:
            break
        response = http.get(response.links["next"]["url"])
    assert len(found) > 1
    assert found == [one[column] for one in wanted]


def test_a_page_continues_its_own_question_only(http: TestClient) -> None:
    following = http.get("/v1/companies?limit=2&has=name").json()["next"]
    for other in ("companies?limit=2", "companies?lacks=name", "people?has=name&x", "icps"):
        assert (
            http.get(f"/v1/{other}{'&' if '?' in other else '?'}next={following}").status_code
            == 400
        )
    assert http.get(f"/v1/companies?limit=9&has=name&next={following}").status_code == 200


def test_a_page_of_customers_does_not_continue_one_of_who_buys(http: TestClient) -> None:
    company = "northwind-tools.example"
    following = http.get(f"/v1/companies/{company}/customers?limit=1").json()["next"]
    assert following
    path = f"/v1/companies/{company}/customer-of?limit=1&next={following}"
    answer = http.get(path)
    assert (answer.status_code, answer.json()["parameter"]) == (400, "next")


def test_a_value_that_no_page_can_go_on_behind_is_said_on_the_page_before(
    built: Warehouse, http: TestClient
) -> None:
    was = built.one("select _description from core.companies where domain = 'acme-widgets.example'")
    put = "update core.companies set _description = %s where domain = 'acme-widgets.example'"
    # sorts before all others, which begin with letters
    built.conn.execute(put, ("0" * 40_000,))
    built.conn.commit()
    try:
        refused = http.get("/v1/companies?group_by=description&limit=1")
        whole = http.get("/v1/companies?group_by=description")
    finally:
        built.conn.execute(put, was)
        built.conn.commit()
    assert (refused.status_code, refused.json()["parameter"]) == (400, "limit")
    assert "value that is too long to go on behind" in refused.json()["detail"]
    assert whole.status_code == 200


def test_counts_are_of_all_rows_and_never_capped(built: Warehouse, http: TestClient) -> None:
    wanted = row(built, "select count(*) as n from api.companies where industry is not null")["n"]
    page = http.get("/v1/companies?has=industry&limit=2&count=exact").json()
    assert (len(page["data"]), page["count"], page["count_is"]) == (2, wanted, "exact")
    estimated = http.get("/v1/companies?has=industry&count=estimated").json()
    assert estimated["count_is"] == "estimated"
    assert isinstance(estimated["count"], int)


def test_a_count_that_takes_too_long_says_so(built: Warehouse, serve: Serve) -> None:
    assert built
    hasty = serve(count_seconds=0.001)
    page = hasty.get("/v1/disagreements?count=exact&limit=1").json()
    assert page["data"]
    assert page["count"] is None
    assert "took longer" in page["count_reason"]


def test_a_list_of_everything_that_takes_too_long_says_what_to_ask_instead(
    built: Warehouse, serve: Serve
) -> None:
    hasty = serve(answer_seconds=0.3)
    built.conn.execute("lock table core.company_observations in access exclusive mode")
    try:
        coverage, disagreements, companies = (
            hasty.get(f"/v1/{name}") for name in ("coverage", "disagreements", "companies")
        )
    finally:
        built.conn.rollback()
    assert {r.status_code for r in (coverage, disagreements, companies)} == {504}
    assert "name entity, or take /v1/coverage.csv" in coverage.json()["detail"]
    assert "name entity_key, or take /v1/disagreements.csv" in disagreements.json()["detail"]
    assert "with filters or a smaller limit" in companies.json()["detail"]


def test_a_list_of_everything_may_take_three_times_as_long(built: Warehouse, serve: Serve) -> None:
    hasty = serve(answer_seconds=1.0)
    built.conn.execute("lock table core.company_observations in access exclusive mode")
    held = Timer(1.8, built.conn.rollback)
    held.start()
    try:
        status = hasty.get("/v1/coverage").status_code
    finally:
        held.join()
    assert status == 200


def test_groups_count_the_values_of_a_column(built: Warehouse, http: TestClient) -> None:
    wanted = rows(
        built,
        "select country as value, count(*) as count from api.companies where name is not null"
        " group by 1 order by 1",
    )
    first = http.get("/v1/companies?group_by=country&has=name&limit=1").json()
    rest = data(http, f"/v1/companies?group_by=country&has=name&next={first['next']}")
    assert [*first["data"], *rest] == wanted
    assert wanted[-1]["value"] is None


def test_a_limit_is_compared_as_it_was_given(built: Warehouse, http: TestClient) -> None:
    """Columns have a precision; what they are compared with has none."""
    everybody = len(data(http, "/v1/payload-fields?limit=1000"))
    assert everybody > 0
    assert len(data(http, "/v1/payload-fields?limit=1000&filled_share.lt=10")) == everybody
    years = rows(built, "select years from api.worked_at_customer where years is not null")
    longest = max(one["years"] for one in years)
    # between what is stored and what rounds to it
    path = f"/v1/worked-at-customer?years.gt={float(longest) - 0.04:.2f}"
    assert data(http, path)
    assert http.get("/v1/payload-fields?types=x").status_code == 400


def test_rows_are_not_grouped_by_lists(http: TestClient) -> None:
    described = http.get("/openapi.json").json()["paths"]["/v1/companies"]["get"]["parameters"]
    (groups,) = [p["schema"]["enum"] for p in described if p["name"] == "group_by"]
    assert "industry" in groups
    assert "specialties" not in groups
