-- What is known of a person beside what was given. An address or a number that is also said of
-- others is nobody's.
with given as (
    select
        %(urls)s::text[] as urls,
        %(emails)s::text[] as emails,
        %(phones)s::text[] as phones
),

rows_of as materialized (
    select
        reference.person_linkedin_url(r.linkedin_url_user_profile) as linkedin_url,
        'https://www.linkedin.com/in/'
        || substring(r.linkedin_user_profile_urn from 'AC[ow]AA[A-Za-z0-9_-]+') as member_url,
        reference.email_address(r.email) as email,
        reference.phone_number(r.phone_number) as phone,
        concat_ws(' ', reference.clean_text(r.first_name), reference.clean_text(r.last_name))
            as name,
        reference.normal_domain(r.company_website) as domain,
        r.company
    from ({salesnav}) as r
),

everybody as materialized (
    select unnest(urls) as linkedin_url from given
    union
    select c.linkedin_url
    from core.person_contacts as c
    cross join given as g
    where
        c.email = any(g.emails)
        or (g.phones <> '{{}}' and privacy.phone_digits(c.phone) = any(g.phones))
    union
    select linkedin_url from rows_of
    where linkedin_url is not null
    union
    select member_url from rows_of
    where member_url is not null
),

observed as materialized (
    select o.* from core.person_observations as o
    inner join everybody as e on o.linkedin_url = e.linkedin_url
),

-- rows that know nobody by more than a name, which is theirs
named as materialized (
    select
        s.email,
        s.company_domain
    from extracted.person_emails as s
    where s.linkedin_url is null and s._name_key = any(%(confirmed)s::text[])
),

names as (
    select full_name as name from observed
    union
    select concat_ws(' ', first_name, last_name)
    from observed
    where first_name || last_name is not null
    union
    select s.full_name from extracted.person_emails as s
    inner join everybody as e on s.linkedin_url = e.linkedin_url
    union
    select name from rows_of
),

addresses as (
    select s.email from extracted.person_emails as s
    inner join everybody as e on s.linkedin_url = e.linkedin_url
    union
    select c.email from core.person_contacts as c
    inner join everybody as e on c.linkedin_url = e.linkedin_url
    union
    select email from rows_of
    union
    select email from named
),

numbers as (
    select phone from observed
    union
    select phone from rows_of
),

employers as (
    select
        company_domain as domain,
        company_name as company
    from observed
    union
    select
        x.company_domain,
        x.company
    from extracted.person_experience as x
    inner join everybody as e on x.linkedin_url = e.linkedin_url
    union
    select
        x.company_domain,
        x.company
    from core.provider_roles as x
    inner join everybody as e on x.linkedin_url = e.linkedin_url
    union
    select
        domain,
        company
    from rows_of
    union
    select
        company_domain,
        null as company
    from named
)

select
    array(
        select linkedin_url from everybody
        order by 1
    ) as urls,
    array(
        select a.email from addresses as a
        where
            a.email is not null
            and (
                a.email = any(%(emails)s::text[])
                or not exists (
                    select from extracted.person_emails as s
                    where
                        s.email = a.email
                        and s.linkedin_url not in (select b.linkedin_url from everybody as b)
                )
            )
        order by 1
    ) as emails,
    array(
        select n.phone from numbers as n
        where
            n.phone is not null
            and (
                privacy.phone_digits(n.phone) = any(%(phones)s::text[])
                or not exists (
                    select from core.person_observations as o
                    where
                        o.phone is not null
                        and privacy.phone_digits(o.phone) = privacy.phone_digits(n.phone)
                        and o.linkedin_url not in (select b.linkedin_url from everybody as b)
                )
            )
        order by 1
    ) as phones,
    array(
        select n.name from names as n
        where n.name <> ''
        order by 1
    ) as names,
    array(
        select distinct domain from employers
        where domain is not null
        order by 1
    ) as domains,
    array(
        select distinct reference.company_name_stem(company) from employers
        where reference.company_name_stem(company) <> ''
        order by 1
    ) as companies,
    array(
        select n.name from names as n
        where
            exists (
                select from core.people as p
                where
                    p._name_key = reference.comparing_form(n.name)
                    and p.linkedin_url not in (select b.linkedin_url from everybody as b)
            )
            -- a champion of another company
            or exists (
                select from extracted.case_study_champions as h
                inner join extracted.case_study_details as d on h.case_study_id = d.id
                where
                    reference.comparing_form(h.full_name) = reference.comparing_form(n.name)
                    and not exists (
                        select from employers as w
                        where
                            w.domain = d.company_customer_domain
                            or reference.company_name_stem(w.company) in (
                                reference.company_name_stem(h.company_name),
                                reference.company_name_stem(d.company_customer_name)
                            )
                    )
            )
            or exists (
                select from extracted.person_emails as s
                where
                    s.linkedin_url is null
                    and s._name_key = reference.comparing_form(n.name)
                    and s.company_domain not in (
                        select w.domain from employers as w
                        where w.domain is not null
                    )
            )
        order by 1
    ) as shared_names
