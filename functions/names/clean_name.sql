{%- set form = function('comparing_form').include(database=false) ~ '(value)' -%}
-- An underscore is a blank, and signs around a word say nothing: (none found), None_found!, ???
select
    case
        when
            octet_length(value) <= 200
            and btrim(translate({{ form }}, '_.', ' '), ' !?:;,()[]{}<>*#"''')
            = any({{ array_of(markers(['text', 'name']) + ['']) }})
            then null
        else {{ function('clean_text').include(database=false) }}(value)
    end
