{%- set from_text = function('json_from_text').include(database=false) -%}
select
    case jsonb_typeof(payload)
        when 'object' then payload
        when 'string' then (
            select
                case jsonb_typeof(once)
                    when 'object' then once
                    when 'string' then (
                        select twice
                        from {{ from_text }}(once #>> '{}') as twice
                        where jsonb_typeof(twice) = 'object'
                    )
                end
            from {{ from_text }}(payload #>> '{}') as once
        )
    end
