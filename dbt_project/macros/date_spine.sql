{# One row per day of [first_day, last_day], column date_value. #}
{% macro date_spine(first_day, last_day) -%}
    select cast(unnest(generate_series(date '{{ first_day }}', date '{{ last_day }}', interval 1 day)) as date) as date_value
{%- endmacro %}
