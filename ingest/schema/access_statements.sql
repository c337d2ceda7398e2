-- What to say so that the roles own and may do what they should: one statement a row, in order.
with rights (role, is_built, kind, name, privilege) as (
    values
    ('hq_loader', false, 'schema', null, 'USAGE'),
    -- staging tables
    ('hq_loader', false, 'schema', null, 'CREATE'),
    ('hq_loader', false, 'routine', null, 'EXECUTE'),
    ('hq_loader', false, 'table', null, 'SELECT'),
    ('hq_loader', false, 'table', null, 'INSERT'),
    -- counts; a retry that landed nothing leaves no line
    ('hq_loader', false, 'table', 'raw.loads', 'UPDATE'),
    ('hq_loader', false, 'table', 'raw.loads', 'DELETE'),
    -- a reject that landed after all
    ('hq_loader', false, 'table', 'raw.rejects', 'UPDATE'),
    -- what is forgotten after a while
    ('hq_loader', false, 'table', 'raw.idempotency_keys', 'UPDATE'),
    ('hq_loader', false, 'table', 'raw.idempotency_keys', 'DELETE'),
    -- a list that is corrected in place
    ('hq_loader', false, 'table', 'raw.manual_company_customers', 'UPDATE'),
    -- the result of what was sent out
    ('hq_loader', false, 'table', 'raw.outbound_deliveries', 'UPDATE (result_at)'),
    ('hq_loader', false, 'table', 'raw.outbound_deliveries', 'UPDATE (result_id)'),
    ('hq_loader', false, 'table', 'raw.outbound_deliveries', 'UPDATE (result_table)'),
    -- whom to send, and what became of it
    ('hq_sender', false, 'schema', null, 'USAGE'),
    ('hq_sender', false, 'routine', null, 'EXECUTE'),
    ('hq_sender', false, 'table', 'raw.migrations', 'SELECT'),
    ('hq_sender', false, 'table', 'raw.salesnav_scrapes', 'SELECT'),
    ('hq_sender', false, 'table', 'raw.salesnav_scrapes', 'UPDATE (clay_batch_number)'),
    ('hq_sender', false, 'table', 'raw.salesnav_scrapes', 'UPDATE (sent_to_clay_at)'),
    ('hq_sender', false, 'table', 'raw.email_waterfall_jobs', 'SELECT'),
    ('hq_sender', false, 'table', 'raw.email_waterfall_jobs', 'INSERT'),
    ('hq_sender', false, 'table', 'raw.email_waterfall_jobs', 'UPDATE'),
    ('hq_sender', false, 'table', 'raw.outbound_deliveries', 'SELECT'),
    ('hq_sender', false, 'table', 'raw.outbound_deliveries', 'INSERT'),
    ('hq_sender', false, 'table', 'raw.outbound_deliveries', 'UPDATE'),
    ('hq_sender', false, 'table', 'raw.outbound_destinations', 'SELECT'),
    ('hq_sender', false, 'table', 'raw.outbound_destinations', 'INSERT'),
    ('hq_sender', false, 'table', 'raw.outbound_destinations', 'UPDATE'),
    -- who may not be written to
    ('hq_sender', false, 'schema', 'privacy', 'USAGE'),
    ('hq_sender', false, 'routine', 'privacy.*', 'EXECUTE'),
    ('hq_sender', true, 'schema', 'api', 'USAGE'),
    ('hq_sender', true, 'schema', 'reference', 'USAGE'),
    ('hq_sender', true, 'routine', 'reference.*', 'EXECUTE'),
    ('hq_sender', true, 'table', 'api.*', 'SELECT'),
    ('hq_sender', true, 'table', 'reference.countries', 'SELECT'),
    ('hq_builder', false, 'schema', null, 'USAGE'),
    ('hq_builder', false, 'routine', null, 'EXECUTE'),
    ('hq_builder', false, 'table', null, 'SELECT'),
    -- tombstones, by which rows of the erased are left out
    ('hq_loader', false, 'schema', 'privacy', 'USAGE'),
    ('hq_loader', false, 'routine', 'privacy.*', 'EXECUTE'),
    ('hq_builder', false, 'schema', 'privacy', 'USAGE'),
    ('hq_builder', false, 'routine', 'privacy.*', 'EXECUTE'),
    ('hq_builder', false, 'table', 'privacy.tombstones', 'SELECT'),
    ('hq_builder', false, 'table', 'privacy.erased_people', 'SELECT'),
    -- what is held of somebody, and that it goes
    ('hq_privacy', false, 'schema', 'raw', 'USAGE'),
    ('hq_privacy', false, 'schema', 'privacy', 'USAGE'),
    ('hq_privacy', false, 'routine', 'raw.*', 'EXECUTE'),
    ('hq_privacy', false, 'routine', 'privacy.*', 'EXECUTE'),
    ('hq_privacy', false, 'table', 'raw.*', 'SELECT'),
    ('hq_privacy', false, 'table', 'raw.*', 'INSERT'),
    ('hq_privacy', false, 'table', 'raw.*', 'UPDATE'),
    ('hq_privacy', false, 'table', 'raw.*', 'DELETE'),
    ('hq_privacy', false, 'table', 'privacy.*', 'SELECT'),
    ('hq_privacy', false, 'table', 'privacy.*', 'INSERT'),
    ('hq_privacy', false, 'table', 'privacy.*', 'UPDATE'),
    ('hq_privacy', false, 'table', 'privacy.*', 'DELETE'),
    ('hq_privacy', true, 'schema', null, 'USAGE'),
    ('hq_privacy', true, 'routine', null, 'EXECUTE'),
    ('hq_privacy', true, 'table', null, 'SELECT'),
    ('hq_privacy', true, 'table', null, 'INSERT'),
    ('hq_privacy', true, 'table', null, 'UPDATE'),
    ('hq_privacy', true, 'table', null, 'DELETE'),
    ('hq_analyst', true, 'schema', null, 'USAGE'),
    ('hq_analyst', true, 'routine', null, 'EXECUTE'),
    ('hq_analyst', true, 'table', null, 'SELECT'),
    -- the HTTP service: the answers, and whose keys it may accept
    ('hq_api', true, 'schema', 'api', 'USAGE'),
    ('hq_api', true, 'schema', 'reference', 'USAGE'),
    ('hq_api', true, 'routine', 'reference.*', 'EXECUTE'),
    ('hq_api', true, 'table', 'api.*', 'SELECT'),
    -- which the functions look into
    ('hq_api', true, 'table', 'reference.countries', 'SELECT'),
    ('hq_api', false, 'schema', null, 'USAGE'),
    ('hq_api', false, 'table', 'raw.api_keys', 'SELECT'),
    ('hq_api', false, 'table', 'raw.api_key_uses', 'SELECT'),
    ('hq_api', false, 'table', 'raw.api_key_uses', 'INSERT'),
    ('hq_api', false, 'table', 'raw.api_key_uses', 'UPDATE')
),

schemas as (
    select
        oid,
        nspname,
        nspowner,
        nspacl,
        nspname not in ('raw', 'privacy') as is_built
    from pg_namespace
    where nspname in ('raw', 'privacy') or nspname = any({built})
),

things (kind, name, owner, acl, is_built, relation) as (
    select
        'schema',
        oid::regnamespace::text,
        nspowner,
        nspacl,
        is_built,
        null::oid
    from schemas
    union all
    select
        case when c.relkind = 'S' then 'sequence' else 'table' end,
        c.oid::regclass::text,
        c.relowner,
        c.relacl,
        s.is_built,
        c.oid
    from pg_class as c
    inner join schemas as s on c.relnamespace = s.oid
    where
        c.relkind in ('r', 'p', 'v', 'm', 'f', 'S')
        and (s.is_built or not starts_with(c.relname, '_'))
        -- the sequence of a column goes with its table
        and not exists (
            select from pg_depend as d
            where
                d.classid = 'pg_class'::regclass
                and d.objid = c.oid
                and d.deptype in ('a', 'i')
                and c.relkind = 'S'
        )
    union all
    select
        'routine',
        p.oid::regprocedure::text,
        p.proowner,
        p.proacl,
        s.is_built,
        null::oid
    from pg_proc as p
    inner join schemas as s on p.pronamespace = s.oid
),

ours as (
    select * from things
    where pg_has_role(owner, 'usage')
),

wanted (kind, name, role, privilege) as (
    select
        o.kind,
        o.name,
        r.role,
        r.privilege
    from ours as o
    inner join rights as r on o.kind = r.kind and o.is_built = r.is_built
    where
        case
            when right(r.name, 1) = '*' then starts_with(o.name, rtrim(r.name, '*'))
            else coalesce(r.name, o.name) = o.name
        end
        -- what everybody may, who adds to raw or builds, is not meant for tombstones and the audit
        and (r.is_built or r.name is not null or o.name !~ '^privacy(\.|$)')
        -- the server may lack a role that came with a later release
        and to_regrole(r.role) is not null
        -- only ingest init writes there
        and (o.name <> 'raw.migrations' or r.privilege = 'SELECT')
        -- whoever may add a key may do everything
        and (
            o.name not in (
                'raw.api_keys',
                'raw.api_key_uses',
                -- only ingest send writes there
                'raw.outbound_deliveries',
                'raw.outbound_destinations'
            )
            or (r.role, r.privilege) <> ('hq_loader', 'INSERT')
        )
        and (
            o.name not in ('raw.api_keys', 'raw.api_key_uses')
            or r.role <> 'hq_privacy' or r.privilege = 'SELECT'
        )
),

held (kind, name, role, privilege) as (
    select
        o.kind,
        o.name,
        pg_get_userbyid(a.grantee),
        a.privilege_type
    from ours as o
    cross join aclexplode(o.acl) as a
    where
        pg_get_userbyid(a.grantee) in (select r.role from rights as r)
        and a.grantee <> o.owner
        and not (o.is_built and a.grantee = to_regrole('hq_builder'))
    union all
    select
        o.kind,
        o.name,
        pg_get_userbyid(a.grantee),
        format('%s (%I)', a.privilege_type, c.attname)
    from ours as o
    inner join pg_attribute as c on o.relation = c.attrelid and c.attnum > 0
    cross join aclexplode(c.attacl) as a
    where
        pg_get_userbyid(a.grantee) in (select r.role from rights as r)
        and a.grantee <> o.owner
),

statements (step, name, text) as (
    select
        case kind when 'schema' then 1 else 2 end,
        name,
        format('alter %s %s owner to hq_builder', kind, name)
    from ours
    where
        is_built
        and owner <> to_regrole('hq_builder')
        and pg_has_role('hq_builder', 'set')
    union all
    -- what a run makes is readable at once
    select
        3,
        s.nspname,
        format(
            'alter default privileges for role hq_builder in schema %I '
            'grant select on tables to %I',
            s.nspname,
            r.role
        )
    from schemas as s
    cross join (values ('hq_analyst'), ('hq_api'), ('hq_sender')) as r (role)
    where
        s.is_built
        and (r.role = 'hq_analyst' or s.nspname = 'api')
        and to_regrole(r.role) is not null
        and pg_has_role('hq_builder', 'usage')
        and not exists (
            select from pg_default_acl as d
            cross join aclexplode(d.defaclacl) as a
            where
                d.defaclrole = to_regrole('hq_builder')
                and d.defaclnamespace = s.oid
                and d.defaclobjtype = 'r'
                and a.grantee = to_regrole(r.role)
                and a.privilege_type = 'SELECT'
        )
    union all
    select
        4,
        name,
        format(
            'revoke %s on %s %s from %I cascade',
            string_agg(lower(privilege collate "C"), ', ' order by privilege collate "C"),
            kind, name, role
        )
    from (
        select * from held
        except
        select * from wanted
    ) as surplus
    group by kind, name, role
    union all
    select
        5,
        name,
        format(
            'grant %s on %s %s to %I',
            string_agg(lower(privilege collate "C"), ', ' order by privilege collate "C"),
            kind, name, role
        )
    from (
        select * from wanted
        except
        select * from held
    ) as missing
    group by kind, name, role
)

select text from statements
order by step, name, text
