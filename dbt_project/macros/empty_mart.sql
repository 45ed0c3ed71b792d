{#
    A typed select without rows, made from the columns that the model's own yml declares: the contract is stated once.

    For marts that others may rely on before anything computes them; the yml must give every column its data_type.
#}
{% macro empty_mart() -%}
    select
        {%- for column in model.columns.values() %}
        cast(null as {{ column.data_type }}) as {{ column.name }},
        {%- endfor %}
    where false
{%- endmacro %}
