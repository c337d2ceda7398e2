-- ASCII goes through the C locale, which is the same everywhere and cheap.
select
    case
        -- what is so long is no key, and a letter of another alphabet is looked for in a long list
        when octet_length(value) = char_length(value) or octet_length(value) > 4000
            then lower(value collate "C") collate "default"
        else {{ function('small_letters').include(database=false) }}(value)
    end
