with deal_loads as (
    select * from {{ ref('int_clo__deal_loads_in_force') }}
),

pool_metrics as (
    select * from {{ source('calc', 'clo_pool_metrics') }}
),

dim_deal as (
    select * from {{ ref('dim_deal') }}
),

final as (
    select
        {{ surrogate_key(['deal_loads.organization_id', 'deal_loads.deal_id', 'deal_loads.as_of']) }}
            as pool_metrics_key,
        deal_loads.organization_id,
        dim_deal.deal_key,
        deal_loads.deal_id,
        deal_loads.as_of as event_date,
        {{ date_id('deal_loads.as_of') }} as date_id,
        deal_loads.is_current,
        {%- for measure in clo_pool_measures() %}
        pool_metrics.{{ measure }},
        {%- endfor %}
        deal_loads.known_at,
        deal_loads.load_id,
    from deal_loads
    inner join pool_metrics
        on
            deal_loads.organization_id = pool_metrics.organization_id
            and deal_loads.deal_id = pool_metrics.deal_id
            and deal_loads.load_id = pool_metrics.load_id
    {{ join_version('dim_deal', 'deal_loads', 'as_of', is_optional=true) }}
)

select * from final
