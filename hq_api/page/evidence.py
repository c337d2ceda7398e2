"""The values of one company or person, where each comes from, and what else is said."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from hq_api.page.reading import Reader, Row, Section

_MOST_STATEMENTS = 500


@dataclass
class Attribute:
    """What is said of one attribute.

    Args:
        name: The attribute.
        statements: What is said, what was chosen first.
    """

    name: str
    statements: list[Row] = field(default_factory=list)

    @property
    def chosen(self) -> Row | None:
        """The statement that the value was taken from."""
        return next((s for s in self.statements if s["is_chosen"]), None)

    @property
    def otherwise(self) -> int:
        """How many statements say something else than the chosen one."""
        chosen = self.chosen
        if chosen is None:
            return len(self.statements)
        return sum(s["value"] != chosen["value"] for s in self.statements)


@dataclass(frozen=True)
class Value:
    """One value of a company or person.

    Args:
        name: The column.
        value: What it says.
        hint: What the column holds.
        attribute: What is said of it; None for what is derived.
    """

    name: str
    value: object
    hint: str
    attribute: Attribute | None


@dataclass(frozen=True)
class Dossier:
    """All values and statements.

    Args:
        values: The values that are known, in order.
        unknown: The names of those that are not.
        attributes: What is said, by attribute.
        section: The statements as they were read.
        reasons: What the reasons mean.
    """

    values: Sequence[Value]
    unknown: Sequence[str]
    attributes: Sequence[Attribute]
    section: Section
    reasons: str


async def read_statements(reader: Reader, of: str, key: str) -> Section:
    """Everything that is said of a company or person, what was chosen first."""
    return await reader.part(
        of,
        "evidence",
        key,
        order=("-is_chosen", "attribute", "rank", "-received_at"),
        limit=_MOST_STATEMENTS,
    )


def dossier(
    reader: Reader,
    of: str,
    row: Row,
    statements: Section,
    *,
    without: Iterable[str],
    said_as: dict[str, str] | None = None,
) -> Dossier:
    """The values of a row with what is said of them.

    Args:
        reader: Who looks.
        of: companies or people.
        row: The row.
        statements: What is said of it.
        without: Columns that are shown elsewhere.
        said_as: The attribute of a column, where it has another name.
    """
    by_name: dict[str, Attribute] = {}
    for statement in statements.rows:
        name = statement["attribute"]
        by_name.setdefault(name, Attribute(name)).statements.append(statement)
    said_as, left_out = said_as or {}, set(without)
    columns = reader.service.resources[of].columns
    shown = [n for n in row if n not in left_out]
    return Dossier(
        values=[
            Value(n, row[n], columns[n].description, by_name.get(said_as.get(n, n)))
            for n in shown
            if row[n] is not None
        ],
        unknown=[n for n in shown if row[n] is None],
        attributes=[by_name[name] for name in sorted(by_name)],
        section=statements,
        reasons=reader.service.resources["evidence"].columns["reason"].description,
    )
