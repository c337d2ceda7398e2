select
    jsonb_agg(
        jsonb_build_object('field', v.field, 'value', left(v.value, 1000), 'reason', v.reason)
        order by v.field collate "C"
    )
from unnest(fields, texts, failed, reasons) as v (field, value, failed, reason)
where v.failed and {{ function('clean_text').include(database=false) }}(v.value) is not null
