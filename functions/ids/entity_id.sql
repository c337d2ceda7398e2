{#- bits of version 8 and of the variant: a byte's bits are counted from its lowest -#}
{%- set uuid_bits = [[55, 1], [54, 0], [53, 0], [52, 0], [71, 1], [70, 0], [69, 0], [68, 0]] -%}
-- Version 8 with two variant bits and two zeros, so 120 bits of the hash remain. Set on the bytes,
-- because pieces of a text are counted out letter by letter. decode() with doubled backslashes
-- gives the bytes of a text and, unlike convert_to(), is immutable.
select
    encode(
        substring(
            {{ 'set_bit(' * (uuid_bits | length) }}sha256(
                decode(
                    replace(
                        octet_length(kind)::text || ':' || kind || ','
                        || octet_length(key)::text || ':' || key || ','
                        || coalesce(octet_length(item)::text || ':' || item || ',', ''),
                        '\',
                        '\\'
                    ),
                    'escape'
                )
            )
            {%- for bit, value in uuid_bits %}, {{ bit }}, {{ value }}){% endfor %}
            for 16
        ),
        'hex'
    )::uuid
