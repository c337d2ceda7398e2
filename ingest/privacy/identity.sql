-- What is known of a person beside what was given. An address, a number or a URN that is also said
-- of others, by whatever was built or by rows of exports, is nobody's.
with rows_found as materialized (
    select
        r.*,
        reference.comparing_form(r.name) as name_key
    from ({salesnav}) as r
),

everybody as materialized (
    select unnest(%(urls)s::text[]) as linkedin_url
    union
    select linkedin_url from rows_found
    where is_own and linkedin_url is not null
    union
    select member_url from rows_found
    where is_own and member_url is not null
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
    where
        s.linkedin_url is null
        and s._name_key = any(%(confirmed)s::text[])
        and (%(at)s::text[] is null or s.company_domain = any(%(at)s::text[]))
),

own_names as materialized (
    select unnest(%(given_names)s::text[]) as name
    union
    select full_name as name from observed
    union
    select concat_ws(' ', first_name, last_name)
    from observed
    where first_name || last_name is not null
    union
    select s.full_name from extracted.person_emails as s
    inner join everybody as e on s.linkedin_url = e.linkedin_url
    union
    select name from rows_found
    where is_own
),

own_keys as materialized (
    select array_agg(distinct reference.comparing_form(o.name)) as keys
    from own_names as o
    where o.name <> ''
),

-- What may be theirs: of nothing else it is asked who has it.
asked as materialized (
    select
        s.email as address,
        null as digits
    from extracted.person_emails as s
    inner join everybody as e on s.linkedin_url = e.linkedin_url
    union
    select
        c.email as address,
        null as digits
    from core.person_contacts as c
    inner join everybody as e on c.linkedin_url = e.linkedin_url
    union
    select
        null as address,
        privacy.phone_digits(o.phone) as digits
    from observed as o
    union
    select
        r.address,
        r.digits
    from rows_found as r
    union
    select
        n.email as address,
        null as digits
    from named as n
    union
    select
        g.email,
        g.digits
    from unnest(%(emails)s::text[], %(phones)s::text[]) as g (email, digits)
),

-- Who else carries what: somebody with another profile, or a name that is not the person's.
others as materialized (
    select
        r.address,
        r.digits,
        r.urn
    from rows_found as r
    where r.is_carrier and not r.is_own and not r.is_loose
    union all
    select
        r.address,
        r.digits,
        r.urn
    from rows_found as r
    cross join own_keys as k
    cross join
        lateral (
            -- of whom no name is known, the first that is said
            select array[min(f.name_key)] as keys
            from rows_found as f
            where
                f.is_loose
                and f.is_carrier
                and f.name_key <> ''
                and (r.address = f.address or r.digits = f.digits or r.urn = f.urn)
        ) as first_said
    where
        r.is_loose
        and r.is_carrier
        and privacy.is_other_name(r.name_key, coalesce(k.keys, first_said.keys))
    union all
    select
        s.email as address,
        null as digits,
        null as urn
    from extracted.person_emails as s
    cross join own_keys as k
    where
        s.email in (select a.address from asked as a)
        and (
            (
                s.linkedin_url is not null
                and s.linkedin_url not in (select b.linkedin_url from everybody as b)
            )
            or (s.linkedin_url is null and privacy.is_other_name(s._name_key, k.keys))
        )
    union all
    select
        c.email as address,
        null as digits,
        null as urn
    from core.person_contacts as c
    where
        c.email in (select a.address from asked as a)
        and c.linkedin_url not in (select b.linkedin_url from everybody as b)
    union all
    select
        null as address,
        privacy.phone_digits(o.phone) as digits,
        null as urn
    from core.person_observations as o
    where
        o.phone is not null
        and exists (
            select from asked as a
            where a.digits is not null
        )
        and privacy.phone_digits(o.phone) in (select a.digits from asked as a)
        and o.linkedin_url not in (select b.linkedin_url from everybody as b)
),

rows_of as materialized (
    select r.*
    from rows_found as r
    where
        r.is_own
        or (
            r.is_loose
            and (
                r.is_named
                or (
                    r.address = any(%(emails)s::text[])
                    and r.address not in (
                        select o.address from others as o
                        where o.address is not null
                    )
                )
                or (
                    r.digits = any(%(phones)s::text[])
                    and r.digits not in (
                        select o.digits from others as o
                        where o.digits is not null
                    )
                )
                or (
                    r.urn = any(%(urns)s::text[])
                    and r.urn not in (
                        select o.urn from others as o
                        where o.urn is not null
                    )
                )
            )
        )
),

names as (
    select name from own_names
    union
    select name from rows_of
),

addresses as materialized (
    select s.email from extracted.person_emails as s
    inner join everybody as e on s.linkedin_url = e.linkedin_url
    union
    select c.email from core.person_contacts as c
    inner join everybody as e on c.linkedin_url = e.linkedin_url
    union
    select address from rows_of
    union
    select email from named
    union
    select unnest(%(emails)s::text[])
),

numbers as materialized (
    select
        phone,
        privacy.phone_digits(phone) as digits
    from observed
    union
    select
        phone_number,
        digits
    from rows_of
),

person_urns as materialized (
    select urn from rows_of
    union
    -- LinkedIn's number of the member
    select 'urn:li:member:' || f.linkedin_profile_id as urn
    from extracted.person_profile as f
    inner join everybody as e on f.linkedin_url = e.linkedin_url
    union
    select unnest(%(urns)s::text[])
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
),

-- Names that somebody else bears. Limits keep the planner from reading everybody at once.
shared as (
    select n.name
    from names as n
    cross join
        lateral (
            -- also if core has chosen another name for them
            select from core.person_observations as o
            where
                o._name_key = reference.comparing_form(n.name)
                and o.linkedin_kind = 'public'
                and o.linkedin_url not in (select b.linkedin_url from everybody as b)
            limit 1
        ) as namesake

    union all

    select n.name
    from names as n
    cross join
        lateral (
            select from extracted.person_emails as s
            where
                s.linkedin_url is null
                and s._name_key = reference.comparing_form(n.name)
                and s.company_domain not in (
                    select w.domain from employers as w
                    where w.domain is not null
                )
            limit 1
        ) as asked_for

    union all

    -- a champion of another company
    select h.name
    from (
        -- a fence: employers are compared for those of the name alone
        select
            n.name,
            c.case_study_id,
            c.company_name
        from names as n
        inner join extracted.case_study_champions as c
            on reference.comparing_form(n.name) = reference.comparing_form(c.full_name)
        offset 0
    ) as h
    inner join extracted.case_study_details as d on h.case_study_id = d.id
    where
        not exists (
            select from employers as w
            where
                w.domain = d.company_customer_domain
                or reference.company_name_stem(w.company) in (
                    reference.company_name_stem(h.company_name),
                    reference.company_name_stem(d.company_customer_name)
                )
        )
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
            and a.email not in (
                select o.address from others as o
                where o.address is not null
            )
        order by 1
    ) as emails,
    array(
        select n.phone from numbers as n
        where
            n.digits is not null
            and n.digits not in (
                select o.digits from others as o
                where o.digits is not null
            )
        order by 1
    ) as phones,
    array(
        select u.urn from person_urns as u
        where
            u.urn is not null
            and u.urn not in (
                select o.urn from others as o
                where o.urn is not null
            )
        order by 1
    ) as urns,
    array(
        select a.email from addresses as a
        where a.email in (select o.address from others as o)
        union
        select u.urn from person_urns as u
        where u.urn in (select o.urn from others as o)
        union
        select n.digits from (
            select digits from numbers
            union
            select unnest(%(phones)s::text[])
        ) as n
        where n.digits in (select o.digits from others as o)
        order by 1
    ) as shared_contacts,
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
        select distinct name from shared
        order by 1
    ) as shared_names
