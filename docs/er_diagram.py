"""Draws the warehouse: its tables, their keys, and who refers to whom, as one SVG.

Everything comes from dbt's manifest. A box is a source table or a model, a line is a
`relationships` test; listed are the columns that are unique, alone or together with others, and
those that lines begin or end at. Seeds are left out. The same project always gives the same bytes.

Usage: python docs/er_diagram.py MANIFEST SVG
"""  # noqa: INP001 - a tool, run by `make docs`

from __future__ import annotations

import json
import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from statistics import fmean
from typing import Any, NamedTuple

# the columns of the picture, each a stack of schemas
STACKS = (("raw",), ("extracted",), ("core", "reference"), ("api",))
# on which side of a stack its inner lines run: left (-1) or right (1), where few others end
SIDES = (-1, 1, -1, 1)
ROLES = {
    "raw": "as received, and the ledger",
    "extracted": "typed, from the winning payload",
    "core": "one row per company, per person",
    "reference": "target profiles and customers",
    "api": "the answers (views)",
}

# all in pixels
CHAR, TITLE, ROW, FOOT = 7.3, 24, 16, 6  # CHAR: a letter of 12 px, monospace
GAP, HEADING, MARGIN, BETWEEN = 12, 46, 24, 80
MOST_GAP = 34
TRUNK, STEP, BEND = 14, 7, 5  # distance of the first trunk from its boxes, of the next, its corners
LEGEND = 34

LIGHT = {"page": "#fff", "frame": "#d0d7de", "box": "#f6f8fa", "edge": "#c4ccd4",
         "text": "#1f2328", "note": "#59636e", "raw": "#57606a", "extracted": "#0a7f7b",
         "core": "#bc4c00", "reference": "#8250df", "api": "#0969da"}  # fmt: skip
DARK = {"page": "#0d1117", "frame": "#30363d", "box": "#161b22", "edge": "#3d444d",
        "text": "#e6edf3", "note": "#9198a1", "raw": "#9198a1", "extracted": "#39c5bb",
        "core": "#f0883e", "reference": "#bc8cff", "api": "#58a6ff"}  # fmt: skip
SHAPES = """\
text{font:12px ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace}
.title{font-weight:700}.schema{font-weight:700;font-size:16px}.note{font-size:11px}
.line{fill:none;stroke-width:1.3;opacity:.8}.open{fill:none;stroke-width:1.2}
"""


def _colours(colours: dict[str, str]) -> str:
    """CSS without variables, which some programs that show SVG do not know."""
    lines = [
        ".page{{fill:{page};stroke:{frame}}}.box{{fill:{box};stroke:{edge}}}",
        "text{{fill:{text}}}.note{{fill:{note}}}",
    ]
    of_schema = ".{0} .line,.{0} .open{{{{stroke:{{{0}}}}}}}.{0} .full{{{{fill:{{{0}}}}}}}"
    lines += [of_schema.format(schema) for schema in ROLES]
    return "\n".join(lines).format(**colours) + "\n"


STYLE = f"{SHAPES}{_colours(LIGHT)}@media(prefers-color-scheme:dark){{\n{_colours(DARK)}}}"


@dataclass
class Table:
    """A box: a table, its listed columns (name -> how it is unique), and where it stands."""

    schema: str
    name: str
    columns: dict[str, str] = field(default_factory=dict)
    x: float = 0
    y: float = 0
    width: float = 0

    @property
    def height(self) -> int:
        """Height of the box, in pixels."""
        return TITLE + ROW * len(self.columns) + FOOT

    def row(self, column: str) -> float:
        """Where the middle of a column's line is."""
        return self.y + TITLE + ROW * (list(self.columns).index(column) + 0.5)


class Link(NamedTuple):
    """A relationships test: every value of the child's column is one of the parent's."""

    child: Table
    column: str
    parent: Table
    parent_column: str


def read(manifest: dict[str, Any]) -> tuple[list[Table], list[Link]]:
    """The tables and links of a manifest, in the order of their names."""
    shown = {name for stack in STACKS for name in stack}
    nodes = {**manifest["nodes"], **manifest["sources"]}
    tables: dict[str, Table] = {}
    by_name: dict[tuple[str, ...], str] = {}
    for key, node in sorted(nodes.items()):
        if node["resource_type"] in ("model", "source") and node["schema"] in shown:
            source = node["resource_type"] == "source"
            tables[key] = Table(node["schema"], node["identifier" if source else "alias"])
            by_name[(node["source_name"], node["name"]) if source else (node["name"],)] = key
    marks: dict[tuple[str, str], str] = {}
    ends: set[tuple[str, str, str, str]] = set()
    for node in manifest["nodes"].values():
        test = node.get("test_metadata") or {"name": None, "kwargs": {}}
        key = by_name.get(_named(test["kwargs"].get("model", "")), "")
        if test["name"] == "unique":
            marks[key, node["column_name"]] = "full"
        elif test["name"] == "unique_combination":
            for column in re.findall(r"\w+", " ".join(test["kwargs"]["columns"])):
                marks.setdefault((key, column), "open")
        elif test["name"] == "relationships":
            parent = by_name.get(_named(test["kwargs"]["to"]), "")
            ends.add((key, node["column_name"], parent, test["kwargs"]["field"]))
    ends = {end for end in ends if end[0] in tables and end[2] in tables}
    used = {end[:2] for end in ends} | {end[2:] for end in ends} | marks.keys()
    for key, table in tables.items():
        columns = [column for column in nodes[key]["columns"] if (key, column) in used]
        table.columns = {column: marks.get((key, column), "") for column in columns}
    return list(tables.values()), [Link(tables[a], b, tables[c], d) for a, b, c, d in sorted(ends)]


def _named(reference: str) -> tuple[str, ...]:
    """The names in `ref('...')` or `source('...', '...')`, wherever it stands in a text."""
    found = re.search(r"(?:ref|source)\(([^)]*)\)", reference)
    return tuple(re.findall(r"['\"]([^'\"]+)['\"]", found[1])) if found else ()


def arrange(tables: list[Table], links: list[Link]) -> tuple[float, float]:
    """Give every table its place; gives back the width and height of the whole.

    Tables take turns at moving to where those they are linked with stand, until lines cross
    little. Then shorter stacks are spread over the height of the longest.
    """
    stacks = [[t for name in stack for t in tables if t.schema == name] for stack in STACKS]
    x = float(MARGIN)
    for number, stack in enumerate(stacks):
        # trunks stand in the room between the stacks, or in the margin
        x += BETWEEN if number else TRUNK + STEP
        width = max(max(len(t.name), *(len(c) + 3 for c in t.columns), 0) for t in stack)
        for table in stack:
            table.x, table.width = x, width * CHAR + 20
        x += stack[0].width
    for turn in range(24):
        stack = stacks[turn % len(stacks)]
        wishes = {id(table): _wish(table, links) for table in stack}
        # within its stack a schema keeps its place
        stack.sort(key=lambda t: (list(ROLES).index(t.schema), wishes[id(t)], t.name))
        _pile(stack, GAP)
    bottom = max(stack[-1].y + stack[-1].height for stack in stacks)
    for stack in stacks:
        spare = bottom - stack[-1].y - stack[-1].height
        _pile(stack, min(MOST_GAP, GAP + spare / max(1, len(stack) - 1)))
    return x + MARGIN, bottom + LEGEND + MARGIN


def _pile(stack: list[Table], gap: float) -> None:
    y, schema = float(MARGIN), ""
    for table in stack:
        if table.schema != schema:
            y += HEADING
        table.y, schema = y, table.schema
        y += table.height + gap


def _wish(table: Table, links: list[Link]) -> float:
    """The height at which a table would like to stand."""
    parents = [k.parent for k in links if k.child is table and k.parent is not table]
    leaders = [_across(parent, links) for parent in parents if parent.x == table.x]
    if any(leaders):  # right below the one of its stack that it belongs to
        return max(fmean(heights) for heights in leaders if heights) + 0.1
    if amid := _across(table, links):
        return fmean(amid)
    # what a stack refers to leads it; what has to do with nobody closes it
    is_root = not parents and any(link.parent is table for link in links)
    return float("-inf") if is_root else float("inf")


def _across(table: Table, links: list[Link]) -> list[float]:
    """The heights of what a table is linked with in other stacks."""
    curves = [link for link in links if link.child.x != link.parent.x]
    return [
        *(link.parent.row(link.parent_column) for link in curves if link.child is table),
        *(link.child.row(link.column) for link in curves if link.parent is table),
    ]


def draw(tables: list[Table], links: list[Link]) -> str:
    """The picture as SVG."""
    width, height = arrange(tables, links)
    w, h = round(width), round(height)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{w}" height="{h}" viewBox="0 0 {w} {h}">',
        "<title>The tables of the warehouse and how they refer to each other</title>",
        f"<style>{STYLE}</style>",
        f'<rect class="page" x=".5" y=".5" width="{w - 1}" height="{h - 1}" rx="8"/>',
        *_lines(links),
        *(part for table in tables for part in _box(table)),
        *(part for schema in ROLES for part in _heading(schema, tables)),
        *_legend(height - MARGIN),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _heading(schema: str, tables: list[Table]) -> Iterator[str]:
    first = min((t for t in tables if t.schema == schema), key=lambda t: t.y)
    yield f'<text class="schema" x="{first.x:.0f}" y="{first.y - 26:.0f}">{schema}</text>'
    yield f'<text class="note" x="{first.x:.0f}" y="{first.y - 10:.0f}">{ROLES[schema]}</text>'


def _box(table: Table) -> Iterator[str]:
    x, y = round(table.x), round(table.y)
    size = f'width="{table.width:.0f}" height="{table.height}"'
    yield f'<g class="{table.schema}"><rect class="box" x="{x}" y="{y}" {size} rx="4"/>'
    yield f'<rect class="full" x="{x}" y="{y}" width="{table.width:.0f}" height="3" rx="1.5"/>'
    yield f'<text class="title" x="{x + 10}" y="{y + 17}">{table.name}</text>'
    for column, mark in table.columns.items():
        middle = round(table.row(column))
        if mark:
            yield _diamond(x + 14, middle, mark)
        yield f'<text x="{x + 24}" y="{middle + 4}">{column}</text>'
    yield "</g>"


def _diamond(x: float, y: float, mark: str) -> str:
    return f'<path class="{mark}" d="M{x - 4} {y}l4 -4 4 4 -4 4z"/>'


def _lines(links: list[Link]) -> Iterator[str]:
    """Curves between the stacks; within one, lines to the same column share a trunk."""
    stacks = sorted({link.child.x for link in links} | {link.parent.x for link in links})
    trunks: dict[float, list[float]] = defaultdict(list)
    for link in links:
        end = link.parent.row(link.parent_column)
        if link.child.x != link.parent.x:
            toward = 1 if link.parent.x < link.child.x else -1
            yield _line(link, toward, _curve(link, toward))
            continue
        if end not in trunks[link.parent.x]:
            trunks[link.parent.x].append(end)
        distance = TRUNK + STEP * trunks[link.parent.x].index(end)
        side = SIDES[stacks.index(link.parent.x)]
        yield _line(link, side, _trunk(link, side, distance))


def _edge(table: Table, side: int) -> float:
    return round(table.x + table.width if side > 0 else table.x)


def _curve(link: Link, side: int) -> str:
    """From a side of the child to the facing side of the parent, which is `side`."""
    x1, y1 = _edge(link.child, -side), round(link.child.row(link.column))
    x2, y2 = _edge(link.parent, side) + 6 * side, round(link.parent.row(link.parent_column))
    pull = round(abs(x1 - x2) * 0.5) * side
    return f"M{x1} {y1}C{x1 - pull} {y1} {x2 + pull} {y2} {x2} {y2}"


def _trunk(link: Link, side: int, distance: int) -> str:
    """Out of the child, along the stack, into the parent on the same side."""
    x1, y1 = _edge(link.child, side), round(link.child.row(link.column))
    x2, y2 = _edge(link.parent, side) + 6 * side, round(link.parent.row(link.parent_column))
    trunk = (max if side > 0 else min)(x1, x2) + distance * side
    down = BEND if y2 > y1 else -BEND
    return (
        f"M{x1} {y1}H{trunk - BEND * side}q{BEND * side} 0 {BEND * side} {down}"
        f"V{y2 - down}q0 {down} {-BEND * side} {down}H{x2}"
    )


def _line(link: Link, side: int, path: str) -> str:
    """A line with its tip, which touches the parent's box on a side, and its words on hovering."""
    ends = (link.child, link.column), (link.parent, link.parent_column)
    words = " → ".join(f"{table.schema}.{table.name}.{column}" for table, column in ends)
    tip = f"M{_edge(link.parent, side)} {round(link.parent.row(link.parent_column))}"
    return (
        f'<g class="{link.parent.schema}"><title>{words}</title>'
        f'<path class="line" d="{path}"/>'
        f'<path class="full" d="{tip}l{7 * side} -4v8z"/></g>'
    )


def _legend(y: float) -> Iterator[str]:
    x = MARGIN + TRUNK + STEP
    yield f'<g class="raw">{_diamond(x + 4, y - 4, "full")}{_diamond(x + 84, y - 4, "open")}'
    yield f'<path class="line" d="M{x + 236} {y - 4}h24"/>'
    yield f'<path class="full" d="M{x + 267} {y - 4}l-7 -4v8z"/></g>'
    words = {
        14: "unique",
        94: "unique together",
        275: "every value is one of that column's",
        560: "core and extracted meet by domain and by linkedin_url; seeds are left out",
    }
    for distance, text in words.items():
        yield f'<text class="note" x="{x + distance}" y="{y}">{text}</text>'


def main() -> None:
    """Read the manifest named first, write the picture named second."""
    manifest, picture = map(Path, sys.argv[1:3])
    tables, links = read(json.loads(manifest.read_text(encoding="utf-8")))
    picture.parent.mkdir(parents=True, exist_ok=True)
    picture.write_text(draw(tables, links), encoding="utf-8")


if __name__ == "__main__":
    main()
