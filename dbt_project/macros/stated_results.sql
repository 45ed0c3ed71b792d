{#
    Every result that a file states, beside the one computed: one SELECT for each measure that the project's `stated_results`
    list. A row of which nothing is stated is no result of a file.
#}
{% macro stated_results() -%}
    {%- for pair in var('stated_results') %}
        {%- set outer_last = loop.last %}
        {%- for measure in pair.measures %}
    select
        organization_id,
        {{ pair.get('load', 'cast(null as varchar)') }} as load_id,
        {{ 'cast(null as varchar)' if pair.get('load') else 'state_id' }} as state_id,
        {{ "'" ~ pair.stated_in ~ "'" if pair.get('stated_in') else 'cast(null as varchar)' }} as table_name,
        '{{ pair.relation }}' as relation,
        {{ pair.key }} as row_key,
        concat_ws(' / ', {% for column in pair.shown %}cast({{ column }} as varchar){{ ', ' if not loop.last }}{% endfor %}) as row_name,
        '{{ measure.name }}' as measure,
        {{ measure.get('unit_is') or "'" ~ measure.unit ~ "'" }} as unit,
        {{ pair.get('event_date', 'event_date') }} as event_date,
        cast({{ measure.stated }} as decimal(38, 12)) as stated,
        try_cast({{ measure.computed }} as decimal(38, 12)) as computed,
        {{ measure.get('reason', 'cast(null as varchar)') }} as reason,
        known_at,
    from {{ ref(pair.relation) }}
    where {{ measure.stated }} is not null
    {{ 'union all' if not (outer_last and loop.last) }}
        {%- endfor %}
    {%- endfor %}
{%- endmacro %}

{# The absolute difference of a stated result that counts as none: a share of it, at least the floor of its unit. #}
{% macro stated_tolerance(stated, unit) -%}
    cast(greatest(
        abs({{ stated }}) * cast({{ var('stated_tolerance') }} as decimal(6, 5)),
        case {{ unit }}
            {%- for name, floor in var('stated_floors').items() %}
            when '{{ name }}' then {{ floor }}
            {%- endfor %}
            else {{ var('stated_floors').ratio }}
        end
    ) as decimal(38, 12))
{%- endmacro %}
