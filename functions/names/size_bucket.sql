{#- both spellings of each bucket, with and without the commas -#}
{%- set buckets = {
    '1': '1',
    'myself only': '1',
    'self-employed': '1',
    'self employed': '1',
    '2-10': '2-10',
    '11-50': '11-50',
    '51-200': '51-200',
    '201-500': '201-500',
    '501-1000': '501-1000',
    '501-1,000': '501-1000',
    '1001-5000': '1001-5000',
    '1,001-5,000': '1001-5000',
    '5001-10000': '5001-10000',
    '5,001-10,000': '5001-10000',
    '10001+': '10001+',
    '10,001+': '10001+',
} -%}
select
    case
        replace(replace(replace(replace(
            -- every dash that stands for "to", every blank, as on the keyboard
            translate(
                lower(btrim(left(value, 4000), E'{{ blanks() }}') collate "C"),
                E'‐‑‒–—−\u00a0\u2009\u202f',
                '------   '
            ),
            ' employees', ''), ' employee', ''), ' -', '-'), '- ', '-')
        {%- for spelling, bucket in buckets.items() %}
        when '{{ spelling }}' then '{{ bucket }}'
        {%- endfor %}
        else {{ function('clean_text').include(database=false) }}(value)
    end
