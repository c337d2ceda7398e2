-- Keys of the HTTP service. Of a key only a hash is kept: who reads this table cannot use one.
create table raw.api_keys (
    id text primary key,
    name text not null unique,
    secret_sha256 bytea not null,
    scopes text[] not null,
    workflows text[],
    created_at timestamptz not null default now(),
    expires_at timestamptz,
    revoked_at timestamptz
);
comment on table raw.api_keys is
'Who may use the HTTP service, and for what. Written by ingest api keys. One row per key.';
comment on column raw.api_keys.id is
'The part of the key that names it, which is no secret.';
comment on column raw.api_keys.name is
'Whose key it is; payloads received with it are in the ledger as http: and this name.';
comment on column raw.api_keys.secret_sha256 is
'SHA-256 of the key''s secret part.';
comment on column raw.api_keys.scopes is
'What it allows: read:companies, read:people, export, write:raw.';
comment on column raw.api_keys.workflows is
'The workflows whose payloads it may deliver; NULL: all.';
comment on column raw.api_keys.created_at is
'When it was made.';
comment on column raw.api_keys.expires_at is
'From when on it is no longer valid; NULL: never.';
comment on column raw.api_keys.revoked_at is
'When it was revoked; NULL while it is valid.';

create table raw.api_key_uses (
    key_id text primary key references raw.api_keys (id),
    last_used_at timestamptz not null
);
comment on table raw.api_key_uses is
'When each key was last used, to half a minute. Written by the HTTP service. One row per used key.';
comment on column raw.api_key_uses.key_id is
'The key.';
comment on column raw.api_key_uses.last_used_at is
'When it was last used.';
