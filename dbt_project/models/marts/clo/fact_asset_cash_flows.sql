with {{ projected_rows('clo_asset_cash_flows') }},

dim_asset as (
    select * from {{ ref('dim_asset') }}
),

final as (
    select
        {{ projected_key(['asset_id', 'scenario_id', 'payment_date']) }} as asset_cash_flow_key,
        {{ projected_keys() }}
        dim_asset.asset_key,
        projected.asset_id,
        projected.scenario_id,
        projected.period,
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
    from projected
    {{ join_version('dim_asset', 'projected', 'event_date', is_optional=true) }}
)

select * from final
