"""The SQL functions, and how tests call them."""

from __future__ import annotations

from typing import Any

from ingest.postgres.connection import Connection
from tests.support.cases import forms

FUNCTIONS = forms()
OF_TEXT = [name for name in FUNCTIONS if name != "payload_object"]


def call(db: Connection, function: str, inputs: list[Any], written: str = "{}") -> list[Any]:
    """Results of a function for a list of texts, in one query."""
    argument = "value::jsonb" if function == "payload_object" else "value"
    called = written.format(f"reference.{function}({argument})")
    query = (
        f"select {called} from unnest(%s::text[]) with ordinality as given (value, i) order by i"
    )
    return [row[0] for row in db.execute(query.encode(), (inputs,))]
