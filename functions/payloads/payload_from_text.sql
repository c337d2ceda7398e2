{#- Runs of escapes, so that a pattern never looks back: the first group holds what stays. -#}
{%- set storable -%}
\\[^u]|\\u(?:[1-9A-CE-Fa-ce-f][0-9A-Fa-f]{3}|0[1-9A-Fa-f][0-9A-Fa-f]{2}|00[1-9A-Fa-f][0-9A-Fa-f]
|000[1-9A-Fa-f]|[Dd][0-7][0-9A-Fa-f]{2}|[Dd][89ABab][0-9A-Fa-f]{2}\\u[Dd][C-Fc-f][0-9A-Fa-f]{2})
{%- endset -%}
{%- set unstorable -%}
((?:{{ storable | replace('\n', '') }})+)|\\u(?:0000|[Dd][89A-Fa-f][0-9A-Fa-f]{2})
{%- endset -%}
-- Not inlined: payload_object spares a payload that is an object the call.
with recursive unwrapped as (
    select
        0 as decoded,
        to_jsonb(value) as document

    union all

    select
        step.decoded + 1,
        case
            when pg_input_is_valid(bare.document, 'jsonb') then bare.document::jsonb
            -- escapes that JSON allows and jsonb cannot hold: NUL, halves of a surrogate pair
            when bare.document ~ '\\u(?:0000|[Dd][89A-Fa-f])' then (
                select case when pg_input_is_valid(c.document, 'jsonb') then c.document::jsonb end
                from (
                    select regexp_replace(bare.document, '{{ unstorable }}', '\1', 'g') as document
                    offset 0
                ) as c
            )
        end
    from unwrapped as step
    cross join lateral (
        select
            -- a language model may wrap its answer in a Markdown code fence
            case
                when step.document #>> '{}' ~ '^[{{ blanks() }}]*```' then regexp_replace(
                    step.document #>> '{}',
                    '^[{{ blanks() }}]*```[A-Za-z]*|```[{{ blanks() }}]*$',
                    '',
                    'g'
                )
                else btrim(step.document #>> '{}', E'{{ blanks() }}')
            end as document
        offset 0
    ) as bare
    where
        step.decoded < 2
        and jsonb_typeof(step.document) = 'string'
        -- beyond, the functions above ask for more memory than PostgreSQL grants
        and octet_length(step.document #>> '{}') < 100000000
        -- an object, or a string that may hold one
        and bare.document ~ '^[ \t\r\n]*["{]'
        -- The parser calls itself at each level and raises when its stack is full. No text is
        -- nested deeper than it has brackets; levels are counted where these are many, at every
        -- 20th bracket: between two that are not too deep none is deeper by more than ten.
        and case
            when
                octet_length(bare.document)
                - octet_length(translate(bare.document, '[{', '')) <= 2000
                then true
            else (
                select coalesce(max(level) <= 2000, true)
                from (
                    select
                        sum(2 * octet_length(translate(part.match[1], ']}', '')) - octet_length(part.match[1]))
                            over (order by part.position)
                        as level
                    from
                        regexp_matches(
                            -- a string that does not end is one to the end, or each of its quotes
                            -- would be tried for a beginning
                            regexp_replace(
                                bare.document,
                                '(?:[^][{}"]|"(?:[^"\\]|\\.)*(?:"|\\?$))+',
                                '',
                                'g'
                            ),
                            '.{1,20}',
                            'g'
                        )
                        with ordinality as part (match, position)
                ) as levels
            )
        end
)

select document
from unwrapped
where jsonb_typeof(document) = 'object'
