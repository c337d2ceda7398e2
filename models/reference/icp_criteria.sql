{{ config(
    incremental_strategy='replace_set',
    unique_key='id',
    meta={
        'owner': 'id',
        'reads_whole': true,
    },
) }}

{#- A list as patterns for LIKE ANY: the term anywhere in the text, in lower case. -#}
{% set small = function('lower_text') ~ '(i.item)' -%}
{%- set quoted = "replace(replace(" ~ small ~ ", '\\', '\\\\'), '%', '\\%')" -%}
{%- set quoted = "replace(" ~ quoted ~ ", '_', '\\_')" -%}
{%- set contained = "'%' || " ~ quoted ~ " || '%'" -%}
{%- set words = function('title_words') ~ '(i.item)' -%}
{%- set on_word_boundaries = "'%' || nullif(" ~ words ~ ", '  ') || '%'" -%}

with criteria as (
    select
        i.id,
        i.domain,
        i.slug,
        c.*,
        p.*
    from {{ ref('company_icp') }} as i
    cross join
        lateral jsonb_to_record(i.company_criteria) as c (
            industries jsonb,
            size_buckets jsonb,
            employee_count_min text,
            employee_count_max text,
            countries jsonb,
            founded_min text,
            founded_max text
        )
    cross join
        lateral jsonb_to_record(i.person_criteria) as p (
            title_contains_any jsonb,
            title_contains_all jsonb,
            seniority jsonb
        )
    where {{ is_rescan() }}
)

select
    id,
    domain,
    slug,

    {{ terms_of('industries') }} as industries,
    {{ terms_of('size_buckets', function('size_bucket') ~ '(i.item)') }} as size_buckets,
    {{ function('as_integer') }}(employee_count_min) as employee_count_min,
    {{ function('as_integer') }}(employee_count_max) as employee_count_max,
    {{ terms_of('countries', function('country_name') ~ '(i.item)') }} as countries,
    {{ function('as_integer') }}(founded_min) as founded_min,
    {{ function('as_integer') }}(founded_max) as founded_max,

    {{ terms_of('title_contains_any') }} as title_contains_any,
    {{ terms_of('title_contains_all') }} as title_contains_all,
    {{ terms_of('seniority', 'coalesce(' ~ seniority_of(words) ~ ', i.item)') }} as seniority,

    {{ terms_of('industries', contained) }} as _industry_patterns,
    {{ terms_of('title_contains_any', on_word_boundaries) }} as _title_any_patterns,
    {{ terms_of('title_contains_all', on_word_boundaries) }} as _title_all_patterns,
    {{ written_by() }} as _xid
from criteria
