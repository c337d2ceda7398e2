-- Overlaid on the digits, because reading bits back out of the hash would compute it again; so the
-- two variant bits are followed by two zeros, and 120 bits of the hash remain. decode() with
-- doubled backslashes gives the bytes of a text and, unlike convert_to(), is immutable.
select
    overlay(
        overlay(
            left(
                encode(
                    sha256(
                        decode(
                            replace(
                                octet_length(kind)::text || ':' || kind || ','
                                || octet_length(key)::text || ':' || key || ','
                                || coalesce(octet_length(item)::text || ':' || item || ',', ''),
                                '\',
                                '\\'
                            ),
                            'escape'
                        )
                    ),
                    'hex'
                ),
                32
            )
            placing '8' from 13
        )
        placing '8' from 17
    )::uuid
