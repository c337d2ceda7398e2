select
    case
        when value ~ '^https://www\.linkedin\.com/(?:in|company|school|showcase)/[^/?#]+$'
            then split_part(value, '/', 5)
    end
