"""The pages over the examples and over hostile payloads, asked as browsers do."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from hq_api import keys
from ingest.schema.migrate import migrate
from tests.page.conftest import Serve
from tests.page.document import read
from tests.page.support import crawl, look, section
from tests.support.example_files import load_examples
from tests.support.scenario import rows, scenario
from tests.support.scratch import Parameters
from tests.support.sources import PROFILE
from tests.support.warehouse import Warehouse

ACME, LARKSPUR, ALIAS = (
    "acme-widgets.example",
    "larkspur-wholesale.example",
    "careers-at-acme.example",
)
POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self';"
    " base-uri 'none'; frame-ancestors 'none'"
)
PAGES = (
    *("/", "/?q=acme", f"/companies/{ACME}", "/people/ana-example-1b2c", "/icps", "/waiting"),
    *("/icps/seller-example", "/icps/seller-example/accounts", "/icps/seller-example/leads.csv"),
)

# a company and a person whose provider means harm
HOSTILE = {
    "name": "<script>alert('name')</script> & Sons",
    "website": "javascript:alert('website')",
    "logo_url": "https://hostile.example/\"onmouseover='alert(1)'",
    "description": '</td></table><img src=x onerror="alert(2)">' + "long " * 80,
    "industry": "Crowding {{ 7 * 7 }}",
    "country": "<b>Atlantis</b>",
}
EVE = {"name": "<svg onload=alert(3)>Eve", "headline": "'\"><iframe src=//hostile.example>"}

# more leads than a page has, with two titles
CROWD, SALES = 130, 40
SELLS = {
    "company_criteria": {"industries": ["Crowding"]},
    "person_criteria": {"title_contains_any": ["VP"]},
}


@pytest.fixture(scope="module")
def built(_built: Parameters) -> Iterator[Warehouse]:
    with scenario() as w:
        load_examples(w.conn)
        w.payload("company_payloads", "hostile.example", HOSTILE)
        w.payload("company_payloads", "crowd.example", {"name": "Crowd", "industry": "Crowding"})
        w.payload("icp_payloads", "seller.example", SELLS)
        at_hostile = {"title": "VP <u>Harm</u>", "company_domain": "hostile.example"}
        w.payload(
            "person_payloads", PROFILE.format("eve-harmful-9"), {**EVE, "experience": [at_hostile]}
        )
        for n in range(CROWD - 1):
            title = "VP Sales" if n < SALES else "VP Logistics"
            role = {"title": title, "company_domain": "crowd.example", "is_current": True}
            person = {"name": f"Crowded No {n}", "experience": [role]}
            w.payload("person_payloads", PROFILE.format(f"crowded-{n}"), person)
        w.payload("company_payloads", "waits.example", {}, payload_type="technographics")
        w.build()
        migrate(w.conn)
        yield w


@pytest.fixture(scope="module")
def web(built: Warehouse, serve: Serve) -> TestClient:
    assert built
    return serve()


# a link that is right below a path is right without one, and not the other way round
@pytest.mark.parametrize("root", [pytest.param("", marks=pytest.mark.long), "/hq"])
def test_every_link_leads_somewhere_below_the_path_of_the_service(
    built: Warehouse, serve: Serve, root: str
) -> None:
    assert built
    found = crawl(serve(root=root), f"{root}/", crowd="Crowded No")
    assert all(path.startswith(f"{root}/") for path in found)
    kinds = {path.removeprefix(root).split("/")[1].partition("?")[0] for path in found}
    assert kinds >= {"", "companies", "people", "icps", "waiting", "style.css", "openapi.json"}
    assert sum("/companies/" in path for path in found) >= 20
    assert sum("/people/" in path for path in found) >= 20


def test_pages_are_built_for_those_who_do_not_see_them(web: TestClient) -> None:
    for path in (
        *PAGES[:-1],
        "/?q=a",
        "/nothing-here",
        f"/icps/seller-example/accounts?company={ACME}",
    ):
        page = read(web.get(path).text)
        assert page.one("html").attributes["lang"] == "en"
        assert len(page.all("h1")) == 1
        assert page.one("title").text not in ("", "· HQ")
        ids = [e.attributes["id"] for e in page.everything() if "id" in e.attributes]
        assert len(ids) == len(set(ids))
        assert page.one("a", href="#main").text == "Skip to content"
        assert page.one("main", id="main")
        named = {label.attributes["for"] for label in page.all("label")}
        fields = [f for tag in ("input", "select") for f in page.all(tag)]
        assert all(f.attributes["id"] in named for f in fields)
        assert all(th.attributes.get("scope") for th in page.all("th"))


@pytest.mark.parametrize(
    "path",
    [
        *("/companies/hostile.example", "/people/eve-harmful-9", "/?q=%3Csvg", "/?q=%3Cscript%3E"),
        *("/icps/seller-example", "/icps/seller-example/accounts?company=hostile.example"),
        *("/icps/seller-example?title.contains=%3Cscript%3E%22", "/people/%3Cscript%3E"),
        *("/companies/%3Cscript%3E", "/icps/%22%3E%3Cscript%3E", "/%3Cscript%3Ealert(1)"),
        *("/icps/seller-example?%3Cscript%3E=1", "/icps/seller-example/accounts?company=%3Cb%3E"),
    ],
)
def test_what_payloads_and_callers_write_is_text(web: TestClient, path: str) -> None:
    page = read(web.get(path).text)
    made = {element.tag for element in page.everything()}
    assert not made & {"script", "img", "svg", "iframe", "style", "u", "object"}
    for element in page.everything():
        assert not any(name.startswith("on") or name == "style" for name in element.attributes)
        address = element.attributes.get("href", "/")
        assert address.startswith(("/", "#", "https://", "http://", "data:image/svg+xml,"))


def test_hostile_values_are_shown_as_they_are_and_never_followed(web: TestClient) -> None:
    page = look(web, "/companies/hostile.example")
    assert page.one("h1").text == HOSTILE["name"]
    values = {row[0]: row[1] for row in section(page, "values").rows()}
    assert values["website"] == HOSTILE["website"]
    assert values["logo address"] == HOSTILE["logo_url"]
    assert values["industry"] == "Crowding {{ 7 * 7 }}"
    assert HOSTILE["description"].strip() in values["description"]
    followed = {a.attributes["href"] for a in page.all("a") if a.attributes.get("rel")}
    assert followed == {HOSTILE["logo_url"]}
    assert look(web, "/people/eve-harmful-9").one("h1").text == EVE["name"]


def test_the_browser_is_told_to_run_and_load_nothing(web: TestClient) -> None:
    for path in (*PAGES, "/nothing-here"):
        response = web.get(path)
        if not path.endswith(".csv"):
            assert response.headers["content-security-policy"] == POLICY
        assert response.headers["x-content-type-options"] == "nosniff"
        assert "no-store" in response.headers["cache-control"]


def test_a_company_is_found_by_any_spelling(web: TestClient) -> None:
    page = look(web, f"/companies/{ACME}")
    assert "You asked for" not in page.text
    for spelling in (ALIAS, "https%3A%2F%2FWWW.Acme-Widgets.example%2Fabout", f"https://{ALIAS}/x"):
        page = look(web, f"/companies/{spelling}")
        assert page.one("h1").text == "Acme Widgets"
        assert "it leads here" in page.text
    assert ALIAS in look(web, f"/companies/{ALIAS}").one("q").text


def test_values_say_where_they_come_from(built: Warehouse, web: TestClient) -> None:
    page = look(web, f"/companies/{LARKSPUR}")
    found = {row[0]: row for row in section(page, "values").rows()}
    for row in rows(built, "select * from api.provenance where entity_key = %s", LARKSPUR):
        shown = found[
            row["attribute"]
            .replace("_url", " address")
            .replace("_", " ")
            .replace("linkedin", "LinkedIn")
        ]
        assert shown[2:4] == [row["source"], row["provider"]]
        assert shown[5:7] == [f"{row[n]:%Y-%m-%d}" for n in ("observed_since", "confirmed_at")]
    # of the industry Sales Navigator says something else, and a portfolio is believed first
    assert found["industry"][1] == "Wholesale"
    assert found["industry"][7].startswith("2\N{MULTIPLICATION SIGN}, 1 otherwise")
    said = [row for row in section(page, "said").rows() if len(row) > 1]
    assert ["no", "Food and Beverage Services", "rank", "salesnav", "4"] in [r[:5] for r in said]
    count = "select count(*) from api.evidence where entity_key = %s"
    assert len(said) == built.one(count, LARKSPUR)[0]
    changed = {(r[1], r[2], r[3]) for r in section(page, "history").rows()}
    assert ("industry", "Food and Beverage Services", "Wholesale") in changed


def test_why_a_company_is_no_target_is_said_as_the_view_says_it(
    built: Warehouse, web: TestClient
) -> None:
    query = "select * from api.icp_match where company_domain = %s and icp_slug = %s"
    page = look(web, f"/companies/{ACME}")
    fits = section(page, "profiles").all("details")
    slugs = [slug for (slug,) in built.all("select slug from api.icps order by slug")]
    assert sorted(fit.one("b").text for fit in fits) == slugs
    for fit in fits:
        slug = fit.one("b").text
        expected = {
            r["criterion"].replace("_", " "): [
                r["wanted"] or "anything",
                r["found"] or "not known",
                "✓ met" if r["is_met"] else "✗ not met",
            ]
            for r in rows(built, query, ACME, slug)
        }
        assert {row[0]: row[1:] for row in fit.rows()} == expected
        assert ("✗" in fit.one("summary").text) == ("✗ not met" in str(expected))
        compared = look(web, f"/icps/{slug}/accounts?company=WWW.{ACME}")
        assert {row[0]: row[1:] for row in section(compared, "compared").rows()} == expected
    look(web, "/icps/seller-example/accounts?company=nobody.example", 400)


def test_a_person_has_position_roles_contacts_and_statements(web: TestClient) -> None:
    page = look(web, "/people/farah-fictional-03")
    assert "VP Operations at Larkspur Wholesale" in page.text
    values = {row[0]: row for row in section(page, "values").rows()}
    # the newer export overtook the profile, and level and area follow from the title
    assert [values[n][2] for n in ("title", "seniority", "function")] == ["salesnav"] * 3
    assert section(page, "roles").rows()[0][0] == "CTO"
    assert section(page, "contacts").rows()[0][0] == "farah.fictional@larkspur-wholesale.example"
    assert section(page, "changes").rows()[0][2] == "CTO"
    by_id = page.all("code")[0].text
    assert look(web, f"/people/{by_id}").one("h1").text == "Farah Fictional"


def walk(client: TestClient, path: str) -> list[str]:
    names = []
    while True:
        page = look(client, path)
        names += [row[0] for table in page.all("table") for row in table.rows()]
        following = page.all("a", rel="next")
        if not following:
            return names
        path = following[0].attributes["href"]


def test_leads_come_page_by_page_each_once(web: TestClient) -> None:
    path = "/icps/seller-example"
    page = look(web, path)
    assert f"{CROWD} leads" in page.text
    assert len(page.one("table").rows()) == 100
    everybody = [EVE["name"], *(f"Crowded No {n}" for n in range(CROWD - 1))]
    assert sorted(walk(web, path)) == sorted(everybody)
    second = look(web, page.one("a", rel="next").attributes["href"])
    assert len(second.one("table").rows()) == CROWD - 100
    assert second.links()["First page"] == path


def test_filters_are_those_of_the_form_and_of_the_file(web: TestClient) -> None:
    asked = "title.contains=sales&seniority=&function=&company_domain=WWW.Crowd.example"
    page = look(web, f"/icps/seller-example?{asked}")
    assert page.one("h2", id="leads-title").text == f"{SALES} leads"
    assert len(page.one("table").rows()) == SALES
    assert page.one("input", id="f-title.contains").attributes["value"] == "sales"
    file = web.get(page.links()["CSV of all columns"])
    listed = list(csv.DictReader(io.StringIO(file.text)))
    assert {line["title"] for line in listed} == {"VP Sales"}
    assert len(listed) == SALES
    # a value nobody has stays chosen, and says so
    page = look(web, "/icps/seller-example?company_country=Chad")
    assert page.one("option", value="Chad").text == "Chad"
    assert "No lead meets all the filters" in page.text
    offered = {o.text for o in page.one("select", id="f-company_country").all("option")}
    assert offered == {"any", "<b>Atlantis</b> (1)", "Chad"}


def test_a_filter_that_cannot_be_met_is_said_and_never_left_out(web: TestClient) -> None:
    page = look(web, "/icps/seller-example?company_domain=nope", 400)
    assert "'nope' is not a domain" in page.one("p", role="alert").text
    assert page.one("input", id="f-company_domain").attributes["value"] == "nope"
    assert page.all("table") == []
    look(web, "/icps/seller-example?first_seen_at.gte=2026-01-01", 400)
    look(web, "/icps/seller-example?next=abc", 400)
    look(web, "/icps/seller-example?has=location", 400)
    assert "2 times" in look(web, "/icps/seller-example?seniority=VP&seniority=Head", 400).text
    look(web, "/icps/seller-example/leads.csv?limit=3", 400)
    look(web, "/icps/seller-example/accounts?leads=some", 400)
    look(web, "/icps/no-such-profile", 404)


def test_accounts_are_shown_with_and_without_leads(built: Warehouse, web: TestClient) -> None:
    for (slug,) in built.all("select slug from api.icps"):
        accounts = rows(built, "select * from api.target_accounts where icp_slug = %s", slug)
        for asked, kinds in {"": {True, False}, "with": {True}, "without": {False}}.items():
            page = look(web, f"/icps/{slug}/accounts?leads={asked}")
            shown = [a.attributes["href"] for t in page.all("table") for a in t.all("a")]
            expected = {
                f"/companies/{a['company_domain']}" for a in accounts if (a["leads"] > 0) in kinds
            }
            assert {path for path in shown if path.startswith("/companies/")} == expected


def test_the_first_page_counts_what_there_is(built: Warehouse, web: TestClient) -> None:
    page = look(web, "/")
    facts = {
        div.one("dt").text: div.one("dd").text
        for div in page.one("dl", **{"class": "facts"}).all("div")
    }
    count = "select (select count(*) from api.companies), (select count(*) from api.people)"
    companies, people = built.one(count)
    waiting, refused = built.one("select sum(waiting), sum(rejected) from api.status")
    assert (facts["Companies"], facts["People"]) == (str(companies), str(people))
    assert (facts["Wait to be read"], facts["Refused"]) == (str(waiting), str(refused))
    leads = {row[0]: int(row[4].split()[0]) for row in page.one("table").rows()}
    assert leads["northwind-tools-example"] == 8
    assert leads["seller-example"] == CROWD


def test_what_waits_and_was_refused_is_named(built: Warehouse, web: TestClient) -> None:
    page = look(web, "/waiting")
    for name, column, place in [("waiting", "waiting", 3), ("refused", "rejected", 2)]:
        expected = {
            row["workflow_slug"] or "records name their own": str(row[column])
            for row in rows(built, f"select * from api.status where {column} > 0")
        }
        shown = section(page, name)
        assert {row[0]: row[place] for row in shown.rows()} == expected
    count = "select count(*) from api.deliveries"
    assert len(section(page, "deliveries").rows()) == built.one(count)[0]


def test_search_finds_companies_and_people(web: TestClient) -> None:
    links = look(web, "/?q=acme").links()
    assert links["Acme Widgets"] == f"/companies/{ACME}"
    assert "Farah Fictional" in look(web, "/?q=farah").links()
    assert "Nothing is called so" in look(web, "/?q=zzzzzz").text
    look(web, "/?q=a", 400)


def test_a_count_that_takes_too_long_is_an_estimate_and_says_so(
    built: Warehouse, serve: Serve
) -> None:
    assert built
    page = look(serve(count_seconds=0.001), "/icps/seller-example")
    assert "estimated: counting takes too long" in page.one("h2", id="leads-title").text
    assert page.one("input", id="f-company_country")
    assert len(page.one("table").rows()) == 100


def test_errors_are_pages_with_the_id_of_the_request(web: TestClient) -> None:
    for path, status in [
        *((p, 404) for p in ("/nothing-here", "/companies/nobody.example", "/people/nobody")),
        ("/companies/%20", 400),
    ]:
        response = web.get(path, headers={"x-request-id": "request-of-mine"})
        assert response.status_code == status
        assert "request-of-mine" in read(response.text).one("main").text
    assert web.post("/icps").status_code == 405
    program = web.get("/nothing-here", headers={"accept": "*/*"})
    assert program.headers["content-type"] == "application/problem+json"
    assert web.get("/v1/nothing").headers["content-type"] == "application/problem+json"


def test_without_its_scope_no_page_names_a_person(built: Warehouse, serve: Serve) -> None:
    _, key = keys.create(built.conn, "companies-only", ["read:companies"], None, None)
    guarded, bearer = serve(with_keys=True), {"x-api-key": key}
    found = crawl(guarded, "/", bearer, crowd="Crowded No")
    assert not any(path.startswith("/people/") for path in found)
    words = "\n".join(" ".join(e.text for e in page.all("body")) for page in found.values())
    named = "select full_name, linkedin_slug, email from api.people"
    for column in zip(*built.all(named), strict=True):
        known = {value for value in column if value}
        assert len(known) > 1
        assert {value for value in known if value in words} == set()
    for path in ("/people/ana-example-1b2c", "/icps/seller-example/leads.csv"):
        assert "scope" in look(guarded, path, 403, bearer).one("p", role="alert").text
    assert "read:people" in look(guarded, "/icps/seller-example", headers=bearer).one("main").text
