"""The key of tombstones: a file outside of the database, brought to a session as its options.

The file has a line for each key, ``VERSION HEX``: a number, and 32 bytes in hexadecimal. New
tombstones are made with the highest version; those below it stay as long as tombstones name them.
A session gets the two padded blocks that HMAC-SHA-256 hashes (RFC 2104), so that SQL needs no
arithmetic on bytes; they are as secret as the key.
"""

from __future__ import annotations

import os
import re
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from ingest.errors import IngestError
from ingest.project import postgres_dir

VARIABLE = "HQ_PRIVACY_KEY_FILE"
_CANNOT_TELL = "HQ001"  # raised by functions of privacy, where there are tombstones and no key
_BLOCK = 64  # bytes that SHA-256 takes at a time
_INNER, _OUTER = 0x36, 0x5C
_LINE = re.compile(r"(\d{1,9})\s+([0-9a-fA-F]{64})")


def key_file(*, embedded: bool) -> Path | None:
    """Where the key is: as ``HQ_PRIVACY_KEY_FILE`` says, else beside the embedded server's data."""
    named = os.environ.get(VARIABLE)
    if named:
        return Path(named).expanduser()
    return postgres_dir() / "privacy.key" if embedded else None


def keys(path: Path) -> dict[int, bytes]:
    """The keys of a file by version; none if there is no such file.

    Raises:
        IngestError: It cannot be read, is no key file, or others may read it.
    """
    try:
        mode = path.stat().st_mode
        text = path.read_text(encoding="ascii")
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as fault:
        words = fault.strerror if isinstance(fault, OSError) else "it is no key file"
        raise IngestError(
            f"the key of the tombstones cannot be read: {words}", where=str(path)
        ) from fault
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise IngestError(
            "others may read the key of the tombstones", where=str(path), hint=f"chmod 600 {path}"
        )
    found = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        match = _LINE.fullmatch(line.strip())
        if match is None or int(match[1]) in found:
            raise IngestError(
                "not a key: a line is a number of its own and 64 hexadecimal digits",
                where=f"{path}:{number}",
            )
        found[int(match[1])] = bytes.fromhex(match[2])
    return found


def make(path: Path) -> None:
    """Write a first key that nobody but its owner may read.

    Raises:
        IngestError: It cannot be written.
    """
    line = f"1 {secrets.token_hex(32)}\n"
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, stat.S_IRUSR | stat.S_IWUSR)
    except FileExistsError:
        return  # somebody was quicker
    except OSError as fault:
        raise IngestError(
            f"the key of the tombstones cannot be written: {fault.strerror}", where=str(path)
        ) from fault
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(line)
        file.flush()
        os.fsync(handle)


def settings(found: dict[int, bytes]) -> dict[str, str]:
    """What a session is told of keys: names and values of settings; nothing if there are none."""
    if not found:
        return {}
    newest, *older = sorted(found, reverse=True)
    told = {"hq.privacy_key": _blocks(found[newest]), "hq.privacy_version": str(newest)}
    if older:
        told["hq.privacy_older"] = " ".join(_blocks(found[version]) for version in older)
    return told


def with_key(parameters: dict[str, str], *, embedded: bool) -> dict[str, str]:
    """Parameters of libpq with the key among the session's options, where there is one.

    Raises:
        IngestError: The file of the key cannot be used.
    """
    path = key_file(embedded=embedded)
    told = settings(keys(path)) if path else {}
    if not told:
        return parameters
    words = [f"-c {name}={value.replace(' ', chr(92) + ' ')}" for name, value in told.items()]
    return {**parameters, "options": " ".join([parameters.get("options", ""), *words]).strip()}


def _blocks(key: bytes) -> str:
    padded = key.ljust(_BLOCK, b"\0")
    return "".join(bytes(byte ^ pad for byte in padded).hex() for pad in (_INNER, _OUTER))


@contextmanager
def telling_whom(consequence: str) -> Iterator[None]:
    """Statements that have to tell the suppressed, who cannot be told without the key.

    Args:
        consequence: What was not done, for the refusal.

    Raises:
        IngestError: People are suppressed, and this session cannot tell whom.
    """
    try:
        yield
    except psycopg.Error as fault:
        if fault.sqlstate != _CANNOT_TELL:
            raise
        what, _, hint = (fault.diag.message_primary or "").rpartition("; ")
        raise IngestError(f"{what}; {consequence}", hint=hint) from fault
