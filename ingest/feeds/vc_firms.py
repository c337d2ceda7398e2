"""Finding the venture capital firm whose portfolio a file holds."""

from __future__ import annotations

from uuid import UUID

from psycopg import sql

from ingest.errors import UsageError, did_you_mean
from ingest.feeds.merge import domain_key, text_key
from ingest.postgres.connection import Connection
from ingest.postgres.statements import statement

_HOW_TO_ADD = (
    "add it with a CSV file of the columns name and domain: ingest load --workflow vc-firms FILE"
)


def find_vc_firm(conn: Connection, name: str) -> UUID:
    """The id of the firm with this name or domain, in any spelling of either.

    Of rows that say the same, which other programs may have inserted, it is the oldest.

    Raises:
        UsageError: There is none, with the nearest match; or firms of several domains bear the
            name.
    """
    query = statement("ingest.feeds", "find_vc_firm").format(
        name_key=text_key(sql.Identifier("name")),
        domain_key=domain_key(sql.Identifier("domain")),
        given_name=text_key(sql.Placeholder("given")),
        given_domain=domain_key(sql.Placeholder("given")),
    )
    with conn.transaction():
        found = conn.execute(query, {"given": name}).fetchall()
        if not found:
            raise _unknown(conn, name)
    if len(found) > 1:
        domains = ", ".join(domain for _, domain in found)
        raise UsageError(
            f"several VC firms go by {name!r} (of {domains})", hint="name one by its domain"
        )
    return UUID(str(found[0][0]))


def _unknown(conn: Connection, name: str) -> UsageError:
    known = [
        word
        for row in conn.execute("select distinct name, domain from raw.vc_firms order by 1, 2")
        for word in row
    ]
    return UsageError(f"no VC firm goes by {name!r}{did_you_mean(name, known)}", hint=_HOW_TO_ADD)
