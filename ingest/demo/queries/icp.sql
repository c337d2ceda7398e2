select
    domain,
    company_criteria,
    person_criteria
from reference.company_icp
where domain = 'northwind-tools.example'
