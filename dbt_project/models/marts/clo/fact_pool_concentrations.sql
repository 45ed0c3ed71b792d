with deal_loads as (
    select * from {{ ref('int_clo__deal_loads_in_force') }}
),

pool_concentrations as (
    select * from {{ source('calc', 'clo_pool_concentrations') }}
),

dim_deal as (
    select * from {{ ref('dim_deal') }}
),

final as (
    select
        deal_loads.organization_id,
        dim_deal.deal_key,
        deal_loads.deal_id,
        deal_loads.as_of as event_date,
        {{ date_id('deal_loads.as_of') }} as date_id,
        deal_loads.is_current,
        pool_concentrations.concentration_type,
        pool_concentrations.concentration_value,
        pool_concentrations.asset_count,
        pool_concentrations.par,
        pool_concentrations.share,
        pool_concentrations.rank,
        deal_loads.known_at,
        deal_loads.load_id,
    from deal_loads
    -- 1:n, a pool has many groups
    inner join pool_concentrations
        on
            deal_loads.organization_id = pool_concentrations.organization_id
            and deal_loads.deal_id = pool_concentrations.deal_id
            and deal_loads.load_id = pool_concentrations.load_id
    {{ join_version('dim_deal', 'deal_loads', 'as_of', is_optional=true) }}
)

select * from final
