with deal_loads as (
    select * from {{ ref('int_clo__deal_loads_in_force') }}
    where is_current
),

projected as (
    select * from {{ source('calc', 'clo_liability_cash_flows') }}
),

dim_deal as (
    select * from {{ ref('dim_deal') }}
),

dim_tranche as (
    select * from {{ ref('dim_tranche') }}
),

final as (
    select
        {{ surrogate_key([
            'deal_loads.organization_id',
            'deal_loads.deal_id',
            'projected.tranche_name',
            'projected.scenario_id',
            'projected.period',
            'deal_loads.as_of',
        ]) }} as liability_cash_flow_key,
        deal_loads.organization_id,
        dim_deal.deal_key,
        deal_loads.deal_id,
        dim_tranche.tranche_key,
        projected.tranche_name,
        projected.scenario_id,
        projected.period,
        deal_loads.as_of as event_date,
        {{ date_id('deal_loads.as_of') }} as date_id,
        deal_loads.is_current,
        projected.payment_date,
        projected.accrual_start_date,
        projected.currency,
        projected.coupon_rate,
        projected.beginning_balance,
        projected.interest_due,
        projected.interest_paid,
        projected.interest_deferred,
        projected.unpaid_interest,
        projected.principal_paid,
        projected.deferred_beginning_balance,
        projected.deferred_repaid,
        projected.deferred_ending_balance,
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
    left join dim_tranche
        on
            deal_loads.organization_id = dim_tranche.organization_id
            and deal_loads.deal_id = dim_tranche.deal_id
            and projected.tranche_name = dim_tranche.tranche_name
            and {{ valid_on('dim_tranche', 'deal_loads.as_of') }}
)

select * from final
