"""What the demo shows of the warehouse it has built, and the questions it invites to ask.

The queries are about the companies of ``examples/``; ``examples/README.md`` tells their story.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from psycopg.rows import dict_row

from ingest.connection import Connection

Rows = list[dict[str, Any]]

_SHOWN = 8  # rows of a list that is shown in part

_QUERIES = {
    "counts": """
        select
            (select count(*) from core.companies) as companies,
            (select count(*) from core.people) as people,
            (select count(*) from extracted.extraction_issues) as issues,
            (select count(*) from reference.company_customers) as customers
    """,
    "issues": """
        select raw_table, field, value, reason
        from extracted.extraction_issues
        order by
            row_number() over (partition by raw_table order by field, value),
            raw_table
        limit %(shown)s
    """,
    "companies": """
        select
            c.domain,
            c.name,
            c._name_source as name_source,
            coalesce(f.industry, d.industry) as industry,
            coalesce(f.size_range, d.size) as size
        from core.companies as c
        left join extracted.company_firmographics as f on c.domain = f.company_domain
        left join extracted.company_discovery as d on c.domain = d.domain
        order by row_number() over (partition by c._name_source order by c.domain), c.domain
        limit %(shown)s
    """,
    "people": """
        select
            p.full_name,
            coalesce(f.latest_title, d.latest_title) as latest_title,
            coalesce(f.latest_company, d.latest_company) as latest_company,
            p.linkedin_url
        from core.people as p
        left join extracted.person_profile as f on p.linkedin_url = f.linkedin_url
        left join extracted.person_discovery as d on p.linkedin_url = d.linkedin_url
        order by p.full_name, p.linkedin_url
        limit %(shown)s
    """,
    # three payloads under three spellings; the newest stands first in its file
    "contenders": """
        select
            f.company_domain as domain,
            r.company_domain as received_as,
            r.raw_payload ->> 'name' as name,
            reference.as_timestamptz(r.raw_payload ->> 'last_refresh') as last_refresh,
            r.id = f.raw_payload_id as won
        from extracted.company_firmographics as f
        inner join raw.company_payloads as r
            on f.company_domain = reference.normal_domain(r.company_domain)
        where f.company_domain = 'acme-widgets.example'
        order by won desc, last_refresh desc nulls last, r.id
    """,
    "customers": """
        select domain, customer_name, customer_domain, source
        from reference.company_customers
        where domain = 'northwind-tools.example'
        order by customer_name, customer_domain
    """,
    "icp": """
        select domain, company_criteria, person_criteria
        from reference.company_icp
        where domain = 'northwind-tools.example'
    """,
}


@dataclass(frozen=True, slots=True)
class Question:
    """A query to paste: no double quotes, backslashes or dollar signs in it."""

    text: str
    sql: str


QUESTIONS = (
    Question(
        "Who left a customer of Northwind Tools for a company in its target market?",
        """\
select distinct p.full_name, p.latest_title, f.name as works_at,
  c.customer_name as worked_at
from reference.company_icp as i
join reference.company_customers as c on c.domain = i.domain
left join core.company_aliases as a on a.canonical_domain = c.customer_domain
join extracted.person_experience as e
  on e.company_domain in (c.customer_domain, a.domain)
join extracted.person_profile as p on p.linkedin_url = e.linkedin_url
join extracted.company_firmographics as f
  on f.company_domain = p.latest_company_domain
where i.domain = 'northwind-tools.example'
  and e.is_current is not true and p.latest_is_current
  and i.company_criteria -> 'size_buckets' ? f.size_range
  and exists (
    select
    from jsonb_array_elements_text(i.company_criteria -> 'industries') as t
    where f.industry ilike '%' || t || '%')
order by 1""",
    ),
    Question(
        "Which source does a company's name come from, and since when do we have it?",
        """\
select domain, name, _name_source, _name_received_at, _name_raw_payload_id
from core.companies
order by _name_source, domain""",
    ),
    Question(
        "What could not be used, and why?",
        """\
select raw_table, field, left(value, 40) as value, reason, raw_payload_id
from extracted.extraction_issues
order by raw_table, field""",
    ),
)


def tour(conn: Connection) -> dict[str, Rows]:
    """Ask the warehouse what is shown.

    Args:
        conn: A connection outside any transaction, to a warehouse that has been built.

    Returns:
        Rows by subject: ``counts`` (one row), ``issues``, ``companies``, ``people`` (some of
        each), ``contenders`` (all payloads of one company, the winner first), ``customers``
        and ``icp`` (of one company).
    """
    found = {}
    with conn.transaction(), conn.cursor(row_factory=dict_row) as cursor:
        for subject, query in _QUERIES.items():
            found[subject] = cursor.execute(query.encode(), {"shown": _SHOWN}).fetchall()
    return found
