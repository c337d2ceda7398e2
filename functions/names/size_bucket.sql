{%- set buckets = {
    '1': '1', 'myself only': '1', 'self-employed': '1', 'self employed': '1',
    '2-10': '2-10', '11-50': '11-50', '51-200': '51-200', '201-500': '201-500',
    '501-1000': '501-1000', '1001-5000': '1001-5000', '5001-10000': '5001-10000',
    '10001+': '10001+',
    '2-oct': '2-10', '02-oct': '2-10', 'oct-02': '2-10', '10-feb': '2-10', 'feb-10': '2-10',
    'nov-50': '11-50',
} -%}
{#- commas, dots, apostrophes and blanks between thousands -#}
{%- for mark in [',', '.', ' ', "''", '’'] -%}
    {%- do buckets.update({
        '501-1' ~ mark ~ '000': '501-1000',
        '1' ~ mark ~ '001-5' ~ mark ~ '000': '1001-5000',
        '5' ~ mark ~ '001-10' ~ mark ~ '000': '5001-10000',
        '10' ~ mark ~ '001+': '10001+',
    }) -%}
{%- endfor -%}
select
    case
        replace(replace(replace(replace(replace(replace(
            -- every dash that stands for "to", every blank, as on the keyboard
            translate(
                lower(btrim(left(value, 4000), E'{{ blanks() }}') collate "C"),
                E'‐‑‒–—−\u00a0\u2009\u202f',
                '------   '
            ),
            ' employees', ''), ' employee', ''), ' people', ''), ' to ', '-'), ' -', '-'), '- ', '-')
        {%- for spelling, bucket in buckets.items() %}
        when '{{ spelling }}' then '{{ bucket }}'
        {%- endfor %}
        else {{ function('clean_text').include(database=false) }}(value)
    end
