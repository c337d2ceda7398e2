-- The domain's normal form would do for the whole address: it drops what stands before the @. A colon is
-- that of mailto: or of a page, an asterisk or a dot in the middle of the line what a provider hides.
select
    case
        when {{ function('clean_text').include(database=false) }}(value) ~ '^[^@[:space:],:;*•<>()\[\]"]+@[^@[:space:]/?#:,;]+$'
            and right({{ function('clean_text').include(database=false) }}(value), 1) <> '.'
            and octet_length(value) <= 1000
            and {{ function('normal_domain').include(database=false) }}(value) is not null
            then {{ function('lower_text').include(database=false) }}({{ function('clean_text').include(database=false) }}(value))
    end
