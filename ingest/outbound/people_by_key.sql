-- People of a list of keys, as they are sent; who is not known has nothing.
select
    k.place,
    to_jsonb(q) as body
from unnest(%(keys)s::text[]) with ordinality as k (key, place)
cross join
    lateral (
        select
            reference.person_linkedin_url(
                case
                    when strpos(k.key, '/') > 0 then k.key
                    else 'https://www.linkedin.com/in/' || k.key
                end
            ) as url
    ) as n
left join api.changes as c
    on n.url = c.key and c.entity = 'person' and c.kind = 'merged'
left join
    lateral (
        select
            p.linkedin_url,
            p.first_name,
            p.last_name,
            p.full_name,
            p.title,
            p.company_domain,
            p.company_name,
            p.company_linkedin_url,
            p.email,
            p.email_verdict
        from api.people as p
        where p.linkedin_url = coalesce(c.merged_into, n.url)
    ) as q
    on true
order by k.place
