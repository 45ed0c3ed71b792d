{#
    The CTE `projected` of a fact of the projection, with its imports: the rows of one calculated table for the loads that
    deals show now, beside the version of the deal, and of the class where `has_tranches`, that was valid on the as-of date.

    A mart adds its own key and measures. `projected_keys` gives the columns that all of these facts share.
#}
{% macro projected_rows(table, has_tranches=false) -%}
deal_loads as (
    select * from {{ ref('int_clo__deal_loads_in_force') }}
    where is_current
),

calculated as (
    select * from {{ source('calc', table) }}
),

dim_deal as (
    select * from {{ ref('dim_deal') }}
),

{% if has_tranches -%}
dim_tranche as (
    select * from {{ ref('dim_tranche') }}
),

{% endif -%}
projected as (
    select
        calculated.* exclude (known_at, as_of_date),
        deal_loads.as_of as event_date,
        greatest(deal_loads.known_at, calculated.known_at) as known_at,
        deal_loads.is_current,
        dim_deal.deal_key,
        {%- if has_tranches %}
        dim_tranche.tranche_key,
        {%- endif %}
    from deal_loads
    -- 1:n, a projection has many rows
    inner join calculated
        on
            deal_loads.organization_id = calculated.organization_id
            and deal_loads.deal_id = calculated.deal_id
            and deal_loads.load_id = calculated.load_id
    left join dim_deal
        on
            deal_loads.organization_id = dim_deal.organization_id
            and deal_loads.deal_id = dim_deal.deal_id
            and {{ valid_on('dim_deal', 'deal_loads.as_of') }}
    {%- if has_tranches %}
    left join dim_tranche
        on
            deal_loads.organization_id = dim_tranche.organization_id
            and deal_loads.deal_id = dim_tranche.deal_id
            and calculated.tranche_name = dim_tranche.tranche_name
            and {{ valid_on('dim_tranche', 'deal_loads.as_of') }}
    {%- endif %}
)
{%- endmacro %}

{# Surrogate key of a projected fact: the deal, the columns that name a row within its projection, and the as-of date. #}
{% macro projected_key(columns) -%}
    {%- set names = ['organization_id', 'deal_id'] + columns + ['event_date'] -%}
    {%- set qualified = [] -%}
    {%- for name in names %}{% do qualified.append('projected.' ~ name) %}{% endfor -%}
    {{ surrogate_key(qualified) }}
{%- endmacro %}

{# The columns that every projected fact has beside its grain and measures. #}
{% macro projected_keys() -%}
    projected.organization_id,
        projected.deal_key,
        projected.deal_id,
        projected.event_date,
        {{ date_id('projected.event_date') }} as date_id,
        projected.is_current,
        projected.known_at,
        projected.load_id,
{%- endmacro %}
