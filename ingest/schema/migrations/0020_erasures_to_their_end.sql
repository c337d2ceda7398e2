-- A person is gone with the commit of an erasure, and the search behind it has to know whom to look
-- for, also where it was cut off.
create table privacy.unfinished_searches (
    audit_id uuid primary key references privacy.audit,
    person jsonb not null
);
comment on table privacy.unfinished_searches is
'Personal data: whom the search of an erasure looks for, until it has ended. Written in the '
'transaction that erases, deleted in the one that ends the search. One row per erasure whose '
'search has not ended.';
comment on column privacy.unfinished_searches.audit_id is 'The line of the audit.';
comment on column privacy.unfinished_searches.person is
'What identifies the person, in clear text.';

-- As the owner: that a search has to be made up for is no secret, and of whom is one.
create function privacy.searches_to_finish() returns bigint
language sql stable
security definer
set search_path = pg_catalog, pg_temp
return (select count(*) from privacy.unfinished_searches);
comment on function privacy.searches_to_finish() is
'How many erasures are committed whose search has not ended.';

-- A URN that has no member id identifies nobody: the name does, as in a row without one.
drop index raw.idx_raw_salesnav_scrapes_name;
create index idx_raw_salesnav_scrapes_name
on raw.salesnav_scrapes (raw.name_key(first_name, last_name))
where raw.member_key(linkedin_user_profile_urn) is null;

create function privacy.profile_of(given text) returns text
language plpgsql stable parallel safe
as $$
begin
    return coalesce(
        reference.person_linkedin_url(given),
        case
            when given !~ '[/@]'
                then reference.person_linkedin_url('https://www.linkedin.com/in/' || btrim(given))
        end
    );
end
$$;
comment on function privacy.profile_of(text) is
'The profile that a key names: by its address, or by the slug or member id alone.';

-- What comes back for a record that was sent of somebody erased is about them, whatever it is keyed
-- by: the delivery is empty by then, and bears its own id in place of the key.
create function privacy.answers_erased(given text) returns boolean
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
    an_id constant text := '([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})';
begin
    return exists (
        select from raw.outbound_deliveries as d
        where
            d.id = any(array(select m[1]::uuid from regexp_matches(given, an_id, 'gi') as m))
            and d.dedupe_key = 'erased ' || d.id
    );
end
$$;
comment on function privacy.answers_erased(text) is
'Whether a record brings the id of a delivery of somebody who was erased since.';

-- As the owner: who adds rows has no right to take them out.
create function privacy.withhold_results(deliveries uuid[], tables text[], ids uuid[])
returns table (raw_table text, row_id uuid)
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    relation text;
    gone uuid[];
begin
    for relation, gone in
        select r.result_table, array_agg(r.id)
        from unnest(deliveries, tables, ids) as r (delivery_id, result_table, id)
        inner join raw.outbound_deliveries as d on r.delivery_id = d.id
        where d.dedupe_key = 'erased ' || d.id
        group by r.result_table
    loop
        return query execute format(
            'delete from raw.%1$I as r where r.id = any($1) and r._xid = pg_current_xact_id()'
            ' returning %1$L::text, r.id',
            relation
        ) using gone;
    end loop;
end
$$;
comment on function privacy.withhold_results(uuid[], text[], uuid[]) is
'Take out what this transaction landed as results of what was sent of people who are erased; what '
'it took.';

create or replace function privacy.naming_somebody(texts text[]) returns setof bigint
language plpgsql stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    if exists (select from privacy.tombstones as t where t.scope = 'erased') then
        return query
        select t.n from unnest(texts) with ordinality as t (given, n)
        where
            -- nothing shorter identifies anybody
            length(t.given) >= 5
            and (
                cardinality(privacy.found_in(t.given, false)) > 0
                or privacy.answers_erased(t.given)
            );
    end if;
end
$$;

create or replace function privacy.withhold(load uuid, tables text[])
returns table (raw_table text, row_id uuid, reason text)
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    fault text;
    relation text;
    text_columns text;
begin
    perform pg_advisory_xact_lock_shared(x'48510004'::bigint);
    if not exists (select from privacy.tombstones as t where t.scope = 'erased') then
        return;
    end if;
    fault := privacy.key_fault();
    if fault is null and to_regclass('reference.withheld_rows') is null then
        fault := 'people are suppressed here, and what knows their rows was never built; '
            'run ingest dbt build';
    end if;
    if fault is not null then
        raise exception using errcode = 'HQ001', message = fault;
    end if;
    foreach relation in array tables loop
        return query execute format(
            'with gone as ('
            ' delete from raw.%1$I as r using reference.withheld_rows as w'
            ' where w.raw_table = %1$L and w._xid = pg_current_xact_id()'
            ' and r._xid = pg_current_xact_id() and r.id = w.raw_payload_id returning r.id'
            ') select %1$L::text, g.id, null::text from gone as g',
            relation
        );
        -- what is said of them elsewhere, and where nobody looks for people
        perform privacy.redact_rows(
            relation, 'x._xid = pg_current_xact_id()', null
        );
    end loop;
    return query
    with gone as (
        delete from raw.rejects as r
        where
            r.load_id = load
            and (
                cardinality(privacy.found_in(r.record, false)) > 0
                or privacy.answers_erased(r.record)
            )
        returning r.id, r.reason
    )
    select 'rejects'::text, g.id, g.reason from gone as g;
    if load is not null then
        perform privacy.redact_ledger(load);
    end if;
end
$$;
