{%- set bare = "replace(" ~ function('comparing_form').include(database=false) ~ "(name), '.', '')" -%}
{%- set form = function('comparing_form').include(database=false) ~ '(name)' -%}
-- The other dots go, too, so that Inc. and inc are one suffix; what would leave nothing stays.
select
    case
        -- what is so long is no name, and looking for the end of its suffixes would take its time
        when octet_length(name) > 1000 then {{ form }}
        -- a pattern of hundreds of words is dear, and most names have no suffix
        when not {{ may_end_in_suffix(bare) }} then {{ bare }}
        else coalesce(
            nullif(
                reverse(
                    regexp_replace(
                        reverse({{ bare }}), '{{ reversed_suffixes_pattern() }}', ''
                    )
                ),
                ''
            ),
            {{ bare }}
        )
    end
