{#
    The CTE `traded` of a fact of trades, with its imports: the rows of one calculated table beside the version of the deal that
    was valid on the as-of date of the pool.

    Runs of the control panel and of baskets are shown while their pool is what the deal shows; what was asked at the launchpad
    stands as it was answered, and so does what was asked of a deal that nobody knows.
#}
{% macro traded_rows(table) -%}
deal_loads as (
    select * from {{ ref('int_clo__deal_loads_in_force') }}
),

runs as (
    select distinct
        trade_run_id,
        source,
        is_known_deal,
    from {{ source('calc', 'clo_trade_runs') }}
),

calculated as (
    select * from {{ source('calc', table) }}
),

dim_deal as (
    select * from {{ ref('dim_deal') }}
),

traded as (
    select
        calculated.*,
        calculated.as_of_date as event_date,
        coalesce(deal_loads.is_current, false) as is_current,
        dim_deal.deal_key,
    from calculated
    inner join runs
        on calculated.trade_run_id = runs.trade_run_id
    left join deal_loads
        on
            calculated.organization_id = deal_loads.organization_id
            and calculated.deal_id = deal_loads.deal_id
            and calculated.load_id = deal_loads.load_id
    left join dim_deal
        on
            calculated.organization_id = dim_deal.organization_id
            and calculated.deal_id = dim_deal.deal_id
            and {{ valid_on('dim_deal', 'calculated.as_of_date') }}
    where deal_loads.load_id is not null or runs.source = 'launchpad' or not runs.is_known_deal
)
{%- endmacro %}

{# Surrogate key of a fact of trades: the run, and the columns that name a row within it. #}
{% macro traded_key(columns) -%}
    {%- set qualified = ['traded.organization_id', 'traded.trade_run_id'] -%}
    {%- for name in columns %}{% do qualified.append('traded.' ~ name) %}{% endfor -%}
    {{ surrogate_key(qualified) }}
{%- endmacro %}

{# The columns that every fact of trades has beside its grain and measures. #}
{% macro traded_keys() -%}
    traded.organization_id,
        traded.deal_key,
        traded.deal_id,
        traded.event_date,
        {{ date_id('traded.event_date') }} as date_id,
        traded.is_current,
        traded.trade_run_id,
{%- endmacro %}
