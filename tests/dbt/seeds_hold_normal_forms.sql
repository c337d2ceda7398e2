-- Not a test of each column: functions are made behind the seeds whose words are spelled into them,
-- and a test of a seed alone would not wait for them.
{%- set columns = [
    ('company_domain_aliases', 'alias_domain', 'normal_domain'),
    ('company_domain_aliases', 'domain', 'normal_domain'),
    ('curated_customers', 'domain', 'normal_domain'),
    ('curated_customers', 'customer_domain', 'normal_domain'),
    ('curated_icps', 'domain', 'normal_domain'),
    ('ignored_domains', 'domain', 'normal_domain'),
    ('shared_hosts', 'host', 'normal_domain'),
    ('top_level_domains', 'label', 'lower_text'),
    ('null_markers', 'marker', 'lower_text'),
    ('legal_suffixes', 'suffix', 'comparing_form'),
    ('countries', 'spelling', 'comparing_form'),
] %}

{% for seed, column, form in columns %}
    {{ 'union all' if not loop.first }}
    select
        '{{ seed }}' as seed,
        s.{{ column }} as value
    from {{ ref(seed) }} as s
    where s.{{ column }} is distinct from {{ function(form) }}(s.{{ column }})
{% endfor %}
