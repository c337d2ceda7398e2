"""A wrong line in a reviewed CSV is refused by file, line and cell, and never takes effect."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ingest.postgres.connection import connect
from tests.properties.projects import Project, copied
from tests.support.plain_dbt import built, plain
from tests.support.scratch import Parameters
from tests.support.sources import firmographics, moment
from tests.support.warehouse import (
    NO_TESTS,
    WITHOUT_ANSWERS,
    DbtFailedError,
    Warehouse,
    dbt,
)

ALIASES = "company_domain_aliases"
CUSTOMERS = "curated_customers"
SUFFIXES = "legal_suffixes"
RANKINGS = "source_rankings"

Refusal = Callable[[str, str | bytes], list[str]]


@pytest.fixture(scope="module")
def project(_built: Parameters, tmp_path_factory: pytest.TempPathFactory) -> Project:
    return copied(tmp_path_factory.mktemp("project"))


def path_of(project: Project, seed: str) -> Path:
    return next(project.seeds.rglob(f"{seed}.csv"))


def write(file: Path, content: bytes) -> None:
    """Change a seed's file; what it was is forgotten, because the project is not parsed again."""
    file.write_bytes(content)
    with connect() as conn:
        conn.execute("update extracted.deployments set contents = null where node like 'seed.%'")


@pytest.fixture
def refusal(project: Project) -> Iterator[Refusal]:
    """What `dbt seed` says of a seed with this content; its file comes back afterwards."""
    changed: dict[Path, bytes] = {}

    def refuse(seed: str, content: str | bytes) -> list[str]:
        file = path_of(project, seed)
        changed.setdefault(file, file.read_bytes())
        write(file, content.encode() if isinstance(content, str) else content)
        with pytest.raises(DbtFailedError) as failed:
            project.dbt("seed", "--select", seed)
        lines = [line.strip() for line in str(failed.value).splitlines()]
        name = str(file.relative_to(project.folder))
        return [line.removeprefix(f"{name}, ") for line in lines if line.startswith(name)]

    yield refuse
    for file, content in changed.items():
        file.write_bytes(content)


QUOTE = (
    "a quote without its other half; a cell ends in the line where it begins, and a quote within it"
    " is written twice, between quotes"
)
LEVELS = "C-Suite, Founder, Owner, Partner, VP, Head, Director, Manager, Senior, Entry, Intern"
FUNCTIONS = (
    "Administration, Customer Success, Data, Design, Engineering, Finance, IT, Legal, Marketing,"
    " Operations, People, Product, Research, Sales, Supply Chain"
)
READERS = (
    "company_firmographics, company_discovery, person_profile, person_discovery, claygent_origins,"
    " company_icp_criteria, case_study_details, company_by_apollo, company_by_leadmagic,"
    " company_by_pdl, email_by_anymailfinder, email_by_icypeas, email_by_leadmagic,"
    " person_by_apollo, person_by_leadmagic, person_by_pdl"
)
RAW_TABLES = (
    "company_payloads, company_discovery, person_payloads, person_discovery, email_payloads,"
    " icp_payloads, company_customer_claygent_payloads, case_study_extraction_payloads,"
    " manual_company_customers, salesnav_scrapes, vc_crunchbase_portfolios, vc_firms,"
    " vc_portfolio_companies"
)
OF_NO_WORKFLOW = "write what is no workflow_slug of seeds/registry/workflows.csv"
ALIAS_COLUMNS = "alias_domain,domain,note"
ALIAS_CELLS = "write 3: alias_domain, domain, note (one with a comma between quotes)"
A_DATE = "write a date like 2026-01-31 or 2026-01-31T09:00:00Z"


@pytest.mark.parametrize(
    ("seed", "content", "expected"),
    [
        pytest.param(
            ALIASES,
            'alias_domain,domain,note\na.example,b.example,"a note that never ends\n'
            "c.example,d.example,\n",
            [f"line 2, note: {QUOTE}"],
            id="a quote that is never closed",
        ),
        pytest.param(
            ALIASES,
            'alias_domain,domain,note\na.example,"b.example,one\nc.example,d.example,"two"\n',
            [f"line 2, domain: {QUOTE}"],
            id="a quote that is closed by that of another line",
        ),
        pytest.param(
            ALIASES,
            'alias_domain,domain,note\na.example,b.example,the "old" one\n',
            [f"line 2, note: {QUOTE}"],
            id="a quote within a cell",
        ),
        pytest.param(
            ALIASES,
            "alias_domain,domain,note\n\na.example,b.example\nc.example,d.example,moved, 2024\n",
            [f"line 3, not 2 cells; {ALIAS_CELLS}", f"line 4, not 4 cells; {ALIAS_CELLS}"],
            id="a wrong number of cells",
        ),
        pytest.param(
            ALIASES,
            "alias_domain,domain,note\na.example,b.example,\x1b[31mred\n",
            ["line 2, note: a control character; take it out"],
            id="a control character",
        ),
        pytest.param(
            ALIASES,
            "alias_domain,domain,notes\na.example,b.example,\n",
            [f'line 1 names the columns "alias_domain,domain,notes"; write {ALIAS_COLUMNS}'],
            id="an unknown column",
        ),
        pytest.param(
            ALIASES,
            "alias_domain;domain;note\na.example;b.example;\n",
            ['line 1 names the columns "alias_domain;domain;note"; write alias_domain,domain,note'],
            id="semicolons",
        ),
        pytest.param(
            ALIASES, "", ['line 1 names the columns ""; write alias_domain,domain,note'], id="empty"
        ),
        pytest.param(
            ALIASES,
            "alias_domain,domain,note\n,b.example,\nnull,b.example,\n",
            [
                "line 2, alias_domain: an empty cell; write a domain",
                "line 3, alias_domain: an empty cell; write a domain",
            ],
            id="empty cells of the key",
        ),
        pytest.param(
            ALIASES,
            "alias_domain,domain,note\nHTTPS://www.A.example/team,b.exampel,\n",
            [
                'line 2, alias_domain: "HTTPS://www.A.example/team"; write a.example',
                'line 2, domain: "b.exampel"; write a domain',
            ],
            id="domains that are not in their normal form",
        ),
        pytest.param(
            ALIASES,
            "alias_domain,domain,note\na.example,b.example,\na.example,c.example,\n",
            ['line 3, alias_domain: "a.example" stands in line 2 already'],
            id="a key twice",
        ),
        pytest.param(
            ALIASES,
            "alias_domain,domain,note\nz.example,a.example,\na.example,b.example,\n"
            "b.example,c.example,\nc.example,a.example,\nd.example,d.example,\n",
            [
                f'line {line}, alias_domain: "{domain}.example" leads back to itself;'
                " take out one of these lines"
                for line, domain in [(3, "a"), (4, "b"), (5, "c"), (6, "d")]
            ],
            id="aliases in a circle",
        ),
        pytest.param(
            CUSTOMERS,
            "domain,customer_domain,customer_name,notes,created_at\n"
            "a.example,b.example,B,,tomorrow\na.example,c.example,C,,infinity\n"
            "a.example,d.example,D,,2026-02-30\na.example,e.example,E,,2026-02-28\n",
            [
                f'line {line}, created_at: "{word}"; {A_DATE}'
                for line, word in [(2, "tomorrow"), (3, "infinity"), (4, "2026-02-30")]
            ],
            id="words as dates",
        ),
        pytest.param(
            "curated_icps",
            "domain,slug,company_criteria,person_criteria,notes,created_at\n"
            'a.example,,"{""industries"": [}","[""VP""]",,2026-01-01\n',
            [
                'line 2, company_criteria: "{"industries": [}"; write a JSON object',
                'line 2, person_criteria: "["VP"]"; write a JSON object',
            ],
            id="criteria that are no JSON object",
        ),
        pytest.param(
            SUFFIXES,
            "suffix,origin\n.*,reviewed\nG.m.b.H.,reviewed\nag,reviewed\n",
            [
                f'line {line}, suffix: "{word}"; write {right}'
                for line, word, right in [
                    (2, ".*", "words alone, without a dot or another sign of patterns"),
                    (3, "G.m.b.H.", "gmbh"),
                    (3, "G.m.b.H.", "words alone, without a dot or another sign of patterns"),
                ]
            ],
            id="characters of patterns",
        ),
        pytest.param(
            SUFFIXES,
            "suffix,origin\n",
            ["no line below the header; what is spelled into functions is never empty"],
            id="a vocabulary without a word",
        ),
        pytest.param(
            "seniority_levels",
            "term,level,rank\nV.P.,Boss,1\nchief,C-Suite,1\ncto,C-Suite,1.5\n",
            [
                f'line 2, level: "Boss"; write one of {LEVELS}',
                'line 2, term: "V.P."; write vp',
                'line 3, rank: "1" stands in line 2 already',
                'line 4, rank: "1.5"; write a whole number',
            ],
            id="levels",
        ),
        pytest.param(
            "job_functions",
            "term,function,rank\nR&D,Laboratory,1\nsales,Sales,1\nsales,Sales,2\n",
            [
                f'line 2, function: "Laboratory"; write one of {FUNCTIONS}',
                'line 2, term: "R&D"; write r d',
                'line 3, rank: "1" stands in line 2 already',
                'line 4, term: "sales" stands in line 3 already',
            ],
            id="functions",
        ),
        pytest.param(
            "public_suffixes",
            "suffix,labels_of_owner,origin\nCO.uk,1,reviewed\n*.ck,2,reviewed\nac.uk,3,reviewed\n",
            [
                'line 2, suffix: "CO.uk"; write co.uk',
                'line 3, suffix: "*.ck"; write labels with a dot between',
                'line 4, labels_of_owner: "3"; write 1 or 2',
            ],
            id="endings of domains",
        ),
        pytest.param(
            "null_markers",
            "marker,scope\nUnknown,text\nn/a.,text\nnobody,people\n",
            [
                'line 2, marker: "Unknown"; write unknown',
                'line 3, marker: "n/a."; write words without quotes, and without dots at their end',
                'line 4, scope: "people"; write one of text, key, slug, name',
            ],
            id="null markers",
        ),
        pytest.param(
            RANKINGS,
            "entity,attribute,source,rank,keeps_history\ncompany,name,firmographics,1,true\n"
            "company,name,guesses,1,true\ncustomer,statement,manual,1,perhaps\n",
            [
                'line 3, entity, attribute, rank: "company", "name", "1" stands in line 2 already',
                'line 3, source: "guesses"; write a source of seeds/registry/sources.csv',
                'line 4, keeps_history: "perhaps"; write true or false',
            ],
            id="ranks and sources",
        ),
        pytest.param(
            "workflows",
            "workflow_slug,provider,platform,payload_type,entity_type,description,created_at,"
            "read_by,raw_table,key_fields,wrapper_keys,idempotency_field\n"
            "a,b,c,d,company,,2026-01-01,company_firmografics\n",
            [
                f'line 2, read_by: "company_firmografics"; write one of {READERS}',
            ],
            id="a model that reads nothing",
        ),
        pytest.param(
            "workflows",
            "workflow_slug,provider,platform,payload_type,entity_type,description,created_at,"
            "read_by,raw_table,key_fields,wrapper_keys,idempotency_field\n"
            "a,b,c,d,company,,2026-01-01,,company_payload\n"
            "b,b,c,d,company,,2026-01-01,,vc_firms\n",
            [f'line 2, raw_table: "company_payload"; write one of {RAW_TABLES}'],
            id="a table that is none",
        ),
        pytest.param(
            "sources",
            "entity,source,raw_table,workflow_slug\ncompany,a,loads,\n",
            [f'line 2, raw_table: "loads"; write one of {RAW_TABLES}'],
            id="a table that names nobody",
        ),
        pytest.param(
            "workflow_aliases",
            "alias,workflow_slug,note\nclay-find-people,clay-find-companies,\n",
            [f'line 2, alias: "clay-find-people"; {OF_NO_WORKFLOW}'],
            id="an alias that is a workflow",
        ),
    ],
)
def test_a_wrong_line_is_named(
    refusal: Refusal, seed: str, content: str, expected: list[str]
) -> None:
    assert refusal(seed, content) == expected


def test_lines_beyond_the_twentieth_are_counted(refusal: Refusal) -> None:
    lines = "".join(f"{n}.example,\n" for n in range(23))
    found = refusal(ALIASES, f"alias_domain,domain,note\n{lines}")
    assert len(found) == 20


@pytest.mark.parametrize("options", [[], ["--full-refresh"]], ids=["seed", "full-refresh"])
@pytest.mark.parametrize(
    "content",
    [
        "alias_domain,domain,note\nA.example,b.example,\n",
        "alias_domain,domain\na.example,b.example\n",
    ],
    ids=["a cell", "a header"],
)
def test_a_refused_seed_stays_as_it_was(
    project: Project,
    warehouse: Warehouse,
    refusal: Refusal,
    options: list[str],
    content: str,
) -> None:
    query = "select t, ctid, xmin::text from reference.company_domain_aliases as t order by ctid"
    before = warehouse.all(query)
    assert refusal(ALIASES, content)
    with pytest.raises(DbtFailedError):
        project.dbt("seed", *options, "--select", ALIASES)
    assert warehouse.all(query) == before


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(
            b'\xef\xbb\xbf"alias_domain","domain","note"\r\n'
            b'"a.example","b.example","x ""y"", z"\r\n',
            id="as spreadsheets write it",
        ),
        pytest.param(
            'domain,note,alias_domain\n\nb.example,"x ""y"", z",a.example', id="in another order"
        ),
    ],
)
def test_the_same_rows_may_be_written_otherwise(
    project: Project, warehouse: Warehouse, refusal: Refusal, content: bytes | str
) -> None:
    del refusal
    file = path_of(project, ALIASES)
    kept = file.read_bytes()
    write(file, content if isinstance(content, bytes) else content.encode())
    try:
        project.dbt("seed", "--select", ALIASES)
        found = warehouse.all(f"select alias_domain, domain, note from reference.{ALIASES}")
    finally:
        write(file, kept)
        dbt("seed", "--select", ALIASES)
    assert found == [("a.example", "b.example", 'x "y", z')]


def test_a_refused_line_never_takes_effect(project: Project, warehouse: Warehouse) -> None:
    """Not in the build that refused it, not in the next run; mended, `dbt retry` goes on."""
    firmographics(warehouse, "old.example", "Old", None, moment(0))
    firmographics(warehouse, "new.example", "New", None, moment(1))
    names = "select name from core.companies order by name"
    file = path_of(project, ALIASES)
    kept = file.read_text(encoding="utf-8")
    try:
        warehouse.build()
        file.write_text(f"{kept}old.example,new.exampel,\n", encoding="utf-8")
        built_all = plain(project, "build", *NO_TESTS, *WITHOUT_ANSWERS)
        assert 'line 4, domain: "new.exampel"; write a domain' in built_all
        # what has nothing to do with aliases was built, what has was not
        assert {"company_firmographics", "person_profile", "workflow_readers"} <= built(project)
        assert built(project).isdisjoint({"company_aliases", "companies"})
        # without a retry file of its own: that of the build is to be tried again
        assert f"this checkout's version of: {ALIASES}." in plain(
            project, "run", "--target-path", "of-run"
        )
        assert warehouse.all(names) == [("New",), ("Old",)]
        file.write_text(f"{kept}old.example,new.example,\n", encoding="utf-8")
        assert "Completed successfully" in plain(project, "retry")
        assert warehouse.all(names) == [("New",)]
    finally:
        file.write_text(kept, encoding="utf-8")
        dbt("build", "--resource-type", "seed", "--resource-type", "function")
