-- A term that is not written as title_words gives words would never be found in a title.
select term
from {{ ref('seniority_levels') }}
where {{ function('title_words') }}(term) is distinct from ' ' || term || ' '
