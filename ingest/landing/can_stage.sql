select
    has_schema_privilege('raw', 'create')
    and current_setting('transaction_isolation') = 'read committed'
