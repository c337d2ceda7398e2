select
    case
        when octet_length(value) <= 1000
            and length(regexp_replace(value, '[^0-9]+', '', 'g')) >= 5
            then {{ function('clean_text').include(database=false) }}(value)
    end
