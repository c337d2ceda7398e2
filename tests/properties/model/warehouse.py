"""All expected tables of a warehouse, from its raw rows and its seeds."""

from __future__ import annotations

from tests.properties.model import core, reference
from tests.properties.model.extracted import Raw, extract
from tests.properties.model.mentions import company_mentions, person_mentions
from tests.properties.model.payloads import Row
from tests.properties.model.seeds import Seeds


def expected(raw: Raw, seeds: Seeds) -> dict[str, list[Row]]:
    """Expected rows by table; of each table the columns that the rules determine.

    Args:
        raw: Rows of every raw table, by its name.
        seeds: The reviewed CSVs.
    """
    extracted = extract(raw, seeds)
    tables = extracted.tables
    tables["core.companies"] = core.companies(
        company_mentions(raw, extracted.entities, seeds), seeds
    )
    tables["core.people"] = core.people(person_mentions(raw, extracted.entities), seeds)
    tables["core.company_aliases"] = core.aliases(seeds)
    tables["reference.company_icp"] = reference.icps(extracted.entities["icp_owners"], seeds)
    tables["reference.company_customers"] = reference.customers(raw, tables, seeds)
    tables["extracted.extraction_issues"] = [vars(issue) for issue in set(extracted.issues)]
    return tables
