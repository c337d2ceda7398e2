"""How programs write a text into another one: a URL, an address, a pattern, JSON within JSON."""

from __future__ import annotations

import re


def for_like(text: str) -> str:
    """A text that stands for itself in a pattern of LIKE."""
    return re.sub(r"([\\%_])", r"\\\1", text)


def percent_encoded(slug: str) -> str:
    """The last part of a profile's address as browsers send it."""
    return "".join(
        c if c.isascii() else "".join(f"%{byte:02X}" for byte in c.encode()) for c in slug
    )


def with_ascii_host(email: str) -> str:
    """An address with the domain as mail programs send it."""
    local, _, host = email.rpartition("@")
    labels = (
        label if label.isascii() else f"xn--{label.encode('punycode').decode()}"
        for label in host.split(".")
    )
    return f"{local}@{'.'.join(labels)}"


def escaped_pattern(text: str) -> str:
    """A pattern of a text as JSON within a string of JSON may have it."""
    units = (
        re.escape(c) if c.isascii() else "".join(rf"\\+u{unit:04x}" for unit in _utf16(c))
        for c in text
    )
    return "".join(units)


def _utf16(character: str) -> list[int]:
    encoded = character.encode("utf-16-be")
    return [int.from_bytes(encoded[at : at + 2]) for at in range(0, len(encoded), 2)]


def ascii_part(text: str) -> str:
    """The longest piece without other letters: how those are spelled differs."""
    return max(re.findall(r"[!-~]+", text), key=len, default="")
