"""What a session is set to, whatever the server, the database, the role and PGOPTIONS say."""

from __future__ import annotations

from psycopg import sql

# Whatever could give a statement another meaning, or its result another form. dbt's transactions
# have the same settings (macros/runs/settings.sql); a test holds the two lists equal. Not here:
# what only takes longer (jit, work_mem), and whether the session may write, which is somebody's
# decision.
SETTINGS = {
    "quote_all_identifiers": "off",
    "search_path": "pg_catalog",
    "standard_conforming_strings": "on",
    "TimeZone": "UTC",
    "DateStyle": "ISO, MDY",
    "IntervalStyle": "postgres",
    "extra_float_digits": "1",
    "bytea_output": "hex",
    "array_nulls": "on",
    "transform_null_equals": "off",
}
# each of dbt's transactions says it for itself
_ISOLATION = {"default_transaction_isolation": "read committed"}


def settled() -> sql.Composed:
    """SQL that sets all of that for the rest of the session."""
    return sql.SQL("; ").join(
        sql.SQL("set {} to {}").format(sql.Identifier(name), sql.Literal(value))
        for name, value in (SETTINGS | _ISOLATION).items()
    )
