{#
    Every result that a file states, beside the one computed: one SELECT for each measure that the project's `stated_results`
    list. A row of which nothing is stated is no result of a file.
#}
{% macro stated_results() -%}
    {#- The linter knows no variables of the project, and is given one pair that stands for all. #}
    {%- set pairs = linted_stated_results if linted_stated_results is defined else var('stated_results') %}
    {%- for pair in pairs %}
    {%- set is_last_pair = loop.last %}
    {%- for measure in pair.measures %}
    select
        organization_id,
        {{ pair.get('load', 'cast(null as varchar)') }} as load_id,
        {{ 'cast(null as varchar)' if pair.get('load') else 'state_id' }} as state_id,
        {{ "'" ~ pair.stated_in ~ "'" if pair.get('stated_in') else 'cast(null as varchar)' }} as table_name,
        '{{ pair.relation }}' as relation,
        {{ pair.key }} as row_key,
        concat_ws(
            ' / ',
            {%- for column in pair.shown %}
            cast({{ column }} as varchar){{ ',' if not loop.last }}
            {%- endfor %}
        ) as row_name,
        '{{ measure.name }}' as measure,
        {{ measure.get('unit_is') or "'" ~ measure.unit ~ "'" }} as unit,
        {{ pair.get('event_date', 'event_date') }} as event_date,
        cast({{ measure.stated }} as decimal(38, 12)) as stated,
        try_cast({{ measure.computed }} as decimal(38, 12)) as computed,
        {{ measure.get('reason', 'cast(null as varchar)') }} as reason,
        known_at,
    from {{ ref(pair.relation) }}
    where {{ measure.stated }} is not null
    {{ 'union all' if not (is_last_pair and loop.last) }}
    {%- endfor %}
    {%- endfor %}
{%- endmacro %}

{# The absolute difference of a stated result that counts as none: a share of it, at least the floor of its unit. #}
{% macro stated_tolerance(stated, unit) -%}
    {%- set floors = linted_stated_floors if linted_stated_floors is defined else var('stated_floors') -%}
    cast(greatest(
            abs({{ stated }}) * cast('{{ var('stated_tolerance') }}' as decimal(6, 5)),
            case {{ unit }}
                {%- for name, floor in floors.items() %}
                when '{{ name }}' then {{ floor }}
                {%- endfor %}
                else {{ floors.ratio }}
            end
        ) as decimal(38, 12))
{%- endmacro %}
