select
    full_name,
    title,
    company_name,
    worked_at_customer_name
from api.leads
where icp_domain = 'northwind-tools.example' and worked_at_customer
order by full_name
