"""What each role may do in each schema, and to which tables."""

from __future__ import annotations

from typing import Any

from tests.support.role_place import ANALYST, BUILDER, LOADER, PRIVACY, SENDER, SERVICE

SCHEMA_VERBS = ("usage", "create")
TABLE_VERBS = ("select", "insert", "update", "delete", "truncate", "references", "trigger")
ALL = "all tables"
ALL_BUT_KEYS = "all tables but those that only ingest and the service write"
ALL_BUT_OURS = "all tables but those and the sender's"
KEYS = {"migrations", "api_keys", "api_key_uses"}
OURS = {*KEYS, "outbound_deliveries", "outbound_destinations"}
SENT = {"email_waterfall_jobs", "outbound_deliveries", "outbound_destinations"}

# What a role may do in a schema, and to which tables. What does not stand here it may not.
OWNER = {"usage": True, "create": True, **dict.fromkeys(TABLE_VERBS, ALL)}
READER = {"usage": True, "select": ALL}
WRITER = {"usage": True, **dict.fromkeys(("select", "insert", "update", "delete"), ALL)}
MAY: dict[tuple[str, str], dict[str, Any]] = {
    (LOADER, "raw"): {
        "usage": True,
        "create": True,
        "select": ALL,
        "insert": ALL_BUT_OURS,
        "update": {"loads", "rejects", "idempotency_keys", "manual_company_customers"},
        "delete": {"loads", "idempotency_keys"},
    },
    (BUILDER, "raw"): READER,
    (BUILDER, "extracted"): OWNER,
    (BUILDER, "core"): OWNER,
    (BUILDER, "reference"): OWNER,
    (BUILDER, "api"): OWNER,
    (BUILDER, "marts"): OWNER,
    (ANALYST, "extracted"): READER,
    (ANALYST, "core"): READER,
    (ANALYST, "reference"): READER,
    (ANALYST, "api"): READER,
    (ANALYST, "marts"): READER,
    (SERVICE, "raw"): {
        "usage": True,
        "select": {"api_keys", "api_key_uses"},
        "insert": {"api_key_uses"},
        "update": {"api_key_uses"},
    },
    (SERVICE, "api"): READER,
    (SENDER, "raw"): {
        "usage": True,
        "select": {*SENT, "migrations", "salesnav_scrapes"},
        "insert": SENT,
        "update": SENT,
    },
    (SENDER, "api"): READER,
    (SENDER, "reference"): {"usage": True, "select": {"countries"}},
    (SERVICE, "reference"): {"usage": True, "select": {"countries"}},
    (SENDER, "privacy"): {"usage": True},
    (LOADER, "privacy"): {"usage": True},
    (BUILDER, "privacy"): {"usage": True, "select": {"tombstones", "erased_people"}},
    (PRIVACY, "privacy"): WRITER,
    (PRIVACY, "raw"): {
        "usage": True,
        "select": ALL,
        "insert": ALL_BUT_KEYS,
        "update": ALL_BUT_KEYS,
        "delete": ALL_BUT_KEYS,
    },
    (PRIVACY, "extracted"): WRITER,
    (PRIVACY, "core"): WRITER,
    (PRIVACY, "reference"): WRITER,
    (PRIVACY, "api"): WRITER,
    (PRIVACY, "marts"): WRITER,
}
