with commitment_events as (
    select * from {{ ref('int_fund__commitment_events') }}
),

daily as (
    select
        state_id,
        organization_id,
        fund_id,
        investor_id,
        commitment_id,
        event_date,
        currency,
        sum(committed) as committed,
        sum(called) as called,
        sum(called_outside) as called_outside,
        sum(recallable) as recallable,
        max(known_at) as known_at,
    from commitment_events
    group by all
),

running as (
    select
        state_id,
        organization_id,
        fund_id,
        investor_id,
        commitment_id,
        event_date,
        currency,
        sum(committed) over balance as committed,
        sum(called) over balance as called,
        sum(called_outside) over balance as called_outside,
        sum(recallable) over balance as recallable,
        max(known_at) over balance as known_at,
    from daily
    window balance as (
        partition by state_id, commitment_id
        order by event_date
        rows between unbounded preceding and current row
    )
),

final as (
    select
        state_id,
        organization_id,
        fund_id,
        investor_id,
        commitment_id,
        event_date,
        currency,
        cast(committed as decimal(38, 4)) as committed,
        cast(called as decimal(38, 4)) as called,
        cast(called_outside as decimal(38, 4)) as called_outside,
        cast(recallable as decimal(38, 4)) as recallable,
        cast(committed - (called - called_outside) + recallable as decimal(38, 4)) as unfunded,
        known_at,
    from running
)

select * from final
