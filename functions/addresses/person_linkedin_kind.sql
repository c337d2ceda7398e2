-- the slug of a public profile is in lower case, an id never is
select
    case {{ function('person_linkedin_url').include(database=false) }}(value) like '%/in/AC_AA%'
        when true then 'member_id'
        when false then 'public'
    end
