"""Writes the page of all tables: what they are made of, and by which keys they meet.

Everything comes from dbt's manifest. A box is a source table or a model, an arrow of a flowchart a
dependency, a line between tables a `relationships` test. Seeds are left out. A model that is no
table itself is passed through: whoever reads it is made of what it reads.

Usage: python docs/er_diagram.py MANIFEST PAGE
"""  # noqa: INP001 - a tool, run by `make docs`

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

LAYERS = ("raw", "extracted", "core", "reference", "api")
HEAD = """\
# Tables

Made from the project by `make docs`. In a flowchart an arrow leads from a table to what is made of
it. In a diagram of keys a line is named for a column and leads to the table that holds every value
of it; UK are columns that are unique, alone or together with the others marked so. Seeds are left
out. Every column with its description: `make docs`, then `target/static_index.html`.
"""


def page(manifest: dict[str, Any]) -> Iterator[str]:
    """The lines of the page, layer by layer; the same project always gives the same ones."""
    tables = {
        key: (node["schema"], node.get("identifier") or node["alias"], node)
        for key, node in sorted((manifest["nodes"] | manifest["sources"]).items())
        if node["resource_type"] in ("model", "source")
        and node["schema"] in LAYERS
        and node.get("config", {}).get("materialized") != "ephemeral"
    }
    unique, links = keys(manifest["nodes"].values(), tables)
    passed = {
        key: node["depends_on"]["nodes"]
        for key, node in manifest["nodes"].items()
        if node["resource_type"] == "model" and key not in tables
    }
    yield HEAD
    for layer in LAYERS:
        own = {key for key, (schema, _, _) in tables.items() if schema == layer}
        yield f"## {layer}\n"
        if layer != "raw":
            yield from ("```mermaid", "flowchart LR", *flow(own, tables, passed), "```\n")
        kept = [link for link in links if link[0] in own]
        yield from ("```mermaid", "erDiagram", *relations(own, tables, unique, kept), "```\n")


def keys(nodes: Iterable[Any], tables: dict[str, Any]) -> tuple[set[Any], list[tuple[str, ...]]]:
    """Unique columns as (table, column); links as (table, column, table referred to, column)."""
    unique, links = set(), []
    for node in nodes:
        test = node.get("test_metadata") or {"name": None}
        read = [key for key in node.get("depends_on", {}).get("nodes", ()) if key in tables]
        if test["name"] == "columns_hold":
            columns = re.findall(r"\w+", str(test["kwargs"].get("unique", "")))
            unique |= {(key, column) for key in read for column in columns}
        elif test["name"] == "relationships" and read:
            # dbt names the table that is referred to first, and one that refers to itself once
            links.append((read[-1], node["column_name"], read[0], test["kwargs"]["field"]))
    return unique, sorted(links)


def flow(own: set[str], tables: dict[str, Any], passed: dict[str, list[str]]) -> Iterator[str]:
    """What each table of a layer is made of, in a box a layer."""

    def read_by(nodes: Iterable[str]) -> Iterator[str]:
        for key in nodes:
            if key in tables:
                yield key
            else:
                yield from read_by(passed.get(key, ()))

    made = {
        key: sorted({*read_by(tables[key][2].get("depends_on", {"nodes": []})["nodes"])})
        for key in own
    }
    drawn = own.union(*made.values())
    for layer in LAYERS:
        if inside := [tables[key][1] for key in tables if key in drawn and tables[key][0] == layer]:
            yield f"    subgraph {layer}"
            yield from (f'        {layer}.{name}["{name}"]' for name in inside)
            yield "    end"
    for key in sorted(own):
        for above in made[key]:
            yield "    {}.{} --> {}.{}".format(*tables[above][:2], *tables[key][:2])


def relations(
    own: set[str], tables: dict[str, Any], unique: set[Any], links: list[tuple[str, ...]]
) -> Iterator[str]:
    """The keys of a layer's tables, and the tables they lead to."""
    refers, referred = {link[:2] for link in links}, {link[2:] for link in links}
    yield "    direction LR"
    for key in [key for key in tables if key in own.union(parent for _, _, parent, _ in links)]:
        yield '    "{}.{}" {{'.format(*tables[key][:2])
        for column, said in tables[key][2]["columns"].items():
            marks = ["UK"] * ((key, column) in unique) + ["FK"] * ((key, column) in refers)
            if marks or (key, column) in referred:
                yield f"        {said['data_type']} {column} {', '.join(marks)}".rstrip()
        yield "    }"
    for child, column, parent, _ in links:
        ends = (*tables[child][:2], *tables[parent][:2])
        yield '    "{}.{}" }}o--|| "{}.{}" : {}'.format(*ends, column)


if __name__ == "__main__":
    described, written = map(Path, sys.argv[1:3])
    lines = page(json.loads(described.read_text(encoding="utf-8")))
    written.write_text("\n".join(lines), encoding="utf-8")
