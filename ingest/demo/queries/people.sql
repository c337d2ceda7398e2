select
    full_name,
    title,
    company_name,
    linkedin_url
from api.people
order by full_name, linkedin_url
limit %(shown)s
