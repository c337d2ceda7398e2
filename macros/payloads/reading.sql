{#
    The common case reads the stored document once; only a payload that was handed over as text
    costs more.
#}
{% macro payload_of(row) -%}
    case
        when {{ row }}._is_object then {{ row }}.raw_payload
        else {{ function('payload_object') }}({{ row }}.raw_payload)
    end
{%- endmacro %}


{#
    PostgreSQL hands a stored document on compressed, and each function that looks into it
    decompresses it anew. Appending nothing makes it do so once.
#}
{% macro decompressed(payload) -%}
    {{ payload }} || '{}'::jsonb
{%- endmacro %}


{# A foreign writer may have left created_at NULL. #}
{% macro receipt_of(row) -%}
    coalesce({{ row }}.created_at, {{ row }}._received_at)
{%- endmacro %}


{#
    Two calls, because PostgreSQL inlines a function only into a plain column, and a function that
    is not inlined costs ten times as much.
#}
{% macro refresh_of(row) -%}
    case
        when {{ row }}._is_object then {{ function('as_timestamptz') }}({{ row }}._last_refresh)
        else {{ function('as_timestamptz') }}({{ refresh_text_of(row) }})
    end
{%- endmacro %}


{% macro refresh_text_of(row) -%}
    case
        when {{ row }}._is_object then {{ row }}._last_refresh
        else {{ function('payload_object') }}({{ row }}.raw_payload) ->> 'last_refresh'
    end
{%- endmacro %}


{# Nobody refreshes in the future. 24 hours, because the length of a day is the session's. #}
{% macro believed_refresh(refreshed_at, received_at) -%}
    case
        when {{ refreshed_at }} <= {{ received_at }} + interval '24 hours' then {{ refreshed_at }}
    end
{%- endmacro %}
