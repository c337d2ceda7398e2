{#
    Query: what a source lacks to take part, a sentence for each fault. What can be told without the
    seeds is told while it is compiled.
#}
{% macro faults_of_sources() -%}
    {%- set rankings, named, read = ref('source_rankings'), ref('sources'), ref('workflows') -%}
    {%- set queries = ["select null::text as fault where false"] -%}
    {%- for node in source_models() -%}
        {%- set meta = node.config.meta -%}
        {%- set observed = observed_entities().get(meta.get('entity')) -%}
        {%- set faults = [] -%}
        {%- if not observed -%}
            {%- do faults.append('says of no entity what it is: write entity: company or person') -%}
        {%- endif -%}
        {%- if not meta.marks -%}
            {%- do faults.append('has no marks: name the fields of which a payload has one at least') -%}
        {%- endif -%}
        {%- if not node.sources or node.sources[0][1] not in raw_keys() -%}
            {%- do faults.append('reads no raw table of payloads, so its rows have no key') -%}
        {%- endif -%}
        {%- if not (meta.get('source') or meta.get('sources')) -%}
            {%- do faults.append('has no name: write source') -%}
        {%- endif -%}
        {%- if observed -%}
            {%- set known = dict(observed.attributes, **observed.others) -%}
            {%- for column in meta.get('states', []) if column not in known -%}
                {%- do faults.append('states ' ~ column ~ ', which is no attribute of a ' ~ meta.entity) -%}
            {%- endfor -%}
        {%- endif -%}
        {%- if 'roles' in meta.get('states', []) and 'employer' not in meta -%}
            {%- do faults.append('states roles and no employer: name the source of the companies in them') -%}
        {%- endif -%}
        {%- for fault in faults -%}
            {%- do queries.append("select '" ~ node.name ~ ' ' ~ fault ~ "' as fault") -%}
        {%- endfor -%}
        {%- do queries.append(
            "select '" ~ node.name ~ " is read for no workflow: write it as read_by into"
            ~ " seeds/registry/workflows.csv' as fault"
            ~ ' where not exists (select from ' ~ read ~ " as w where w.read_by = '" ~ node.name ~ "')"
        ) -%}
        {%- for entity, source, attributes in statements_of_source(meta) -%}
            {%- do queries.append(
                "select '" ~ node.name ~ ': ' ~ entity ~ ',' ~ source
                ~ " has no line in seeds/registry/sources.csv' as fault"
                ~ ' where not exists (select from ' ~ named ~ " as s where s.entity = '" ~ entity
                ~ "' and s.source = '" ~ source ~ "')"
            ) -%}
            {%- if attributes -%}
                {%- do queries.append(
                    "select '" ~ node.name ~ ' states ' ~ "' || a.attribute || ', and "
                    ~ entity ~ ",' || a.attribute || '," ~ source
                    ~ " has no line in seeds/registry/source_rankings.csv' as fault"
                    ~ " from unnest(array['" ~ attributes | join("', '") ~ "']) as a (attribute)"
                    ~ ' where not exists (select from ' ~ rankings ~ " as r where r.entity = '" ~ entity
                    ~ "' and r.attribute = a.attribute and r.source = '" ~ source ~ "')"
                ) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ queries | join('\nunion all\n') }}
{%- endmacro %}


{# What a source says of which entity under which name: entity, source, ranked attributes. #}
{% macro statements_of_source(meta) -%}
    {%- set found = [] -%}
    {%- set ranked = [] -%}
    {%- for column in meta.get('states', []) -%}
        {%- if column in observed_entities().get(meta.entity, {}).get('attributes', {}) -%}
            {%- do ranked.append(column) -%}
        {%- elif column in stated_sets() -%}
            {%- do ranked.append(column) -%}
        {%- elif column in ('title', 'company_name', 'company_domain') and 'position' not in ranked -%}
            {%- do ranked.append('position') -%}
        {%- endif -%}
    {%- endfor -%}
    {%- if meta.get('emails') -%}
        {%- do ranked.append('email') -%}
    {%- endif -%}
    {%- for source in meta.get('sources', [meta.get('source')]) if source -%}
        {%- do found.append([meta.entity, source, ranked]) -%}
    {%- endfor -%}
    {%- if 'employer' in meta -%}
        {%- set named = meta.employer.get('sources', {'': meta.employer.get('source')}) -%}
        {%- for source in named.values() if source -%}
            {%- do found.append(['company', source, columns_of_employer(meta).keys() | list]) -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(found) }}
{%- endmacro %}
