with deal_loads as (
    select * from {{ ref('int_clo__deal_loads_in_force') }}
    where is_current
),

projected as (
    select * from {{ source('calc', 'clo_asset_cash_flows') }}
),

dim_deal as (
    select * from {{ ref('dim_deal') }}
),

dim_asset as (
    select * from {{ ref('dim_asset') }}
),

final as (
    select
        {{ surrogate_key([
            'deal_loads.organization_id',
            'deal_loads.deal_id',
            'projected.asset_id',
            'projected.scenario_id',
            'projected.payment_date',
            'deal_loads.as_of',
        ]) }} as asset_cash_flow_key,
        deal_loads.organization_id,
        dim_deal.deal_key,
        deal_loads.deal_id,
        dim_asset.asset_key,
        projected.asset_id,
        projected.scenario_id,
        projected.period,
        deal_loads.as_of as event_date,
        {{ date_id('deal_loads.as_of') }} as date_id,
        deal_loads.is_current,
        projected.payment_date,
        projected.accrual_start_date,
        projected.payment_date as accrual_end_date,
        projected.currency,
        projected.coupon_rate,
        projected.beginning_balance,
        projected.interest_payment,
        projected.scheduled_principal,
        projected.unscheduled_principal,
        projected.default_amount,
        projected.recoveries,
        projected.net_loss,
        cast(0 as double) as purchases,
        cast(0 as double) as sales,
        projected.default_balance,
        projected.mv_default_balance,
        projected.pik_interest,
        projected.pik_balance,
        projected.draw,
        projected.unfunded_balance,
        projected.commitment_fee,
        projected.premium,
        projected.total_cash_flow,
        projected.ending_balance,
        deal_loads.known_at,
        deal_loads.load_id,
    from deal_loads
    -- 1:n, a projection has many rows
    inner join projected
        on
            deal_loads.organization_id = projected.organization_id
            and deal_loads.deal_id = projected.deal_id
            and deal_loads.load_id = projected.load_id
    left join dim_deal
        on
            deal_loads.organization_id = dim_deal.organization_id
            and deal_loads.deal_id = dim_deal.deal_id
            and {{ valid_on('dim_deal', 'deal_loads.as_of') }}
    left join dim_asset
        on
            deal_loads.organization_id = dim_asset.organization_id
            and projected.asset_id = dim_asset.asset_id
            and {{ valid_on('dim_asset', 'deal_loads.as_of') }}
)

select * from final
