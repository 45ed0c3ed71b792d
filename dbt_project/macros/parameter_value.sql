{# One parameter of a deal sheet out of rows grouped by deal; NULL where the sheet does not state it. #}
{% macro parameter_value(section, name, kind) -%}
    max(case when section = '{{ section }}' and name = '{{ name }}' then value_{{ kind }} end)
{%- endmacro %}
