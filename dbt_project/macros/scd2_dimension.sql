{# The columns that every SCD2 dimension ends with. Source: design 5. #}
{% macro version_columns(relation) -%}
    {{ relation }}.valid_from,
        {{ relation }}.valid_to,
        {{ relation }}.valid_from_basis,
        {{ relation }}.is_current,
        {{ relation }}.is_deleted,
        {{ relation }}.known_at,
        {{ relation }}.load_id,
{%- endmacro %}
