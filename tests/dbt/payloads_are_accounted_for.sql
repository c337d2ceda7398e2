{{ config(tags=['audit']) }}

-- Every raw payload that a model reads is exactly one of: winner, superseded by a better payload of
-- its entity, reported; each that a source reads says something or is reported. Those of other
-- workflows wait; they are not looked at here.
{{ unaccounted_rows_of_sources() }}
{% for model_name in payload_kinds() %}
    {{ 'union all' if not loop.first }}
    {{ unaccounted_rows(model_name) }}
{% endfor %}
