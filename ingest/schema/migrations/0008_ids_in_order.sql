-- Of payloads that say nothing else of their order the later one wins, and which came later is told
-- from the id. Servers before 18 numbered what came within a millisecond at random; now their ids
-- have the microsecond, too, in the 12 bits behind the version, as uuidv7() of PostgreSQL 18.
do $$
begin
    if to_regprocedure('pg_catalog.uuidv7()') is null then
        create or replace function raw.new_id() returns uuid
        language sql volatile parallel safe
        as $body$
            select (
                overlay(
                    -- 4,096 parts of a millisecond since 1970: 60 bits
                    lpad(
                        to_hex(
                            (extract(epoch from clock_timestamp()) * 1000000)::bigint * 512 / 125
                        ), 15, '0'
                    )
                    placing '7' from 13 for 0
                )
                || substr(encode(uuid_send(gen_random_uuid()), 'hex'), 17)
            )::uuid
        $body$;
    end if;
end
$$;
