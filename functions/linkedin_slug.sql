select
    case
        when
            starts_with(value, 'https://www.linkedin.com/')
            and substr(value, 26) ~ '^(?:in|company|school|showcase)/[^/?#]+$'
            then split_part(value, '/', 5)
    end
