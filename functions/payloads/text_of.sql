-- An object or a list where a text is expected is none.
select
    case
        when jsonb_typeof(value) in ('string', 'number', 'boolean') then value #>> '{}'
    end
