"""Values as a page shows them."""

from __future__ import annotations

from urllib.parse import urlsplit

_LONG = 220  # characters that are shown before the rest is folded away


def web_link(value: str | None) -> str | None:
    """The address that a value is, if a browser may follow it; payloads hold anything."""
    if not value or not value.isprintable():
        return None
    try:
        parts = urlsplit(value)
        is_web = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        return None
    return value if is_web else None


def number(value: float | None) -> str:
    """A number with its thousands apart."""
    return "" if value is None else f"{value:,}"


def words(name: str) -> str:
    """The name of a column in words."""
    return name.replace("_", " ").replace("linkedin", "LinkedIn").replace("url", "address")


def shortened(value: object) -> str | None:
    """The beginning of a long text; None for one that is shown as it is."""
    text = str(value)
    if len(text) <= _LONG:
        return None
    return text[:_LONG].rstrip() + " …"
