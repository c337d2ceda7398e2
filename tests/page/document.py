"""A page as a reader has it: its words, links, tables and what it would load or run."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

# elements without an end
_VOID = {"meta", "link", "input", "br", "img"}


@dataclass
class Element:
    """One element with what is in it."""

    tag: str
    attributes: dict[str, str]
    inside: list[Element | str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """Its words, blanks as one."""
        words = "".join(i if isinstance(i, str) else f" {i.text} " for i in self.inside)
        return " ".join(words.split())

    def all(self, tag: str, **attributes: str) -> list[Element]:
        """The elements of a kind in it, in order."""
        found = []
        for inner in self.inside:
            if isinstance(inner, Element):
                if inner.tag == tag and attributes.items() <= inner.attributes.items():
                    found.append(inner)
                found += inner.all(tag, **attributes)
        return found

    def one(self, tag: str, **attributes: str) -> Element:
        """The only element of a kind in it."""
        found = self.all(tag, **attributes)
        assert len(found) == 1, f"{len(found)} of {tag} {attributes}"
        return found[0]

    def everything(self) -> list[Element]:
        """All elements in it."""
        inner = [i for i in self.inside if isinstance(i, Element)]
        return [e for i in inner for e in (i, *i.everything())]

    def rows(self) -> list[list[str]]:
        """The words of the cells of a table, a row of its body after the other."""
        return [
            [cell.text for cell in row.everything() if cell.tag in ("td", "th")]
            for body in self.all("tbody")
            for row in body.all("tr")
        ]

    def links(self) -> dict[str, str]:
        """Where the links lead, by their words."""
        return {a.text: a.attributes["href"] for a in self.all("a")}


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Element("", {})
        self._open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs})
        self._open[-1].inside.append(element)
        if tag not in _VOID:
            self._open.append(element)

    def handle_endtag(self, tag: str) -> None:
        assert self._open[-1].tag == tag, f"</{tag}> closes {self._open[-1].tag}"
        self._open.pop()

    def handle_data(self, data: str) -> None:
        self._open[-1].inside.append(data)


def read(text: str) -> Element:
    """The elements of a page, whose tags have to match."""
    reader = _Reader()
    reader.feed(text)
    reader.close()
    assert reader._open == [reader.root], "elements are left open"
    return reader.root
