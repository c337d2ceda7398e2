select
    i.slug as icp_slug,
    i.domain as icp_domain,
    c.id as company_id,
    c.domain as company_domain,
    c.name as company_name,
    k.criterion,
    k.wanted,
    k.found,
    coalesce(k.is_met, false) as is_met
from {{ ref('icp_criteria') }} as i
cross join {{ compared_companies() }} as c
cross join
    lateral (
        values
        {%- for name, criterion in company_criteria().items() %}
            (
                '{{ name }}',
                {{ criterion.wanted }},
                {{ criterion.found }},
                {{ criterion.is_met }}
            ){{ ',' if not loop.last }}
        {%- endfor %}
    ) as k (criterion, wanted, found, is_met)
