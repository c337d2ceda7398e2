{%- set null_markers = null_markers() -%}
select
    case
        -- Most texts neither begin nor end with a blank, and trimming would walk all their letters.
        -- A byte of this range is a letter of its own in UTF-8.
        when
            value collate "C" between '!' and '~'
            and octet_length(value) < 100000000
            and get_byte(convert_to(value, 'UTF8'), octet_length(value) - 1) between 33 and 126
            then case when value not in ('{{ null_markers | join("', '") }}') then value end
        -- nested, so that the text is trimmed once
        else
            {{ 'nullif(' * (null_markers | length) }}
                {{ function('trim_blanks').include(database=false) }}(value)
            {%- for marker in null_markers %}, '{{ marker }}'){% endfor %}
    end
