select
    case jsonb_typeof(payload)
        when 'object' then payload
        when 'string'
            then {{ function('payload_from_text').include(database=false) }}(payload #>> '{}')
    end
