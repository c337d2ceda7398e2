-- The domain's normal form would do for the whole address: it drops what stands before the @.
select
    case
        when {{ function('clean_text').include(database=false) }}(value) ~ '^[^@[:space:],;<>()\[\]"]+@[^@[:space:]/?#:,;]+$'
            and octet_length(value) <= 1000
            and {{ function('normal_domain').include(database=false) }}(value) is not null
            then {{ function('lower_text').include(database=false) }}({{ function('clean_text').include(database=false) }}(value))
    end
