-- How studies spell champions who bear one of the names. What the models read of them is in a
-- normal form, and what is received is searched as it stands.
select distinct t.said #>> '{}' as name
from (
    select distinct h._raw_payload_id as id
    from extracted.case_study_champions as h
    where h._name_key = any(%(name_keys)s::text[])
) as s
inner join raw.case_study_extraction_payloads as r on s.id = r.id
cross join
    lateral jsonb_path_query(
        reference.payload_object(r.raw_payload), 'lax $.champions[*].full_name'
    ) as t (said)
where
    jsonb_typeof(t.said) = 'string'
    and reference.comparing_form(t.said #>> '{}') = any(%(name_keys)s::text[])
order by name
