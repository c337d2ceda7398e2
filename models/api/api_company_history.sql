{{ config(alias='company_history') }}

-- of other attributes only that they changed is kept, not what they were
select
    c.id as company_id,
    h.domain as entity_key,
    c.name as company_name,
    h.attribute,
    h.old_value,
    h.new_value,
    h.source,
    h.observed_at,
    h.raw_payload_id
from {{ ref('company_history') }} as h
inner join {{ ref('companies') }} as c on h.domain = c.domain
where h.new_value is not null
