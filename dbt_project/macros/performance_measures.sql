{# The measures of calculated performance: each is a column, and so is `<name>_reason`. #}
{% macro performance_measure_names() -%}
    {{ return([
        'irr',
        'irr_1y',
        'irr_3y',
        'irr_5y',
        'irr_qtd',
        'irr_ytd',
        'pic',
        'dpi',
        'rvpi',
        'tvpi',
        'moic',
        'ks_pme',
        'ln_pme',
        'pme_plus',
        'm_pme',
        'direct_alpha',
    ]) }}
{%- endmacro %}

{#
    One row per measure of each row of performance. A measure that a series does not have, NULL without a reason, has no row.

    relation    a CTE with the columns `carried` and those of every measure
#}
{% macro measure_rows(relation, carried) -%}
    {%- for name in performance_measure_names() %}
    select
        {% for column in carried %}{{ column }}, {% endfor %}
        '{{ name }}' as measure,
        {{ name }} as value,
        {{ name }}_reason as reason
    from {{ relation }}
    where {{ name }} is not null or {{ name }}_reason is not null
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
{%- endmacro %}
