{{ config(
    incremental_strategy='replace_set',
    unique_key='id',
    meta={
        'owner': 'id',
        'reads_whole': true,
        'former_indexes': ['idx_reference_customer_claims_domain'],
        'named_indexes': {
            'idx_reference_customer_claims_pair': {'columns': ['domain', 'customer_domain']}
        },
    },
) }}

{%- set domain = function('normal_domain') %}
{%- set text = function('clean_text') %}
{%- set compared = function('comparing_form') %}
{%- set named = function('clean_name') %}

with claims as (
    select
        'curated' as source,
        c.domain || '/' || c.customer_domain as reference,
        {{ domain }}(c.domain) as domain,
        {{ named }}(c.customer_name) as customer_name,
        {{ domain }}(c.customer_domain) as customer_domain,
        c.notes,
        c.created_at as received_at
    from {{ ref('curated_customers') }} as c

    union all

    -- A later entry about the same customer replaces an earlier one; one without a name is its own.
    select * from (
        select distinct on (
            {{ domain }}(r.origin_company_domain),
            coalesce({{ compared }}({{ named }}(r.company_customer_name)), r.id::text)
        )
            'manual' as source,
            r.id::text as reference,
            {{ domain }}(r.origin_company_domain) as domain,
            {{ named }}(r.company_customer_name) as customer_name,
            {{ domain }}(r.company_customer_domain) as customer_domain,
            {{ text }}(r.source_notes) as notes,
            {{ receipt_of('r') }} as received_at
        from {{ source('raw', 'manual_company_customers') }} as r
        order by
            {{ domain }}(r.origin_company_domain),
            coalesce({{ compared }}({{ named }}(r.company_customer_name)), r.id::text),
            {{ receipt_of('r') }} desc,
            r.id desc
    ) as latest_entries

    union all

    select
        'case_study' as source,
        d.id::text as reference,
        d.origin_company_domain as domain,
        d.company_customer_name as customer_name,
        d.company_customer_domain as customer_domain,
        d.case_study_url as notes,
        d.created_at as received_at
    from {{ ref('case_study_details') }} as d

    union all

    select
        'claygent' as source,
        g.id::text as reference,
        g.origin_company_domain as domain,
        g.company_customer_name as customer_name,
        null as customer_domain,
        g.case_study_url as notes,
        g.created_at as received_at
    from {{ ref('company_customer_claygent') }} as g
),

-- An address that belongs to nobody says nothing about the customer; its name may. As the origin
-- it is no company whose customers one could know.
canonical as (
    select
        c.source,
        c.reference,
        coalesce(o.canonical_domain, c.domain) as domain,
        c.customer_name,
        case
            when not exists (
                select 1 from {{ ref('ignored_domains') }} as i
                where c.customer_domain = i.domain
            ) then coalesce(a.canonical_domain, c.customer_domain)
        end as customer_domain,
        c.notes,
        c.received_at
    from claims as c
    left join {{ ref('company_aliases') }} as o on c.domain = o.domain
    left join {{ ref('company_aliases') }} as a on c.customer_domain = a.domain
    where
        c.domain is not null
        and not exists (
            select 1 from {{ ref('ignored_domains') }} as i
            where coalesce(o.canonical_domain, c.domain) = i.domain
        )
        and {{ is_rescan() }}
),

-- Names are matched once each: as they stand, and only if nobody bears one, without legal suffix.
names as (
    select distinct
        {{ compared }}(customer_name) as name_key,
        {{ name_stem('customer_name') }} as name_stem
    from canonical
    where customer_domain is null and customer_name is not null
),

same_names as (
    select
        n.name_key,
        array_agg(c.domain order by {{ by_code_points('c.domain') }}) as candidates
    from names as n
    inner join {{ ref('companies') }} as c on n.name_key = c._name_key
    group by n.name_key
),

same_stems as (
    select
        n.name_key,
        array_agg(c.domain order by {{ by_code_points('c.domain') }}) as candidates
    from names as n
    inner join {{ ref('companies') }} as c on n.name_stem = c._name_stem
    group by n.name_key
),

matched as (
    select
        c.*,
        coalesce(n.candidates, s.candidates, '{}'::text[]) as candidates,
        -- the letters that were compared
        {{ enough_letters(
            'case when n.candidates is null then ' ~ name_stem('c.customer_name')
            ~ ' else c.customer_name end'
        ) }} as is_telling
    from canonical as c
    left join same_names as n
        on c.customer_domain is null and {{ compared }}(c.customer_name) = n.name_key
    left join same_stems as s
        on c.customer_domain is null and {{ compared }}(c.customer_name) = s.name_key
),

resolved as (
    select
        *,
        case
            when customer_domain is not null then customer_domain
            when cardinality(candidates) = 1 and is_telling then candidates[1]
        end as resolved_domain
    from matched
)

select
    {{ function('entity_id') }}('reference.customer_claims', source, reference) as id,
    source,
    domain,
    customer_name,
    customer_domain as stated_customer_domain,
    case when resolved_domain <> domain then resolved_domain end as customer_domain,
    case
        when resolved_domain = domain then 'names itself'
        when resolved_domain is not null then null
        when not is_telling then 'name too short'
        when cardinality(candidates) > 1 then 'several companies bear the name'
        else 'no company bears the name'
    end as unresolved_reason,
    candidates,
    notes,
    received_at,

    -- of the statements that name a customer alike, the one to go by; none if it is the company
    case
        when customer_name is null or resolved_domain = domain then false
        else
            row_number() over (
                partition by domain, customer_name
                order by
                    resolved_domain = domain,
                    resolved_domain is null,
                    received_at desc,
                    {{ by_code_points('source') }},
                    {{ by_code_points('reference') }}
            ) = 1
    end as _speaks_for_name,
    {{ written_by() }} as _xid
from resolved
