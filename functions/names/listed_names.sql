{%- set suffixes = listed('legal_suffixes', 'suffix') -%}
{%- set initials = markers(['text']) | map('first') | unique | join -%}
{%- set initials = initials ~ initials | upper -%}
{%- set capitals, small_letters = capitals_of(suffixes) -%}
-- Pieces between commas, semicolons and line ends; a legal suffix belongs to the name before it. A
-- list of 100 kB has 50,000 pieces: what can be done to the whole text is not done to each of them,
-- and pieces are joined by cutting the text up anew.
select
    array_agg(name order by place) filter (
        -- trimmed already, or clean_text would say it; most begin as no marker does
        where
        strpos('{{ initials }}', left(name, 1)) = 0
        or octet_length(name) > 16
        or name = 'Null'
        or lower(rtrim(name, '.') collate "C") collate "default" <> all ({{ null_markers(['text']) }})
    )
from (
    select string_agg(case when is_suffix then ', ' else E'\n' end || piece, '' order by n) as text
    from (
        select
            n,
            piece,
            n > 1
            and char_length(form) > 1
            and translate(
                case
                    when octet_length(form) = char_length(form) then btrim(form, ' ')
                    else translate(btrim(form, ' '), '{{ capitals }}', '{{ small_letters }}')
                end,
                '()',
                ''
            ) = any({{ array_of(suffixes) }})
            as is_suffix
        from (
            select
                p.n,
                case
                    when f.has_rare_blanks
                        then {{ function('trim_blanks').include(database=false) }}(p.piece)
                    else btrim(p.piece, ' ')
                end as piece,
                p.form
            from (
                select
                    pieces,
                    pieces ~ '[{{ blanks() | replace('\\u0020', '') }}]' as has_rare_blanks,
                    replace(
                        case
                            when octet_length(pieces) <= 4000
                                then {{ function('comparing_form').include(database=false) }}(no_comma)
                            -- the usual spellings only: what the form costs a letter adds up
                            else lower(pieces collate "C") collate "default"
                        end,
                        '.',
                        ''
                    ) as forms
                from (
                    select
                        translate(value, E';\n', ',,') as pieces,
                        -- the form would make commas of them, and pieces of one piece
                        translate(
                            translate(value, E';\n', ',,'), '{{ compatible_commas() }}', '{{ '?' * compatible_commas() | length }}'
                        ) as no_comma
                    offset 0
                ) as s
                offset 0
            ) as f
            cross join lateral rows from (
                string_to_table(f.pieces, ','), string_to_table(f.forms, ',')
            ) with ordinality as p (piece, form, n)
            offset 0
        ) as trimmed
        where piece <> ''
    ) as told
) as joined
cross join lateral string_to_table(
    -- a suffix in front has no name before it
    substr(joined.text, case when starts_with(joined.text, ', ') then 3 else 2 end), E'\n'
) with ordinality as names (name, place)
