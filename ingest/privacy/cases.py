"""References of cases, which are kept for good and name nobody."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from ingest.errors import UsageError
from ingest.postgres.connection import Connection
from ingest.privacy.identity import Identity


def require_nameless(conn: Connection, case_ref: str, person: Identity) -> None:
    """Make sure that the reference of a case, which is kept for good, does not name the person.

    Raises:
        UsageError: It does.
    """
    names = [*person.names, *person.shared_names, *_names_in_addresses(person)]
    turned = [" ".join(reversed(name.split())) for name in names]
    everything = replace(person, names=(*names, *turned))
    texts = [case_ref, re.sub(r"[-_.+]+", " ", case_ref)]
    row = conn.execute(
        "select bool_or(privacy.redacted_text(t, nullif(%s, '')) <> t)"
        " from unnest(%s::text[]) as t",
        (everything.pattern(), texts),
    ).fetchone()
    slugs = [slug for slug in person.slugs if slug.lower() in case_ref.lower()]
    if slugs or row == (True,):
        raise UsageError(
            "the case's reference names the person, and it is kept for good",
            hint="give --case a reference that names nobody",
        )


def _names_in_addresses(person: Identity) -> Iterator[str]:
    """Names that slugs and addresses are made of: of somebody new nothing else is known."""
    for text in (*person.slugs, *(email.partition("@")[0] for email in person.emails)):
        words = [word for word in re.split(r"[-_.+]+", text) if word.isalpha()]
        if len(words) > 1:
            yield " ".join(words)
