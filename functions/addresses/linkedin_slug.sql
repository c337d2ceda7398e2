select
    case
        when
            octet_length(value) <= 16000
            and starts_with(value, 'https://www.linkedin.com/')
            and substr(value, 26) ~ '^(?:in|company|school|showcase)/[^/?#]+$'
            then split_part(value, '/', 5)
    end
