-- ASCII goes through the C locale: quicker, and a Turkish server does not turn I into a dotless i.
select
    case
        when octet_length(value) = char_length(value)
            then lower(value collate "C") collate "default"
        -- an accent may come as a letter of its own; composed and decomposed are to be one text
        else normalize(lower(lower(value collate "C") collate "default"), nfc)
    end
