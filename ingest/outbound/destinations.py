"""Where records are sent: a reviewed list, whose addresses and secrets stand elsewhere."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from ingest.characters import trim
from ingest.errors import IngestError, did_you_mean
from ingest.project import seeds_dir
from ingest.seeds import seed_rows

KINDS = {
    # kind -> the header that has the secret, and what stands before it
    "clay": ("x-clay-webhook-auth", ""),
    "webhook": ("authorization", "Bearer "),
}
TAKES = ("emails", "salesnav")
AT_MOST_ONCE, AT_LEAST_ONCE = "at_most_once", "at_least_once"
_FILE_NAME = "destinations.csv"
_REQUIRED = (
    *("name", "kind", "takes", "url_from", "rate", "burst", "max_bytes", "records_per_request"),
    *("required_fields", "doubts"),
)
_REFERENCE = re.compile(r"(env:[A-Za-z_][A-Za-z0-9_]*|file:.+)")
_NUMBER = re.compile(r"[0-9]+")
_RATE = re.compile(r"[0-9]+(\.[0-9]+)?")
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True)
class Destination:
    """A place that records are sent to, as a line of the reviewed list has it.

    Args:
        name: Its name.
        kind: How it is spoken to: one of ``KINDS``.
        takes: Which records it takes: one of ``TAKES``.
        url_from: Where its address stands: ``env:NAME`` or ``file:PATH``.
        secret_from: Where its secret stands; "" for none.
        rate: Records a second.
        burst: Records that may go at once after a pause.
        max_bytes: The largest record, as JSON.
        records_per_request: 1, and a request is an object; more, and it is an array.
        lifetime_limit: Records it takes in its life; None for any number.
        required_fields: Fields without which a record is not sent.
        doubts: What becomes of a record that may or may not have arrived.
    """

    name: str
    kind: str
    takes: str
    url_from: str = field(repr=False)
    secret_from: str = field(default="", repr=False)
    rate: float = 10.0
    burst: int = 20
    max_bytes: int = 100_000
    records_per_request: int = 1
    lifetime_limit: int | None = None
    required_fields: tuple[str, ...] = ()
    doubts: str = AT_MOST_ONCE

    def url(self) -> str:
        """Its address. Never to be shown, logged or stored.

        Raises:
            IngestError: It cannot be had, or is none that a secret may be sent to.
        """
        url = _referred(self.name, "url", self.url_from)
        try:
            parts = urlsplit(url)
            host = parts.hostname or ""
            host.encode("idna"), parts.port  # a ValueError if they are none
            is_usable = bool(host and url.isprintable()) and (
                parts.scheme == "https" or (parts.scheme == "http" and host in _LOOPBACK)
            )
        except ValueError:
            is_usable = False
        if not is_usable:
            raise IngestError(
                f"what {self.url_from} says is no https address",
                where=f"destination {self.name}",
                hint="put the address of the webhook there",
            )
        return url

    def headers(self) -> dict[str, str]:
        """What goes with each request, the secret included. Never to be shown, logged or stored.

        Raises:
            IngestError: The secret cannot be had.
        """
        if not self.secret_from:
            return {}
        header, before = KINDS[self.kind]
        secret = _referred(self.name, "secret", self.secret_from)
        if not (secret.isascii() and secret.isprintable()):
            raise IngestError(
                f"what {self.secret_from} says cannot be sent in a header",
                where=f"destination {self.name}",
                hint="put the secret alone there, on one line",
            )
        return {header: before + secret}

    def missing(self, body: Mapping[str, object]) -> list[str]:
        """The required fields that a record lacks: absent, null or blank."""
        return [name for name in self.required_fields if _is_blank(body.get(name))]


def load_destinations(folder: Path | None = None) -> dict[str, Destination]:
    """Read the reviewed list, by default that of the project; by name.

    Raises:
        IngestError: The CSV is missing or a cell is not what it should be; with file and line.
    """
    path = (folder or seeds_dir() / "registry") / _FILE_NAME
    found: dict[str, Destination] = {}
    for where, row in seed_rows(path, _REQUIRED):
        if row["name"] in found:
            raise IngestError(f"destination {row['name']} stands there twice", where=where)
        found[row["name"]] = _destination(where, row)
    return found


def find_destination(name: str, takes: str) -> Destination:
    """The destination of this name.

    Raises:
        IngestError: There is none, or it takes other records.
    """
    known = load_destinations()
    found = known.get(trim(name))
    if found is None:
        names = ", ".join(known) or "none"
        raise IngestError(
            f"unknown destination {name!r}{did_you_mean(name, known)}; known are {names}",
            hint=f"a destination is a line of seeds/registry/{_FILE_NAME}",
        )
    if found.takes != takes:
        raise IngestError(f"destination {found.name} takes {found.takes}, not {takes}")
    return found


def _destination(where: str, row: Mapping[str, str]) -> Destination:
    def refuse(column: str, right: str) -> IngestError:
        return IngestError(f"{column} is {row.get(column, '')!r}; write {right}", where=where)

    def number(column: str) -> int:
        if not _NUMBER.fullmatch(row[column]) or int(row[column]) < 1:
            raise refuse(column, "a whole number from 1")
        return int(row[column])

    for column, values in (("kind", KINDS), ("takes", TAKES), ("doubts", _POLICIES)):
        if row[column] not in values:
            raise refuse(column, f"one of {', '.join(values)}")
    for column in ("url_from", "secret_from"):
        if row.get(column) and not _REFERENCE.fullmatch(row[column]):
            raise refuse(column, "env: and the name of a variable, or file: and a path")
    if not _RATE.fullmatch(row["rate"]) or float(row["rate"]) <= 0:
        raise refuse("rate", "records a second, such as 10 or 0.5")
    burst, per_request = number("burst"), number("records_per_request")
    if burst < per_request:
        raise refuse("burst", f"at least the records of one request, {per_request}")
    return Destination(
        name=row["name"],
        kind=row["kind"],
        takes=row["takes"],
        url_from=row["url_from"],
        secret_from=row.get("secret_from", ""),
        rate=float(row["rate"]),
        burst=burst,
        max_bytes=number("max_bytes"),
        records_per_request=per_request,
        lifetime_limit=number("lifetime_limit") if row.get("lifetime_limit") else None,
        required_fields=tuple(row["required_fields"].split()),
        doubts=row["doubts"],
    )


_POLICIES = (AT_MOST_ONCE, AT_LEAST_ONCE)


def _referred(name: str, what: str, reference: str) -> str:
    """What a reference leads to; the text says where it was looked for, never what is there."""
    place, _, where = reference.partition(":")
    try:
        found = os.environ.get(where) if place == "env" else Path(where).expanduser().read_text()
    except (OSError, ValueError):
        found = None
    if not found or not trim(found):
        is_env = place == "env"
        raise IngestError(
            f"its {what} is not there: {'variable' if is_env else 'file'} {where} is missing, "
            f"{'' if is_env else 'not readable '}or empty",
            where=f"destination {name}",
            hint=f"set {where}" if is_env else f"write the {what} into that file",
        )
    return trim(found)


def _is_blank(value: object) -> bool:
    return value is None or (isinstance(value, str) and not trim(value))
