select
    case
        {{ when_usual_linkedin_url('in', keeps_case='^AC[ow]AA.') }}
        when strpos(value, '/') > 0 then substring(
            {{ function('linkedin_url').include(database=false) }}(value)
            from '^https://www\.linkedin\.com/in/.+$'
        )
    end
