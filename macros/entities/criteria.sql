{% macro with_size_buckets(criteria) -%}
    case
        when jsonb_typeof({{ criteria }}) <> 'object' then null
        when not {{ criteria }} ?| array['size', 'size_buckets'] then {{ criteria }}
        else
            ({{ criteria }} - 'size' - 'size_buckets')
            || jsonb_build_object(
                'size_buckets',
                (
                    select jsonb_agg(b.bucket order by b.n)
                    from (
                        select
                            {{ function('size_bucket') }}(s.item #>> '{}') as bucket,
                            min(s.n) as n
                        from jsonb_path_query(
                            coalesce(
                                nullif({{ criteria }} -> 'size_buckets', 'null'),
                                {{ criteria }} -> 'size'
                            ),
                            'lax $[*]'
                        ) with ordinality as s (item, n)
                        group by 1
                    ) as b
                    where b.bucket is not null
                )
            )
    end
{%- endmacro %}


{% macro enough_letters(name) -%}
    coalesce(length(regexp_replace({{ name }}, '[^{{ letter_class() }}]+|[{{ digit_class() }}]+', '', 'g')) >= 4, false)
{%- endmacro %}
