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

allocation_calls as (
    select * from {{ ref('int_fund__allocation_calls') }}
),

calculated as (
    select * from {{ source('calc', 'fund_allocation_calls') }}
),

derived as (
    select calculated.*,
    from calculated
    inner join lifecycle_states
        on calculated.lifecycle_id = lifecycle_states.lifecycle_id
),

final as (
    select
        {{ surrogate_key([
            'allocation_calls.organization_id',
            'allocation_calls.allocation_call_id',
        ]) }} as allocation_call_key,
        allocation_calls.organization_id,
        dim_fund.fund_key,
        allocations.fund_id,
        allocation_calls.allocation_id,
        allocation_calls.allocation_call_id,
        allocation_calls.instalment_number,
        allocation_calls.scheduled_date,
        allocation_calls.due_date as event_date,
        {{ date_id('allocation_calls.due_date') }} as date_id,
        derived.status_date,
        derived.currency,
        derived.call_amount,
        derived.paid_amount,
        allocation_calls.paid_amount as paid_amount_stated,
        derived.paid_basis,
        derived.outstanding_amount,
        derived.excess_amount,
        derived.paid_date,
        allocation_calls.paid_date as paid_date_stated,
        allocation_calls.status as status_stated,
        derived.call_status,
        allocation_calls.status = derived.call_status as is_status_as_stated,
        derived.is_overdue,
        derived.days_late,
        derived.ageing_bucket,
        allocation_calls.known_at,
        allocation_calls.state_id,
    from allocation_calls
    inner join allocations
        on
            allocation_calls.state_id = allocations.state_id
            and allocation_calls.allocation_id = allocations.allocation_id
    inner join shown_states
        on
            allocations.state_id = shown_states.state_id
            and allocations.fund_id = shown_states.fund_id
    inner join dim_fund
        on
            allocations.organization_id = dim_fund.organization_id
            and allocations.fund_id = dim_fund.fund_id
            and {{ valid_on('dim_fund', 'allocation_calls.due_date') }}
    left join derived
        on
            allocation_calls.state_id = derived.state_id
            and allocation_calls.allocation_call_id = derived.allocation_call_id
)

select * from final
