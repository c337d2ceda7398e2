{%- set form = function('comparing_form').include(database=false) ~ '(name)' -%}
-- The other dots go, too, so that Inc. and inc are one suffix; what would leave nothing stays.
select
    case
        -- what is so long is no name, and looking for the end of its suffixes would take its time
        when octet_length(name) > 1000 then {{ form }}
        else coalesce(
            nullif(
                regexp_replace(replace({{ form }}, '.', ''), '{{ legal_suffix_pattern() }}', ''), ''
            ),
            {{ form }}
        )
    end
