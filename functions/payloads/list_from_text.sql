-- Not inlined: called for the rare list that was handed over as text. Bounds as in payload_from_text.
select
    case
        when
            left(ltrim(value, E' \t\n\r'), 1) = '['
            and octet_length(value) < 100000000
            and octet_length(value) - octet_length(translate(value, '[{', '')) <= 2000
            and pg_input_is_valid(value, 'jsonb')
            then value::jsonb
    end
