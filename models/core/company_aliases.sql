{{ config(
    incremental_strategy='replace_set',
    unique_key='id',
    meta={'owner': 'id'},
    pre_hook="{{ keep_former_keys('company', 'companies', 'domain', 'normal_domain') }}",
) }}

-- Aliases lead to aliases; the last domain of a chain is the canonical one. A chain that returns
-- to itself has no last domain and yields nothing (a test names it). A domain that had another
-- normal form leads to the present one.
with recursive steps as (
    select
        {{ function('normal_domain') }}(s.alias_domain) as alias_domain,
        {{ function('normal_domain') }}(s.domain) as domain
    from {{ ref('company_domain_aliases') }} as s

    union

    select
        k.key as alias_domain,
        {{ function('normal_domain') }}(k.key) as domain
    from {{ source('state', 'former_keys') }} as k
    where k.entity = 'company' and {{ function('normal_domain') }}(k.key) <> k.key
),

chains as (
    select
        s.alias_domain,
        s.domain
    from steps as s
    where s.alias_domain <> s.domain

    union

    select
        c.alias_domain,
        s.domain
    from chains as c
    inner join steps as s on c.domain = s.alias_domain
),

ends as (
    select
        c.alias_domain,
        c.domain
    from chains as c
    where not exists (
        select 1 from steps as s
        where c.domain = s.alias_domain
    )
)

select
    {{ function('entity_id') }}('core.companies', alias_domain) as id,
    alias_domain as domain,
    {{ function('entity_id') }}('core.companies', domain) as canonical_id,
    domain as canonical_domain,

    {{ written_by() }} as _xid
from ends
where {{ is_rescan() }}
