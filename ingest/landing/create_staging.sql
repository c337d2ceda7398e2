-- Nothing about the raw table is asked for: whoever waits to alter it, would wait for the load, and
-- the helper for him.
create unlogged table {table} ({definitions}, primary key ({id})) with (autovacuum_enabled = false)
