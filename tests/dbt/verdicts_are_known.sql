{{ config(severity='warn') }}

-- A provider's word without a line in seeds/vocabularies/email_verdicts.csv says nothing.
select
    e.source,
    e._said as word,
    count(*) as addresses
from {{ ref('person_emails') }} as e
left join {{ ref('email_verdicts') }} as v on e._said = v.word
where e._said is not null and v.word is null
group by e.source, e._said
