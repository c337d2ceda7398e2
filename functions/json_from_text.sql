{#- escapes that JSON allows and jsonb cannot hold: NUL and halves of a surrogate pair -#}
{%- set unstorable -%}
(?<!\\)((?:\\\\)*)(?:\\u0000
|\\u[Dd][89ABab][0-9A-Fa-f]{2}(?!\\u[Dd][C-Fc-f])
|(?<!\\u[Dd][89ABab][0-9A-Fa-f]{2})\\u[Dd][C-Fc-f][0-9A-Fa-f]{2})
{%- endset -%}
{%- set cleaned -%}
regexp_replace(document, '{{ unstorable | replace('\n', '') }}', '\1', 'g')
{%- endset -%}
select
    case
        when pg_input_is_valid(document, 'jsonb') then document::jsonb
        when
            strpos(document, '\u') > 0 and pg_input_is_valid({{ cleaned }}, 'jsonb')
            then {{ cleaned }}::jsonb
    end
from (
    select
        -- a language model may wrap its answer in a Markdown code fence
        case
            when starts_with(trimmed, '```')
                then regexp_replace(trimmed, '^```[A-Za-z]*|```$', '', 'g')
            else trimmed
        end as document
    from {{ function('trim_blanks').include(database=false) }}(value) as trimmed
    -- a fence: the text is prepared once
    offset 0
) as bare
where
    -- beyond, the functions above ask for more memory than PostgreSQL grants
    octet_length(document) < 100000000
    -- The parser calls itself at each level and raises when its stack is full. No text is
    -- nested deeper than it has brackets; levels are counted where these are many.
    and case
        when octet_length(document) - octet_length(translate(document, '[{', '')) <= 2000 then true
        else (
            select max(level) <= 2000
            from (
                select
                    sum(
                        case
                            when token.match[1] in ('[', '{') then 1
                            when token.match[1] in (']', '}') then -1
                            else 0
                        end
                    ) over (order by token.position) as level
                from
                    regexp_matches(document, '"(?:[^"\\]|\\.)*"|[][{}]', 'g')
                    with ordinality as token (match, position)
            ) as levels
        )
    end
