select
    case lower({{ function('trim_blanks').include(database=false) }}(value) collate "C")
        when 'true' then true
        when 'yes' then true
        when '1' then true
        when 'false' then false
        when 'no' then false
        when '0' then false
    end
