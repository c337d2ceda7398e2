-- the two words that JSON has are told first, without trimming
select
    case value
        when 'true' then true
        when 'false' then false
        else
            case lower({{ function('trim_blanks').include(database=false) }}(value) collate "C")
                when 'true' then true
                when 'yes' then true
                when '1' then true
                when 'false' then false
                when 'no' then false
                when '0' then false
            end
    end
