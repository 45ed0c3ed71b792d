{#
    The CTE `simulated` of a fact of rating migration, with its imports: the rows of one calculated table for the loads that
    deals show now, beside how they were simulated, the version of the deal, and of the class where `has_tranches`.

    A row without a deal is of the universe, or of all deals, of a load that some deal shows.
    A mart adds its own key and measures. `simulated_keys` gives the columns that all of these facts share.
#}
{% macro simulated_rows(table, has_tranches=false) -%}
deal_loads as (
    select * from {{ ref('int_clo__deal_loads_in_force') }}
    where is_current
),

simulations as (
    select * from {{ source('calc', 'clo_migrations') }}
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
shown as (
    select
        organization_id,
        deal_id,
        load_id,
        as_of,
        known_at,
        is_current,
    from deal_loads
    union all
    select
        organization_id,
        cast(null as varchar) as deal_id,
        load_id,
        as_of,
        max(known_at) as known_at,
        as_of = max(as_of) over (partition by organization_id) as is_current,
    from deal_loads
    group by organization_id, load_id, as_of
),

simulated as (
    select
        calculated.* exclude (as_of_date),
        shown.as_of as event_date,
        greatest(shown.known_at, simulations.known_at) as known_at,
        shown.is_current,
        simulations.is_asked_for,
        simulations.method,
        simulations.step,
        simulations.path_count,
        simulations.paid_path_count,
        simulations.seed,
        simulations.seed_source,
        simulations.correlation_method,
        simulations.correlation_source,
        simulations.matrix_source,
        dim_deal.deal_key,
        {%- if has_tranches %}
        dim_tranche.tranche_key,
        {%- endif %}
    from shown
    -- 1:n, a load is simulated as its workbook asks and as people do, each with many rows
    inner join calculated
        on
            shown.organization_id = calculated.organization_id
            and shown.load_id = calculated.load_id
            and shown.deal_id is not distinct from calculated.deal_id
    inner join simulations
        on calculated.simulation_id = simulations.simulation_id
    left join dim_deal
        on
            shown.organization_id = dim_deal.organization_id
            and shown.deal_id = dim_deal.deal_id
            and {{ valid_on('dim_deal', 'shown.as_of') }}
    {%- if has_tranches %}
    left join dim_tranche
        on
            shown.organization_id = dim_tranche.organization_id
            and shown.deal_id = dim_tranche.deal_id
            and calculated.tranche_name = dim_tranche.tranche_name
            and {{ valid_on('dim_tranche', 'shown.as_of') }}
    {%- endif %}
)
{%- endmacro %}

{# Surrogate key of a fact of rating migration: simulation, deal, and the columns that name a row within it. #}
{% macro simulated_key(columns) -%}
    {%- set names = ['organization_id', 'simulation_id', 'deal_id', 'event_date'] + columns -%}
    {%- set qualified = [] -%}
    {%- for name in names %}{% do qualified.append('simulated.' ~ name) %}{% endfor -%}
    {{ surrogate_key(qualified) }}
{%- endmacro %}

{# The columns that every fact of rating migration has beside its grain and measures. #}
{% macro simulated_keys() -%}
    simulated.organization_id,
        simulated.deal_key,
        simulated.deal_id,
        simulated.event_date,
        {{ date_id('simulated.event_date') }} as date_id,
        simulated.is_current,
        simulated.simulation_id,
        simulated.is_asked_for,
        simulated.method,
        simulated.step,
        simulated.path_count,
        simulated.seed,
        simulated.seed_source,
        simulated.correlation_method,
        simulated.correlation_source,
        simulated.matrix_source,
        simulated.known_at,
        simulated.load_id,
{%- endmacro %}
