"""No text is too much for a function: what it takes grows as the text does.

Nothing is timed here, for a busy machine would fail it: a call is cancelled that takes a hundred
times what a text of its size may take, which is what growth with the square of the size comes to.
`bench/functions.py` measures.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from ingest.postgres.connection import Connection, connect
from ingest.privacy import tombstones
from ingest.privacy.tombstones import Scope
from tests.support.adversarial import SAMPLE, TEXTS, Slot, Text, drive, slots
from tests.support.privacy import with_new_key

_LARGE = 300_000  # bytes
_MEGABYTE = 1_000_000


@pytest.fixture
def functions(functions: Connection, tmp_path: Path) -> Iterator[Connection]:
    """With somebody erased, of whom everything is looked for in texts."""
    assert functions
    with with_new_key(tmp_path), connect() as conn:
        conn.autocommit = True
        identifiers = [("linkedin", "ada-1"), ("phone", "15550100"), ("name", "ada lintel")]
        tombstones.write(conn, identifiers, Scope.ERASED, "case")
        yield conn


def failures(conn: Connection, texts: list[Text], size: int) -> list[str]:
    """The calls that were cancelled or raised something, the first of each argument."""
    conn.autocommit = True
    # 100 kB may take 50 milliseconds
    conn.execute(f"set statement_timeout = {max(size, 100_000) * 100 // 2_000}".encode())
    return [failed for slot in slots(conn) if (failed := _failure(conn, slot, texts, size))]


def _failure(conn: Connection, slot: Slot, texts: list[Text], size: int) -> str | None:
    for text in texts:
        try:
            drive(conn, slot, text, size)
        except psycopg.Error as raised:
            return f"{slot.function} ({slot.form}) of {text}: {raised}"
    return None


def test_every_function_of_texts_is_driven(functions: Connection) -> None:
    declared = functions.execute(
        "select n.nspname || '.' || p.proname"
        " from pg_proc as p inner join pg_namespace as n on n.oid = p.pronamespace"
        " where n.nspname in ('raw', 'extracted', 'core', 'reference', 'api', 'privacy')"
        " and not (n.nspname = 'privacy' and 'v' = p.provolatile)"
        " and not (n.nspname = 'privacy' and 'record'::regtype = p.prorettype)"
        " and p.proargtypes::oid[] && array['text', 'text[]', 'jsonb']::regtype[]::oid[]"
    ).fetchall()
    assert {slot.function for slot in slots(functions)} == {name for (name,) in declared}


@pytest.mark.long
def test_a_large_text_takes_no_function_long(functions: Connection) -> None:
    assert not failures(functions, SAMPLE, _LARGE)


# What is cut off at some size is not cut off below it.
@pytest.mark.long
@pytest.mark.parametrize("size", [500, 4_000, 20_000, _MEGABYTE])
def test_no_text_of_any_size_takes_a_function_long(functions: Connection, size: int) -> None:
    assert not failures(functions, TEXTS, size)
