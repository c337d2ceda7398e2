"""Who is meant: a person given by one thing that identifies them, and what else does."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from typing import Any

from psycopg import sql

from ingest.errors import IngestError, UsageError
from ingest.postgres.connection import Connection
from ingest.postgres.statements import statement
from ingest.privacy.names import plain_names
from ingest.privacy.written import (
    ascii_part,
    escaped_pattern,
    for_like,
    percent_encoded,
    with_ascii_host,
)

_PROFILE = "https://www.linkedin.com/in/"
_MEMBER_ID = re.compile(r"AC[ow]AA[A-Za-z0-9_-]+")
# what is so short, or has no number in its last part, may be any words (e-commerce, john-smith): it
# is found in addresses of profiles only
_DISTINCT_SLUG = re.compile(r"(?=.{6})(?:.*[_-])?[^_-]*\d[^_-]*", re.DOTALL)
_SHORTEST_PHONE = 7  # digits, in texts
# between the words of a name, as privacy.pattern_of has it: blanks, what separates them in CSV and
# JSON, the next member's key; and between a last name and the member of the first one. Where the
# key says which name follows, up to two members more.
_MEMBER = r"""[\w .-]{1,40}\\*"\s*:\s*(?:\\*"[^"\\]*\\*"|[\w.+-]+)\s*,[\s"\\]*"""
_BETWEEN = (
    r"""(?:[\s,;|"'\\[:cntrl:]]|\\+[nrt])+"""
    rf"(?:(?:[\w .-]{{1,40}}|(?:{_MEMBER}){{1,2}}(?:(?:last|family)[ _]?name|surname))"
    r"""\\*"\s*:[\s"\\]*)?"""
)
_TURNED = (
    r"""[\s"\\]*,[\s"\\]*"""
    rf"(?:{_MEMBER}){{0,2}}"
    r"""(?:first|given)[ _]?name\\*"\s*:[\s"\\]*"""
)
_FORMS = (
    "phones",
    "name_keys",
    "profile_keys",
    "member_keys",
    "email_keys",
    "phone_keys",
    "coarse_names",
    "phone_ends",
)
_ROUNDS = 6  # of asking what else there is; what is found after three or four is what there is


@dataclass(frozen=True)
class Given:
    """What a command was told.

    Args:
        person: LinkedIn URL, slug or member id, e-mail address or phone number.
        name: A name, with an employer.
        employer: Domain or name of the employer.
        by_name: The operator confirms that the name is that person's.
    """

    person: str | None = None
    name: str | None = None
    employer: str | None = None
    by_name: bool = False


@dataclass(frozen=True)
class Identity:
    """What identifies a person, in normal forms.

    Attributes:
        urls: Of profiles, those of member ids included.
        emails: Addresses.
        phones: Numbers as they were said.
        urns: LinkedIn's URNs that have no member id.
        names: Names to look for in texts and, with an employer, in rows without a profile.
        shared_names: Names that somebody else who is known bears, and nobody confirmed.
        shared_contacts: Addresses, digits of numbers and URNs that others have as well: nobody's.
        domains: Of employers.
        companies: Employers' names without legal suffixes.
    """

    urls: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    urns: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    shared_names: tuple[str, ...] = ()
    shared_contacts: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()
    companies: tuple[str, ...] = ()

    @property
    def slugs(self) -> tuple[str, ...]:
        """Slugs and member ids of the profiles."""
        return tuple(url.removeprefix(_PROFILE) for url in self.urls)

    def with_all_of(self, other: Identity) -> Identity:
        """Somebody known by all that identifies either."""
        mine, theirs = asdict(self), asdict(other)
        return Identity(**{name: tuple(sorted({*mine[name], *theirs[name]})) for name in mine})

    def values(self, conn: Connection) -> dict[str, Any]:
        """What the queries of this package ask by: the coarse forms are those of migration 0017."""
        known = {
            "urls": list(self.urls),
            "slugs": list(self.slugs),
            "emails": list(self.emails),
            "phones": list(self.phones),
            "urns": list(self.urns),
            "names": list(self.names),
            "domains": list(self.domains),
            "companies": list(self.companies),
        }
        row = conn.execute(statement("ingest.privacy", "forms"), known).fetchone()
        if row is None:
            raise LookupError("forms")
        return {**known, **dict(zip(_FORMS, row, strict=True))}

    def identifiers(self, conn: Connection) -> list[tuple[str, str]]:
        """Kinds and normal forms, as tombstones know them."""
        values = self.values(conn)
        employers = [*self.domains, *self.companies]
        return [
            *(("linkedin", key) for key in (*self.slugs, *self.urns)),
            *(("email", email) for email in self.emails),
            *(("phone", phone) for phone in values["phones"]),
            *(("name_at", f"{name}@{at}") for name in values["name_keys"] for at in employers),
            *(("name", name) for name in values["name_keys"] if " " in name),
        ]

    def pattern(self) -> str:
        """A pattern of PostgreSQL that matches what identifies the person in a text."""
        return "|".join(self._alternatives())

    def pattern_of_champion(self) -> str:
        """As `pattern`, for texts that name the person for sure: names of one word, too."""
        single = [re.escape(name.strip()) for name in self.names if " " not in name.strip()]
        return "|".join([*self._alternatives(), *single])

    def likely(self) -> list[str] | None:
        """Patterns for LIKE over small letters, one of which fits every text that has a match.

        None if nothing is known to be in all of them. Looking for pieces of text is many times
        cheaper than a pattern.
        """
        # whatever is put between their digits
        phones = (re.sub(r"\D+", "", phone)[-_SHORTEST_PHONE:] for phone in self.phones)
        names = [name.split() for name in self.names if " " in name.strip()]
        names += [[words[-1], *words[:-1]] for words in names]
        whole = [[text] for text in (*self.slugs, *self.urns)]
        # what stands in an address in either spelling of its host
        whole += [[f"{email.partition('@')[0]}@"] for email in self.emails if not email.isascii()]
        whole += [[email] for email in self.emails if email.isascii()]
        found = set()
        for words in (*phones, *names, *whole):
            pieces = [piece for word in words if (piece := ascii_part(word.lower()))]
            if not pieces:
                return None
            found.add(f"%{'%'.join(map(for_like, pieces))}%")
        return sorted(found)

    def _alternatives(self) -> Iterable[str]:
        for slug in self.slugs:
            spelled = "|".join(
                sorted({re.escape(slug), re.escape(percent_encoded(slug)), escaped_pattern(slug)})
            )
            yield (
                r"(?:https?:\\*/\\*/)?(?:[a-z]+\.)?linkedin\.com\\*/"
                r"(?:in|sales\\*/lead|sales\\*/people)\\*/"
                rf"(?:{spelled})(?![\w%-])[^\s\"'<>,;]*"
            )
            if _DISTINCT_SLUG.fullmatch(slug) or _MEMBER_ID.fullmatch(slug):
                # not within an address, which is an identifier of its own
                yield rf"(?<![\w@.-])(?:{spelled})(?![\w@-])"
        for urn in self.urns:
            yield rf"{re.escape(urn)}(?![\w-])"
        for email in self.emails:
            spelled = "|".join(map(re.escape, dict.fromkeys((email, with_ascii_host(email)))))
            yield rf"(?<![\w.+-])(?:{spelled})"
        for phone in self.phones:
            digits = re.sub(r"\D+", "", phone).lstrip("0")
            if len(digits) >= _SHORTEST_PHONE:
                yield r"[+(0]*" + r"[\s()./-]*".join(digits)
        for name in self.names:
            if " " in name.strip():
                for spelled_as in (re.escape, escaped_pattern)[: 1 if name.isascii() else 2]:
                    words = [spelled_as(word) for word in name.split()]
                    yield _BETWEEN.join(words)
                    yield words[-1] + _TURNED + _BETWEEN.join(words[:-1])


def find(conn: Connection, given: Given) -> Identity:
    """Who is meant.

    Args:
        conn: A connection whose transaction is open.
        given: What was said of them.

    Raises:
        UsageError: It identifies nobody, or several people.
        IngestError: The models were never built.
    """
    _require_models(conn)
    if given.name is not None:
        return _by_name(conn, given)
    first = _parsed(conn, given.person or "")
    if first.urls:
        return _gathered(conn, first, by_name=given.by_name)
    query = statement("ingest.privacy", "carriers").format(salesnav=_salesnav())
    who = conn.execute(query, first.values(conn)).fetchall()
    urls = sorted({url for _, url in who if url})
    found = _gathered(conn, replace(first, urls=tuple(urls[:1])), by_name=given.by_name)
    asked = {*first.emails, *first.urns, *_forms(conn, "privacy.phone_digits", first.phones)}
    if not {*urls} <= {*found.urls} or asked & {*found.shared_contacts}:
        names = [name for name, _ in who]
        raise UsageError(
            f"this is said of {len(names)} people: {', '.join(names)}",
            hint="name one of them by the LinkedIn URL, or by --name with --employer",
        )
    return found


def _salesnav() -> sql.SQL:
    return statement("ingest.privacy", "salesnav_rows")


def _parsed(conn: Connection, person: str) -> Identity:
    text = person.strip()
    if _MEMBER_ID.fullmatch(text):
        return Identity(urls=(_PROFILE + text,))
    if text.startswith("urn:"):
        return _of_urn(conn, text)
    row = conn.execute(
        """
        select
            reference.person_linkedin_url(t.given),
            reference.email_address(t.given),
            case when t.given ~ '^[-+0-9 ()./]+$' then privacy.phone_digits(t.given) end,
            case when t.given !~ '[/@ ]' then
                reference.person_linkedin_url('https://www.linkedin.com/in/' || t.given)
            end
        from (values (%s::text)) as t (given)
        """,
        (text,),
    ).fetchone()
    url, email, phone, by_slug = row or (None, None, None, None)
    if url:
        return Identity(urls=(url,))
    if email:
        return Identity(emails=(email,))
    if phone:
        return Identity(phones=(text,))
    if by_slug:
        return Identity(urls=(by_slug,))
    raise UsageError(
        "this is no LinkedIn URL, member id, URN, e-mail address or phone number",
        hint="a name is given by --name with --employer",
    )


def _of_urn(conn: Connection, urn: str) -> Identity:
    row = conn.execute("select privacy.profile_of(%(urn)s), raw.urn_key(%(urn)s)", {"urn": urn})
    url, key = row.fetchone() or (None, None)
    if url or key:
        return Identity(urls=(url,) if url else (), urns=(key,) if key else ())
    raise UsageError("this URN is no person's", hint="a person's begins as urn:li:person: does")


def _by_name(conn: Connection, given: Given) -> Identity:
    values = {"name": given.name or "", "employer": given.employer or ""}
    urls = [url for (url,) in conn.execute(statement("ingest.privacy", "namesakes"), values)]
    if len(urls) > 1:
        raise UsageError(
            f"{len(urls)} people bear this name there: {', '.join(urls)}",
            hint="name one of them by the LinkedIn URL",
        )
    if not given.by_name:
        whom = f"{urls[0]} bears this name there" if urls else "nobody who is known bears it there"
        raise UsageError(
            f"a name may be somebody else's: {whom}",
            hint="name the person by the LinkedIn URL, or confirm with --by-name",
        )
    if urls:
        return _gathered(conn, Identity(urls=(urls[0],)), by_name=True)
    domains = [
        domain for (domain,) in conn.execute(statement("ingest.privacy", "employer"), values)
    ]
    if len(domains) > 1:
        raise UsageError(
            f"{len(domains)} companies are called so: {', '.join(domains)}",
            hint="give --employer the domain of one of them",
        )
    first = Identity(
        names=(given.name or "",),
        domains=tuple(domains),
        companies=tuple(_forms(conn, "reference.company_name_stem", [values["employer"]])),
    )
    return _gathered(conn, first, by_name=True, at_employer=True)


def _gathered(
    conn: Connection, first: Identity, *, by_name: bool, at_employer: bool = False
) -> Identity:
    """What else identifies them; asked again, because each answer may lead to more.

    Profiles lead to addresses and numbers, and these to rows without a profile, never to another
    profile.
    """
    found = first
    query = statement("ingest.privacy", "identity").format(salesnav=_salesnav())
    for _ in range(_ROUNDS):
        values = found.values(conn)
        row = conn.execute(
            query,
            {
                **values,
                "confirmed": values["name_keys"] if by_name else [],
                "at": list(first.domains) if at_employer else None,
                "given_names": [*first.names, *plain_names([*found.names, *found.shared_names])],
            },
        ).fetchone()
        if row is None:
            raise LookupError("identity")
        urls, emails, phones, urns, shared, names, domains, companies, shared_names = map(
            tuple, row
        )
        shared = tuple(sorted({*found.shared_contacts, *shared}))
        kept = tuple(name for name in names if by_name or name not in shared_names)
        grown = Identity(
            urls=urls,
            emails=tuple(email for email in emails if email not in shared),
            phones=tuple(
                phone
                for phone in _once([*phones, *first.phones])
                if not {*_forms(conn, "privacy.phone_digits", [phone])} & {*shared}
            ),
            urns=tuple(urn for urn in urns if urn not in shared),
            names=kept,
            shared_names=tuple(name for name in names if name not in kept),
            shared_contacts=shared,
            domains=tuple(sorted({*first.domains, *domains})),
            companies=tuple(sorted({*first.companies, *companies})),
        )
        if grown == found:
            break
        found = grown
    return found


def _once(phones: Iterable[str]) -> tuple[str, ...]:
    """Numbers, each in the first spelling."""
    by_digits: dict[str, str] = {}
    for phone in phones:
        by_digits.setdefault(re.sub(r"\D+", "", phone).lstrip("0"), phone)
    return tuple(sorted(by_digits.values()))


def _require_models(conn: Connection) -> None:
    there = conn.execute(
        "select to_regclass('reference.withheld_rows') is not null"
        " and to_regclass('core.person_contacts') is not null"
    ).fetchone()
    if there != (True,):
        raise IngestError(
            "people are found by what the models make, and they were never built here",
            hint="run ingest dbt build",
        )


def _forms(conn: Connection, function: str, texts: Iterable[str]) -> list[str]:
    query = sql.SQL("select distinct f from (select {}(t) from unnest(%s::text[]) as t) as x (f)")
    name = sql.SQL(".").join(map(sql.Identifier, function.split(".")))
    return sorted(form for (form,) in conn.execute(query.format(name), (list(texts),)) if form)
