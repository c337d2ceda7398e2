"""A person who is not to be written to: kept, and never a lead."""

from __future__ import annotations

from ingest.errors import UsageError
from ingest.postgres.connection import Connection
from ingest.postgres.statements import statement
from ingest.privacy import tombstones
from ingest.privacy.cases import require_nameless
from ingest.privacy.identity import Identity
from ingest.privacy.tombstones import Scope

# a name alone does not tell to whom something is sent
_KINDS = ("linkedin", "email", "phone")


def suppress(conn: Connection, person: Identity, case_ref: str) -> dict[str, int]:
    """Note that a person must not be written to, in the transaction that is open.

    Returns:
        How many tombstones are new, and people of core who are marked now.

    Raises:
        UsageError: Nothing but a name identifies them, or the case names them.
    """
    require_nameless(conn, case_ref, person)
    identifiers = [(kind, form) for kind, form in person.identifiers(conn) if kind in _KINDS]
    # a number is theirs with and without the country
    identifiers += [("phone", end) for end in person.values(conn)["phone_ends"]]
    if not identifiers:
        raise UsageError(
            "a name alone does not tell to whom something is sent",
            hint="name the person by LinkedIn URL, e-mail address or phone number",
        )
    written = tombstones.write(conn, identifiers, Scope.DO_NOT_CONTACT, case_ref)
    marked = conn.execute(
        statement("ingest.privacy", "not_to_contact"), person.values(conn)
    ).rowcount
    counts = {"tombstones": written, "people": marked}
    tombstones.audit(conn, "suppress", case_ref, counts)
    return counts
