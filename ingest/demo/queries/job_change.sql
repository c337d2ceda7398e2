select
    full_name,
    from_title,
    from_company_name,
    to_title,
    to_company_name,
    started_on,
    source
from api.job_changes
where linkedin_url = 'https://www.linkedin.com/in/farah-fictional-03'
order by seen_at desc
