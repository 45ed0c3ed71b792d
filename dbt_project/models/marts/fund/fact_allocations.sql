with shown_states as (
    select * from {{ ref('int_fund__shown_states') }}
    where known_to is null
),

dim_fund as (
    select * from {{ ref('dim_fund') }}
),

lifecycle_states as (
    select * from {{ ref('int_fund__lifecycle_states') }}
),

allocations as (
    select * from {{ ref('int_fund__allocations') }}
),

funds as (
    select * from {{ ref('int_fund__funds') }}
),

calculated as (
    select * from {{ source('calc', 'fund_allocations') }}
),

derived as (
    select calculated.*,
    from calculated
    inner join lifecycle_states
        on calculated.lifecycle_id = lifecycle_states.lifecycle_id
),

final as (
    select
        {{ surrogate_key(['allocations.organization_id', 'allocations.allocation_id']) }} as allocation_key,
        allocations.organization_id,
        dim_fund.fund_key,
        allocations.fund_id,
        allocations.allocation_id,
        allocations.deal_id,
        allocations.deal_name,
        allocations.deal_stage,
        allocations.investment_id,
        allocations.security_type,
        allocations.allocation_date as event_date,
        {{ date_id('allocations.allocation_date') }} as date_id,
        derived.status_date,
        funds.base_currency as currency,
        derived.amount,
        case when allocations.amount_type = 'PERCENTAGE' then 'PERCENTAGE_AMOUNT' end as amount_reason,
        derived.called_amount,
        allocations.called_amount as called_amount_stated,
        derived.paid_amount,
        allocations.paid_amount as paid_amount_stated,
        derived.outstanding_amount,
        derived.overdue_amount,
        allocations.market_value,
        allocations.distributions,
        allocations.status as status_stated,
        derived.call_funding_status,
        derived.commitment_funding_status,
        allocations.status = derived.call_funding_status as is_status_as_stated,
        derived.portfolio_weight_pct,
        cast(allocations.portfolio_weight_pct as decimal(9, 4)) as portfolio_weight_pct_stated,
        derived.collection_rate,
        derived.collection_rate_reason,
        allocations.known_at,
        allocations.state_id,
    from allocations
    inner join shown_states
        on
            allocations.state_id = shown_states.state_id
            and allocations.fund_id = shown_states.fund_id
    inner join funds
        on
            allocations.state_id = funds.state_id
            and allocations.fund_id = funds.fund_id
    {{ join_version('dim_fund', 'allocations', 'allocation_date') }}
    left join derived
        on
            allocations.state_id = derived.state_id
            and allocations.allocation_id = derived.allocation_id
)

select * from final
