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

{#
    The join of `relation` to the version of a dimension that was valid on its `day`: dim_fund by organization_id and fund_id.
    A row whose version may be unknown keeps its place where `is_optional`.
#}
{% macro join_version(dimension, relation, day, is_optional=false) -%}
    {%- set id = dimension[4:] ~ '_id' -%}
    {{ 'left' if is_optional else 'inner' }} join {{ dimension }}
        on
            {{ relation }}.organization_id = {{ dimension }}.organization_id
            and {{ relation }}.{{ id }} = {{ dimension }}.{{ id }}
            and {{ valid_on(dimension, relation ~ '.' ~ day) }}
{%- endmacro %}
