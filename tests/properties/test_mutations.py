"""The histories notice when the models are wrong: each mutant of the project must be caught.

They take long: `pytest -m long`. That each still applies is looked at in every run.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.properties.histories import EVERYTHING, thousands
from tests.properties.play import Stage
from tests.properties.projects import copied, merge_companies
from tests.properties.verdict import judge
from tests.support.warehouse import PROJECT

WORLD = 10
ENTITIES = 1_500

KEEP_BEST = "macros/incremental/keep_best.sql"
REPLACE_SET = "macros/incremental/replace_set.sql"
IS_UNSEEN = "functions/incremental/is_unseen.sql"
PAYLOADS, MENTIONS = "macros/payloads/winners.sql", "macros/entities/mentions.sql"
KINDS, READING = "macros/payloads/kinds.sql", "macros/payloads/reading.sql"
ISSUES = "macros/payloads/issues.sql"
COMPANY_MENTIONS, COMPANIES = "models/core/company_mentions.sql", "models/core/companies.sql"

# name: (file, what stands there, what the mutant has instead)
MUTANTS = {
    "what-commits-late-is-lost": (
        IS_UNSEEN,
        "not pg_visible_in_snapshot(written_by, seen)",
        "written_by >= pg_snapshot_xmax(seen)",
    ),
    # seen only while no transaction of another test is older than the late one
    "what-commits-last-of-all-is-lost": (
        IS_UNSEEN,
        "written_by >= pg_snapshot_xmin(seen)",
        "written_by > pg_snapshot_xmin(seen)",
    ),
    "last-refresh-does-not-count": (
        *(
            PAYLOADS,
            "order by _refreshed_at desc nulls last, _received_at",
            "order by _received_at",
        ),
    ),
    "a-missing-refresh-wins": (PAYLOADS, "_refreshed_at desc nulls last", "_refreshed_at desc"),
    "a-stored-payload-is-never-better": (
        *(KEEP_BEST, "or {{ payload_order('excluded') }} >= {{ payload_order('t') }}", "or true"),
    ),
    "what-arrived-earlier-wins": (PAYLOADS, "raw_payload_id desc\n", "raw_payload_id\n"),
    "the-first-receipt-is-forgotten": (KEEP_BEST, "s.created_at < t.created_at or", "false or"),
    "sets-only-grow": (REPLACE_SET, "t.{{ owner }} = o.{{ owner }}", "false"),
    "aliases-are-not-followed": (
        COMPANIES,
        "select a.canonical_domain\n    from touched_domains",
        "select a.domain\n    from touched_domains",
    ),
    "superseded-employers-are-forgotten": (
        COMPANY_MENTIONS,
        "select * from superseded_profiles",
        "select * from superseded_profiles where false",
    ),
    "ranks-are-turned-round": (MENTIONS, "        r.rank,\n", "        r.rank desc,\n"),
    "superseded-payloads-speak": (
        *(MENTIONS, "where is_current or not is_current_entity", "where true"),
    ),
    "a-corrected-profile-does-not-touch-its-companies": (
        *(COMPANIES, "where {{ is_new('e') }}", "where false"),
    ),
    "what-states-nothing-wins": (PAYLOADS, "where {{ states_something(kind, 'w.payload') }}", ""),
    "what-states-nothing-competes": (
        PAYLOADS,
        "where c.competitors = 1 or {{ states_something(kind, payload_of('r')) }}",
        "where true",
    ),
    "an-empty-list-is-no-value": (KINDS, "'strict $ ?", "'$ ?"),
    "any-workflow-is-read": (KINDS, "where w.model = '{{ model_name }}'", "where true"),
    "a-refresh-to-come-counts": (
        READING,
        "when {{ refreshed_at }} <= {{ received_at }} + interval '24 hours' then",
        "when true then",
    ),
    "only-winners-report-their-refresh": (
        ISSUES,
        "and {{ believed_refresh('r._refreshed_at', 'r._receipt') }} is null",
        "and r._is_winner and {{ believed_refresh('r._refreshed_at', 'r._receipt') }} is null",
    ),
    "json-is-text": ("functions/text/plain_text.sql", "then null\n", "then value\n"),
    "names-compare-letter-by-letter": (
        COMPANIES,
        "{{ function('comparing_form') }}(name) as _name_key",
        "name as _name_key",
    ),
    "any-label-ends-a-domain": (
        "macros/text/domains.sql",
        """{{ is_one_of("split_part(" ~ domain ~ ", '.', -1)", top_level_domains(), once) }}""",
        "true",
    ),
    "cells-of-feeds-are-not-reported": (
        ISSUES,
        "            not c.is_usable\n",
        "            false\n",
    ),
    "a-word-for-nothing-is-a-customer": (
        "functions/names/clean_name.sql",
        "then null\n",
        "then value\n",
    ),
}


@pytest.mark.parametrize("name", MUTANTS)
def test_a_mutant_applies_in_one_place(name: str) -> None:
    path, right, wrong = MUTANTS[name]
    assert (PROJECT / path).read_text(encoding="utf-8").count(right) == 1
    assert right != wrong


@pytest.fixture
def borrowed(stage: Stage) -> Iterator[Stage]:
    """The stage, brought back to the project as it is afterwards."""
    yield stage
    stage.rebuild("plain")


@pytest.mark.long
@pytest.mark.parametrize(
    "name",
    MUTANTS,
)
def test_a_mutant_is_caught(borrowed: Stage, tmp_path: Path, name: str) -> None:
    path, right, wrong = MUTANTS[name]
    project = copied(tmp_path / "mutant")
    merge_companies(project)
    project.replace(path, right, wrong)
    states = dict.fromkeys(borrowed.projects, project)
    mutant = Stage(borrowed.conn, states, tmp_path)
    mutant.rebuild("plain")
    faults = judge(mutant, thousands(EVERYTHING, WORLD, ENTITIES))
    assert faults != []
    assert not any(fault.kind.startswith("dbt fails") for fault in faults), "it runs"
