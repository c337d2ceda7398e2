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
PAYLOADS = "macros/payloads/winners.sql"
CHOOSING, POSITIONS = "macros/entities/choosing.sql", "macros/entities/positions.sql"
OBSERVATIONS = "macros/entities/observations.sql"
KINDS, READING = "macros/payloads/kinds.sql", "macros/payloads/reading.sql"
ISSUES = "macros/payloads/issues.sql"
COMPANIES, PEOPLE = "models/core/companies.sql", "models/core/people.sql"
PERSON_POSITIONS = "models/core/person_positions.sql"
POSITION_CHANGES = "models/core/position_changes.sql"
EMPLOYERS = "models/observed/company_by_profiles.sql"
EXPORTS = "models/observed/person_by_salesnav.sql"
CONTACTS = "models/core/person_contacts.sql"
CAREERS, SETS = "macros/entities/careers.sql", "macros/payloads/careers.sql"
RECEIVED = "macros/privacy/received.sql"
STATEMENTS = "models/observed/company_by_statements.sql"

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
    # what is observed
    "aliases-are-not-followed": (
        CHOOSING,
        "select a.canonical_domain as entity_key",
        "select a.domain as entity_key",
    ),
    "merged-domains-are-not-heard": (
        CHOOSING,
        "inner join {{ ref('company_aliases') }} as a on t.entity_key = a.canonical_domain",
        "inner join {{ ref('company_aliases') }} as a on false",
    ),
    "superseded-employers-are-forgotten": (
        EMPLOYERS,
        "from others as o\n",
        "from others as o limit 0\n",
    ),
    "what-states-nothing-is-observed": (
        OBSERVATIONS,
        "case when {{ states_something(kind, 'n.payload') }} then n.owner end as entity_key",
        "n.owner as entity_key",
    ),
    "a-headcount-gives-no-bucket": (
        *(OBSERVATIONS, "when h.number is null then h.headcount", "when true then h.headcount"),
    ),
    "export-times-do-not-count": (
        EXPORTS,
        "{{ believed_refresh('r.export_timestamp', receipt_of('r')) }} as refreshed_at",
        "null::timestamptz as refreshed_at",
    ),
    "an-export-from-the-future-counts": (
        EXPORTS,
        "{{ believed_refresh('r.export_timestamp', receipt_of('r')) }} as refreshed_at",
        "r.export_timestamp as refreshed_at",
    ),
    "any-word-is-an-e-mail-address": (
        "functions/addresses/email_address.sql",
        "and octet_length(value) <= 253\n",
        "or octet_length(value) <= 253\n",
    ),
    # what is chosen
    "null-overwrites": (
        *(CHOOSING, "filter (where o.{{ attribute }} is not null and ", "filter (where "),
    ),
    "the-lowest-rank-speaks": (*(CHOOSING, "o.place - r.rank", "o.place + r.rank"),),
    "ranks-are-turned-round": (
        CHOOSING,
        "    {{ rank }}, {{ row }}",
        "    {{ rank }} desc, {{ row }}",
    ),
    "one-rank-counts-for-all-attributes": (
        *(CHOOSING, "filter (where r.attribute = '{{ attribute }}')", "filter (where true)"),
    ),
    "the-choice-looks-at-receipts-alone": (
        *(CHOOSING, "{{ row }}.refreshed_at desc nulls last, ", ""),
    ),
    "a-missing-refresh-is-chosen": (
        *(CHOOSING, "{{ row }}.refreshed_at desc nulls last", "{{ row }}.refreshed_at desc"),
    ),
    "an-empty-list-overwrites-nothing": (
        "models/observed/company_by_firmographics.sql",
        "{{ text_array('p.specialties') }} as specialties",
        "nullif({{ text_array('p.specialties') }}, '{}') as specialties",
    ),
    "names-compare-letter-by-letter": (
        *(
            COMPANIES,
            "{{ function('comparing_form') }}(g.name) as _name_key",
            "g.name as _name_key",
        ),
    ),
    # which position counts
    "no-position-is-overtaken": (*(PERSON_POSITIONS, "where not c.is_overtaken", "where true"),),
    "a-later-start-is-enough": (
        *(POSITIONS, "and observed_at < max(observed_at)", "and 'epoch' < max(observed_at)"),
    ),
    "a-later-look-is-enough": (*(POSITIONS, "and 1 preceding", "and unbounded following"),),
    "an-unknown-start-is-overtaken": (*(POSITIONS, "started_on is not null", "true"),),
    "positions-are-observed-when-received": (
        *(
            POSITIONS,
            "coalesce(o.refreshed_at, o.received_at) as observed_at",
            "o.received_at as observed_at",
        ),
    ),
    "what-is-no-candidate-overtakes": (*(PERSON_POSITIONS, "from candidates", "from statements"),),
    # history
    "what-is-known-first-is-a-change": (
        CHOOSING,
        "and (old_value is not null or received_at > first_received_at)",
        "",
    ),
    "what-is-known-later-is-no-change": (
        *(
            CHOOSING,
            "(old_value is not null or received_at > first_received_at)",
            "old_value is not null",
        ),
    ),
    "who-came-once-and-again-has-no-history": (
        *(CHOOSING, "where first_received_at < last_received_at", "where false"),
    ),
    "the-same-again-is-a-change": (CHOOSING, "value is distinct from old_value", "true"),
    "history-knows-the-last-word-only": (
        CHOOSING,
        "max(precedence) over (partition by entity_key, attribute order by received_at)",
        "max(precedence) over (partition by entity_key, attribute)",
    ),
    "history-keeps-every-value": (
        CHOOSING,
        "case when keeps_history then value end as new_value",
        "value as new_value",
    ),
    "a-first-position-is-a-change": (
        *(POSITION_CHANGES, "(from_id is not null or moment > first_received_at)", "true"),
    ),
    "who-left-has-not-moved": (
        POSITION_CHANGES,
        "is distinct from (from_title, from_company_name, from_company_domain, from_is_current)",
        "is distinct from (from_title, from_company_name, from_company_domain, is_current)",
    ),
    "history-forgets-who-was-overtaken": (
        *(
            POSITION_CHANGES,
            "where not c.is_overtaken",
            "where true",
        ),
    ),
    "a-company-was-updated-when-it-was-made": (
        *(
            COMPANIES,
            "where g.entity_key = h.domain",
            "where false",
        ),
    ),
    "a-move-is-no-update": (
        PEOPLE,
        "where g.entity_key = c.linkedin_url",
        "where false",
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
    # what providers say
    "a-guess-counts-like-others": (
        POSITIONS,
        "coalesce({{ likelihood }} < 6, false)",
        "coalesce({{ likelihood }} < 0, false)",
    ),
    "two-share-an-address": (CONTACTS, "and c.linkedin_url <> other.linkedin_url", "and false"),
    "who-left-is-written-to": (
        "models/core/email_candidates.sql",
        "and w.is_current is not false",
        "",
    ),
    "what-bounces-is-written-to": (
        CONTACTS,
        "(email is not null and address_verdict <> 'invalid') desc,",
        "(email is not null) desc,",
    ),
    "providers-speak-beside-a-profile": (
        *(CAREERS, "where s.linkedin_url = w.linkedin_url", "where false"),
    ),
    "a-profile-without-roles-silences-others": (
        *(CAREERS, "where {{ states_set('w.' ~ of_profile) }}", "where true"),
    ),
    "an-empty-career-is-none": (SETS, "{{ list_of(list) }} = '[]'", "false"),
    "former-employers-of-providers-are-forgotten": (
        OBSERVATIONS,
        "jsonb_array_elements(s.roles) with",
        "jsonb_array_elements('[]') with",
    ),
    "what-is-unknown-takes-a-verdict-back": (
        CONTACTS,
        """last_stated('verdict', where="verdict <> 'unknown'")""",
        "last_stated('verdict')",
    ),
    "who-is-erased-comes-back-by-other-programs": (
        RECEIVED,
        "where not {{ is_suppressed(identifiers[raw_table]) }}",
        "where true or not {{ is_suppressed(identifiers[raw_table]) }}",
    ),
    "companies-of-the-erased-go-with-them": (
        STATEMENTS,
        "where {{ is_new('r') }}",
        "where false and {{ is_new('r') }}",
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
