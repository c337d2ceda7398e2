{# A function that is as the checkout would make it stays: queries that have planned with it keep their plans. #}
{% materialization function, adapter='postgres', supported_languages=['sql', 'python', 'javascript'] %}
    {%- if is_as_made() -%}
        {{ return(left_alone(this.incorporate(type=this.Function))) }}
    {%- endif -%}
    {{ return(dbt.materialization_function_default()) }}
{% endmaterialization %}
