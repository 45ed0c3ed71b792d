{# Surrogate key of the columns given; NULL and '' make different keys, and no two lists of values glue alike. #}
{% macro surrogate_key(columns) -%}
    md5(
        {%- for column in columns %}
        coalesce(length(cast({{ column }} as varchar)) || ':' || cast({{ column }} as varchar), '-')
        {%- if not loop.last %} ||{% endif %}
        {%- endfor %}
    )
{%- endmacro %}

{# Key of dim_date, yyyymmdd. #}
{% macro date_id(column) -%}
    cast(strftime({{ column }}, '%Y%m%d') as integer)
{%- endmacro %}

{# The version of a dimension that was valid on a day: valid_to is exclusive and NULL while the version is current. #}
{% macro valid_on(dimension, day) -%}
    {{ dimension }}.valid_from <= {{ day }} and ({{ dimension }}.valid_to > {{ day }} or {{ dimension }}.valid_to is null)
{%- endmacro %}
