select
    full_name,
    title,
    company_name,
    linkedin_url
from api.people
order by full_name collate "C", linkedin_url collate "C"
limit %(shown)s
