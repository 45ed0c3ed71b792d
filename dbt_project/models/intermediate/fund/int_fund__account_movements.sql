with cash_flows as (
    select * from {{ ref('int_fund__cash_flows') }}
),

distributions as (
    select * from {{ ref('int_fund__distributions') }}
),

distribution_notices as (
    select * from {{ ref('int_fund__distribution_notices') }}
    where notice_status <> 'CANCELLED'
),

capital_call_notices as (
    select * from {{ ref('int_fund__capital_call_notices') }}
),

reallocations as (
    select * from {{ ref('int_fund__reallocations') }}
),

commitments as (
    select * from {{ ref('int_fund__commitments') }}
),

commitment_events as (
    select * from {{ ref('int_fund__commitment_events') }}
),

-- what of a recallable amount was not called again in time uses up the commitment after all
recallable as (
    select
        distribution_notices.state_id,
        distribution_notices.commitment_id,
        distribution_notices.notice_id,
        distributions.distribution_date,
        distribution_notices.recallable_until,
        distribution_notices.recallable_amount,
        distribution_notices.known_at,
    from distribution_notices
    inner join distributions
        on
            distribution_notices.state_id = distributions.state_id
            and distribution_notices.distribution_id = distributions.distribution_id
            and distributions.distribution_status <> 'CANCELLED'
    where distribution_notices.recallable_amount > 0 and distribution_notices.recallable_until is not null
),

expired as (
    select
        recallable.state_id,
        recallable.commitment_id,
        recallable.recallable_until as event_date,
        greatest(
            any_value(recallable.recallable_amount)
            - coalesce(sum(cash_flows.capital_call_amount - cash_flows.outside_commitment_amount), 0),
            0
        ) as amount,
        max(recallable.known_at) as known_at,
    from recallable
    left join cash_flows
        on
            recallable.state_id = cash_flows.state_id
            and recallable.commitment_id = cash_flows.commitment_id
            and cash_flows.event_date > recallable.distribution_date
            and cash_flows.event_date < recallable.recallable_until
    group by recallable.state_id, recallable.commitment_id, recallable.notice_id, recallable.recallable_until
),

movements as (
    select
        state_id,
        commitment_id,
        event_date,
        'CONTRIBUTION' as movement_type,
        capital_call_amount - outside_commitment_amount as amount,
        known_at,
    from cash_flows
    where capital_call_amount <> 0
    union all
    select
        reallocations.state_id,
        reallocations.commitment_id,
        reallocations.effective_date as event_date,
        'CONTRIBUTION' as movement_type,
        reallocations.amount,
        reallocations.known_at,
    from reallocations
    inner join capital_call_notices
        on
            reallocations.state_id = capital_call_notices.state_id
            and reallocations.original_notice_id = capital_call_notices.notice_id
    union all
    select
        cash_flows.state_id,
        cash_flows.commitment_id,
        cash_flows.event_date,
        case when distributions.is_in_kind then 'DISTRIBUTION_IN_KIND' else 'DISTRIBUTION' end as movement_type,
        cash_flows.distribution_amount as amount,
        cash_flows.known_at,
    from cash_flows
    inner join distributions
        on
            cash_flows.state_id = distributions.state_id
            and cash_flows.event_id = distributions.distribution_id
    where cash_flows.cash_flow_type = 'DISTRIBUTION'
    union all
    select
        distribution_notices.state_id,
        distribution_notices.commitment_id,
        distributions.distribution_date as event_date,
        'CARRY_PAID' as movement_type,
        distribution_notices.carried_interest as amount,
        distribution_notices.known_at,
    from distribution_notices
    inner join distributions
        on
            distribution_notices.state_id = distributions.state_id
            and distribution_notices.distribution_id = distributions.distribution_id
            and distributions.distribution_status <> 'CANCELLED'
    where distribution_notices.carried_interest <> 0
    union all
    select
        state_id,
        commitment_id,
        event_date,
        'RECALLABLE' as movement_type,
        recallable_amount as amount,
        known_at,
    from cash_flows
    where recallable_amount <> 0
    union all
    select
        state_id,
        commitment_id,
        event_date,
        'EXPIRED' as movement_type,
        amount,
        known_at,
    from expired
    where amount > 0
    union all
    select
        state_id,
        commitment_id,
        event_date,
        'COMMITTED' as movement_type,
        committed as amount,
        known_at,
    from commitment_events
    where committed <> 0
),

final as (
    select
        movements.state_id,
        commitments.organization_id,
        commitments.fund_id,
        commitments.investor_id,
        movements.commitment_id,
        movements.event_date,
        movements.movement_type,
        cast(movements.amount as decimal(24, 4)) as amount,
        greatest(movements.known_at, commitments.known_at) as known_at,
    from movements
    inner join commitments
        on
            movements.state_id = commitments.state_id
            and movements.commitment_id = commitments.commitment_id
)

select * from final
