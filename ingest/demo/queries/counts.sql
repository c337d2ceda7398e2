select
    (select count(*) from core.companies) as companies,
    (select count(*) from core.people) as people,
    (select count(*) from extracted.extraction_issues) as issues,
    (select count(*) from reference.company_customers) as customers
