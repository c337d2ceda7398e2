-- Normal forms of what is known of a person, and the coarse ones by which indexes know them: with
-- those of texts that are written in other ways, where there is anything to look for.
with forms as (
    select
        array(
            select distinct privacy.phone_digits(t.given) as form
            from unnest(%(phones)s::text[]) as t (given)
            where privacy.phone_digits(t.given) <> ''
            order by form
        ) as phones,
        array(
            select distinct reference.comparing_form(t.given) as form
            from unnest(%(names)s::text[]) as t (given)
            where reference.comparing_form(t.given) <> ''
            order by form
        ) as name_keys
)

select
    f.phones,
    f.name_keys,
    array(
        select raw.profile_key(t.given) from unnest(%(urls)s::text[]) as t (given)
        union
        select ''
        where %(urls)s::text[] <> '{}' or %(urns)s::text[] <> '{}'
    ) as profile_keys,
    array(select left(t.given, 100) from unnest(%(slugs)s::text[]) as t (given)) as member_keys,
    array(
        select raw.email_key(t.given) from unnest(%(emails)s::text[]) as t (given)
        union
        select ''
        where %(emails)s::text[] <> '{}'
    ) as email_keys,
    array(
        select raw.phone_key(t.given) from unnest(f.phones) as t (given)
        union
        select ''
        where f.phones <> '{}'
    ) as phone_keys,
    array(
        select raw.name_key(t.given, null) from unnest(f.name_keys) as t (given)
        union
        select ''
        where f.name_keys <> '{}'
    ) as coarse_names,
    array(
        select distinct privacy.phone_end(t.given) as phone_end
        from unnest(f.phones) as t (given)
        where privacy.phone_end(t.given) is not null
        order by phone_end
    ) as phone_ends
from forms as f
