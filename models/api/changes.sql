-- `_xid` moves exactly when a row changes, and a snapshot tells which transactions it has not seen:
-- so a program that keeps `cursor` misses nothing, whatever commits late. The key of
-- whoever is erased is the id, which is all that is known.
-- A sub-select, because the planner does not look through a view that has CTEs: a page by key would
-- sort all rows.
select
    entity,
    key,
    id,
    kind,
    merged_into,
    changed_in,
    pg_current_snapshot()::text as cursor
from (
    select
        'company' as entity,
        c.domain as key,
        c.id,
        case when c._xid = c._first_xid then 'new' else 'changed' end as kind,
        null::text as merged_into,
        c._xid as changed_in
    from {{ ref('companies') }} as c

    union all

    select
        'person' as entity,
        p.linkedin_url as key,
        p.id,
        case when p._xid = p._first_xid then 'new' else 'changed' end as kind,
        null::text as merged_into,
        p._xid as changed_in
    from {{ ref('people') }} as p

    union all

    select
        'company' as entity,
        a.domain as key,
        a.id,
        'merged' as kind,
        a.canonical_domain as merged_into,
        a._xid as changed_in
    from {{ ref('company_aliases') }} as a

    union all

    select
        'person' as entity,
        a.linkedin_url as key,
        a.id,
        'merged' as kind,
        a.canonical_linkedin_url as merged_into,
        a._xid as changed_in
    from {{ ref('person_aliases') }} as a

    union all

    select
        'person' as entity,
        e.id::text as key,
        e.id,
        'erased' as kind,
        null::text as merged_into,
        e._xid as changed_in
    from privacy.erased_people as e
) as changed
