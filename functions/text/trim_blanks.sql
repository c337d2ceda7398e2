-- btrim keeps a pointer for each character, so beyond 134 million of them it asks for more memory
-- than PostgreSQL grants; a text of that size stays as it is.
select
    case
        when octet_length(value) < 100000000 then btrim(value, E'{{ blanks() }}')
        else value
    end
