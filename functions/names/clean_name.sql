{%- set form = function('comparing_form').include(database=false) ~ '(value)' -%}
select
    case
        when
            octet_length(value) <= 200
            and replace({{ form }}, '.', '') = any({{ null_markers(['name']) }})
            then null
        else {{ function('clean_text').include(database=false) }}(value)
    end
