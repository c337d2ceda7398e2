select
    case
        {{ when_usual_linkedin_url('company') }}
        -- as Sales Navigator exports it
        when starts_with(value, '/company/') and substr(value, 10) ~ '^[1-9][0-9]*$'
            then 'https://www.linkedin.com' || value
        when strpos(value, '/') > 0 then substring(
            {{ function('linkedin_url').include(database=false) }}(value)
            from '^https://www\.linkedin\.com/(?:company|school|showcase)/.+$'
        )
    end
