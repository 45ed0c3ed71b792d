{#
    One row per measure of a row of performance: measure, value and reason. A measure that a series does not have, which is
    NULL without a reason, has no row. DuckDB unnests lists of structs.

    relation    a CTE with a column and a `<name>_reason` for each of the measures
#}
{% macro measure_rows(relation) -%}
{%- set measures = [
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
] -%}
    select
        listed.* exclude (found),
        listed.found.measure as measure,
        listed.found.figure as value,
        listed.found.reason as reason,
    from (
        select
            {{ relation }}.* exclude (
                {% for name in measures %}{{ name }}, {{ name }}_reason{{ ', ' if not loop.last }}{% endfor %}
            ),
            unnest([
                {%- for name in measures %}
                {'measure': '{{ name }}', 'figure': {{ name }}, 'reason': {{ name }}_reason}{{ ',' if not loop.last }}
                {%- endfor %}
            ]) as found,
        from {{ relation }}
    ) as listed
    where listed.found.figure is not null or listed.found.reason is not null
{%- endmacro %}
