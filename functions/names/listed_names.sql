-- Pieces between commas, semicolons and line ends; a legal suffix belongs to the name before it.
select array_agg(name order by place)
from (
    select
        place,
        {{ function('clean_text').include(database=false) }}(string_agg(piece, ', ' order by n)) as name
    from (
        select
            n,
            piece,
            count(*) filter (where not is_suffix) over (order by n) as place
        from (
            select
                n,
                {{ function('trim_blanks').include(database=false) }}(piece) as piece,
                n > 1
                and btrim(
                    replace({{ function('comparing_form').include(database=false) }}(piece), '.', ''), '()'
                ) = any({{ array_of(listed('legal_suffixes', 'suffix')) }}) as is_suffix
            from regexp_split_to_table(value, '[,;\n]') with ordinality as p (piece, n)
        ) as pieces
        where piece <> ''
    ) as placed
    group by place
) as names
where name is not null
