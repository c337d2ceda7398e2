select
    case
        when octet_length(value) <= 18 and value ~ '^[0-9]+$' then value::bigint
        else (
            select
                case
                    when
                        number = trunc(number)
                        and number between -9223372036854775808 and 9223372036854775807
                        then number::bigint
                end
            from (
                select
                    -- a CASE, not a WHERE: the planner may cast a text it knows before it filters
                    case
                        when
                            -- the lengths keep the number within what numeric can hold
                            octet_length(digits) <= 100
                            and digits ~ (
                                '^[+-]?(?:[0-9]+|[0-9]{1,3}(?:,[0-9]{3})+)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]{1,2})?$'
                            )
                            then replace(digits, ',', '')::numeric
                    end as number
                from {{ function('trim_blanks').include(database=false) }}(value) as digits
                -- a fence: no comparison before the text is known to be a number
                offset 0
            ) as candidate
        )
    end
