-- The raw schema: what was received, append-only, and the ledger of who brought it.
--
-- Columns without an underscore are the contract. Behind them every table carries
--   _load_id      the load that landed the row; NULL when another program inserted it
--   _received_at  receipt, for rows whose writer left created_at NULL
--   _xid          the writing transaction; what a model has not seen yet is told from it
-- and payload tables two facts about raw_payload that would otherwise cost a read of the whole
-- stored document: whether it is an object, and the text of its last_refresh.

-- The schemas dbt builds into exist from the start, so that roles and status know them.
create schema if not exists extracted;
create schema if not exists core;
create schema if not exists reference;

-- Time-ordered ids (RFC 9562 version 7). PostgreSQL 18 brings the function; older servers get
-- milliseconds and 74 random bits in the same layout.
do $$
begin
    if to_regprocedure('pg_catalog.uuidv7()') is not null then
        create function raw.new_id() returns uuid
        language sql volatile parallel safe
        return uuidv7();
    else
        create function raw.new_id() returns uuid
        language sql volatile parallel safe
        as $body$
            select overlay(
                overlay(
                    encode(uuid_send(gen_random_uuid()), 'hex')
                    placing lpad(
                        to_hex(floor(extract(epoch from clock_timestamp()) * 1000)::bigint), 12, '0'
                    ) from 1 for 12
                )
                placing '7' from 13 for 1
            )::uuid
        $body$;
    end if;
end
$$;
comment on function raw.new_id() is
'A time-ordered UUID (version 7): ids of later rows sort after ids of earlier ones.';

create table raw.loads (
    id uuid primary key default raw.new_id(),
    file_name text not null,
    file_sha256 text not null,
    bytes bigint not null,
    workflow_slug text,
    records bigint not null,
    landed bigint not null,
    rejected bigint not null,
    cleaned bigint not null default 0,
    forced boolean not null default false,
    started_at timestamptz not null default now(),
    finished_at timestamptz not null default clock_timestamp(),
    tool_version text not null,
    constraint loads_counts_add_up check (records = landed + rejected)
);
comment on table raw.loads is
'The ledger: one row per file that was loaded, written in the transaction of its records.';
comment on column raw.loads.workflow_slug is
'Workflow named on the command line; NULL where each record named its own.';
comment on column raw.loads.records is 'Records found in the file: landed plus rejected.';
comment on column raw.loads.cleaned is
'Landed records from which characters that PostgreSQL cannot store (NUL, lone surrogates) went.';
comment on column raw.loads.forced is 'Loaded again on request although the content was known.';
-- One content, one load per workflow; what was forced stands beside it.
create unique index idx_raw_loads_content
on raw.loads (file_sha256, coalesce(workflow_slug, '')) where not forced;

create table raw.rejects (
    id uuid primary key default raw.new_id(),
    load_id uuid not null references raw.loads,
    line bigint not null,
    reason text not null,
    detail text,
    record text
);
comment on table raw.rejects is 'Records that could not land: one row each, with line and reason.';
comment on column raw.rejects.line is 'Line of the file on which the record begins, from 1.';
comment on column raw.rejects.reason is 'Kind of the fault, one of a fixed list.';
comment on column raw.rejects.detail is 'The fault in words.';
comment on column raw.rejects.record is
'The record as it stood in the file; bytes that are no UTF-8 are written \xNN.';
create index idx_raw_rejects_load_id on raw.rejects (load_id);

create table raw.company_payloads (
    id uuid primary key default raw.new_id(),
    company_domain text not null,
    workflow_slug text not null,
    provider text not null,
    platform text not null,
    payload_type text not null,
    raw_payload jsonb not null,
    created_at timestamptz default now(),
    _is_object boolean generated always as (jsonb_typeof(raw_payload) = 'object') stored,
    _last_refresh text generated always as (raw_payload ->> 'last_refresh') stored,
    _load_id uuid,
    _received_at timestamptz not null default now(),
    _xid xid8 not null default pg_current_xact_id()
);
create index idx_raw_company_payloads_xid on raw.company_payloads (_xid);

create table raw.person_payloads (
    id uuid primary key default raw.new_id(),
    linkedin_url text not null,
    workflow_slug text not null,
    provider text not null,
    platform text not null,
    payload_type text not null,
    raw_payload jsonb not null,
    created_at timestamptz default now(),
    _is_object boolean generated always as (jsonb_typeof(raw_payload) = 'object') stored,
    _last_refresh text generated always as (raw_payload ->> 'last_refresh') stored,
    _load_id uuid,
    _received_at timestamptz not null default now(),
    _xid xid8 not null default pg_current_xact_id()
);
create index idx_raw_person_payloads_xid on raw.person_payloads (_xid);

create table raw.icp_payloads (
    id uuid primary key default raw.new_id(),
    domain text not null,
    workflow_slug text not null,
    provider text not null,
    platform text not null,
    payload_type text not null,
    raw_payload jsonb not null,
    created_at timestamptz not null default now(),
    _is_object boolean generated always as (jsonb_typeof(raw_payload) = 'object') stored,
    _last_refresh text generated always as (raw_payload ->> 'last_refresh') stored,
    _load_id uuid,
    _received_at timestamptz not null default now(),
    _xid xid8 not null default pg_current_xact_id()
);
create index idx_raw_icp_payloads_domain on raw.icp_payloads (domain);
create index idx_raw_icp_payloads_xid on raw.icp_payloads (_xid);

create table raw.manual_company_customers (
    id uuid primary key default raw.new_id(),
    origin_company_domain text not null,
    origin_company_name text,
    origin_company_linkedin_url text,
    company_customer_name text not null,
    company_customer_domain text,
    company_customer_linkedin_url text,
    case_study_url text,
    has_case_study boolean,
    source_notes text,
    created_at timestamptz default now(),
    updated_at timestamptz default now(),
    _load_id uuid,
    _received_at timestamptz not null default now(),
    _xid xid8 not null default pg_current_xact_id()
);
create index idx_raw_manual_company_customers_xid on raw.manual_company_customers (_xid);

create table raw.company_customer_claygent_payloads (
    id uuid primary key default raw.new_id(),
    created_at timestamptz not null default now(),
    origin_company_domain text not null,
    origin_company_name text,
    origin_company_linkedin_url text,
    workflow_slug text not null,
    provider text not null,
    platform text not null,
    payload_type text not null,
    raw_payload jsonb not null,
    _is_object boolean generated always as (jsonb_typeof(raw_payload) = 'object') stored,
    _last_refresh text generated always as (raw_payload ->> 'last_refresh') stored,
    _load_id uuid,
    _received_at timestamptz not null default now(),
    _xid xid8 not null default pg_current_xact_id()
);
create index idx_raw_company_customer_claygent_payloads_xid
on raw.company_customer_claygent_payloads (_xid);

create table raw.case_study_extraction_payloads (
    id uuid primary key default raw.new_id(),
    created_at timestamptz not null default now(),
    case_study_url text not null,
    origin_company_domain text not null,
    origin_company_name text,
    company_customer_name text not null,
    workflow_slug text not null,
    provider text not null,
    platform text not null,
    payload_type text not null,
    raw_payload jsonb not null,
    has_case_study_url boolean not null,
    _is_object boolean generated always as (jsonb_typeof(raw_payload) = 'object') stored,
    _last_refresh text generated always as (raw_payload ->> 'last_refresh') stored,
    _load_id uuid,
    _received_at timestamptz not null default now(),
    _xid xid8 not null default pg_current_xact_id()
);
create index idx_raw_case_study_extraction_payloads_xid
on raw.case_study_extraction_payloads (_xid);

create table raw.company_discovery (
    id uuid primary key default raw.new_id(),
    company_domain text not null,
    workflow_slug text not null,
    provider text not null,
    platform text not null,
    payload_type text not null,
    raw_payload jsonb not null,
    created_at timestamptz default now(),
    _is_object boolean generated always as (jsonb_typeof(raw_payload) = 'object') stored,
    _last_refresh text generated always as (raw_payload ->> 'last_refresh') stored,
    _load_id uuid,
    _received_at timestamptz not null default now(),
    _xid xid8 not null default pg_current_xact_id()
);
create index idx_raw_company_discovery_xid on raw.company_discovery (_xid);

create table raw.person_discovery (
    id uuid primary key default raw.new_id(),
    linkedin_url text not null,
    workflow_slug text not null,
    provider text not null,
    platform text not null,
    payload_type text not null,
    raw_payload jsonb not null,
    created_at timestamptz default now(),
    _is_object boolean generated always as (jsonb_typeof(raw_payload) = 'object') stored,
    _last_refresh text generated always as (raw_payload ->> 'last_refresh') stored,
    _load_id uuid,
    _received_at timestamptz not null default now(),
    _xid xid8 not null default pg_current_xact_id()
);
create index idx_raw_person_discovery_xid on raw.person_discovery (_xid);

create table raw.salesnav_scrapes (
    id uuid primary key default raw.new_id(),
    upload_id uuid not null references raw.loads,
    export_title text,
    export_timestamp timestamptz,
    notes text,
    matching_filters boolean,
    linkedin_user_profile_urn text,
    first_name text,
    last_name text,
    email text,
    phone_number text,
    profile_headline text,
    profile_summary text,
    job_title text,
    job_description text,
    job_started_on text,
    linkedin_url_user_profile text,
    location text,
    company text,
    linkedin_company_profile_urn text,
    linkedin_url_company text,
    company_website text,
    company_description text,
    company_headcount text,
    company_industries text,
    company_registered_address text,
    created_at timestamptz default now(),
    clay_batch_number integer,
    sent_to_clay_at timestamptz,
    _load_id uuid,
    _received_at timestamptz not null default now(),
    _xid xid8 not null default pg_current_xact_id()
);
create index idx_raw_salesnav_scrapes_xid on raw.salesnav_scrapes (_xid);

create table raw.email_waterfall_jobs (
    id uuid primary key default raw.new_id(),
    created_at timestamptz not null default now(),
    status text not null default 'pending',
    total_records integer not null,
    sent_count integer not null default 0,
    failed_count integer not null default 0,
    clay_webhook_url text not null,
    completed_at timestamptz,
    _load_id uuid,
    _received_at timestamptz not null default now(),
    _xid xid8 not null default pg_current_xact_id()
);
create index idx_raw_email_waterfall_jobs_xid on raw.email_waterfall_jobs (_xid);

create table raw.vc_firms (
    id uuid primary key default raw.new_id(),
    name text not null,
    domain text not null,
    created_at timestamptz default now(),
    _load_id uuid,
    _received_at timestamptz not null default now(),
    _xid xid8 not null default pg_current_xact_id()
);
create index idx_raw_vc_firms_xid on raw.vc_firms (_xid);

create table raw.vc_portfolio_companies (
    id uuid primary key default raw.new_id(),
    upload_id uuid not null references raw.loads,
    vc_firm_id uuid not null,
    company_name text,
    website_domain text,
    crunchbase_url text,
    logo_url text,
    status text,
    founded_date text,
    description_long text,
    description_short text,
    city text,
    state text,
    country text,
    employee_count text,
    linkedin_url text,
    revenue_range text,
    funding_total text,
    equity_funding text,
    categories jsonb,
    investors jsonb,
    created_at timestamptz default now(),
    _load_id uuid,
    _received_at timestamptz not null default now(),
    _xid xid8 not null default pg_current_xact_id()
);
create index idx_raw_vc_portfolio_companies_xid on raw.vc_portfolio_companies (_xid);

create table raw.vc_crunchbase_portfolios (
    id uuid primary key default raw.new_id(),
    upload_id uuid,
    vc_name text,
    vc_domain text,
    website text,
    name text,
    operating_status text,
    founded_date text,
    full_description text,
    short_description text,
    city text,
    state text,
    country text,
    number_employees text,
    linkedin_url text,
    created_at timestamptz default now(),
    _load_id uuid,
    _received_at timestamptz not null default now(),
    _xid xid8 not null default pg_current_xact_id()
);
create index idx_raw_vc_crunchbase_portfolios_xid on raw.vc_crunchbase_portfolios (_xid);
