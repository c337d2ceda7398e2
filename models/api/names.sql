-- The keys of names are columns of core as they stand, so that an index serves a comparison with
-- reference.comparing_form(...), another a range of left(name_key, 100) by code points (~>=~), and
-- a third one beginnings of name_words.
select
    'company' as entity,
    domain as key,
    id,
    name,
    _name_key as name_key,
    _name_stem as name_stem,
    {{ name_words('_name_key') }} as name_words
from {{ ref('companies') }}

union all

select
    'person' as entity,
    linkedin_url as key,
    id,
    full_name as name,
    _name_key as name_key,
    null as name_stem,
    {{ name_words('_name_key') }} as name_words
from {{ ref('people') }}
