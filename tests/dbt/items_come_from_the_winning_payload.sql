{{ config(tags=['audit']) }}

-- Customers of an origin and champions of a case study are those of the winning payload.
select c.id
from {{ ref('company_customer_claygent') }} as c
inner join {{ ref('claygent_origins') }} as o on c.origin_company_domain = o.origin_company_domain
where c.raw_payload_id <> o.raw_payload_id
union all
select c.id
from {{ ref('case_study_champions') }} as c
inner join {{ ref('case_study_details') }} as d on c.case_study_id = d.id
where c.created_at <> d._received_at
