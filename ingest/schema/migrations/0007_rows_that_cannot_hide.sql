-- What a model has not seen is told from _xid. Its default stamps what is written as any program
-- writes; rows that bring the stamp of another time or server (pg_dump --data-only, a copy between
-- databases) and rows that are updated would be taken for seen ones. The trigger behind an INSERT
-- asks one comparison of a usual row, and lets COPY write in blocks, as one before it would not.
create function raw.stamp_updated_row() returns trigger
language plpgsql
as $$
begin
    new._xid := pg_current_xact_id();
    return new;
end
$$;
comment on function raw.stamp_updated_row() is
'Trigger before an UPDATE: the row is new to every model.';

-- as the owner: who adds rows has no right to update them
create function raw.stamp_foreign_row() returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    execute format(
        'update %I.%I set _xid = pg_current_xact_id() where id = $1', tg_table_schema, tg_table_name
    ) using new.id;
    return null;
end
$$;
comment on function raw.stamp_foreign_row() is
'Trigger behind an INSERT: a row with the stamp of another transaction is new to every model.';

do $$
declare
    relation regclass;
begin
    for relation in
        select a.attrelid from pg_attribute as a
        inner join pg_class as c on a.attrelid = c.oid and c.relkind in ('r', 'p')
        where
            c.relnamespace = 'raw'::regnamespace
            and a.attname = '_xid'
            and not starts_with(c.relname, '_')
    loop
        execute format(
            'create trigger stamp_updated_row before update on %s'
            ' for each row execute function raw.stamp_updated_row()',
            relation
        );
        execute format(
            'create trigger stamp_foreign_row after insert on %s for each row'
            ' when (new._xid <> pg_current_xact_id())'
            ' execute function raw.stamp_foreign_row()',
            relation
        );
        -- replicated rows, too
        execute format(
            'alter table %s enable always trigger stamp_updated_row,'
            ' enable always trigger stamp_foreign_row',
            relation
        );
    end loop;
end
$$;
