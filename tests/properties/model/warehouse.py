"""All expected tables of a warehouse, from its raw rows and its seeds."""

from __future__ import annotations

from tests.properties.model import careers, core, reference
from tests.properties.model.contacts import contacts
from tests.properties.model.extracted import Raw, extract
from tests.properties.model.observations import (
    COMPANY_ATTRIBUTES,
    PERSON_ATTRIBUTES,
    POSITION,
    Observation,
    of_companies,
    of_people,
)
from tests.properties.model.payloads import Row
from tests.properties.model.providers import addresses, exported_addresses, said_by_providers
from tests.properties.model.seeds import Seeds

_BESIDE = ("phone", "likelihood", "roles", "schools")


def expected(raw: Raw, seeds: Seeds) -> dict[str, list[Row]]:
    """Expected rows by table; of each table the columns that the rules determine.

    Args:
        raw: Rows of every raw table, by its name.
        seeds: The reviewed CSVs.
    """
    extracted = extract(raw, seeds)
    tables = extracted.tables
    told = said_by_providers(raw, seeds, extracted.issues)
    companies = of_companies(raw, extracted.entities, told, seeds)
    people = of_people(raw, extracted.entities, told)
    emails = [*addresses(told), *exported_addresses(raw["salesnav_scrapes"])]
    tables["extracted.person_emails"] = [each.row for each in emails]
    tables["core.company_observations"] = [
        _observed(each, "domain", (*COMPANY_ATTRIBUTES, "likelihood")) for each in companies
    ]
    tables["core.person_observations"] = [
        _observed(each, "linkedin_url", (*PERSON_ATTRIBUTES, *POSITION, *_BESIDE))
        for each in people
    ]
    tables |= core.companies(companies, seeds) | core.people(people, seeds)
    tables |= careers.of_providers(people, extracted.entities["profiles"], seeds)
    tables["core.person_contacts"] = contacts(emails, people, tables, seeds)
    tables["core.company_aliases"] = core.aliases(seeds)
    tables["reference.company_icp"] = reference.icps(extracted.entities["icp_owners"], seeds)
    tables["reference.company_customers"] = reference.customers(raw, tables, seeds)
    tables["extracted.extraction_issues"] = [vars(issue) for issue in set(extracted.issues)]
    return tables


def _observed(said: Observation, key: str, attributes: tuple[str, ...]) -> Row:
    return {
        "source": said.source,
        key: said.key,
        "raw_payload_id": said.raw_id,
        "refreshed_at": said.refreshed,
        "received_at": said.received,
        **{attribute: said[attribute] for attribute in attributes},
        **{name: careers.as_stored(said[name]) for name in careers.SETS if name in attributes},
    }
