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
        {%- set paths = meta.get('fields', {}).values() | sum(start=[]) -%}
        {#- one that is a path of its own kind is not compared -#}
        {%- for mark in meta.marks if modules.re.fullmatch('[A-Za-z0-9_.]+', mark) -%}
            {%- set ns = namespace(is_read=false) -%}
            {%- for path in paths if path == mark or path.startswith(mark ~ '.')
                or path.startswith(mark ~ '[') or mark.startswith(path ~ '.') -%}
                {%- set ns.is_read = true -%}
            {%- endfor -%}
            {%- if paths and not ns.is_read -%}
                {%- do faults.append('is marked by ' ~ mark ~ ', which is none of its fields') -%}
            {%- endif -%}
        {%- endfor -%}
        {%- for other in source_models() if other.name != node.name and other.config.meta.entity == meta.entity -%}
            {%- for source in names_of_source(meta) if source in names_of_source(other.config.meta) -%}
                {%- do faults.append('calls its source ' ~ source ~ ', as ' ~ other.name ~ ' does') -%}
            {%- endfor -%}
        {%- endfor -%}
        {%- for fault in faults -%}
            {%- do queries.append("select '" ~ node.name ~ ' ' ~ fault ~ "' as fault") -%}
        {%- endfor -%}
        {%- do queries.append(
            "select '" ~ node.name ~ " is read for no workflow: write it as read_by into"
            ~ " seeds/registry/workflows.csv' as fault"
            ~ ' where not exists (select 1 from ' ~ read ~ " as w where w.read_by = '" ~ node.name ~ "')"
        ) -%}
        {%- if node.sources -%}
            {%- do queries.append(
                "select '" ~ node.name ~ ' reads raw.' ~ node.sources[0][1]
                ~ ", and ' || w.workflow_slug || ' lands in raw.' || w.raw_table as fault"
                ~ ' from ' ~ read ~ " as w where w.read_by = '" ~ node.name
                ~ "' and w.raw_table <> '" ~ node.sources[0][1] ~ "'"
            ) -%}
        {%- endif -%}
        {%- for entity, source, attributes in statements_of_source(meta) -%}
            {%- do queries.append(
                "select '" ~ node.name ~ ': ' ~ entity ~ ',' ~ source ~ " is of ' || s.workflow_slug || '"
                ~ ", which it does not read, in seeds/registry/sources.csv' as fault"
                ~ ' from ' ~ named ~ ' as s inner join ' ~ read ~ ' as w on s.workflow_slug = w.workflow_slug'
                ~ " where s.entity = '" ~ entity ~ "' and s.source = '" ~ source
                ~ "' and w.read_by is distinct from '" ~ node.name ~ "'"
            ) -%}
            {%- do queries.append(
                "select '" ~ node.name ~ ': ' ~ entity ~ ',' ~ source
                ~ " has no line in seeds/registry/sources.csv' as fault"
                ~ ' where not exists (select 1 from ' ~ named ~ " as s where s.entity = '" ~ entity
                ~ "' and s.source = '" ~ source ~ "')"
            ) -%}
            {%- if attributes -%}
                {%- do queries.append(
                    "select '" ~ node.name ~ ' states ' ~ "' || a.attribute || ', and "
                    ~ entity ~ ",' || a.attribute || '," ~ source
                    ~ " has no line in seeds/registry/source_rankings.csv' as fault"
                    ~ " from unnest(array['" ~ attributes | join("', '") ~ "']) as a (attribute)"
                    ~ ' where not exists (select 1 from ' ~ rankings ~ " as r where r.entity = '" ~ entity
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
    {%- for source in names_of_source(meta) -%}
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


{# What a source is called in the ranking. #}
{% macro names_of_source(meta) -%}
    {{ return(meta.get('sources', [meta.get('source')]) | select | list) }}
{%- endmacro %}


{#
    Hook at the start of a run: whether the models of sources can be taken into others at all. Otherwise
    a model that only gathers them would say what it cannot find.
#}
{% macro require_readable_sources() -%}
    {%- set faults = [] -%}
    {%- for node in source_models() -%}
        {%- set meta = node.config.meta -%}
        {%- for word in ('marks', 'states', 'within', 'fields') if word in meta -%}
            {%- if word == 'fields' and meta[word] is not mapping -%}
                {%- do faults.append(node.name ~ ': fields is a mapping, of columns to lists of fields') -%}
            {%- elif word != 'fields' and (meta[word] is string or meta[word] is not sequence) -%}
                {%- do faults.append(node.name ~ ': ' ~ word ~ ' is a list, as in ' ~ word ~ ': [name]') -%}
            {%- endif -%}
        {%- endfor -%}
        {%- if meta.get('fields') is mapping -%}
            {%- for column in meta.fields if table_of_stated(meta, column) is not defined -%}
                {%- do faults.append(node.name ~ ': fields names ' ~ column ~ ', which is not among its states') -%}
            {%- endfor -%}
            {%- for column, paths in meta.fields.items() if paths is string or paths is not sequence -%}
                {%- do faults.append(node.name ~ ': fields of ' ~ column ~ ' is a list, as in ' ~ column ~ ': [name]') -%}
            {%- endfor -%}
        {%- endif -%}
        {%- do faults.extend(missing_columns(node)) -%}
    {%- endfor -%}
    {%- if faults -%}
        {{ exceptions.raise_compiler_error(faults | join('\n')) }}
    {%- endif -%}
{%- endmacro %}


{# Sentences for the columns that a source has to select, as far as its SQL nowhere names them. #}
{% macro missing_columns(node) -%}
    {%- set meta = node.config.meta -%}
    {%- set observed = observed_entities().get(meta.entity) -%}
    {%- set wanted = ['raw_payload_id', 'refreshed_at', 'received_at', '_issues'] -%}
    {%- if observed -%}
        {%- do wanted.append(observed.key) -%}
        {%- set known = dict(observed.attributes, **observed.others) -%}
        {%- do wanted.extend(meta.get('states', []) | select('in', known) | list) -%}
    {%- endif -%}
    {%- if meta.get('emails') -%}
        {%- do wanted.append('emails') -%}
    {%- endif -%}
    {%- set faults = [] -%}
    {%- for column in wanted if not modules.re.search('\\b' ~ column ~ '\\b', node.raw_code) -%}
        {%- do faults.append(node.name ~ ' selects no column ' ~ column) -%}
    {%- endfor -%}
    {%- if not modules.re.search("['\"]" ~ node.name ~ "['\"]", node.raw_code) -%}
        {%- do faults.append(
            node.name ~ ' reads the payloads of another model: write its own name into source_payloads'
        ) -%}
    {%- endif -%}
    {{ return(faults) }}
{%- endmacro %}
