select
    full_name,
    last_title,
    left_on
from api.past_employees
where company_domain = 'acme-widgets.example'
