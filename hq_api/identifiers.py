"""Companies and people by whatever names them: any spelling of a domain, a profile, an id."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from psycopg import sql

from hq_api.catalogue import Column
from hq_api.database import Database
from hq_api.problems import ProblemError
from hq_api.values import LONGEST, is_storable

# In the order of the texts: the normal form, and the key it leads to. A company nobody knows keeps
# its normal form.
_COMPANIES = sql.SQL("""
    select n.domain, coalesce(d.canonical_domain, n.domain)
    from unnest(%s::text[]) with ordinality as t (text, place)
    cross join lateral (select reference.normal_domain(t.text) as domain) as n
    left join api.company_domains as d on n.domain = d.domain
    order by t.place
""")

# a bare slug is what stands behind /in/ in the address
_PEOPLE = sql.SQL("""
    select n.url, coalesce(c.merged_into, n.url)
    from unnest(%s::text[]) with ordinality as t (text, place)
    cross join lateral (
        select
            reference.person_linkedin_url(
                case
                    when strpos(t.text, '/') > 0 then t.text
                    else 'https://www.linkedin.com/in/' || t.text
                end
            ) as url
    ) as n
    left join api.changes as c
        on n.url = c.key and c.entity = 'person' and c.kind = 'merged'
    order by t.place
""")
_PERSON_OF_ID = sql.SQL(
    "select p.linkedin_url from unnest(%s::uuid[]) with ordinality as t (id, place)"
    " left join api.people as p on t.id = p.id order by t.place"
)

_PROFILES = "https://www.linkedin.com/in/"  # a slug stands behind it

NO_DOMAIN = "not a domain: it has no normal form (https://WWW.Acme.com/about is acme.com)"
NO_PROFILE = (
    "not a person: give the slug of a LinkedIn profile, its address (linkedin.com/in/...), or an id"
)

_DOMAIN_SUFFIX = "domain"
# columns of domains as they were received, or of domains that are no key
_DOMAINS_AS_GIVEN = ("company_domain_as_stated", "employer_domain")


def is_domain(column: Column) -> bool:
    """Whether a filter of a column takes a domain in any spelling."""
    return (
        column.type == "text"
        and column.name.endswith(_DOMAIN_SUFFIX)
        and column.name not in _DOMAINS_AS_GIVEN
    )


def is_profile(column: Column) -> bool:
    """Whether a filter of a column takes a person however named."""
    return column.type == "text" and column.name == "linkedin_url" and column.is_personal


def likely_key(of: str, text: str) -> str | None:
    """The key that a text is if it is one already, which most are; None if it cannot be.

    Where a row has this key, it is what the text names: the normal form of a normal form is itself.
    """
    if is_id(text) or not is_storable(text) or len(text) > LONGEST:
        return None
    return _PROFILES + text if of == "people" and "/" not in text else text


async def company_domains(database: Database, texts: Sequence[str]) -> list[str | None]:
    """The canonical domains of texts; None for one that is no domain."""
    rows = await database.rows_of_keys(_COMPANIES, (_storable(texts),))
    return [canonical for _, canonical in rows]


async def person_urls(database: Database, texts: Sequence[str]) -> list[str | None]:
    """The profiles that texts name, by slug, address or id; None for one that names none."""
    ids = [_id_of(text) for text in texts]
    rows = await database.rows_of_keys(_PEOPLE, (_storable(texts),))
    urls: list[str | None] = [url for _, url in rows]
    if any(ids):
        named = await database.rows_of_keys(_PERSON_OF_ID, (ids,))
        found = [of_id for (of_id,) in named]
        urls = [found[n] if id_ else urls[n] for n, id_ in enumerate(ids)]
    return urls


async def company_domain(database: Database, text: str) -> str:
    """The canonical domain of a text.

    Raises:
        ProblemError: It is no domain.
    """
    (domain,) = await company_domains(database, [text])
    if domain is None:
        raise ProblemError(400, f"{text[:100]!r} is {NO_DOMAIN}", parameter="domain")
    return domain


async def person_url(database: Database, text: str) -> str:
    """The profile that a text names.

    Raises:
        ProblemError: It names none.
    """
    (url,) = await person_urls(database, [text])
    if url is None:
        if is_id(text):
            raise ProblemError(404, f"nobody has the id {text}")
        raise ProblemError(400, f"{text[:100]!r} is {NO_PROFILE}", parameter="person")
    return url


def _storable(texts: Sequence[str]) -> list[str | None]:
    return [text if is_storable(text) and len(text) <= LONGEST else None for text in texts]


def is_id(text: str) -> bool:
    """Whether a text is an id, be it somebody's or not."""
    return _id_of(text) is not None


def _id_of(text: str) -> str | None:
    try:
        return str(UUID(text)) if len(text) == 36 else None  # noqa: PLR2004 - as written with -
    except ValueError:
        return None
