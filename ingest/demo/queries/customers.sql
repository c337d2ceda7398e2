select
    domain,
    customer_name,
    customer_domain,
    source
from reference.company_customers
where domain = 'northwind-tools.example'
order by customer_name collate "C", customer_domain collate "C"
