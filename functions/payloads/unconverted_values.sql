select
    jsonb_agg(
        jsonb_build_object('field', v.field, 'value', left(v.value, 1000), 'reason', v.reason)
        order by {{ by_code_points('v.field') }}
    )
from unnest(fields, texts, failed, reasons) as v (field, value, failed, reason)
where v.failed and {{ function('clean_text').include(database=false) }}(v.value) is not null
